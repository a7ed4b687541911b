//! How far people are with what online sessions of training show.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, TrainingItemId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_progress")]
pub struct Model {
    /// The item.
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_id: TrainingItemId,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// Milliseconds that were counted by the service's own clock.
    pub counted_ms: i64,
    /// How many pages or seconds were seen.
    pub reached: i32,
    /// When that was enough.
    pub finished_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
