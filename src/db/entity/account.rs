//! Accounts of staff.

use sea_orm::entity::prelude::*;

use crate::domain::authority::Authority;
use crate::domain::id::{AccountId, SchoolId};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Its id, which stays when the account is renamed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// The sign-in name.
    pub name: String,
    /// What tells the name apart from others ([`name_key`](crate::domain::account::name_key)): no two accounts have the
    /// same. None where an account was opened when capitals told names apart and an older one has it, or by a program of
    /// that time.
    pub name_key: Option<String>,
    /// The name shown to others.
    pub display: String,
    /// What it is for.
    pub role: Role,
    /// The school it belongs to.
    pub school_id: Option<SchoolId>,
    /// argon2id in PHC form; without one nobody can sign in by password.
    pub password_hash: Option<String>,
    /// Somebody else chose the password: it opens nothing but the way to one's own.
    pub password_once: bool,
    /// May no longer do anything.
    pub disabled: bool,
    /// Of no use since attempts are counted by where they come from ([`super::sign_in_attempt`]): the next release drops it.
    pub failures: i32,
    /// Until when somebody who guessed the password is refused, where they guessed. The owner elsewhere is not.
    pub locked_until: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What its owner may do, as long as the account is not disabled.
    pub fn authority(&self) -> Authority {
        Authority {
            account: self.id,
            role: self.role,
            school: self.school_id,
        }
    }
}
