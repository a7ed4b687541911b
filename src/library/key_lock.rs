//! One lock a key: who wants the same thing waits for whoever is making it already.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// Locks by key. A key that nobody holds or waits for takes no memory after the next lock.
#[derive(Debug)]
pub struct KeyLocks<K>(Mutex<HashMap<K, Arc<tokio::sync::Mutex<()>>>>);

impl<K> Default for KeyLocks<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash> KeyLocks<K> {
    /// Waits until nobody else holds this key.
    pub async fn lock(&self, key: &K) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(locks.entry(key.clone()).or_default())
        };
        lock.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::KeyLocks;

    #[tokio::test]
    async fn one_key_is_held_once_and_another_beside_it() {
        let locks = KeyLocks::default();

        let first = locks.lock(&"a").await;

        assert!(locks.lock(&"a").now_or_never().is_none());
        assert!(locks.lock(&"b").now_or_never().is_some());
        drop(first);
        assert!(locks.lock(&"a").now_or_never().is_some());
        assert!(locks.0.lock().unwrap().len() <= 1, "what nobody holds is forgotten");
    }
}
