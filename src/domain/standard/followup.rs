//! What a version of a standard asks to be looked after, and how far that has come. Why it asks is said by
//! [`cause`], what a table decides by [`sheet`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::code::codes;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::FieldReader;

pub mod cause;
pub mod sheet;

/// The longest reason, in characters.
pub const MAX_REASON_CHARS: usize = 500;

/// What is touched.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    sea_orm::EnumIter,
    sea_orm::DeriveActiveEnum,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum FollowUpKind {
    /// A resource at something that changed.
    Resource,
    /// A pack that names something that changed.
    Pack,
    /// An order of the resources of a task that changed.
    Order,
}

codes!(FollowUpKind: Resource "resource", Pack "pack", Order "order");

/// How far it has come.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    sea_orm::EnumIter,
    sea_orm::DeriveActiveEnum,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum FollowUpState {
    /// Nobody looked after it yet.
    Open,
    /// It was looked after.
    Done,
    /// It stays as it is, for a reason.
    Waived,
}

codes!(FollowUpState: Open "open", Done "done", Waived "waived");

/// What somebody decides about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUpDecision {
    /// How far it has come.
    pub state: FollowUpState,
    /// Why it is waived; of nothing else.
    pub reason: Option<String>,
}

impl FollowUpDecision {
    /// That it is open again.
    pub const OPEN: Self = Self {
        state: FollowUpState::Open,
        reason: None,
    };

    /// Parses the JSON of a decision. Who waives says why.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let given = reader.required("state", MAX_REASON_CHARS);
        let state = FollowUpState::of_code(&given);
        if state.is_none() && !given.is_empty() {
            let hint = FollowUpState::ALL.map(FollowUpState::code).join(", ");
            reader.fault("state", FaultKind::Unknown { value: given, hint });
        }
        let state = state.unwrap_or(FollowUpState::Open);
        let reason = match state {
            FollowUpState::Waived => Some(reader.required("reason", MAX_REASON_CHARS)),
            FollowUpState::Open | FollowUpState::Done => {
                reader.take("reason");
                None
            }
        };
        reader.refuse_others();
        reader.finish(|| Self { state, reason })
    }
}
