//! At which step of the review something waits. A row is there as long as its resource is submitted.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, ResourceId, ReviewStepId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_state")]
pub struct Model {
    /// What waits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// Which round of its review it is, from 1: what was said in an earlier one counts no more.
    pub round: i32,
    /// The step at which it waits.
    pub step_id: ReviewStepId,
    /// Since when.
    pub since: Timestamp,
    /// Who has taken it to review it.
    pub taken_by: Option<AccountId>,
    /// When; after a day it is anybody's again.
    pub taken_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
