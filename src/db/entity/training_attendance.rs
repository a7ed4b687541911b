//! Who takes part in a session of training, and what of it was counted.

use sea_orm::entity::prelude::*;

use crate::domain::day::Day;
use crate::domain::id::{AccountId, AttendanceId, SchoolId, TrainingSessionId};
use crate::domain::time::Timestamp;
use crate::domain::training::attendance::AttendanceState;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_attendance")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttendanceId,
    /// The session.
    pub session_id: TrainingSessionId,
    /// Who takes part; once in a session.
    pub account_id: AccountId,
    /// The school that they had when they were enrolled, which figures go by.
    pub school_id: Option<SchoolId>,
    /// How it stands.
    pub state: AttendanceState,
    /// Class hours that are counted.
    pub hours: i32,
    /// The first day on which they took part.
    pub attended_on: Option<Day>,
    /// When they were enrolled.
    pub enrolled_at: Timestamp,
    /// By whom: themselves, or whoever holds the session.
    pub enrolled_by: AccountId,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
