//! Why a question finds one resource, or does not: each word and where it stands, and what follows from that.

use serde::{Deserialize, Serialize};

use super::id::{FileId, ResourceId};
use super::passage::Locator;

/// How a question meets one resource, word by word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The words that are wanted, in the order typed.
    pub words: Vec<Meeting>,
    /// What is wanted to the letter.
    pub phrases: Vec<Meeting>,
    /// What is not wanted.
    pub excluded: Vec<Meeting>,
    /// Nothing is wanted, so everything is shown that nothing excludes.
    pub browses: bool,
}

/// A word of a question, and where it stands in a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// The word as it is looked for, in its one spelling.
    pub text: String,
    /// What it may be called instead.
    pub others: Vec<String>,
    /// How it stands there.
    pub how: How,
    /// The other names or the parts that stand there.
    pub by: Vec<String>,
    /// The fields it stands in.
    pub fields: Vec<Field>,
    /// How many passages it stands in.
    pub passages: usize,
    /// The first of them.
    pub places: Vec<Site>,
}

/// A passage of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The file.
    pub file_id: FileId,
    /// Where in the file.
    pub locator: Locator,
}

/// How a word stands in a resource, the best way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
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

/// Something of a resource that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the field it names")]
pub enum Field {
    Title,
    Description,
    Keywords,
    Authors,
    FileNames,
    Major,
    Course,
    Task,
    School,
    Type,
    Stage,
    Level,
    Year,
}

/// Where a resource stands among the answers to a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
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
pub enum Reason {
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
    pub fn reasons(&self, relaxed: bool) -> Vec<Reason> {
        let is_there = |meeting: &Meeting| meeting.how == How::Exact;
        let mut reasons = Vec::new();
        if self.excluded.iter().any(is_there) {
            reasons.push(Reason::Excluded);
        }
        if !self.phrases.iter().all(is_there) {
            reasons.push(Reason::PhraseMissing);
        }
        if !self.browses && self.words.is_empty() && self.phrases.is_empty() {
            reasons.push(Reason::NoWords);
        }
        if !self.has_enough_words(relaxed) {
            reasons.push(Reason::TooFewWords);
        }
        reasons
    }

    fn has_enough_words(&self, relaxed: bool) -> bool {
        if self.words.is_empty() {
            return true;
        }
        if relaxed {
            return self.words.iter().any(|word| word.how != How::Missing);
        }
        self.words.iter().all(|word| word.how < How::Part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meeting(how: How) -> Meeting {
        Meeting {
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
            words: vec![meeting(How::Exact), meeting(How::Missing)],
            ..Explanation::default()
        };

        assert_eq!(explanation.reasons(true), []);
        assert_eq!(explanation.reasons(false), [Reason::TooFewWords]);
    }

    #[test]
    fn what_is_excluded_and_what_is_quoted_always_decide() {
        let explanation = Explanation {
            phrases: vec![meeting(How::Missing)],
            excluded: vec![meeting(How::Exact)],
            ..Explanation::default()
        };

        assert_eq!(explanation.reasons(true), [Reason::Excluded, Reason::PhraseMissing]);
        assert_eq!(Explanation::default().reasons(true), [Reason::NoWords]);
    }
}
