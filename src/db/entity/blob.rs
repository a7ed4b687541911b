//! Content, once per SHA-256. The row exists only while the object is whole in the store.

use sea_orm::entity::prelude::*;

use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blob")]
pub struct Model {
    /// The content's name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: Sha256,
    /// Which copy; part of the object's key.
    pub generation: String,
    /// Bytes.
    pub size: i64,
    /// CRC-32 (ISO 3309), for archives.
    pub crc32: i64,
    /// When it was stored.
    pub created_at: Timestamp,
    /// Not collected before this moment even when nothing refers to it.
    pub kept_until: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
