//! Where an answer ended, as a word the caller hands back to go on.
//!
//! A cursor names the last hit shown: its sort key and its id. The next page is what comes after that hit. When the
//! library has changed in between, the hit is looked up again and what comes after its *present* place is shown, so
//! new documents neither repeat nor hide the ones already there. See `answer`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::search::Sort;

/// The place of the last hit shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The order it was counted in.
    pub(super) sort: Sort,
    /// Whether the question had been relaxed; the next page must ask the same.
    pub(super) relaxed: bool,
    /// The state of the index that the key was read from.
    pub(super) state: u64,
    /// What was sorted by, greatest first.
    pub(super) key: i64,
    /// The last hit; among equal keys the greatest comes first.
    pub(super) id: u128,
}

/// Tells our cursors from other words, and these from those of an earlier layout.
const LAYOUT: u8 = 1;
const LENGTH: usize = 1 + 1 + 8 + 8 + 16;

impl Cursor {
    /// The cursor as a word that is safe in a URL.
    pub(super) fn encode(&self) -> String {
        let flags = u8::from(self.relaxed) | u8::from(self.sort == Sort::Newest) << 1;
        let mut bytes = vec![LAYOUT, flags];
        bytes.extend(self.state.to_be_bytes());
        bytes.extend(self.key.to_be_bytes());
        bytes.extend(self.id.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor; `None` if it is none of ours.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let bytes: [u8; LENGTH] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (&[layout, flags], rest) = bytes.split_first_chunk()?;
        let (state, rest) = rest.split_first_chunk()?;
        let (key, rest) = rest.split_first_chunk()?;
        let id = rest.first_chunk()?;
        (layout == LAYOUT && flags < 4).then(|| Self {
            sort: if flags & 2 == 0 { Sort::Relevance } else { Sort::Newest },
            relaxed: flags & 1 == 1,
            state: u64::from_be_bytes(*state),
            key: i64::from_be_bytes(*key),
            id: u128::from_be_bytes(*id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        for (sort, relaxed) in [(Sort::Relevance, true), (Sort::Newest, false)] {
            let cursor = Cursor {
                sort,
                relaxed,
                state: 7,
                key: -3,
                id: u128::MAX - 1,
            };
            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
    }

    #[test]
    fn other_words_are_refused() {
        for text in ["", "x", "!!", "AAAA", &"A".repeat(46), &"A".repeat(1000)] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }
}
