//! How often resources were used, by where they stood when they were: what happened stays counted, whoever moves or removes
//! them.

use sea_orm::entity::prelude::*;

use crate::domain::id::{CourseId, MajorId, SchoolId, TaskId};

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "use_place")]
pub struct Model {
    /// The ids of the place, one after the other: a key whose parts may be missing.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: String,
    /// Year and month as one number: 202611; 0: in all.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: i32,
    /// The school.
    pub school_id: Option<SchoolId>,
    /// The major.
    pub major_id: Option<MajorId>,
    /// The course.
    pub course_id: Option<CourseId>,
    /// The task.
    pub task_id: Option<TaskId>,
    /// How often they were used.
    pub uses: i64,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
