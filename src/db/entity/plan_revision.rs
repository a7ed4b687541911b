//! The city's plan as it was decided, change by change: a history that is only added to.

use sea_orm::entity::prelude::*;

use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_revision")]
pub struct Model {
    /// Counted from 1; the highest counts. Its entity tag.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The document that says so, and where in it.
    pub source: String,
    /// Why it was changed; empty for what came with the program.
    pub reason: String,
    /// The day that the change is of: `2026-11-30`.
    pub decided_on: Option<String>,
    /// When it was changed. By whom says the audit log.
    pub changed_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
