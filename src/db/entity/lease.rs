//! What only one process of a library does at a time, and who does it.

use sea_orm::entity::prelude::*;

use crate::domain::id::ProcessId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lease")]
pub struct Model {
    /// What is done: `tidy`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The process that has it, or had it last.
    pub holder: ProcessId,
    /// Nobody else may take it before, by the database's clock: the holder is at work, or the work is not due again.
    pub until: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
