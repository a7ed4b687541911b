//! What reading a content found, once per content and kind.

use sea_orm::entity::prelude::*;

use super::FileReport;
use crate::domain::file::{ExtractionState, Kind};
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "extraction")]
pub struct Model {
    /// The content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: Sha256,
    /// What it was read as.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// How far it has come; moved by the extraction job only.
    pub state: ExtractionState,
    /// What was found.
    #[sea_orm(column_type = "Json")]
    pub report: FileReport,
    /// When the state last changed.
    pub updated_at: Timestamp,
    /// The SHA-256 of its passages as they are kept; none before they are, and for those read by older versions.
    pub text_sha256: Option<Sha256>,
    /// Bytes of its passages.
    pub text_bytes: Option<i64>,
    /// Which of the texts that were written of it they are; none: that of older versions.
    pub text_version: Option<i32>,
    /// When its passages were last found to be lost or damaged in the store.
    pub text_lost_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
