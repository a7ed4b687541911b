//! Results of calls, each with its reason. One that was corrected stays beside the one in its place.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, RecognitionCallId, RecognitionEntryId, RecognitionResultId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recognition_result")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecognitionResultId,
    /// The call.
    pub call_id: RecognitionCallId,
    /// The entry.
    pub entry_id: RecognitionEntryId,
    /// Its place by score; those that are equal share one.
    pub place: Option<i32>,
    /// Out of 100, in hundredths.
    pub score: Option<i64>,
    /// How many voices were counted.
    pub voices: i32,
    /// What it was awarded.
    pub award: Option<String>,
    /// Why; of a correction, why it was changed.
    pub reason: Option<String>,
    /// Who decided.
    pub decided_by: AccountId,
    /// When.
    pub decided_at: Timestamp,
    /// When another took its place.
    pub replaced_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
