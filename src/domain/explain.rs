//! Explains why a query finds one resource or does not: where each word stands, and what follows from that.

use serde::{Deserialize, Serialize};

use super::id::{FileId, ResourceId};
use super::metadata::SearchedField;
use super::passage::Locator;

/// Explanation of how a query matches one resource, word by word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The words that are wanted, in the order typed.
    pub words: Vec<TermMatch>,
    /// What is wanted to the letter.
    pub phrases: Vec<TermMatch>,
    /// What is not wanted.
    pub excluded: Vec<TermMatch>,
    /// Nothing is wanted, so everything is shown that nothing excludes.
    pub browses: bool,
}

/// Match of one word of a query in a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermMatch {
    /// The word as it is looked for, in its one spelling.
    pub text: String,
    /// What it may be called instead.
    pub others: Vec<String>,
    /// How it stands there.
    pub how: MatchKind,
    /// The other names or the parts that stand there.
    pub by: Vec<String>,
    /// The fields it stands in.
    pub fields: Vec<SearchedField>,
    /// How many passages it stands in.
    pub passages: usize,
    /// The first of them.
    pub places: Vec<PassageRef>,
}

/// A passage of a file that holds the word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageRef {
    /// The file.
    pub file_id: FileId,
    /// Where in the file.
    pub locator: Locator,
}

/// How a word stands in a resource, the best way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = How)]
pub enum MatchKind {
    /// As it was typed.
    Exact,
    /// Only by another name.
    Synonym,
    /// Only by its sound.
    Sound,
    /// Only parts of it.
    Part,
    /// Not at all.
    Missing,
}

/// Rank of a resource among a query's results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResultRank {
    /// Counted from 1; nothing when it is not among those looked through.
    pub rank: Option<usize>,
    /// The hit it is folded into, when another school's resource says nearly the same.
    pub folded_into: Option<ResourceId>,
    /// How many resources match.
    pub total: usize,
    /// Whether every answer was looked through.
    pub is_whole: bool,
    /// Not every word was found together; the answer holds resources with some of them.
    pub relaxed: bool,
    /// The text as corrected, if the answer is to something else than what was typed.
    pub corrected: Option<String>,
}

/// Why a resource is not among the answers. Stable codes; the sentences are in `words`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Reason)]
pub enum ExclusionReason {
    /// Who asks is in none of its audiences.
    NotVisible,
    /// The index does not have its present state yet.
    NotIndexed,
    /// It holds what is not wanted.
    Excluded,
    /// What is wanted to the letter does not stand there.
    PhraseMissing,
    /// It holds too few of the words.
    TooFewWords,
    /// Nothing that was typed is a word.
    NoWords,
}

impl Explanation {
    /// Why a resource that holds this is no answer; nothing when it is one. `relaxed`: some of the words will do.
    pub fn reasons(&self, relaxed: bool) -> Vec<ExclusionReason> {
        let is_there = |meeting: &TermMatch| meeting.how == MatchKind::Exact;
        let mut reasons = Vec::new();
        if self.excluded.iter().any(is_there) {
            reasons.push(ExclusionReason::Excluded);
        }
        if !self.phrases.iter().all(is_there) {
            reasons.push(ExclusionReason::PhraseMissing);
        }
        if !self.browses && self.words.is_empty() && self.phrases.is_empty() {
            reasons.push(ExclusionReason::NoWords);
        }
        if !self.has_enough_words(relaxed) {
            reasons.push(ExclusionReason::TooFewWords);
        }
        reasons
    }

    fn has_enough_words(&self, relaxed: bool) -> bool {
        if self.words.is_empty() {
            return true;
        }
        if relaxed {
            return self.words.iter().any(|word| word.how != MatchKind::Missing);
        }
        self.words.iter().all(|word| word.how < MatchKind::Part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meeting(how: MatchKind) -> TermMatch {
        TermMatch {
            text: "轴".to_owned(),
            others: Vec::new(),
            how,
            by: Vec::new(),
            fields: Vec::new(),
            passages: 0,
            places: Vec::new(),
        }
    }

    #[test]
    fn a_resource_with_some_of_the_words_is_an_answer_only_where_some_will_do() {
        let explanation = Explanation {
            words: vec![meeting(MatchKind::Exact), meeting(MatchKind::Missing)],
            ..Explanation::default()
        };

        assert_eq!(explanation.reasons(true), []);
        assert_eq!(explanation.reasons(false), [ExclusionReason::TooFewWords]);
    }

    #[test]
    fn what_is_excluded_and_what_is_quoted_always_decide() {
        let explanation = Explanation {
            phrases: vec![meeting(MatchKind::Missing)],
            excluded: vec![meeting(MatchKind::Exact)],
            ..Explanation::default()
        };

        assert_eq!(
            explanation.reasons(true),
            [ExclusionReason::Excluded, ExclusionReason::PhraseMissing]
        );
        assert_eq!(Explanation::default().reasons(true), [ExclusionReason::NoWords]);
    }
}
