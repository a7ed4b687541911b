//! Passes through the whole store that somebody asked for.

use sea_orm::entity::prelude::*;

use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scrub_pass")]
pub struct Model {
    /// When it began: every object that was verified since need not be read again.
    #[sea_orm(primary_key, auto_increment = false)]
    pub began_at: Timestamp,
    /// When it ended; none while it is under way, or where it was cut off.
    pub ended_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
