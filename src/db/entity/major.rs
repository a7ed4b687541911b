//! Majors 专业.

use sea_orm::entity::prelude::*;

use super::{ProvenanceColumn, Strings};
use crate::domain::id::MajorId;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "major")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MajorId,
    /// The national or a local code, where one is confirmed: `0403`.
    pub code: Option<String>,
    /// Its name: what tells it apart where no code is confirmed.
    pub name: String,
    /// The code of its category: `04`.
    pub category_code: Option<String>,
    /// The name of its category (专业大类): `机械类`.
    pub category: Option<String>,
    /// The levels it is taught at.
    #[sea_orm(column_type = "Json")]
    pub levels: Strings,
    /// Other names people use.
    #[sea_orm(column_type = "Json")]
    pub aliases: Strings,
    /// The phase of the city's plan in which it joined, for pilot majors.
    pub phase: Option<i32>,
    /// The code of the major that took its place.
    pub replaced_by: Option<String>,
    /// Where the row comes from and how far it can be relied on.
    #[sea_orm(column_type = "Json")]
    pub provenance: ProvenanceColumn,
    /// Its place in lists.
    pub position: i32,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
