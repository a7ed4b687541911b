//! Steps of the paths of the review 审核步骤.

use sea_orm::entity::prelude::*;

use super::Strings;
use crate::domain::id::{ReviewPathId, ReviewStepId};
use crate::domain::review::ReviewLevel;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_step")]
pub struct Model {
    /// Its id, which stays while it is changed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewStepId,
    /// The path that it is of.
    pub path_id: ReviewPathId,
    /// Its place in it, from 1.
    pub position: i32,
    /// Whose it is.
    pub level: ReviewLevel,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Codes of the roles that may take it.
    #[sea_orm(column_type = "Json")]
    pub roles: Strings,
    /// How many people must approve.
    pub voices: i32,
    /// Days until it is overdue; never without.
    pub due_days: Option<i32>,
    /// Days until those who may take it are reminded; never without.
    pub remind_days: Option<i32>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
