//! What came of resources in their reviews: a history that is only added to, and stays when its resource is removed.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, ResourceId, ReviewDecisionId, ReviewStepId, SchoolId};
use crate::domain::review::ReviewOutcome;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_decision")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewDecisionId,
    /// The resource; its row may be gone.
    pub resource_id: ResourceId,
    /// What it was called.
    pub title: String,
    /// Its school.
    pub school_id: Option<SchoolId>,
    /// The version that it is about.
    pub version: i32,
    /// The revision of the resource that it is about.
    pub revision: i64,
    /// The round of the review.
    pub round: i32,
    /// The step at which it was made, where it was at one.
    pub step_id: Option<ReviewStepId>,
    /// What that was called in Chinese.
    pub step_zh: Option<String>,
    /// What that was called in English.
    pub step_en: Option<String>,
    /// What came of it.
    pub outcome: ReviewOutcome,
    /// Whether the bureau stood in for those who were asked.
    pub on_behalf: bool,
    /// Who said so; nobody where a step was passed over.
    pub decided_by: Option<AccountId>,
    /// Why, in their words.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
