//! Retry with backoff: when to try again, and when to give up.

use std::time::Duration;

use crate::pull::error::{Error, Result};

/// Failures in a row, with nothing received between them, after which it is given up.
const MAX_FAILURES: u32 = 6;
/// Times in a row that a hub may ask to come again later: a limit that many share is waited for, not failed at.
const MAX_TOLD_TO_WAIT: u32 = 60;
/// Pause after the second failure; the first is retried at once.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause, unless the hub asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// Longest `Retry-After` that is obeyed: a hub decides nothing about how long this program runs.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(1);

/// Counts the failures in a row that brought nothing.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Waits before the next try, or returns the error if it is not transient or has come too often.
    ///
    /// A connection that breaks again and again and still brings something is never given up.
    pub async fn retry(&mut self, error: Error, has_come_on: bool) -> Result<()> {
        if has_come_on {
            self.failures = 0;
        }
        self.failures += 1;
        if !error.is_transient() || self.failures > most_failures(&error) {
            return Err(error);
        }
        tracing::debug!("trying again: {error}");
        tokio::time::sleep(pause(self.failures, &error)).await;
        Ok(())
    }
}

/// Failures in a row after which it is given up.
fn most_failures(error: &Error) -> u32 {
    match error {
        Error::Refused(refused) if refused.status == 429 && refused.retry_after.is_some() => MAX_TOLD_TO_WAIT,
        _ => MAX_FAILURES,
    }
}

/// Pause before a retry. None the first time: most connections that break are there again at once.
fn pause(failures: u32, error: &Error) -> Duration {
    let own = match failures {
        1 => Duration::ZERO,
        more => LONGEST_PAUSE.min(FIRST_PAUSE * 2_u32.saturating_pow(more - 2)),
    };
    match error {
        Error::Refused(refused) => own.max(refused.retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER)),
        _ => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::numbers::ItemNumbers;
    use crate::pull::error::HubRefusal;

    fn cut() -> Error {
        Error::Connection {
            address: "bundle".to_owned(),
            why: "cut".to_owned(),
        }
    }

    fn refused(status: u16, retry_after: Option<Duration>) -> Error {
        Error::Refused(Box::new(HubRefusal {
            address: "bundle".to_owned(),
            status,
            code: "busy".to_owned(),
            detail: "later".to_owned(),
            retry_after,
            items: ItemNumbers::default(),
        }))
    }

    #[test]
    fn pauses_grow_to_a_few_seconds_and_no_more() {
        let pauses: Vec<_> = (1..=MAX_FAILURES).map(|nth| pause(nth, &cut()).as_millis()).collect();

        assert_eq!(pauses, [0, 250, 500, 1_000, 2_000, 4_000]);
        let asked = |seconds| pause(1, &refused(429, Some(Duration::from_secs(seconds))));
        assert_eq!(asked(7), Duration::from_secs(7));
        assert_eq!(asked(86_400), LONGEST_RETRY_AFTER);
        assert_eq!(pause(u32::MAX, &cut()), LONGEST_PAUSE);
    }

    /// Five schools that share a limit: each found it taken a few times, and gave up.
    #[test]
    fn a_hub_that_says_when_to_come_again_is_asked_again_for_an_hour() {
        let second = Some(Duration::from_secs(1));
        assert_eq!(most_failures(&refused(429, second)), MAX_TOLD_TO_WAIT);
        for other in [refused(503, second), refused(429, None), cut()] {
            assert_eq!(most_failures(&other), MAX_FAILURES);
        }
    }

    #[tokio::test]
    async fn a_line_that_brings_something_is_never_given_up_and_a_no_is_taken_at_once() {
        let mut tries = Backoff::default();

        for _ in 0..1_000 {
            tries.retry(cut(), true).await.unwrap();
        }

        assert!(tries.retry(refused(404, None), true).await.is_err());
    }
}
