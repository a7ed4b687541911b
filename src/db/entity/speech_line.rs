//! Lines that people corrected of what a machine heard. Who did it stands in the audit log alone.

use sea_orm::entity::prelude::*;

use crate::domain::file::Kind;
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "speech_line")]
pub struct Model {
    /// The content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: Sha256,
    /// What it is read as.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// Milliseconds from the beginning.
    #[sea_orm(primary_key, auto_increment = false)]
    pub start_ms: i64,
    /// Milliseconds from the beginning.
    pub end_ms: i64,
    /// What is said; empty where nothing is.
    pub text: String,
    /// When it was corrected last.
    pub updated_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
