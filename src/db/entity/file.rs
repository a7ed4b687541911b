//! Files of resources.

use sea_orm::entity::prelude::*;

use crate::domain::file::Kind;
use crate::domain::id::{FileId, ResourceId, Sha256};

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FileId,
    /// The resource it is part of.
    pub resource_id: ResourceId,
    /// Its path inside the resource.
    pub path: String,
    /// Its content.
    pub sha256: Sha256,
    /// Bytes.
    pub size: i64,
    /// The family of readers it needs.
    pub kind: Kind,
    /// What it is served as.
    pub media_type: String,
    /// What its bytes are, when its name says something else.
    pub contradiction: Option<String>,
    /// The first version it is part of.
    pub added_in: i32,
    /// The first version it is no longer part of.
    pub removed_in: Option<i32>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
