//! Sign-ins that wait for a provider's answer.

use sea_orm::entity::prelude::*;

use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pending_sign_on")]
pub struct Model {
    /// The SHA-256 of the state that the answer must bring, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub state_hash: String,
    /// The SHA-256 of the cookie of the browser that asked, in hexadecimal.
    pub browser_hash: String,
    /// The provider that was asked, as the settings call it.
    pub provider: String,
    /// What must stand in what the provider signs.
    pub nonce: String,
    /// What the question was made with (PKCE).
    pub verifier: String,
    /// Where the answer is brought.
    pub answer_url: String,
    /// The page to return to, a path of this site.
    pub return_to: String,
    /// Where the question came from.
    pub network: Option<String>,
    /// The account that is to be opened by it from now on, where one is linked.
    pub account_id: Option<AccountId>,
    /// Whether the password was asked for anew.
    pub is_anew: bool,
    /// Of no use from this moment on.
    pub expires_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
