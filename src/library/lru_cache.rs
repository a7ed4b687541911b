//! A least-recently-used cache that is bounded by the bytes its values take.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Values that take long to load or to make, by key. The one that was used last is kept however large it is.
#[derive(Debug)]
pub struct LruCache<K, V> {
    room: usize,
    kept: Mutex<VecDeque<CacheEntry<K, V>>>,
}

#[derive(Debug)]
struct CacheEntry<K, V> {
    key: K,
    value: Arc<V>,
    weight: usize,
}

impl<K: PartialEq, V> LruCache<K, V> {
    /// An empty one, with room for so many bytes.
    pub fn new(room: usize) -> Self {
        Self {
            room,
            kept: Mutex::default(),
        }
    }

    /// Finds a value, which is then the one used last.
    pub(super) fn get(&self, key: &K) -> Option<Arc<V>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|kept| kept.key == *key)?;
        let found = kept.remove(at)?;
        let value = Arc::clone(&found.value);
        kept.push_front(found);
        Some(value)
    }

    /// Inserts a value as the one used last; those used longest ago go until the rest fits.
    pub(super) fn insert(&self, key: K, value: Arc<V>, weight: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.key != key);
        kept.push_front(CacheEntry { key, value, weight });
        let mut taken = 0;
        let first_out = kept.iter().position(|kept| {
            taken += kept.weight;
            taken > self.room
        });
        if let Some(first_out) = first_out {
            kept.truncate(first_out.max(1));
        }
    }

    /// Removes everything.
    pub(super) fn clear(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_needed_for_longest_makes_room_and_the_newest_always_stays() {
        let cache = LruCache::new(10);
        for (key, weight) in [("a", 4), ("b", 4)] {
            cache.insert(key, Arc::new(key), weight);
        }
        assert!(cache.get(&"a").is_some());

        cache.insert("c", Arc::new("c"), 5);
        assert!(cache.get(&"b").is_none());
        assert!(cache.get(&"a").is_some() && cache.get(&"c").is_some());
        cache.insert("large", Arc::new("large"), 99);

        assert!(cache.get(&"large").is_some());
        assert!(cache.get(&"a").is_none() && cache.get(&"c").is_none());
    }
}
