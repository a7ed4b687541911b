//! Tokens of programs.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, TokenId};
use crate::domain::role::TokenScope;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// The SHA-256 of the token, in hexadecimal.
    pub key_hash: String,
    /// For whom it speaks.
    pub account_id: AccountId,
    /// How much of the account's rights it carries.
    pub scope: TokenScope,
    /// The codes of the areas it was made for, with commas; none: it is older than areas and carries all of them.
    pub areas: Option<String>,
    /// What it is for, in its owner's words.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Of no use from this moment on.
    pub expires_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
