//! Days of the calendar where the library stands: when something is held, whatever the hour.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// Years of days that are kept: four digits, so that the order of the texts is that of the days.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2199;

/// A day, kept and sent as `2026-11-24`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    sea_orm::DeriveValueType,
    utoipa::ToSchema,
)]
#[schema(value_type = String)]
#[serde(try_from = "String", into = "String")]
#[sea_orm(value_type = "String")]
pub struct Day(jiff::civil::Date);

/// The text is not a day such as `2026-11-24`.
#[derive(Debug, thiserror::Error)]
#[error("a day is written `2026-11-24`")]
pub struct NotADay;

impl Day {
    /// The day of a moment.
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.there().date())
    }

    /// The first day of a month such as `2022-08`.
    pub fn first_of_month(month: &str) -> Option<Self> {
        format!("{month}-01").parse().ok()
    }

    /// The last day of a month such as `2023-07`.
    pub fn last_of_month(month: &str) -> Option<Self> {
        Self::first_of_month(month).map(|day| Self(day.0.last_of_month()))
    }

    /// The day after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(self.0))
    }

    /// The last day of so many years that begin with this one.
    #[must_use]
    pub fn plus_years(self, years: i32) -> Self {
        let later = self.0.checked_add(jiff::Span::new().years(years));
        let last = later.and_then(jiff::civil::Date::yesterday);
        Self(last.unwrap_or(self.0))
    }

    /// The day so many days after this one, or before it.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let span = jiff::Span::new().try_days(days);
        Self(span.and_then(|span| self.0.checked_add(span)).unwrap_or(self.0))
    }

    /// How many days there are from this one to another, both counted; none if that is earlier.
    pub fn days_until(self, last: Self) -> i32 {
        let span = (last.0 - self.0).get_days();
        (span + 1).max(0)
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.0.year()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day: jiff::civil::Date = text.parse().map_err(|_| NotADay)?;
        // One spelling alone: other readers take more than a day from a text.
        let is_kept = YEARS.contains(&day.year()) && day.to_string() == text;
        if is_kept { Ok(Self(day)) } else { Err(NotADay) }
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

// Part of a primary key, and no number.
impl sea_orm::TryFromU64 for Day {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Day"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_the_place_and_has_one_spelling() {
        let night: Timestamp = "2026-11-23T16:30:00Z".parse().unwrap();

        assert_eq!(Day::of(night).to_string(), "2026-11-24");
        for wrong in [
            "2026-02-30",
            "2026-1-5",
            "20261124",
            "1999-01-01",
            "2026-11-24T08:00:00",
        ] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn years_end_on_the_day_before_the_one_that_they_began_on() {
        let day = |text: &str| text.parse::<Day>().unwrap();

        assert_eq!(day("2026-12-01").plus_years(3), day("2029-11-30"));
    }

    #[test]
    fn days_are_counted_with_the_first_and_the_last() {
        let day = |text: &str| text.parse::<Day>().unwrap();

        assert_eq!(day("2026-02-27").days_until(day("2026-03-02")), 4);
        assert_eq!(day("2026-03-02").days_until(day("2026-03-02")), 1);
        assert_eq!(day("2026-03-02").days_until(day("2026-03-01")), 0);
        assert_eq!(Day::last_of_month("2024-02"), Some(day("2024-02-29")));
        assert_eq!(Day::first_of_month("2024-13"), None);
    }
}
