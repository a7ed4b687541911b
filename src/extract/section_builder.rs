//! Running text without true pages: gathered by paragraphs, cut into sections under their headings.

use super::{clean_text::clean_text, error::ExtractResult, limits::PASSAGE_CHARS, output::Output};
use crate::domain::passage::Locator;

/// The longest heading that is kept as a section's title, in characters.
const TITLE_CHARS: usize = 120;

/// Builds sections of paragraphs, and sends each off as a passage.
#[derive(Debug, Default)]
pub(crate) struct SectionBuilder {
    section: u32,
    title: Option<String>,
    text: String,
    chars: usize,
    /// Only headings so far: a chapter's and its first section's heading stay together.
    is_only_headings: bool,
}

impl SectionBuilder {
    /// Adds a paragraph; sends the section off when it has become long enough.
    pub(crate) fn paragraph(&mut self, text: &str, out: &mut Output<'_>) -> ExtractResult {
        let mut rest = text.trim_matches(['\n', ' ']);
        while !rest.is_empty() {
            let piece = first_piece(rest, PASSAGE_CHARS);
            let chars = piece.chars().count();
            if self.chars > 0 && self.chars + chars > PASSAGE_CHARS {
                self.flush(out)?;
            }
            self.append(piece, chars);
            self.is_only_headings = false;
            rest = rest[piece.len()..].trim_start();
        }
        Ok(())
    }

    /// Starts a new section under a heading.
    pub(crate) fn heading(&mut self, text: &str, out: &mut Output<'_>) -> ExtractResult {
        let title = clean_text(text).replace('\n', " ");
        if title.is_empty() {
            return Ok(());
        }
        if !self.is_only_headings {
            self.flush(out)?;
        }
        self.append(&title, title.chars().count());
        self.is_only_headings = true;
        self.title = Some(title.chars().take(TITLE_CHARS).collect());
        Ok(())
    }

    /// Sends what is gathered.
    pub(crate) fn flush(&mut self, out: &mut Output<'_>) -> ExtractResult {
        let text = std::mem::take(&mut self.text);
        self.chars = 0;
        self.is_only_headings = false;
        if text.trim().is_empty() {
            return Ok(());
        }
        self.section += 1;
        out.page(
            Locator::Section {
                section: self.section,
                title: self.title.clone(),
            },
            &text,
        )
    }

    fn append(&mut self, text: &str, chars: usize) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.chars += chars;
    }
}

/// The beginning of `text` that fits into `limit` characters, ending at a sentence's end where there is one.
fn first_piece(text: &str, limit: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return text;
    };
    let head = &text[..end];
    let sentence_end = head.rfind(['\n', '。', '！', '？', '；', '!', '?', ';']);
    match sentence_end.filter(|at| *at > end / 2) {
        Some(at) => &head[..at + head[at..].chars().next().map_or(1, char::len_utf8)],
        None => head,
    }
}

#[cfg(test)]
mod tests {
    use super::SectionBuilder;
    use crate::{
        domain::passage::{Locator, Passage},
        extract::{ExtractLimits, output::Output},
    };

    #[test]
    fn sections_are_cut_at_headings_and_at_length() {
        let mut passages: Vec<Passage> = Vec::new();
        let mut send = |passage| {
            passages.push(passage);
            true
        };
        let mut out = Output::new(&ExtractLimits::default(), &mut send);
        let mut prose = SectionBuilder::default();

        prose.heading("第一章", &mut out).unwrap();
        prose.heading("1.1 安全", &mut out).unwrap();
        prose.paragraph(&"先断电，后检修。".repeat(300), &mut out).unwrap();
        prose.heading("1.2 工具", &mut out).unwrap();
        prose.flush(&mut out).unwrap();

        assert!(passages.iter().all(|passage| passage.text.chars().count() <= 1_600));
        assert!(passages[0].text.starts_with("第一章\n1.1 安全"));
        let last = Locator::Section {
            section: 4,
            title: Some("1.2 工具".into()),
        };
        assert_eq!(passages.last().unwrap().locator, last);
    }
}
