//! Requests that acted, and what was answered, so that a request sent twice acts once.

use sea_orm::entity::prelude::*;

use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// Who asked.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// The client's `Idempotency-Key`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The SHA-256 of method, path and body.
    pub request_hash: String,
    /// What the act made or changed, as the audit log names it; it is written in the act's own transaction.
    pub subject: Option<String>,
    /// The answer's status; empty until the answer is kept, and for good if the service died before that.
    pub status: Option<i32>,
    /// The answer's `Location`.
    pub location: Option<String>,
    /// The answer's JSON.
    pub body: Option<String>,
    /// When it acted.
    pub created_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
