//! Time as an input: the house asks this clock and no other, so that a test can hold it still and move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::domain::time::Timestamp;

/// A clock; copies show the same time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Milliseconds by which this clock is ahead of the machine's.
    ahead: Arc<AtomicI64>,
    /// Milliseconds by which the machine's is taken to be wrong.
    wrong: i64,
}

impl Clock {
    /// Tells the time.
    pub fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
        let machine = jiff::Timestamp::now().as_millisecond();
        Timestamp(machine + self.wrong + self.ahead.load(Ordering::Relaxed))
    }

    /// How far this clock was moved ahead of the machine's: nothing in a running service.
    pub fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead.load(Ordering::Relaxed).unsigned_abs())
    }

    /// The same clock on a machine whose own runs so far ahead of everybody else's. For tests of several machines.
    #[must_use]
    pub fn on_fast_machine(&self, by: Duration) -> Self {
        Self {
            ahead: Arc::clone(&self.ahead),
            wrong: i64::try_from(by.as_millis()).unwrap_or(i64::MAX),
        }
    }

    /// Moves this clock and its copies forward. For tests of expiry and retention.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead.fetch_add(millis, Ordering::Relaxed);
    }
}
