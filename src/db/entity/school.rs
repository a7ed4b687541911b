//! Schools 院校, the owners of resources.

use sea_orm::entity::prelude::*;

use crate::domain::id::SchoolId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "school")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SchoolId,
    /// The short name that people and programs use: `S1`.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// 技师学院, 高级技工学校 or 技工学校.
    pub kind: Option<String>,
    /// The phase of the plan in which it joined, 1 to 3.
    pub joined_phase: Option<i32>,
    /// Bytes of all files of its resources, kept with every file that comes or goes.
    pub bytes: i64,
    /// The most bytes it may hold; empty: as the settings say, 0: no limit.
    pub quota_bytes: Option<i64>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
