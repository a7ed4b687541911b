//! Puts characters together into words and lines, in the order in which the page paints them.
//!
//! Painting order beats sorting by place: two columns and slides come out as their author wrote them (sorted as pdftotext
//! does it, 4 to 13 % of the pairs of Han on such pages were broken).

use std::ops::Range;

use hayro::kurbo::Point;

use crate::extract::clean_text::is_cjk;

/// A step across the line of more than this part of the size begins a new line.
const LINE_STEP: f64 = 0.5;
/// So does a step back.
const STEP_BACK: f64 = 1.5;
/// A gap between letters that is a space.
const SPACE: f64 = 0.18;
/// A gap between Chinese characters that is a space: they are often set apart to fill the line.
const CJK_SPACE: f64 = 0.9;

/// Where a glyph stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    /// Where it begins.
    pub(super) start: Point,
    /// Where the next one is expected.
    pub(super) end: Point,
    /// The font's size on the page.
    pub(super) size: f64,
    /// Lines run from top to bottom.
    pub(super) is_vertical: bool,
}

/// Builds a page's text line by line.
#[derive(Debug, Default)]
pub(super) struct LineBuilder {
    text: String,
    last: Option<(Point, f64)>,
    places: Option<Vec<GlyphPlace>>,
}

/// Which bytes of the text a glyph put, and where it stands.
#[derive(Debug)]
pub(super) struct GlyphPlace {
    pub(super) bytes: Range<usize>,
    pub(super) stroke: Stroke,
}

impl LineBuilder {
    /// Remembers where each glyph stands, too.
    pub(super) fn with_places() -> Self {
        Self {
            places: Some(Vec::new()),
            ..Self::default()
        }
    }

    /// Adds a glyph's text where it belongs: to the word, after a space, or on a new line.
    pub(super) fn put(&mut self, text: &str, stroke: Stroke) {
        if let Some(gap) = self.gap_before(text, &stroke) {
            self.separate(gap);
        }
        let start = self.text.len();
        self.text.extend(text.chars().filter(|c| !c.is_control()));
        let bytes = start..self.text.len();
        if let Some(places) = &mut self.places {
            places.push(GlyphPlace { bytes, stroke });
        }
        self.pass_over(stroke);
    }

    /// Moves on without text.
    pub(super) fn pass_over(&mut self, stroke: Stroke) {
        self.last = Some((stroke.end, stroke.size));
    }

    /// The finished text.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The finished text and where its glyphs stand.
    pub(super) fn into_places(self) -> (String, Vec<GlyphPlace>) {
        (self.text, self.places.unwrap_or_default())
    }

    fn separate(&mut self, gap: char) {
        if !self.text.ends_with([' ', '\n']) || (gap == '\n' && !self.text.ends_with('\n')) {
            self.text.push(gap);
        }
    }

    fn gap_before(&self, text: &str, stroke: &Stroke) -> Option<char> {
        let (end, last_size) = self.last?;
        let size = stroke.size.max(last_size).max(0.01);
        let step = stroke.start - end;
        let (along, across) = if stroke.is_vertical {
            (-step.y, step.x)
        } else {
            (step.x, step.y)
        };
        if across.abs() > size * LINE_STEP || along < -size * STEP_BACK {
            return Some('\n');
        }
        let needed = if self.is_between_cjk(text) { CJK_SPACE } else { SPACE };
        (along > size * needed).then_some(' ')
    }

    fn is_between_cjk(&self, next: &str) -> bool {
        self.text.chars().next_back().is_some_and(is_cjk) && next.chars().next().is_some_and(is_cjk)
    }
}

#[cfg(test)]
mod tests {
    use hayro::kurbo::Point;

    use super::{LineBuilder, Stroke};

    fn at(x: f64, y: f64) -> Stroke {
        Stroke {
            start: Point::new(x, y),
            end: Point::new(x + 10.0, y),
            size: 10.0,
            is_vertical: false,
        }
    }

    #[test]
    fn letters_set_apart_stay_one_word_and_lines_break() {
        let mut lines = LineBuilder::default();

        lines.put("数", at(0.0, 0.0));
        lines.put("控", at(18.0, 0.0));
        lines.put("G", at(28.0, 0.0));
        lines.put("0", at(41.0, 0.0));
        lines.put("车", at(0.0, 12.0));

        assert_eq!(lines.into_text(), "数控G 0\n车");
    }
}
