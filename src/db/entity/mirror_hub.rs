//! How far the feeds of hubs were read.

use sea_orm::entity::prelude::*;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mirror_hub")]
pub struct Model {
    /// The hub's address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hub: String,
    /// The number of the last change that was heard of.
    pub since: i64,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
