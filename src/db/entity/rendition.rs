//! Contents that were turned into pages, once per content and kind.

use sea_orm::entity::prelude::*;

use crate::domain::file::Kind;
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rendition")]
pub struct Model {
    /// The content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: Sha256,
    /// What it was taken for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// How many pages it has; none when they could not be made.
    pub pages: Option<i32>,
    /// When that was tried.
    pub made_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
