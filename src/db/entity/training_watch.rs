//! What of an online session somebody has open: one thing, and when it was last heard of.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, TrainingItemId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_watch")]
pub struct Model {
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// What is open.
    pub item_id: TrainingItemId,
    /// When its page last said so.
    pub seen_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
