//! Changes of how many published resources stand at a place, until they are rolled up into [`super::holding_sum`].

use sea_orm::entity::prelude::*;

use crate::domain::id::{CourseId, MajorId, SchoolId, TaskId};

/// One row; see the module. It is added in the transaction that changes the resource and never changed itself, so that
/// writers do not wait for each other.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "holding_change")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The day, counted from 1970 where the library stands.
    pub day: i32,
    /// The school whose resource it is.
    pub school_id: Option<SchoolId>,
    /// Its major.
    pub major_id: Option<MajorId>,
    /// Its course.
    pub course_id: Option<CourseId>,
    /// Its task.
    pub task_id: Option<TaskId>,
    /// Its type's code.
    pub kind: String,
    /// How many more; less than nothing: how many fewer.
    pub delta: i64,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
