//! Passkeys: public keys that accounts sign in with (WebAuthn).

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, PasskeyId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasskeyId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What its authenticator calls it, in base64url. No two accounts have one alike.
    #[sea_orm(unique)]
    pub credential_id: String,
    /// What its owner calls it.
    pub name: String,
    /// How browsers reach its authenticator, as a mask.
    pub transports: i32,
    /// The public key and what else never changes, as `webauthn_rp` writes it, in base64url.
    pub public_key: String,
    /// The count of signatures and what else changes with each use, the same way.
    pub state: String,
    /// Whether its authenticator keeps copies of it elsewhere.
    pub is_synced: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
