//! When to try again, and when to give up.

use std::time::Duration;

use crate::pull::error::{Error, Result};

/// So often in a row nothing may come before it is given up.
const IN_VAIN: u32 = 6;
/// The first pause after something went wrong twice.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause, unless the hub asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// The longest pause that a hub may ask for.
const LONGEST_ASKED: Duration = Duration::from_mins(1);

/// Counts the tries that brought nothing.
#[derive(Debug, Default)]
pub struct Tries {
    in_vain: u32,
}

impl Tries {
    /// Waits before the next try, or gives the error back: when it will not pass, or has not for too long.
    ///
    /// A line that is cut again and again and still brings something is never given up.
    pub async fn again(&mut self, error: Error, has_come_on: bool) -> Result<()> {
        if has_come_on {
            self.in_vain = 0;
        }
        self.in_vain += 1;
        if !error.is_passing() || self.in_vain > IN_VAIN {
            return Err(error);
        }
        tracing::debug!("trying again: {error}");
        tokio::time::sleep(pause(self.in_vain, &error)).await;
        Ok(())
    }
}

/// None the first time: most lines that are cut are there again at once.
fn pause(in_vain: u32, error: &Error) -> Duration {
    let own = match in_vain {
        1 => Duration::ZERO,
        more => LONGEST_PAUSE.min(FIRST_PAUSE * 2_u32.pow(more - 2)),
    };
    match error {
        Error::Refused(refused) => own.max(refused.retry_after.unwrap_or_default().min(LONGEST_ASKED)),
        _ => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::numbers::Numbers;
    use crate::pull::error::Refused;

    fn cut() -> Error {
        Error::Line {
            address: "bundle".to_owned(),
            why: "cut".to_owned(),
        }
    }

    fn refused(status: u16, retry_after: Option<Duration>) -> Error {
        Error::Refused(Box::new(Refused {
            address: "bundle".to_owned(),
            status,
            code: "busy".to_owned(),
            detail: "later".to_owned(),
            retry_after,
            items: Numbers::default(),
        }))
    }

    #[test]
    fn pauses_grow_to_a_few_seconds_and_no_more() {
        let pauses: Vec<_> = (1..=IN_VAIN).map(|nth| pause(nth, &cut()).as_millis()).collect();

        assert_eq!(pauses, [0, 250, 500, 1_000, 2_000, 4_000]);
        let asked = |seconds| pause(1, &refused(429, Some(Duration::from_secs(seconds))));
        assert_eq!(asked(7), Duration::from_secs(7));
        assert_eq!(asked(86_400), LONGEST_ASKED);
    }

    #[tokio::test]
    async fn a_line_that_brings_something_is_never_given_up_and_a_no_is_taken_at_once() {
        let mut tries = Tries::default();

        for _ in 0..1_000 {
            tries.again(cut(), true).await.unwrap();
        }

        assert!(tries.again(refused(404, None), true).await.is_err());
    }
}
