//! Codes in place of a second factor that was lost, each for one sign-in.

use sea_orm::entity::prelude::*;

use crate::domain::id::AccountId;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_code")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// The SHA-256 of the code, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_hash: String,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
