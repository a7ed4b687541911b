//! How often each resource was used in each month.

use sea_orm::entity::prelude::*;

use crate::domain::id::ResourceId;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_use_month")]
pub struct Model {
    /// The resource.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// Year and month as one number: 202611.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: i32,
    /// How often it was opened or fetched by others than its author.
    pub uses: i64,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
