//! Corrected lines of pages that a machine read, once per content, kind and page.

use sea_orm::entity::prelude::*;

use super::CorrectionsColumn;
use crate::domain::file::Kind;
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ocr_correction")]
pub struct Model {
    /// The content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: Sha256,
    /// What it is read as.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// Counted from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub page: i32,
    /// What stands there, as people say.
    #[sea_orm(column_type = "Json")]
    pub corrections: CorrectionsColumn,
    /// When the last of them came.
    pub updated_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
