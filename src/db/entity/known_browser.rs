//! Browsers in which somebody signed in before.

use sea_orm::entity::prelude::*;

use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_browser")]
pub struct Model {
    /// The SHA-256 of its cookie's value, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: String,
    /// Who signed in there. In a staff room several do.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// The last time.
    pub seen_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
