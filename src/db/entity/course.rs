//! Courses 工学一体化课程.

use sea_orm::entity::prelude::*;

use crate::domain::id::Id;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "course")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The major it is part of.
    pub major_id: Id,
    /// The level; empty where the source does not say.
    pub level: String,
    /// Its name.
    pub name: String,
    /// Where the row was seen.
    pub source: Option<String>,
    /// Confirmed by its source.
    pub verified: bool,
    /// Its place in lists.
    pub position: i32,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
