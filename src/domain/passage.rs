//! Passages: pieces of a file's text, each with the place to open it at.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// What stands for how sure a machine is that does not say.
pub const UNSURE: u8 = 0;

/// Where in its file a passage stands. The JSON is part of the API: `{"kind":"page","page":12}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Locator {
    /// A page, counted from 1 (PDF).
    Page {
        /// Counted from 1.
        page: u32,
    },
    /// A slide in showing order, counted from 1 (PPT, PPTX, ODP).
    Slide {
        /// Counted from 1.
        slide: u32,
    },
    /// A sheet of a workbook (XLS, XLSX, ODS).
    Sheet {
        /// The sheet's own name.
        sheet: String,
        /// The first row of the passage, counted from 1.
        row: u32,
    },
    /// A stretch of running text that has no true pages (DOCX, EPUB, HTML, TXT, an archive's member).
    Section {
        /// Counted from 1 in reading order.
        section: u32,
        /// The nearest heading, or an archive member's path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// A stretch of sound or film, from subtitles.
    Time {
        /// Milliseconds from the beginning.
        start_ms: u64,
        /// Milliseconds from the beginning.
        end_ms: u64,
    },
}

/// A piece of a file's text, small enough to show and to rank by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Passage {
    /// The place to open the file at.
    pub locator: Locator,
    /// The text as read: NFKC, no control characters but line feeds.
    pub text: String,
    /// How sure a machine is that read it in a picture or heard it, in percent, 0 where it does not say; none for text that was
    /// born digital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<u8>,
}

impl Passage {
    /// A piece of text that was born digital.
    pub fn new(locator: Locator, text: String) -> Self {
        Self {
            locator,
            text,
            machine: None,
        }
    }

    /// How many of its characters are not white space.
    pub fn characters(&self) -> u64 {
        self.text.chars().filter(|c| !c.is_whitespace()).count() as u64
    }
}

/// Nearest of several texts to another, by common pairs of characters; the first of equals.
pub fn nearest<'a>(text: &str, among: impl Iterator<Item = &'a str>) -> Option<usize> {
    let wanted = pairs(text);
    let shared = among.map(|other| pairs(other).intersection(&wanted).count());
    let best = shared
        .enumerate()
        .max_by_key(|&(index, count)| (count, std::cmp::Reverse(index)));
    best.filter(|&(_, count)| count > 0).map(|(index, _)| index)
}

fn pairs(text: &str) -> HashSet<(char, char)> {
    let letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_section_is_seen_on_the_page_that_holds_most_of_it() {
        let pages = ["封面 工作页", "一、断电挂牌，按图接线", "二、通电试车，记录电流"];

        assert_eq!(nearest("通电试车 记录电流", pages.into_iter()), Some(2));
        assert_eq!(nearest("xyz", pages.into_iter()), None);
    }
}
