//! Objects that were made from contents, with what they hash to: what no row names by its hash can rot unseen.

use sea_orm::entity::prelude::*;

use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "derived")]
pub struct Model {
    /// The object's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The content it was made from.
    pub content: Sha256,
    /// The SHA-256 of its own bytes.
    pub sha256: Sha256,
    /// Bytes.
    pub size: i64,
    /// When its bytes were last known to be right; 0: they are known to be wrong, or doubted.
    pub verified_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
