//! What was needed lately, as much of it as a number of bytes holds.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Things that take long to load or to make, by what they are. The one that was needed last is kept however large it is.
#[derive(Debug)]
pub struct Shelf<K, V> {
    room: usize,
    kept: Mutex<VecDeque<Kept<K, V>>>,
}

#[derive(Debug)]
struct Kept<K, V> {
    key: K,
    value: Arc<V>,
    weight: usize,
}

impl<K: PartialEq, V> Shelf<K, V> {
    /// An empty one, with room for so many bytes.
    pub fn new(room: usize) -> Self {
        Self {
            room,
            kept: Mutex::default(),
        }
    }

    /// Takes something off the shelf; it goes back to its front.
    pub(super) fn take(&self, key: &K) -> Option<Arc<V>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|kept| kept.key == *key)?;
        let found = kept.remove(at)?;
        let value = Arc::clone(&found.value);
        kept.push_front(found);
        Some(value)
    }

    /// Puts something in front; from the other end goes what finds no room.
    pub(super) fn put(&self, key: K, value: Arc<V>, weight: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.key != key);
        kept.push_front(Kept { key, value, weight });
        let mut taken = 0;
        let first_out = kept.iter().position(|kept| {
            taken += kept.weight;
            taken > self.room
        });
        if let Some(first_out) = first_out {
            kept.truncate(first_out.max(1));
        }
    }

    /// Takes everything off.
    pub(super) fn clear(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_needed_for_longest_makes_room_and_the_newest_always_stays() {
        let shelf = Shelf::new(10);
        for (key, weight) in [("a", 4), ("b", 4)] {
            shelf.put(key, Arc::new(key), weight);
        }
        assert!(shelf.take(&"a").is_some());

        shelf.put("c", Arc::new("c"), 5);
        assert!(shelf.take(&"b").is_none());
        assert!(shelf.take(&"a").is_some() && shelf.take(&"c").is_some());
        shelf.put("large", Arc::new("large"), 99);

        assert!(shelf.take(&"large").is_some());
        assert!(shelf.take(&"a").is_none() && shelf.take(&"c").is_none());
    }
}
