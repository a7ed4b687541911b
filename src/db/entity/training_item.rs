//! What online sessions of training show, in order.

use sea_orm::entity::prelude::*;

use crate::domain::id::{FileId, ResourceId, TrainingItemId, TrainingSessionId};
use crate::domain::training::online::ItemUnit;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_item")]
pub struct Model {
    /// Its id, which stays while its session shows the file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TrainingItemId,
    /// The session.
    pub session_id: TrainingSessionId,
    /// Its place among what the session shows, from 0.
    pub position: i32,
    /// The resource.
    pub resource_id: ResourceId,
    /// The file of it.
    pub file_id: FileId,
    /// What the file is measured in.
    pub unit: ItemUnit,
    /// How many pages or seconds it has.
    pub total: i32,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
