//! Who is appointed by name to a step of the review 审核步骤.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, ReviewStepId};

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_step_taker")]
pub struct Model {
    /// The step.
    #[sea_orm(primary_key, auto_increment = false)]
    pub step_id: ReviewStepId,
    /// Who takes it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
