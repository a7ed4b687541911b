//! Online sessions: resources that are looked at in their order, and how much of each counts as seen.
//!
//! Time is the server's own: what passed between two words from the same page, and never more than has passed on the wall. A
//! tab that was closed says nothing, so that nothing is counted for it; two tabs, or a hundred words at once, share the same
//! seconds.

use std::time::Duration;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::FieldReader;
use crate::domain::id::{FileId, ResourceId};
use crate::domain::time::Timestamp;

/// The most that an online session shows.
pub const MAX_ITEMS: usize = 100;
/// How often an open page says that it is still looked at.
pub const SAID_EVERY: Duration = Duration::from_secs(15);
/// A page that was silent for longer was closed, or its machine slept: nothing of that time is counted.
const SILENT_FOR: Duration = Duration::from_secs(45);
/// Without scripts a page says only by a button that it was read: so much is counted at once at most.
const AT_ONCE: Duration = Duration::from_mins(10);
/// Nobody reads a page in less.
const PAGE_TAKES: Duration = Duration::from_secs(5);

/// What a file is measured in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum ItemUnit {
    /// Pages of a document.
    Pages,
    /// Seconds of a film or a recording.
    Seconds,
}

/// How a page says that it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saying {
    /// It was just opened: time is counted from now on.
    Opened,
    /// A script says every few seconds that it is still looked at.
    Looking,
    /// Somebody pressed the button that says up to where they read.
    ReadToHere,
}

/// The milliseconds that are counted between two words of a page.
pub fn counted_ms(before: Timestamp, now: Timestamp, saying: Saying) -> i64 {
    let passed = now.0.saturating_sub(before.0).max(0);
    let millis = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    match saying {
        Saying::Opened | Saying::Looking if passed > millis(SILENT_FOR) => 0,
        Saying::Opened | Saying::Looking => passed,
        Saying::ReadToHere => passed.min(millis(AT_ONCE)),
    }
}

/// Until when a page was heard of: words that overtake each other, or come by a node whose clock is behind, must not have the
/// same seconds counted again. A clock that was far ahead is forgotten, or nothing would be counted for that long.
pub fn heard_until(before: Timestamp, now: Timestamp) -> Timestamp {
    if before > now && before <= now.plus(SILENT_FOR) {
        before
    } else {
        now
    }
}

/// How far somebody is with a file of `total`: the page that they say, as far as there was time to read up to it, or the
/// seconds that they looked. Never back.
pub fn reached(unit: ItemUnit, total: i32, counted_ms: i64, said: Option<i32>, before: i32) -> i32 {
    let seconds = counted_ms / 1000;
    let page_takes = i64::try_from(PAGE_TAKES.as_secs()).unwrap_or(1);
    let possible = match unit {
        ItemUnit::Pages => (seconds / page_takes).min(said.unwrap_or(0).max(0).into()),
        ItemUnit::Seconds => seconds,
    };
    let possible = i32::try_from(possible).unwrap_or(i32::MAX);
    possible.min(total).max(before)
}

/// Whether that is the share, in hundredths, that a session asks for.
pub fn is_enough(reached: i32, total: i32, share: i32) -> bool {
    i64::from(reached) * 100 >= i64::from(total) * i64::from(share)
}

/// A file that an online session shows, as a request names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = TrainingItemBody)]
pub struct ItemChosen {
    /// The resource.
    #[schema(value_type = String)]
    pub resource: ResourceId,
    /// Which of its files; the first that has pages or can be played when not given.
    #[schema(value_type = Option<String>)]
    pub file: Option<FileId>,
}

/// Parses `{"items": [{"resource": …, "file": …}]}`: all that a session shows, in order.
pub fn parse_items(fields: &Map<String, Value>) -> Result<Vec<ItemChosen>, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let given = reader.take("items").and_then(Value::as_array);
    let mut items = Vec::new();
    match given {
        None => reader.fault(
            "items",
            FaultKind::Malformed {
                expected: "a list of objects",
            },
        ),
        Some(given) if given.len() > MAX_ITEMS => reader.fault("items", FaultKind::TooLong { max: MAX_ITEMS }),
        Some(given) => {
            for (at, item) in given.iter().enumerate() {
                match item.as_object().map(|item| chosen(at, item)) {
                    Some(Ok(chosen)) => items.push(chosen),
                    Some(Err(faults)) => reader.add(faults),
                    None => reader.fault(&format!("items/{at}"), FaultKind::Malformed { expected: "an object" }),
                }
            }
        }
    }
    reader.refuse_others();
    reader.finish(|| items)
}

fn chosen(at: usize, fields: &Map<String, Value>) -> Result<ItemChosen, Vec<FieldFault>> {
    let mut reader = FieldReader::inside(&format!("items/{at}"), fields);
    let resource = reader.id("resource");
    let file = reader.id("file");
    if resource.is_none() && reader.is_fine() {
        reader.fault("resource", FaultKind::Required);
    }
    reader.refuse_others();
    let resource = resource.unwrap_or(ResourceId::NO_ROW);
    reader.finish(|| ItemChosen { resource, file })
}

/// What a page says: whether it was just opened, and at which page it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = ProgressBody)]
pub struct ProgressSaid {
    /// `true`: it was just opened, and takes the place of whatever else is open.
    #[schema(value_type = Option<bool>)]
    pub opened: bool,
    /// The page of a document.
    pub page: Option<i32>,
}

/// Parses what a page says.
pub fn parse_progress(fields: &Map<String, Value>) -> Result<ProgressSaid, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let opened = reader.flag("opened");
    let page = reader.number("page", 1..=100_000, "a number");
    reader.refuse_others();
    reader.finish(|| ProgressSaid { opened, page })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: i64, saying: Saying) -> i64 {
        counted_ms(Timestamp(1_000), Timestamp(1_000 + seconds * 1000), saying) / 1000
    }

    #[test]
    fn silence_counts_nothing_and_a_clock_that_goes_back_nothing_either() {
        assert_eq!(after(15, Saying::Looking), 15);
        assert_eq!(after(46, Saying::Looking), 0);
        assert_eq!(after(-60, Saying::Looking), 0);
        assert_eq!(after(120, Saying::ReadToHere), 120);
        assert_eq!(after(86_400, Saying::ReadToHere), 600);
    }

    #[test]
    fn nobody_is_further_than_they_had_time_to_read() {
        let pages = |seconds: i64, said| reached(ItemUnit::Pages, 40, seconds * 1000, Some(said), 0);

        assert_eq!((pages(0, 40), pages(50, 40), pages(50, 3)), (0, 10, 3));
        assert_eq!(pages(10_000, 400), 40);
        assert_eq!(reached(ItemUnit::Pages, 40, 500_000, None, 7), 7, "never back");
        assert_eq!(reached(ItemUnit::Seconds, 60, 90_000, Some(1), 0), 60);
        assert!(is_enough(32, 40, 80) && !is_enough(31, 40, 80));
    }
}
