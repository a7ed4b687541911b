//! What was made of films and sounds, once per content.

use sea_orm::entity::prelude::*;

use super::ChaptersColumn;
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "film")]
pub struct Model {
    /// The content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: Sha256,
    /// Whether browsers play it as it is; none when nobody could look into it.
    pub plays: Option<bool>,
    /// Whether there is a picture of it.
    pub has_poster: bool,
    /// Bytes of the copy that browsers play, or that slow lines carry; none where there is no such copy.
    pub stream_bytes: Option<i64>,
    /// Its own chapters.
    #[sea_orm(column_type = "JsonBinary")]
    pub chapters: ChaptersColumn,
    /// When that was tried.
    pub made_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
