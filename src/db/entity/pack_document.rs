//! What is made for a version of a pack that is evidence: tables, and the sums of all its files.

use sea_orm::entity::prelude::*;

use crate::domain::id::{PackId, Sha256};

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pack_document")]
pub struct Model {
    /// The pack.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pack_id: PackId,
    /// The version.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// What it is called in the archive: `evidence.pdf`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// What it is served as.
    pub media_type: String,
    /// Its content.
    pub sha256: Sha256,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
