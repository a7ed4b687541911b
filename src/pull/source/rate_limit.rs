//! Rate limit in bytes a second, for all requests together.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Time whose bytes may come at once after a quiet while.
const BURST: Duration = Duration::from_millis(250);

/// Limit of bytes a second.
#[derive(Debug)]
pub struct RateLimit {
    per_second: u64,
    /// The moment at which the bytes so far are within the limit.
    due: Mutex<Instant>,
}

impl RateLimit {
    /// So many bytes a second, at least one.
    pub fn new(per_second: u64) -> Self {
        Self {
            per_second: per_second.max(1),
            due: Mutex::new(Instant::now()),
        }
    }

    /// Waits until so many bytes more are within the limit. Meanwhile nobody reads, TCP's window fills up and the hub
    /// waits too.
    pub async fn wait_for(&self, bytes: u64) {
        sleep_until(self.reserve(bytes, Instant::now())).await;
    }

    #[expect(clippy::cast_precision_loss, reason = "a time to sleep needs no 53 bits")]
    fn reserve(&self, bytes: u64, now: Instant) -> Instant {
        let takes = Duration::from_secs_f64(bytes as f64 / self.per_second as f64);
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(BURST).unwrap_or(now);
        *due = (*due).max(earliest) + takes;
        *due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_pieces_take_as_long_as_one_large_one() {
        let now = Instant::now();
        let (one, many) = (RateLimit::new(1_000_000), RateLimit::new(1_000_000));

        let at_once = one.reserve(10_000_000, now);
        let piecewise = (0..10_000).map(|_| many.reserve(1_000, now)).last().unwrap();

        assert!(at_once > now + Duration::from_secs(9));
        assert!(piecewise.max(at_once) - piecewise.min(at_once) < Duration::from_millis(10));
    }

    #[test]
    fn quiet_time_is_not_saved_up() {
        let rate = RateLimit::new(1_000);

        let later = Instant::now() + Duration::from_hours(1);

        assert!(rate.reserve(1_000, later) > later + Duration::from_millis(700));
    }
}
