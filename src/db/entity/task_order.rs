//! In which order a task's resources are shown.

use sea_orm::entity::prelude::*;

use super::Ids;
use crate::domain::id::{AccountId, TaskId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_order")]
pub struct Model {
    /// The task.
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: TaskId,
    /// Who put them in order: `city`, or a school's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub keeper: String,
    /// The resources that were given a place, first to last.
    #[sea_orm(column_type = "JsonBinary")]
    pub resources: Ids,
    /// Counts the changes, so that nobody's is lost.
    pub revision: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: AccountId,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
