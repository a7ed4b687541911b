//! What each phase of the city's plan is to reach, as one revision of it says.

use sea_orm::entity::prelude::*;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_phase")]
pub struct Model {
    /// The revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    /// Its place, counted from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Its number: the same in every revision, and by which majors and schools say when they joined.
    pub number: i32,
    /// Its first month: `2022-08`.
    pub from_month: String,
    /// Its last month.
    pub until_month: String,
    /// Majors to be added.
    pub majors: i64,
    /// Schools to join.
    pub schools: i64,
    /// Teachers to be trained, each as often as they are.
    pub teachers: i64,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
