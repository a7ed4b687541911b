//! Figures that are counted once a night, because counting them goes through everything.

use sea_orm::entity::prelude::*;

use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "nightly_figure")]
pub struct Model {
    /// Which.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// When it was counted.
    pub counted_at: Timestamp,
    /// What was counted; its form is its reader's matter.
    #[sea_orm(column_type = "Json")]
    pub body: Json,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
