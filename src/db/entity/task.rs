//! Tasks of a course: typical work tasks, reference and school learning tasks.

use sea_orm::entity::prelude::*;

use super::ProvenanceColumn;
use crate::domain::id::{CourseId, StandardId, TaskId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    /// The course it is part of.
    pub course_id: CourseId,
    /// The task it belongs under.
    pub parent_id: Option<TaskId>,
    /// `typical`, `reference` or `learning`.
    pub kind: String,
    /// Its name: with course and kind it tells the task apart when a catalogue comes again.
    pub name: String,
    /// Class hours.
    pub hours: Option<i32>,
    /// Where the row comes from and how far it can be relied on.
    #[sea_orm(column_type = "Json")]
    pub provenance: ProvenanceColumn,
    /// Its place in lists.
    pub position: i32,
    /// Since when it is there; none: it always was.
    pub added_at: Option<Timestamp>,
    /// The version of the standard that retired it; none while it is taught.
    pub retired_in: Option<StandardId>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
