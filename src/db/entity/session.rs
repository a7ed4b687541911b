//! Sessions of browsers.

use sea_orm::entity::prelude::*;

use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// The SHA-256 of the cookie's value, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// What a form must carry to be believed.
    pub csrf: String,
    /// Where the sign-in came from.
    pub address: Option<String>,
    /// When the sign-in was.
    pub created_at: Timestamp,
    /// The last request, within a minute.
    pub seen_at: Timestamp,
    /// Of no use from this moment on.
    pub expires_at: Timestamp,
    /// When its owner last proved who they are; none where that proof was used up, or is older than this is kept.
    pub confirmed_at: Option<Timestamp>,
    /// By which provider it was begun, as the settings call it; none: by a password of ours.
    pub provider: Option<String>,
    /// Where a browser is sent that ends it, so that the provider ends its own as well.
    pub sign_out_url: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
