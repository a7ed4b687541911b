//! Orphan sweep of the store: which objects that no row names may be deleted, and what a sweep found.
//!
//! A database that is empty, older or another one names fewer objects than there are, and what it does not know must not be
//! destroyed by it. So an object goes by itself only if this database is surely newer than it.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// More than one in so many objects are never deleted without somebody's yes: so many mean another database, not
/// garbage.
const ONE_IN: u64 = 100;

/// What is known of the moments between which this database may not know an object that its library needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HistoryGap {
    /// When the newest object was stored that a row names.
    pub newest_named: Option<Timestamp>,
    /// From when to when another state of the database was at work.
    pub lost: Option<(Timestamp, Timestamp)>,
    /// When the oldest backup was made that is kept.
    pub oldest_backup: Option<Timestamp>,
}

/// Why an orphan is not deleted without somebody's yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldReason {
    /// It is newer than every object that a row names: this database may be an older one.
    NewerThanKnown,
    /// It was stored while another state of the database was at work.
    OfAnotherState,
    /// It is younger than the oldest backup.
    YoungerThanBackup,
}

impl HistoryGap {
    /// Reason to hold back an object stored at `modified`; none if it may go.
    pub fn hold_reason(&self, modified: Timestamp) -> Option<HoldReason> {
        if self.newest_named.is_none_or(|newest| newest <= modified) {
            return Some(HoldReason::NewerThanKnown);
        }
        if self
            .lost
            .is_some_and(|(from, until)| (from..=until).contains(&modified))
        {
            return Some(HoldReason::OfAnotherState);
        }
        let is_younger = self.oldest_backup.is_some_and(|backup| backup <= modified);
        is_younger.then_some(HoldReason::YoungerThanBackup)
    }
}

/// Whether so many orphans among so many objects need somebody's yes.
pub fn is_too_many(orphans: u64, objects: u64) -> bool {
    orphans.saturating_mul(ONE_IN) > objects
}

/// Report of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepReport {
    /// When it ended.
    pub at: Timestamp,
    /// Objects in the store.
    pub objects: u64,
    /// Those that no row names and that may go after their time of grace.
    pub orphans: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that no row names and that are held back.
    pub held: u64,
    /// Names in the store that are not ours.
    pub strangers: u64,
    /// Objects that it deleted.
    pub deleted: u64,
    /// Whether it stopped because it would have taken too many.
    pub stopped: bool,
}

impl SweepReport {
    /// Whether somebody has to look: so many objects without a row mean that this is not the database that the store was
    /// filled by.
    pub fn needs_attention(&self) -> bool {
        self.stopped || is_too_many(self.held, self.objects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_that_is_newer_than_all_that_the_database_names() {
        let empty = HistoryGap::default();
        let older = HistoryGap {
            newest_named: Some(Timestamp(100)),
            ..empty
        };

        assert_eq!(empty.hold_reason(Timestamp(1)), Some(HoldReason::NewerThanKnown));
        assert_eq!(older.hold_reason(Timestamp(100)), Some(HoldReason::NewerThanKnown));
        assert_eq!(older.hold_reason(Timestamp(99)), None);
    }

    #[test]
    fn nothing_goes_that_another_state_of_the_database_may_name_nor_what_no_backup_is_newer_than() {
        let grown = HistoryGap {
            newest_named: Some(Timestamp(1000)),
            lost: Some((Timestamp(200), Timestamp(300))),
            oldest_backup: Some(Timestamp(600)),
        };

        assert_eq!(grown.hold_reason(Timestamp(199)), None);
        assert_eq!(grown.hold_reason(Timestamp(200)), Some(HoldReason::OfAnotherState));
        assert_eq!(grown.hold_reason(Timestamp(300)), Some(HoldReason::OfAnotherState));
        assert_eq!(grown.hold_reason(Timestamp(301)), None);
        assert_eq!(grown.hold_reason(Timestamp(600)), Some(HoldReason::YoungerThanBackup));
    }

    #[test]
    fn one_in_a_hundred_is_the_most() {
        assert!(!is_too_many(0, 0));
        assert!(is_too_many(1, 99));
        assert!(!is_too_many(1, 100));
        assert!(is_too_many(2, 100));
    }
}
