//! Where the chain of the audit log begins since its oldest lines were removed; one row at most.

use sea_orm::entity::prelude::*;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_cut")]
pub struct Model {
    /// The number of the last line that was removed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// What is signed about it, with its key and signature, as JSON.
    pub body: String,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
