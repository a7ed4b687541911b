//! Attempts to sign in, by where they come from.

use sea_orm::entity::prelude::*;

use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_attempt")]
pub struct Model {
    /// The SHA-256 of the name, if the row is about one, and of the network, the wider network or the browser.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: String,
    /// The SHA-256 of the name that was tried; none where all names of a network are counted. The name itself is not kept:
    /// people type their password into the wrong field.
    pub name_hash: Option<String>,
    /// The network, where all names that it tries are counted; none of a wider network, which is never shut out.
    pub network: Option<String>,
    /// How many.
    pub attempts: i32,
    /// When the first of them was.
    pub since: Timestamp,
    /// Before this moment none is let through.
    pub free_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
