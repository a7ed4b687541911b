//! Text layer of a page: its size, and where each of its words stands.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The words of a page. Lengths are points of the page, counted from its upper left corner.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PageText {
    /// How many pages the whole document has.
    pub pages: u32,
    /// The page's width.
    pub width: f32,
    /// The page's height.
    pub height: f32,
    /// Its words, in the order in which they are painted.
    pub runs: Vec<TextRun>,
}

/// A run of letters in one line with nothing between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextRun {
    /// The letters.
    pub text: String,
    /// Where the first one begins.
    pub x: f32,
    /// Where the first one begins, on the base line.
    pub y: f32,
    /// Which way the line runs: degrees clockwise from the right.
    pub angle: f32,
    /// The letters' size.
    pub size: f32,
    /// Whether letters stand below each other, with the line through their middle.
    pub is_vertical: bool,
    /// Where each character ends, counted along the line from its beginning.
    pub ends: Vec<f32>,
    /// What lies between this run and the next: nothing, a space or a new line.
    pub gap: String,
}

/// Part of a run, to be highlighted.
#[derive(Debug, Clone, PartialEq)]
pub struct TextSpan<'a> {
    /// The run.
    pub run: &'a TextRun,
    /// Where it begins, along the line.
    pub from: f32,
    /// Where it ends.
    pub to: f32,
}

impl PageText {
    /// Bytes of memory that the page takes, for the cache that keeps it.
    pub fn memory_bytes(&self) -> usize {
        let of_run =
            |run: &TextRun| size_of::<TextRun>() + run.text.len() + run.gap.len() + size_of_val(run.ends.as_slice());
        self.runs.iter().map(of_run).sum::<usize>() + size_of::<Self>()
    }

    /// The page's text in one piece.
    pub fn text(&self) -> String {
        self.runs.iter().flat_map(|run| [run.text.as_str(), &run.gap]).collect()
    }

    /// Where stretches of [`PageText::text`], given in bytes and in order, stand on the page.
    pub fn stretches(&self, of: &[Range<usize>]) -> Vec<TextSpan<'_>> {
        let mut found = Vec::new();
        let mut start = 0;
        for run in &self.runs {
            let end = start + run.text.len();
            let inside = of.iter().filter(|wanted| wanted.start < end && start < wanted.end);
            found.extend(
                inside
                    .filter_map(|wanted| run.stretch(wanted.start.saturating_sub(start)..wanted.end.min(end) - start)),
            );
            start = end + run.gap.len();
        }
        found
    }
}

impl TextRun {
    /// How long it is.
    pub fn length(&self) -> f32 {
        self.ends.last().copied().unwrap_or(0.0)
    }

    fn stretch(&self, bytes: Range<usize>) -> Option<TextSpan<'_>> {
        let before = self.text.get(..bytes.start)?.chars().count();
        let until = self.text.get(..bytes.end)?.chars().count();
        let from = match before {
            0 => 0.0,
            before => *self.ends.get(before - 1)?,
        };
        let to = *self.ends.get(until.checked_sub(1)?)?;
        Some(TextSpan { run: self, from, to })
    }
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::{PageText, TextRun};

    fn run(text: &str, gap: &str) -> TextRun {
        let ends = (1..=text.chars().count()).map(|n| f32::from(u8::try_from(n).unwrap()) * 10.0);
        TextRun {
            text: text.to_owned(),
            x: 0.0,
            y: 0.0,
            angle: 0.0,
            size: 10.0,
            is_vertical: false,
            ends: ends.collect(),
            gap: gap.to_owned(),
        }
    }

    #[test]
    fn a_word_that_goes_on_in_the_next_line_is_marked_in_both() {
        let page = PageText {
            runs: vec![run("接成星", "\n"), run("三角", " "), run("运行", "")],
            ..PageText::default()
        };
        let text = page.text();
        let start = text.find('星').unwrap();
        let hit = start..text.find(" 运").unwrap();

        let found: Vec<(f32, f32)> = page
            .stretches(slice::from_ref(&hit))
            .iter()
            .map(|it| (it.from, it.to))
            .collect();

        assert_eq!(text, "接成星\n三角 运行");
        assert_eq!(found, [(20.0, 30.0), (0.0, 20.0)]);
    }
}
