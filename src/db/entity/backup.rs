//! The last backup of each kind.

use sea_orm::entity::prelude::*;

use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "backup")]
pub struct Model {
    /// Where it lies: `elsewhere`, or `beside` the objects in the store itself.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: String,
    /// When its rows were what they are in it.
    pub made_at: Timestamp,
    /// How many objects that rows name could not be read.
    pub lost: i64,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
