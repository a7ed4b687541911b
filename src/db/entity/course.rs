//! Courses 工学一体化课程.

use sea_orm::entity::prelude::*;

use super::ProvenanceColumn;
use crate::domain::id::{CourseId, MajorId, StandardId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "course")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CourseId,
    /// The major it is part of.
    pub major_id: MajorId,
    /// The level; empty where the source does not say.
    pub level: String,
    /// Its name: with major and level it tells the course apart when a catalogue comes again.
    pub name: String,
    /// Class hours in all.
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
