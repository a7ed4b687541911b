//! Objects that were found lost or damaged. Rows stay when they are mended: a disk that rots once does it again.

use sea_orm::entity::prelude::*;

use crate::domain::damage::DamageKind;
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "damage")]
pub struct Model {
    /// The object's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The content that it is, or was made from.
    pub content: Sha256,
    /// Whether it was made from the content and can be made again.
    pub is_derived: bool,
    /// What was found in its place.
    pub found: DamageKind,
    /// When that was found first.
    pub found_at: Timestamp,
    /// When somebody last looked and found the same.
    pub looked_at: Timestamp,
    /// When right bytes took its place; none while it is damaged.
    pub mended_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
