//! Resources that were taken down at once: whoever holds a copy lets it go when they next hear of it.

use sea_orm::entity::prelude::*;

use crate::domain::id::ResourceId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "takedown")]
pub struct Model {
    /// What was taken down; its row may be gone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// When it was taken down here.
    pub at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
