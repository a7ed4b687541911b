//! Lists by pages: a page begins where the cursor of the last one says.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::fault::{FaultKind, FieldFault};
use crate::error::{Refusal, Result};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list that has one page.
    pub fn only(items: Vec<T>) -> Self {
        Self {
            items,
            next_cursor: None,
        }
    }

    /// All of a list that was read up to `most`; refused where there is more: a table that ends silently is taken for all there is.
    pub(crate) fn whole(self, most: u64) -> Result<Vec<T>> {
        if self.next_cursor.is_none() {
            return Ok(self.items);
        }
        let max = usize::try_from(most).unwrap_or(usize::MAX);
        let too_many = FieldFault::at("format", FaultKind::TooManyRows { max });
        Err(Refusal::Fields(vec![too_many]).into())
    }
}

/// Where a page begins, as a cursor says; without one at the list's beginning.
pub(crate) fn begin<C: FromStr>(cursor: Option<&str>) -> Result<Option<C>> {
    let begin = cursor.map(|cursor| cursor.parse().map_err(|_| Refusal::BadCursor));
    Ok(begin.transpose()?)
}

/// The rows of a page and the cursor of the next one. One row more than `limit` is read to know whether there is one.
pub(crate) fn cut<T, C: ToString>(
    mut rows: Vec<T>,
    limit: u64,
    cursor_of: impl FnOnce(&T) -> C,
) -> (Vec<T>, Option<String>) {
    let is_last = rows.len() as u64 <= limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| !is_last).map(|row| cursor_of(row).to_string());
    (rows, next)
}
