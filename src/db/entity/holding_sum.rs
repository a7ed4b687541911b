//! Changes of how many published resources stand at a place, summed by day and by block of days: so that a sum up to any
//! day reads few rows, however many changes there were.

use sea_orm::entity::prelude::*;

use crate::domain::id::{CourseId, MajorId, SchoolId, TaskId};

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "holding_sum")]
pub struct Model {
    /// `day` or `block`. Each change is in one sum of each.
    #[sea_orm(primary_key, auto_increment = false)]
    pub grain: String,
    /// The day, counted from 1970 where the library stands, or the block of days.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: i32,
    /// All the columns of the place as one text, for a key cannot hold what may be missing.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: String,
    /// The school whose resources they are.
    pub school_id: Option<SchoolId>,
    /// Their major.
    pub major_id: Option<MajorId>,
    /// Their course.
    pub course_id: Option<CourseId>,
    /// Their task.
    pub task_id: Option<TaskId>,
    /// Their type's code.
    pub kind: String,
    /// How many more; less than nothing: how many fewer.
    pub delta: i64,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
