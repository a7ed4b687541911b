//! Damage to stored objects.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What was found where an object should be.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    DeriveActiveEnum,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = Found)]
pub enum DamageKind {
    /// Nothing.
    Missing,
    /// Fewer bytes or more.
    Size,
    /// As many bytes, and others.
    Bytes,
    /// Bytes that the disk cannot read.
    Unreadable,
}
