//! Versions of resources; their words and files are never changed once written. What was decided on them is noted beside.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, ResourceId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "version")]
pub struct Model {
    /// What it is a version of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// Counted from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The metadata as its author gave it.
    pub metadata: Json,
    /// Who made this version.
    pub author_id: AccountId,
    /// When it was made.
    pub created_at: Timestamp,
    /// What others read of it in the history, unless it is hidden: the words with which it was published last. Of the
    /// version that is published the resource's own row says it; without either, others do not know of it.
    #[sea_orm(column_type = "Json", nullable)]
    pub approved_metadata: Option<Json>,
    /// When it was approved last.
    pub approved_at: Option<Timestamp>,
    /// By whom.
    pub approved_by: Option<AccountId>,
    /// The revision of the resource that was decided on.
    pub approved_revision: Option<i64>,
    /// When a withdrawal hid it from others: its words stay for the resource's people.
    pub hidden_at: Option<Timestamp>,
}

impl Model {
    /// A version that nobody has decided on.
    pub fn new(resource_id: ResourceId, number: i32, metadata: Json, author_id: AccountId, now: Timestamp) -> Self {
        Self {
            resource_id,
            number,
            metadata,
            author_id,
            created_at: now,
            approved_metadata: None,
            approved_at: None,
            approved_by: None,
            approved_revision: None,
            hidden_at: None,
        }
    }
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
