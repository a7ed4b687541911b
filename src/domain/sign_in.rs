//! How often a password may be guessed: counts of attempts by where they come from, never by whose account it is alone, so
//! that whoever guesses waits and the owner elsewhere does not.

use std::time::Duration;

use super::time::Timestamp;

/// A browser in which nobody signs in for so long is no longer known.
pub const BROWSER_KNOWN_FOR: Duration = Duration::from_hours(365 * 24);

/// So many attempts are let through before the next one waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptLimit {
    /// Attempts after which one waits.
    pub attempts: i32,
    /// Attempts count together when they are made in this time from the first of them.
    pub window: Duration,
    /// How long one waits.
    pub wait: Duration,
}

/// Attempts that were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptCount {
    /// How many.
    pub attempts: i32,
    /// When the first of them was.
    pub since: Timestamp,
    /// Before this moment none is let through.
    pub free_at: Timestamp,
}

impl AttemptCount {
    /// None yet.
    pub const NONE: Self = Self {
        attempts: 0,
        since: Timestamp(0),
        free_at: Timestamp(0),
    };

    /// How long one has to wait, if one has to. Never longer than the limit says: a clock that was years ahead and was put
    /// back must keep nobody out for years.
    pub fn wait(self, limit: AttemptLimit, now: Timestamp) -> Option<Duration> {
        let left = u64::try_from(self.free_at.0.saturating_sub(now.0)).ok()?;
        Some(Duration::from_millis(left).min(limit.wait)).filter(|left| !left.is_zero())
    }

    /// With one more. It is counted before its password is compared, so that those that come side by side are all counted.
    #[must_use]
    pub fn with_one_more(self, limit: AttemptLimit, now: Timestamp) -> Self {
        let (attempts, since) = if self.is_over(limit, now) {
            (0, now)
        } else {
            (self.attempts, self.since)
        };
        let attempts = attempts.saturating_add(1);
        let free_at = if attempts >= limit.attempts {
            now.plus(limit.wait)
        } else {
            self.free_at
        };
        Self {
            attempts,
            since,
            free_at,
        }
    }

    /// How many of them still count: together with one that is made now, or because they make that one wait.
    pub fn attempts_at(self, limit: AttemptLimit, now: Timestamp) -> u32 {
        if self.is_over(limit, now) && self.wait(limit, now).is_none() {
            return 0;
        }
        self.attempts.unsigned_abs()
    }

    fn is_over(self, limit: AttemptLimit, now: Timestamp) -> bool {
        // One that began after now was counted by a clock that has been put back.
        self.since.plus(limit.window) <= now || self.since > now
    }

    /// Whether the last one that was counted makes the next one wait.
    pub fn is_full(self, limit: AttemptLimit) -> bool {
        self.attempts >= limit.attempts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: AttemptLimit = AttemptLimit {
        attempts: 3,
        window: Duration::from_hours(1),
        wait: Duration::from_mins(15),
    };

    #[test]
    fn the_attempt_after_the_last_one_waits_and_then_each_does() {
        let now = Timestamp(1_000_000);
        let mut count = AttemptCount::NONE;
        for _ in 0..3 {
            assert_eq!(count.wait(LIMIT, now), None);
            count = count.with_one_more(LIMIT, now);
        }
        assert_eq!(count.wait(LIMIT, now), Some(LIMIT.wait));

        let later = now.plus(LIMIT.wait);
        assert_eq!(count.wait(LIMIT, later), None);
        assert_eq!(count.with_one_more(LIMIT, later).wait(LIMIT, later), Some(LIMIT.wait));
    }

    #[test]
    fn a_clock_that_was_years_ahead_keeps_nobody_out_for_years() {
        let ahead = Timestamp(1_000_000).plus(Duration::from_hours(4 * 365 * 24));
        let full = (0..3).fold(AttemptCount::NONE, |count, _| count.with_one_more(LIMIT, ahead));

        let now = Timestamp(1_000_000);
        assert_eq!(full.wait(LIMIT, now), Some(LIMIT.wait));
        assert_eq!(full.with_one_more(LIMIT, now).attempts, 1);
    }

    #[test]
    fn slips_of_last_week_are_not_counted() {
        let now = Timestamp(1_000_000);
        let twice = AttemptCount::NONE.with_one_more(LIMIT, now).with_one_more(LIMIT, now);

        let later = now.plus(LIMIT.window);
        assert_eq!(twice.attempts_at(LIMIT, now), 2);
        assert_eq!(twice.attempts_at(LIMIT, later), 0);
        assert_eq!(twice.with_one_more(LIMIT, later).attempts, 1);
    }

    #[test]
    fn attempts_that_make_one_wait_count_as_long_as_they_do() {
        let waits = AttemptLimit {
            wait: LIMIT.window * 2,
            ..LIMIT
        };
        let now = Timestamp(1_000_000);
        let full = (0..3).fold(AttemptCount::NONE, |count, _| count.with_one_more(waits, now));

        assert_eq!(full.attempts_at(waits, now.plus(LIMIT.window)), 3);
        assert_eq!(full.attempts_at(waits, now.plus(waits.wait)), 0);
    }
}
