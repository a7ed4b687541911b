//! Contents that a hub gave: those it may name without giving them again.

use sea_orm::entity::prelude::*;

use crate::domain::id::Sha256;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mirror_content")]
pub struct Model {
    /// The hub's address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hub: String,
    /// The content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: Sha256,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
