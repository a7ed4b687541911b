//! Versions of curriculum standards 课程标准.

use sea_orm::entity::prelude::*;

use super::{ProposalColumn, StandardChanges, StructureColumn};
use crate::domain::day::Day;
use crate::domain::id::{AccountId, MajorId, ResourceId, Sha256, StandardId};
use crate::domain::standard::StandardState;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "standard_version")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StandardId,
    /// The major it is of.
    pub major_id: MajorId,
    /// A draft until it is published, for good.
    pub state: StandardState,
    /// Counted from 1 within the major when it is published.
    pub number: Option<i32>,
    /// Its title.
    pub title: String,
    /// The number of the document that issued it.
    pub issued_no: Option<String>,
    /// The day from which it holds.
    pub effective_on: Option<Day>,
    /// The resource that holds the document.
    pub document_id: Option<ResourceId>,
    /// Which version of that.
    pub document_version: Option<i32>,
    /// What else is to be known.
    pub notes: Option<String>,
    /// Of a draft: what its table says, once there is one.
    #[sea_orm(column_type = "Json", nullable)]
    pub proposal: Option<ProposalColumn>,
    /// Of what is published: its courses and tasks, never changed.
    #[sea_orm(column_type = "Json", nullable)]
    pub structure: Option<StructureColumn>,
    /// Names that structure; what is taught has the same while nothing else changed it.
    pub digest: Option<Sha256>,
    /// What it changed when it was published.
    #[sea_orm(column_type = "Json", nullable)]
    pub changes: Option<StandardChanges>,
    /// Counts the changes, so that nobody's is lost.
    pub revision: i64,
    /// Who made the draft.
    pub created_by: AccountId,
    /// When.
    pub created_at: Timestamp,
    /// Who published it.
    pub published_by: Option<AccountId>,
    /// When.
    pub published_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
