//! Which mirrored pack holds which resource.

use sea_orm::entity::prelude::*;

use crate::domain::id::{PackId, ResourceId};

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mirror_place")]
pub struct Model {
    /// A mirrored pack.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pack_id: PackId,
    /// A resource that came in it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
