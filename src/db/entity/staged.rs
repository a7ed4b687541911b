//! Tables that somebody sent and has not said yes to yet.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, PreviewId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staged")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PreviewId,
    /// Who sent it; nobody else says yes to it.
    pub account_id: AccountId,
    /// `accounts` or `curriculum`.
    pub kind: String,
    /// The file's name.
    pub name: String,
    /// What was read from it, as JSON.
    pub content: String,
    /// Forgotten from this moment on.
    pub expires_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
