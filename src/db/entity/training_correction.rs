//! Corrections of who took part in training: what was wrong, what is right, by whom and why. Never removed.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, AttendanceId, CorrectionId};
use crate::domain::time::Timestamp;
use crate::domain::training::attendance::AttendanceState;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_correction")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CorrectionId,
    /// What was corrected.
    pub attendance_id: AttendanceId,
    /// How it stood.
    pub from_state: AttendanceState,
    /// How it stands.
    pub to_state: AttendanceState,
    /// Hours that were counted.
    pub from_hours: i32,
    /// Hours that are counted.
    pub to_hours: i32,
    /// Why.
    pub reason: String,
    /// By whom.
    pub corrected_by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
