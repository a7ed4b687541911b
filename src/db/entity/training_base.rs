//! Bases 师资研修基地 where teachers are trained.

use sea_orm::entity::prelude::*;

use super::MajorIds;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, SchoolId, TrainingBaseId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_base")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TrainingBaseId,
    /// Its name, which no other has.
    pub name: String,
    /// The school that it belongs to; none for the city's.
    pub school_id: Option<SchoolId>,
    /// Since when it is one.
    pub since: Option<Day>,
    /// The majors that are trained there.
    #[sea_orm(column_type = "Json")]
    pub majors: MajorIds,
    /// Who added it.
    pub created_by: AccountId,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
