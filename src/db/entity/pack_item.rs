//! Files of versions of packs. They keep their content from being collected.

use sea_orm::entity::prelude::*;

use crate::domain::file::Kind;
use crate::domain::id::{FileId, PackId, ResourceId, Sha256};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pack_item")]
pub struct Model {
    /// The pack.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pack_id: PackId,
    /// The version.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// Its number in the manifest, counted from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Its path in the pack.
    pub path: String,
    /// The resource it belongs to.
    pub resource_id: ResourceId,
    /// The file.
    pub file_id: FileId,
    /// Its content.
    pub sha256: Sha256,
    /// The family of readers it needs.
    pub kind: Kind,
    /// What it is served as.
    pub media_type: String,
    /// The audience that the pack is for, as a term.
    pub audience: String,
    /// Since when it may no longer be given to that audience.
    pub gone_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
