//! Packs: what somebody chose to give together.

use sea_orm::entity::prelude::*;

use super::PackEntries;
use crate::domain::id::{AccountId, PackId, SchoolId};
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pack")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PackId,
    /// The school it belongs to.
    pub school_id: Option<SchoolId>,
    /// Who made it.
    pub owner_id: AccountId,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Whom it is for.
    pub scope: Scope,
    /// What was chosen, in order.
    #[sea_orm(column_type = "Json")]
    pub contents: PackEntries,
    /// The newest version that is ready; 0 before the first.
    pub version: i32,
    /// Taken down: seen only by its owner and school.
    pub withdrawn: bool,
    /// Whether its versions are evidence: with tables of the twelve documents and the sums of all files.
    pub evidence: bool,
    /// The school whose resources alone go in where a part of the curriculum was chosen.
    pub of_school: Option<SchoolId>,
    /// Counts every change; the pack's entity tag.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
