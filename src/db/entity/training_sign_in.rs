//! Days on which somebody took part in a session of training.

use sea_orm::entity::prelude::*;

use crate::domain::day::Day;
use crate::domain::id::AttendanceId;
use crate::domain::time::Timestamp;
use crate::domain::training::attendance::SignInWay;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_sign_in")]
pub struct Model {
    /// Whose day it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub attendance_id: AttendanceId,
    /// The day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Day,
    /// How it is known.
    pub way: SignInWay,
    /// When it was noted.
    pub at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
