//! Who takes part in a session of training: how that stands, which hours are counted, and how it is corrected.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::code::codes;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::{FieldReader, MAX_SHORT_CHARS};

/// The most people in one session.
pub const MAX_PEOPLE: u64 = 2_000;
/// The longest reason for a correction, in characters.
pub const MAX_REASON_CHARS: usize = 500;
/// The most names that are enrolled at once.
pub const MAX_NAMES: usize = 300;

/// How somebody's part in a session stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum AttendanceState {
    /// 已报名: they mean to take part.
    Enrolled,
    /// 已参加: they took part, and hours are counted. Only this one is counted for the plan.
    Attended,
    /// 已退出: they do not take part, or it was a mistake that they were said to.
    Withdrawn,
}

codes!(AttendanceState: Enrolled "enrolled", Attended "attended", Withdrawn "withdrawn");

/// How it is known that somebody took part on a day.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum SignInWay {
    /// They typed or scanned the code of the day.
    Code,
    /// Whoever holds the session brought a list afterwards.
    List,
    /// They saw what an online session shows.
    Online,
}

codes!(SignInWay: Code "code", List "list", Online "online");

/// The hours that are counted for some of a session's days: all of them for all days, rounded down for fewer.
pub fn hours_for(hours: i32, days: i32, signed: u64) -> i32 {
    let signed = i32::try_from(signed).unwrap_or(days).min(days);
    if days <= 0 { hours } else { hours * signed / days }
}

/// A correction of somebody's part, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = AttendanceChange, description = "A correction of somebody's part in a session; the schema of its JSON.")]
pub struct AttendanceCorrection {
    /// How it stands from now on: `enrolled`, `attended` or `withdrawn`; as before when not given.
    pub state: Option<AttendanceState>,
    /// The hours that are counted from now on; only for somebody who took part.
    pub hours: Option<i32>,
    /// Why, up to 500 characters.
    pub reason: String,
}

impl AttendanceCorrection {
    /// Parses its JSON.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let state = state(&mut reader);
        let hours = reader.number("hours", 0..=1_000, "a number of hours from 0 to 1000");
        let reason = reader.required("reason", MAX_REASON_CHARS);
        if state.is_none() && hours.is_none() && reader.is_fine() {
            reader.fault("state", FaultKind::Required);
        }
        reader.refuse_others();
        reader.finish(|| Self { state, hours, reason })
    }
}

fn state(reader: &mut FieldReader<'_>) -> Option<AttendanceState> {
    let given = reader.text("state", MAX_SHORT_CHARS)?;
    let state = AttendanceState::of_code(&given);
    if state.is_none() {
        let hint = AttendanceState::ALL.map(AttendanceState::code).join(", ");
        reader.fault("state", FaultKind::Unknown { value: given, hint });
    }
    state
}

/// Whom a request enrols: nobody named is whoever asks.
pub fn parse_names(fields: &Map<String, Value>) -> Result<Vec<String>, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let names = reader.list("names", MAX_NAMES);
    reader.refuse_others();
    reader.finish(|| names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_days_make_all_hours_and_some_days_their_part() {
        assert_eq!(hours_for(16, 2, 2), 16);
        assert_eq!(hours_for(16, 3, 1), 5);
        assert_eq!(hours_for(16, 3, 3), 16);
        assert_eq!(hours_for(16, 2, 5), 16);
        assert_eq!(hours_for(16, 2, 0), 0);
    }

    #[test]
    fn nothing_is_corrected_without_a_reason_or_a_change() {
        let faults = |body: Value| {
            let faults = AttendanceCorrection::parse(body.as_object().unwrap()).unwrap_err();
            let told = faults
                .into_iter()
                .map(|it| format!("{} {}", it.pointer, it.kind.code()));
            told.collect::<Vec<_>>()
        };

        assert_eq!(faults(json!({"state": "attended"})), ["/reason required"]);
        assert_eq!(faults(json!({"reason": "签错了"})), ["/state required"]);
        assert_eq!(
            faults(json!({"state": "asleep", "hours": -1, "reason": "x"})),
            ["/state unknown-value", "/hours malformed"]
        );
    }
}
