//! Moments, kept as milliseconds since 1970 UTC so that both databases sort and compare them alike.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A moment in UTC with millisecond precision; RFC 3339 wherever people or programs see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sea_orm::DeriveValueType, utoipa::ToSchema)]
#[schema(value_type = String)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `duration` after this one.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// The moment `duration` before this one.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// RFC 3339 without parts of seconds: `2027-01-31T00:00:00Z`.
    pub fn whole_seconds(self) -> String {
        self.jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The form that HTTP headers use (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn http_date(self) -> String {
        self.jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// What calendar and clock show where the library stands. China has one time and no summer time.
    pub fn there(self) -> jiff::civil::DateTime {
        let shifted = self.plus(Duration::from_hours(8)).jiff();
        jiff::tz::TimeZone::UTC.to_datetime(shifted)
    }

    /// Day and minute where the library stands, for a moment that somebody remembers: `2026-11-24 15:40`.
    pub fn minute(self) -> String {
        self.there().strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The moment at which a day such as `2026-11-24` begins where the library stands.
    pub fn of_day(day: &str) -> Option<Self> {
        let day: jiff::civil::Date = day.parse().ok()?;
        let there = jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
        Some(Self(there.as_millisecond()).minus(Duration::from_hours(8)))
    }

    /// Year and month where the library stands, as one number that sorts: 202611.
    pub fn month(self) -> i32 {
        let there = self.there();
        i32::from(there.year()) * 100 + i32::from(there.month())
    }

    /// The day where the library stands, counted from 1970-01-01.
    pub fn day_number(self) -> i32 {
        let day = self.plus(Duration::from_hours(8)).0.div_euclid(DAY_MILLIS);
        i32::try_from(day).unwrap_or(i32::MAX)
    }

    /// The calendar day where the library stands, as pages show it: `2026-11-23`.
    pub fn day(self) -> String {
        self.there().strftime("%Y-%m-%d").to_string()
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.jiff())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moment: jiff::Timestamp = text.parse()?;
        Ok(Self(moment.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    /// What was done before eight in the morning bore the day before on some pages, and its own on others.
    #[test]
    fn a_day_is_the_day_where_the_library_stands() {
        let early: Timestamp = "2026-11-28T23:40:00Z".parse().unwrap();

        assert_eq!(early.day(), "2026-11-29");
        assert_eq!(early.minute(), "2026-11-29 07:40");
        assert_eq!(
            Timestamp::of_day("2026-11-29").map(Timestamp::day_number),
            Some(early.day_number())
        );
    }
}
