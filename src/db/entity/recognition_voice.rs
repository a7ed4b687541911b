//! Voices: the points that a member of the jury gave an entry.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, RecognitionEntryId, SchoolId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recognition_voice")]
pub struct Model {
    /// The entry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: RecognitionEntryId,
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// Points by criterion.
    #[sea_orm(column_type = "Json")]
    pub points: PointsColumn,
    /// The revision of the entry that was read: a voice on another is not counted.
    pub entry_revision: i32,
    /// What was said of it.
    pub comment: Option<String>,
    /// When it was last given.
    pub submitted_at: Timestamp,
    /// The school of whoever gave it, at that moment.
    pub school_id: Option<SchoolId>,
}

/// Hundredths by criterion, in the order of the call, in a JSON column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct PointsColumn(pub Vec<i32>);

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
