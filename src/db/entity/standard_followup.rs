//! What a version of a standard asks to be looked after.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, AnyId, FollowUpId, SchoolId, StandardId};
use crate::domain::standard::followup::{FollowUpKind, FollowUpState};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "standard_followup")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FollowUpId,
    /// The version that asks for it.
    pub standard_id: StandardId,
    /// What is touched.
    pub kind: FollowUpKind,
    /// Which: a resource's or a pack's id; of an order `task/keeper`.
    pub target: String,
    /// The course, task or major that changed.
    pub subject_id: AnyId,
    /// What became of it: the code of a kind of change.
    pub change: String,
    /// What it was called.
    pub subject: String,
    /// Whose it is.
    pub owner_id: AccountId,
    /// The school whose it is.
    pub school_id: Option<SchoolId>,
    /// Open until somebody is done with it or waives it.
    pub state: FollowUpState,
    /// Why it was waived.
    pub reason: Option<String>,
    /// Who decided; nobody where it was done by moving the thing.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Counts the changes, so that nobody's is lost.
    pub revision: i64,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
