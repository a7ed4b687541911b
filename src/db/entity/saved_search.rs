//! Searches that people keep.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, SavedSearchId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_searches")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SavedSearchId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// The question as an address carries it, in one spelling; see `library::search::saved::kept`.
    pub query: String,
    /// When it was saved.
    pub created_at: Timestamp,
    /// What changed after this moment is news.
    pub seen_at: Timestamp,
    /// The SHA-256 of the key in the feed's address, in hexadecimal; none without a feed.
    pub feed_key_sha256: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
