//! The day that a report is of, as addresses name it.

use serde::Deserialize;

use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::time::Timestamp;
use crate::error::Refusal;

/// Of which day.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AsOfQuery {
    /// A day such as `2026-08-31`, at whose end is counted; as it stands now when not given.
    pub as_of: Option<String>,
}

impl AsOfQuery {
    /// The day's beginning.
    pub fn day(&self) -> Result<Option<Timestamp>, Refusal> {
        let text = self.as_of.as_deref().unwrap_or_default().trim();
        if text.is_empty() {
            return Ok(None);
        }
        let expected = "a day such as 2026-11-24";
        let malformed = || Refusal::Fields(vec![FieldFault::at("as_of", FaultKind::Malformed { expected })]);
        Timestamp::of_day(text).map(Some).ok_or_else(malformed)
    }
}
