//! Who of the jury may score what: nobody an entry that they have something to do with.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::domain::code::codes;
use crate::domain::id::{AccountId, RecognitionEntryId, SchoolId};

/// What somebody has to do with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictKind {
    /// They entered it, or it is about them.
    Own,
    /// It is of their school.
    School,
    /// They made what shows it.
    Evidence,
    /// They said so themselves, or whoever holds the call did.
    Declared,
    /// Another entry of the call is theirs, is about them or is shown by their work.
    Competitor,
}

codes!(
    ConflictKind:
    Own "own",
    School "school",
    Evidence "evidence",
    Declared "declared",
    Competitor "competitor",
);

/// Who has something to do with an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interests {
    /// The school that it is of.
    pub school: Option<SchoolId>,
    /// Who entered it, and whom it is about.
    pub own: Vec<AccountId>,
    /// Whose work shows it.
    pub authors: Vec<AccountId>,
    /// Who declared something.
    pub declared: Vec<AccountId>,
}

impl Interests {
    /// What an account of some schools, those it had before among them, has to do with it; nothing for whoever may score it.
    pub fn conflict(&self, account: AccountId, schools: &[SchoolId]) -> Option<ConflictKind> {
        if self.own.contains(&account) {
            return Some(ConflictKind::Own);
        }
        if self.school.is_some_and(|school| schools.contains(&school)) {
            return Some(ConflictKind::School);
        }
        if self.authors.contains(&account) {
            return Some(ConflictKind::Evidence);
        }
        self.declared.contains(&account).then_some(ConflictKind::Declared)
    }
}

/// Who has something to do with the entries of a call.
#[derive(Debug, Clone, Default)]
pub struct CallInterests {
    entries: HashMap<RecognitionEntryId, Interests>,
    competitors: HashSet<AccountId>,
}

impl CallInterests {
    /// Of some entries; those that stand compete with each other.
    pub fn of(entries: HashMap<RecognitionEntryId, Interests>, standing: &HashSet<RecognitionEntryId>) -> Self {
        let standing = entries.iter().filter(|(id, _)| standing.contains(id));
        let people = standing.flat_map(|(_, it)| it.own.iter().chain(&it.authors));
        Self {
            competitors: people.copied().collect(),
            entries,
        }
    }

    /// Whether an account competes: whoever does scores nobody.
    pub fn competes(&self, account: AccountId) -> bool {
        self.competitors.contains(&account)
    }

    /// What an account of some schools has to do with an entry; nothing for whoever may score it.
    pub fn conflict(
        &self,
        entry: RecognitionEntryId,
        account: AccountId,
        schools: &[SchoolId],
    ) -> Option<ConflictKind> {
        let own = self.entries.get(&entry).and_then(|it| it.conflict(account, schools));
        own.or_else(|| self.competes(account).then_some(ConflictKind::Competitor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_scores_what_they_have_to_do_with() {
        let (own, author, declared, other) = (AccountId::new(), AccountId::new(), AccountId::new(), AccountId::new());
        let school = SchoolId::new();
        let interests = Interests {
            school: Some(school),
            own: vec![own],
            authors: vec![author],
            declared: vec![declared],
        };

        assert_eq!(interests.conflict(own, &[]), Some(ConflictKind::Own));
        let schools = [SchoolId::new(), school];
        assert_eq!(interests.conflict(other, &schools), Some(ConflictKind::School));
        assert_eq!(interests.conflict(author, &[]), Some(ConflictKind::Evidence));
        assert_eq!(interests.conflict(declared, &[]), Some(ConflictKind::Declared));
        assert_eq!(interests.conflict(other, &[SchoolId::new()]), None);
        // Whoever has no school is not of every entry's.
        assert_eq!(Interests::default().conflict(other, &[]), None);
    }

    #[test]
    fn whoever_withdrew_competes_no_more() {
        let (competes, withdrew) = (AccountId::new(), AccountId::new());
        let (stands, withdrawn, other) = (
            RecognitionEntryId::new(),
            RecognitionEntryId::new(),
            RecognitionEntryId::new(),
        );
        let of = |own| Interests {
            own: vec![own],
            ..Interests::default()
        };
        let entries = HashMap::from([
            (stands, of(competes)),
            (withdrawn, of(withdrew)),
            (other, Interests::default()),
        ]);

        let interests = CallInterests::of(entries, &HashSet::from([stands, other]));

        assert_eq!(interests.conflict(stands, competes, &[]), Some(ConflictKind::Own));
        assert_eq!(interests.conflict(other, competes, &[]), Some(ConflictKind::Competitor));
        assert_eq!(interests.conflict(other, withdrew, &[]), None);
    }
}
