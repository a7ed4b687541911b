//! Who an account's owner is at a provider of sign-on.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, IdentityId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdentityId,
    /// Who says so. With the subject there is one of each.
    pub issuer: String,
    /// The person's stable id there.
    pub subject: String,
    /// Whose account it opens.
    pub account_id: AccountId,
    /// The provider, as the settings called it last.
    pub provider: String,
    /// What they signed in with there last, as names are told apart.
    pub name: String,
    /// Whether the account was opened for it. One that was there before keeps what it was given here.
    pub opened_account: bool,
    /// Whether a rule gave the account what it is now.
    pub by_rule: bool,
    /// The first sign-in.
    pub created_at: Timestamp,
    /// The last one.
    pub seen_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
