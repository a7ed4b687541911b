//! Other machines that read scans and hear films for the library.

use sea_orm::entity::prelude::*;

use crate::domain::id::{TokenId, WorkerId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "worker")]
pub struct Model {
    /// Its id: the leases of the jobs that it claims begin with it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkerId,
    /// The token that it shows. Where that is withdrawn, the machine is none of ours any more.
    pub token_id: TokenId,
    /// What its people call it; a name for each that shares a token.
    pub name: String,
    /// The codes of what it can do, with commas.
    pub kinds: String,
    /// The version of its program.
    pub version: String,
    /// When it asked for the first time.
    pub created_at: Timestamp,
    /// When it was last heard of.
    pub seen_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
