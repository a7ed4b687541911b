//! Ceremonies of passkeys that are under way: a challenge was sent to a browser, and its answer is waited for.

use sea_orm::entity::prelude::*;

use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_ceremony")]
pub struct Model {
    /// The challenge, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub challenge: String,
    /// What the answer must come with: the hash of what it is for with the session's key, or with the browser's cookie.
    pub bound_to: String,
    /// By what ceremonies under way are counted: a session, or a network.
    pub counted_by: String,
    /// What is to be checked, as `webauthn_rp` writes it, in base64url.
    pub state: String,
    /// Of no use from this moment on.
    pub expires_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
