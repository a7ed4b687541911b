//! Schools that a session of training is for, where it is not for all.

use sea_orm::entity::prelude::*;

use crate::domain::id::{SchoolId, TrainingSessionId};

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_audience")]
pub struct Model {
    /// The session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: TrainingSessionId,
    /// A school that it is for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub school_id: SchoolId,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
