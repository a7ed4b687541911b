//! Hours of the day in which something is done that can wait: at night, when nobody teaches.

use std::fmt;
use std::str::FromStr;

use super::time::Timestamp;

/// From one full hour of the day to another where the library stands, over midnight where the first is the later; all day
/// where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DailyHours(Option<(u8, u8)>);

/// The text names no hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not hours such as 22-6")]
pub struct NotHours;

impl DailyHours {
    /// Whether a moment is within them.
    pub fn are_open(self, now: Timestamp) -> bool {
        let hour = u8::try_from(now.there().hour()).unwrap_or(0);
        match self.0 {
            None => true,
            Some((from, until)) if from < until => (from..until).contains(&hour),
            Some((from, until)) => hour >= from || hour < until,
        }
    }

    /// From which hour until which; none for all day.
    pub fn span(self) -> Option<(u8, u8)> {
        self.0
    }
}

impl FromStr for DailyHours {
    type Err = NotHours;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        let (from, until) = text.split_once('-').ok_or(NotHours)?;
        let hour = |text: &str| text.trim().parse::<u8>().map_err(|_| NotHours);
        let (from, until) = (hour(from)?, hour(until)?);
        // 24 is midnight as an end; the same hour twice would be either nothing or everything.
        if from > 23 || until > 24 || from == until % 24 {
            return Err(NotHours);
        }
        Ok(Self(Some((from, until % 24))))
    }
}

impl fmt::Display for DailyHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((from, until)) => write!(f, "{from}-{until}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DailyHours, NotHours};
    use crate::domain::time::Timestamp;

    /// A day's hours, as `x` where they are open.
    fn day(hours: &str) -> String {
        let hours: DailyHours = hours.parse().unwrap();
        let midnight = Timestamp::of_day("2026-12-01").unwrap();
        let at = |hour| midnight.plus(std::time::Duration::from_hours(hour));
        (0..24)
            .map(|hour| if hours.are_open(at(hour)) { 'x' } else { '.' })
            .collect()
    }

    #[test]
    fn a_night_goes_over_midnight() {
        assert_eq!(day("22-6"), "xxxxxx................xx");
        assert_eq!(day("18-24"), "..................xxxxxx");
        assert_eq!(day(" 1 - 3 "), ".xx.....................");
        assert_eq!(day(""), "x".repeat(24));
    }

    #[test]
    fn what_names_no_hours_is_refused() {
        for text in ["22", "22-22", "0-24", "24-6", "6-25", "-1-3", "a-b"] {
            assert_eq!(text.parse::<DailyHours>(), Err(NotHours), "{text}");
        }
    }
}
