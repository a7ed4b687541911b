//! The change log: what everything else follows. `seq` is the order of commit.

use sea_orm::entity::prelude::*;

use super::Strings;
use crate::domain::change::ChangeKind;
use crate::domain::id::ResourceId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// Counted from 1 without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When it was written, by the clock of the process that wrote it: the order is that of the numbers.
    pub at: Timestamp,
    /// What changed; its row may be gone.
    pub resource_id: ResourceId,
    /// What happened.
    pub kind: ChangeKind,
    /// The audiences that could see it before.
    #[sea_orm(column_type = "Json")]
    pub seen_before: Strings,
    /// The audiences that can see it now.
    #[sea_orm(column_type = "Json")]
    pub seen_after: Strings,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
