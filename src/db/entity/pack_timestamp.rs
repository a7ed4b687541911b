//! What says which version of a pack is the newest.

use sea_orm::entity::prelude::*;

use crate::domain::id::PackId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pack_timestamp")]
pub struct Model {
    /// The pack, of which this is the one newest.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pack_id: PackId,
    /// Rises whenever it is signed anew.
    pub version: i32,
    /// The signed timestamp, as it is served.
    pub body: String,
    /// It is signed anew after this.
    pub renew_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
