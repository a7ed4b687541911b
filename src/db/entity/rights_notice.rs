//! Notices of infringement 侵权通知. A row stays for ever; who sent it is forgotten when its time is over.

use sea_orm::entity::prelude::*;

use crate::domain::id::{NoticeId, ResourceId, SchoolId};
use crate::domain::notice::NoticeState;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rights_notice")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    /// What people call it by: `20261130-K7QF2M`.
    pub number: String,
    /// The SHA-256 of the key in its secret link.
    pub key_sha256: String,
    /// The resource that it is about; its row may be gone.
    pub resource_id: ResourceId,
    /// The school that the resource belonged to when it was sent.
    pub school_id: Option<SchoolId>,
    /// What the resource was called then.
    pub resource_title: String,
    /// Where it stands; moved by `library::reviews::notices` only.
    pub state: NoticeState,
    /// Who holds the right; empty once that is forgotten.
    pub sender_name: String,
    /// How to reach them; empty once that is forgotten.
    pub sender_contact: String,
    /// Which work the resource infringes.
    pub work: String,
    /// Why.
    pub statement: String,
    /// Counts every step; its entity tag.
    pub revision: i64,
    /// When the resource was taken down for it.
    pub taken_down_at: Option<Timestamp>,
    /// The resource's revision after that, where all that it held was approved; without it a review comes before others see
    /// it again.
    pub taken_down_revision: Option<i64>,
    /// When it was forgotten who sent it.
    pub cleared_at: Option<Timestamp>,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When its last step was taken.
    pub updated_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
