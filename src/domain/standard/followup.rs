//! What a version of a standard asks to be looked after, and how far that has come.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::comparison::{StandardChange, StandardChangeKind};
use crate::domain::code::codes;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::FieldReader;
use crate::domain::id::AnyId;

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

/// What became of courses and tasks, as far as those who have something there must look after it.
#[derive(Debug, Clone, Default)]
pub struct TouchedSubjects {
    /// By the id of the course or task: the gravest change and the name.
    pub by_id: HashMap<AnyId, (StandardChangeKind, String)>,
}

impl TouchedSubjects {
    /// Takes them out of the changes of a version.
    pub fn of(changes: &[StandardChange]) -> Self {
        let mut by_id: HashMap<AnyId, (StandardChangeKind, String)> = HashMap::new();
        for change in changes.iter().filter(|change| change.kind.asks_for_follow_up()) {
            let told = by_id
                .entry(change.id)
                .or_insert_with(|| (change.kind, change.name.clone()));
            told.0 = told.0.min(change.kind);
        }
        Self { by_id }
    }

    /// Notes that something above what changed is touched by it, too.
    pub fn touch(&mut self, id: AnyId, kind: StandardChangeKind, name: &str) {
        let told = self.by_id.entry(id).or_insert_with(|| (kind, name.to_owned()));
        told.0 = told.0.min(kind);
    }
}
