//! Which keys may sign what, by version.

use sea_orm::entity::prelude::*;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trust_root")]
pub struct Model {
    /// Rises by one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// The signed root, as it is served.
    pub body: String,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
