//! Where the library itself last signed that the chain of its audit log stood; one row at most.

use sea_orm::entity::prelude::*;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    /// The number of the last line that was chained then.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The checkpoint, with its key and signature, as JSON.
    pub body: String,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
