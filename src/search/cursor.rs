//! Cursor: where a page of results ended, as a word that the caller hands back for the next page.
//!
//! A cursor names the last hit shown by its sort key and its id, and carries all that the scores were made with. The next
//! page is scored by the same, so a resource that did not change keeps its score and its place whatever came or went in
//! between: nothing is repeated and nothing left out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::domain::search::Sort;

use super::schema::Facet;

/// The place of the last hit shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Tells these cursors from those of an earlier layout.
    #[serde(rename = "v")]
    pub(super) layout: CursorLayout,
    /// The order it was counted in.
    #[serde(rename = "s")]
    pub(super) sort: Sort,
    /// What was asked instead of what was typed.
    #[serde(rename = "q")]
    pub(super) corrected: Option<String>,
    /// Whether the nearest were wanted; the next page must ask the same.
    #[serde(rename = "r")]
    pub(super) relaxed: bool,
    /// What was sorted by, greatest first.
    #[serde(rename = "k")]
    pub(super) key: i64,
    /// The last hit; among equal keys the greatest comes first.
    #[serde(rename = "i")]
    pub(super) id: u128,
    /// What the scores were made with.
    #[serde(rename = "m")]
    pub(super) measures: RankingState,
}

/// The state of a ranking: what the scores of an answer were made with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct RankingState {
    /// Those whose first score is greater than this were looked at twice.
    #[serde(rename = "t")]
    pub(super) threshold: Option<i64>,
    /// How many resources there were.
    #[serde(rename = "n")]
    pub(super) entries: u64,
    /// How many terms each scored field had.
    #[serde(rename = "l")]
    pub(super) tokens: Vec<u64>,
    /// How many resources held each leaf of the question.
    #[serde(rename = "f")]
    pub(super) frequencies: Vec<u64>,
    /// The same for its characters.
    #[serde(rename = "c")]
    pub(super) char_frequencies: Vec<u64>,
    /// What the best had in common.
    #[serde(rename = "h")]
    pub(super) hints: Vec<Hint>,
}

/// A word that the best had in common, or a value of a facet, with its weight and how many resources held it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Hint(
    pub(super) Option<Facet>,
    pub(super) String,
    pub(super) f32,
    pub(super) u64,
);

/// Layout of cursors. The number is raised with every change, so that cursors of other layouts are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum CursorLayout {
    /// The present one.
    #[serde(rename = "5")]
    Fifth,
}

/// No cursor of ours is longer.
const LONGEST: usize = 8_000;

impl Cursor {
    /// The cursor as a word that is safe in a URL.
    pub(super) fn encode(&self) -> String {
        let json = serde_json::to_vec(self).expect("a cursor is plain data");
        URL_SAFE_NO_PAD.encode(json)
    }

    /// Reads a cursor; `None` if it is none of ours. The numbers in it come from outside: they may be nonsense, and
    /// whoever uses them only gets nonsense for it.
    pub(super) fn decode(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let json = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = serde_json::from_slice(&json).ok()?;
        // `1e39` is a number in JSON and infinite as a weight; scores made with it would have no order.
        let is_sound = cursor
            .measures
            .hints
            .iter()
            .all(|Hint(_, _, weight, _)| weight.is_finite());
        is_sound.then_some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        for (sort, relaxed) in [(Sort::Relevance, true), (Sort::Newest, false)] {
            let measures = RankingState {
                threshold: Some(-5),
                entries: u64::MAX,
                tokens: vec![0, 127],
                hints: vec![
                    Hint(None, "电机".to_owned(), 0.2, 3),
                    Hint(Some(Facet::Course), "数控".to_owned(), 0.1, 2),
                ],
                ..RankingState::default()
            };
            let cursor = Cursor {
                layout: CursorLayout::Fifth,
                sort,
                corrected: Some("电气".to_owned()),
                relaxed,
                key: -3,
                id: u128::MAX - 1,
                measures,
            };

            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
    }

    #[test]
    fn other_words_are_refused() {
        let earlier = URL_SAFE_NO_PAD.encode([2, 0, 0, 0]);
        for text in ["", "x", "!!", "AAAA", &earlier, &"A".repeat(46), &"_".repeat(9_000)] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }
}
