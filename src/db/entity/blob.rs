//! Content, once per SHA-256. The row is made once the object is whole in the store; what happens to the object later is in
//! `verified_at` and in [`super::damage`].

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
    /// When its bytes were last known to be right: as they came in, or as they were read and hashed since. 0: they are
    /// known to be wrong, or somebody has reason to doubt them.
    pub verified_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
