//! Parameters that every list takes.

use serde::Deserialize;

use crate::domain::fault::{FaultKind, FieldFault};
use crate::error::{Refusal, Result};

/// The most items on a page.
const MAX_LIMIT: u64 = 100;
/// Items on a page when nobody says.
const DEFAULT_LIMIT: u64 = 20;

/// Which part of a list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Items on a page, 1 to 100; 20 when not given.
    #[param(minimum = 1, maximum = 100, value_type = Option<u64>)]
    pub limit: Option<String>,
    /// Where the last page ended: its `next_cursor`.
    pub cursor: Option<String>,
}

impl Paging {
    /// How many items.
    pub fn limit(&self) -> Result<u64> {
        let Some(given) = &self.limit else {
            return Ok(DEFAULT_LIMIT);
        };
        number_within(given, "limit", 1..=MAX_LIMIT, "a number from 1 to 100")
    }

    /// How many items come before the page, in a list whose cursors are counts.
    pub fn offset(&self) -> Result<usize> {
        match self.cursor() {
            Some(cursor) => Ok(cursor.parse().map_err(|_| Refusal::BadCursor)?),
            None => Ok(0),
        }
    }

    /// Where the last page ended; an empty cursor is none.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty())
    }
}

/// Reads a number of a query, or says which would be right.
pub fn number_within(
    given: &str,
    field: &str,
    range: std::ops::RangeInclusive<u64>,
    expected: &'static str,
) -> Result<u64> {
    let number = given.trim().parse().ok().filter(|number| range.contains(number));
    let fault = || Refusal::Fields(vec![FieldFault::at(field, FaultKind::Malformed { expected })]);
    Ok(number.ok_or_else(fault)?)
}
