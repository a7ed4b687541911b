//! Where an answer ended, as a word the caller hands back to go on.
//!
//! A cursor names the last hit shown by its sort key and its id, and carries the statistics that the scores were made
//! with. The next page is scored by the same statistics, so a document that did not change keeps its score and its place
//! whatever came or went in between: nothing is repeated and nothing left out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::search::Sort;

use super::statistics::Frozen;

/// The place of the last hit shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The order it was counted in.
    pub(super) sort: Sort,
    /// Whether the question had been relaxed; the next page must ask the same.
    pub(super) relaxed: bool,
    /// What was sorted by, greatest first.
    pub(super) key: i64,
    /// The last hit; among equal keys the greatest comes first.
    pub(super) id: u128,
    /// What the scores were made with.
    pub(super) statistics: Frozen,
}

/// Tells our cursors from other words, and these from those of an earlier layout.
const LAYOUT: u8 = 2;
/// A cursor never has more numbers than this.
const MOST_NUMBERS: usize = 1_000;

impl Cursor {
    /// The cursor as a word that is safe in a URL.
    pub(super) fn encode(&self) -> String {
        let flags = u8::from(self.relaxed) | u8::from(self.sort == Sort::Newest) << 1;
        let mut bytes = vec![LAYOUT, flags];
        bytes.extend(self.key.to_be_bytes());
        bytes.extend(self.id.to_be_bytes());
        for number in &self.statistics.0 {
            push_number(*number, &mut bytes);
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor; `None` if it is none of ours.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (&[layout, flags], rest) = bytes.split_first_chunk()?;
        let (key, rest) = rest.split_first_chunk()?;
        let (id, rest) = rest.split_first_chunk()?;
        if layout != LAYOUT || flags >= 4 {
            return None;
        }
        Some(Self {
            sort: if flags & 2 == 0 { Sort::Relevance } else { Sort::Newest },
            relaxed: flags & 1 == 1,
            key: i64::from_be_bytes(*key),
            id: u128::from_be_bytes(*id),
            statistics: Frozen(numbers(rest)?),
        })
    }
}

/// Seven bits a byte, the last byte marked: most of these numbers are small.
fn push_number(mut number: u64, bytes: &mut Vec<u8>) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low | 0x80);
            return;
        }
        bytes.push(low & 0x7f);
    }
}

fn numbers(bytes: &[u8]) -> Option<Vec<u64>> {
    let mut numbers = Vec::new();
    let (mut number, mut shift) = (0_u64, 0);
    for byte in bytes {
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 != 0 {
            numbers.push(number);
            (number, shift) = (0, 0);
        }
    }
    (shift == 0 && numbers.len() <= MOST_NUMBERS).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        for (sort, relaxed) in [(Sort::Relevance, true), (Sort::Newest, false)] {
            let statistics = Frozen(vec![0, 127, 128, u64::MAX]);
            let cursor = Cursor {
                sort,
                relaxed,
                key: -3,
                id: u128::MAX - 1,
                statistics,
            };
            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
    }

    #[test]
    fn other_words_are_refused() {
        for text in ["", "x", "!!", "AAAA", &"A".repeat(46), &"_".repeat(1000)] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }
}
