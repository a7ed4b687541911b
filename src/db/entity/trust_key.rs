//! Keys that sign packs.

use sea_orm::entity::prelude::*;

use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trust_key")]
pub struct Model {
    /// The key's id: the SHA-256 of its public half, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// What it signs.
    pub role: String,
    /// Its seed, in hexadecimal or sealed; gone once the key is revoked.
    pub secret: Option<String>,
    /// When it was drawn.
    pub created_at: Timestamp,
    /// Signs nothing since.
    pub retired_at: Option<Timestamp>,
    /// What it signed no longer counts.
    pub revoked: bool,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
