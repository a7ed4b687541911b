//! Versions of resources; never changed once written.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, ResourceId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "version")]
pub struct Model {
    /// What it is a version of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// Counted from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The metadata as its author gave it.
    pub metadata: Json,
    /// Who made this version.
    pub author_id: AccountId,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
