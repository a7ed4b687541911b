//! The buckets of one limit, of which there is a most: a million addresses must not fill the memory.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};

use governor::nanos::Nanos;
use governor::state::keyed::{DashMapStateStore, ShrinkableKeyedStateStore};
use governor::state::{InMemoryState, NotKeyed, StateStore};

/// Keys that have a bucket of their own: some four megabytes.
const MOST: usize = 65_536;
/// Buckets that all further keys share until others are forgotten. Whoever sends from so many addresses meets the limits
/// together, and so may strangers who come meanwhile; whoever was there before keeps their own.
const SHARED: usize = 256;

/// A bucket for each key up to a number, and a few that all further ones share.
pub(super) struct BoundedKeys {
    own: DashMapStateStore<u128>,
    /// How many there are: exact after each [`ShrinkableKeyedStateStore::retain_recent`], and never too low.
    size: AtomicUsize,
    shared: Vec<InMemoryState>,
    hashing: RandomState,
}

impl Default for BoundedKeys {
    fn default() -> Self {
        Self {
            own: DashMapStateStore::default(),
            size: AtomicUsize::new(0),
            shared: std::iter::repeat_with(InMemoryState::default).take(SHARED).collect(),
            hashing: RandomState::new(),
        }
    }
}

impl fmt::Debug for BoundedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.size.load(Ordering::Relaxed);
        f.debug_struct("BoundedKeys")
            .field("size", &size)
            .finish_non_exhaustive()
    }
}

impl StateStore for BoundedKeys {
    type Key = u128;

    fn measure_and_replace<T, F, E>(&self, key: &u128, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        if let Some(state) = self.own.get(key) {
            return state.measure_and_replace(&NotKeyed::NonKey, decide);
        }
        if self.size.fetch_add(1, Ordering::Relaxed) < MOST {
            return self.own.measure_and_replace(key, decide);
        }
        self.size.fetch_sub(1, Ordering::Relaxed);
        let place = self.hashing.hash_one(key) % self.shared.len() as u64;
        let state = &self.shared[usize::try_from(place).expect("it is one of a few")];
        state.measure_and_replace(&NotKeyed::NonKey, decide)
    }
}

impl ShrinkableKeyedStateStore<u128> for BoundedKeys {
    fn retain_recent(&self, drop_below: Nanos) {
        self.own.retain_recent(drop_below);
        self.size.store(self.own.len(), Ordering::Relaxed);
    }

    fn len(&self) -> usize {
        self.own.len()
    }

    fn is_empty(&self) -> bool {
        self.own.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;
    use governor::middleware::NoOpMiddleware;
    use governor::nanos::Nanos;
    use governor::{Quota, RateLimiter};

    use super::{BoundedKeys, MOST};

    #[test]
    fn a_million_addresses_fill_no_memory_and_take_nothing_from_those_who_were_there() {
        let clock = FakeRelativeClock::default();
        let one = Quota::per_minute(NonZeroU32::MIN);
        let limiter: RateLimiter<u128, BoundedKeys, FakeRelativeClock, NoOpMiddleware<Nanos>> =
            RateLimiter::new(one, BoundedKeys::default(), clock.clone());
        assert!(limiter.check_key(&1_000_000).is_ok());

        let taken = (0..1_000_000).filter(|key| limiter.check_key(key).is_ok()).count();

        assert!(limiter.len() <= MOST);
        assert!(taken < MOST + 1_000, "they share a few buckets: {taken}");
        assert!(
            limiter.check_key(&1_000_000).is_err(),
            "its own bucket is as empty as before"
        );
        clock.advance(Duration::from_mins(3));
        limiter.retain_recent();
        assert_eq!(limiter.len(), 0);
        assert!(limiter.check_key(&7_000_000).is_ok());
        assert_eq!(limiter.len(), 1);
    }
}
