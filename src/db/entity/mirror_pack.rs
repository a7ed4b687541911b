//! Packs that this node mirrors.

use sea_orm::entity::prelude::*;

use crate::domain::id::{PackId, Sha256};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mirror_pack")]
pub struct Model {
    /// The pack, by its id at the hub.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pack_id: PackId,
    /// The hub's address.
    pub hub: String,
    /// What the hub calls it.
    pub title: String,
    /// What was believed of the hub last, as JSON: root, timestamp, versions seen.
    pub memory: String,
    /// The version held; 0 before the first.
    pub version: i32,
    /// The list of its files, a content like others.
    pub manifest_sha256: Option<Sha256>,
    /// When it was last taken.
    pub updated_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
