//! No faster than this, all requests together.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// What may come at once after a quiet while.
const BURST: Duration = Duration::from_millis(250);

/// Bytes a second.
#[derive(Debug)]
pub struct Rate {
    per_second: u64,
    /// When everything that came so far should have come.
    due: Mutex<Instant>,
}

impl Rate {
    /// So many bytes a second, at least one.
    pub fn new(per_second: u64) -> Self {
        Self {
            per_second: per_second.max(1),
            due: Mutex::new(Instant::now()),
        }
    }

    /// Waits until so many bytes more may have come. While nobody reads, the line fills up and the hub waits too.
    pub async fn wait_for(&self, bytes: u64) {
        sleep_until(self.book(bytes, Instant::now())).await;
    }

    #[expect(clippy::cast_precision_loss, reason = "a time to sleep needs no 53 bits")]
    fn book(&self, bytes: u64, now: Instant) -> Instant {
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
        let (one, many) = (Rate::new(1_000_000), Rate::new(1_000_000));

        let at_once = one.book(10_000_000, now);
        let piecewise = (0..10_000).map(|_| many.book(1_000, now)).last().unwrap();

        assert!(at_once > now + Duration::from_secs(9));
        assert!(piecewise.max(at_once) - piecewise.min(at_once) < Duration::from_millis(10));
    }

    #[test]
    fn quiet_time_is_not_saved_up() {
        let rate = Rate::new(1_000);

        let later = Instant::now() + Duration::from_hours(1);

        assert!(rate.book(1_000, later) > later + Duration::from_millis(700));
    }
}
