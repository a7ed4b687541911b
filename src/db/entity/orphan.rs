//! Objects that no row names, as sweeps found them. They are deleted after a time of grace if no row names them even then.

use sea_orm::entity::prelude::*;

use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orphan")]
pub struct Model {
    /// The object's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Its size in bytes.
    pub size: i64,
    /// When it came into the store, by the store's clock.
    pub modified_at: Timestamp,
    /// When a sweep found it first.
    pub found_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
