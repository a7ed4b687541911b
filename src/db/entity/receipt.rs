//! What holders of packs say they have.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, PackId, SchoolId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "receipt")]
pub struct Model {
    /// The pack that is held.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pack_id: PackId,
    /// The holder's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub keyid: String,
    /// What the holder calls itself.
    pub holder: String,
    /// The account that sent it.
    pub account_id: Option<AccountId>,
    /// The school of that account.
    pub school_id: Option<SchoolId>,
    /// The version held.
    pub number: i32,
    /// `whole` or `damaged`.
    pub state: String,
    /// When it was verified.
    pub at: Timestamp,
    /// The signed receipt, as it came.
    pub body: String,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
