//! Second factors of signing in.

use sea_orm::entity::prelude::*;

use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factor")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// What codes are made from, in Base32.
    pub secret: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its owner first sent a code. Before that it is asked for nowhere.
    pub confirmed_at: Option<Timestamp>,
    /// The time step of the last code that was taken: none is taken twice (RFC 6238 §5.2).
    pub last_step: i64,
    /// Wrong codes since the last right one, wherever they came from.
    pub wrong_codes: i32,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
