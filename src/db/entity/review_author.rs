//! Whose work is to be decided on, besides its owner's: who made the version, or changed what nobody has decided on yet.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, ResourceId};

/// One row; see the module. Gone once it is decided.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_author")]
pub struct Model {
    /// What is to be decided on.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// Whose work is in it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
