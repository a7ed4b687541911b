//! The synonyms in memory: one table for all schools without words of their own, one for each that has some.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::domain::id::SchoolId;
use crate::search::Synonyms;

/// Where the present edition stands.
#[derive(Debug, Default)]
pub(crate) struct SynonymCache(RwLock<Arc<SynonymEdition>>);

/// One edition of all groups.
#[derive(Debug, Default)]
pub(super) struct SynonymEdition {
    edition: i64,
    city: Vec<Vec<String>>,
    schools: HashMap<SchoolId, Vec<Vec<String>>>,
    /// Made when first asked for.
    tables: Mutex<HashMap<Option<SchoolId>, Arc<Synonyms>>>,
}

impl SynonymCache {
    /// The number of the edition that is read.
    pub(super) fn edition(&self) -> i64 {
        self.present().edition
    }

    /// Puts up a newer edition; an older one, read by somebody slow, is dropped.
    pub(super) fn put(&self, shelved: SynonymEdition) {
        let mut present = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if present.edition < shelved.edition {
            *present = Arc::new(shelved);
        }
    }

    /// What the questions of a school's people are read with, or those of people without a school. The first after a
    /// change takes as long as folding all its words does: ask where waiting is allowed.
    pub(crate) fn table(&self, school: Option<SchoolId>) -> Arc<Synonyms> {
        self.present().table(school)
    }

    fn present(&self) -> Arc<SynonymEdition> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SynonymEdition {
    /// Sorts groups by whose they are.
    pub(super) fn new(edition: i64, groups: impl Iterator<Item = (Option<SchoolId>, Vec<String>)>) -> Self {
        let mut shelved = Self {
            edition,
            ..Self::default()
        };
        for (school, words) in groups {
            match school {
                None => shelved.city.push(words),
                Some(id) => shelved.schools.entry(id).or_default().push(words),
            }
        }
        shelved
    }

    fn table(&self, school: Option<SchoolId>) -> Arc<Synonyms> {
        let own = school.and_then(|id| self.schools.get(&id));
        let key = school.filter(|_| own.is_some());
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        match tables.entry(key) {
            Entry::Occupied(table) => Arc::clone(table.get()),
            Entry::Vacant(free) => {
                let groups = self.city.iter().chain(own.into_iter().flatten());
                // The lock is held meanwhile, so that nobody makes it a second time.
                Arc::clone(free.insert(Arc::new(Synonyms::new(groups.cloned()))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_school_reads_with_the_citys_words_and_its_own_and_an_older_edition_changes_nothing() {
        let (school, other) = (SchoolId::new(), SchoolId::new());
        let cache = SynonymCache::default();
        let groups = [
            (None, words(&["课件", "PPT"])),
            (Some(school), words(&["小车床", "C616"])),
        ];
        cache.put(SynonymEdition::new(2, groups.into_iter()));
        cache.put(SynonymEdition::new(1, std::iter::empty()));

        assert_eq!(cache.edition(), 2);
        assert_eq!(cache.table(Some(school)).groups().len(), 2);
        assert_eq!(cache.table(None).groups().len(), 1);
        assert!(Arc::ptr_eq(&cache.table(Some(other)), &cache.table(None)));
    }
}
