//! What was noticed at the door, summed by day: limits that were met, and proxies that nobody told
//! us of.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, SchoolId, TokenId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "door_notice")]
pub struct Model {
    /// The day and all that the row is about, so that several processes add to the same one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// What was noticed: the code of a [`crate::domain::rate::NoticeKind`].
    pub what: String,
    /// What was asked for: the code of a [`crate::domain::rate::RequestKind`].
    pub kind: Option<String>,
    /// Whom it was counted for: the code of a [`crate::domain::rate::RateSubject`].
    pub subject: Option<String>,
    /// The account, also where it was counted for its token.
    pub account_id: Option<AccountId>,
    /// The token.
    pub token_id: Option<TokenId>,
    /// The school, also of an account or a token.
    pub school_id: Option<SchoolId>,
    /// The address of a guest or a proxy, without what one household can choose of it.
    pub address: Option<String>,
    /// How often.
    pub times: i64,
    /// When first on that day.
    pub first_at: Timestamp,
    /// When last.
    pub last_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
