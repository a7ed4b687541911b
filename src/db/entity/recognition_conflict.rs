//! Conflicts of interest that somebody declared; those that follow from schools and works are found when they matter.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, RecognitionEntryId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recognition_conflict")]
pub struct Model {
    /// The entry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: RecognitionEntryId,
    /// Who has something to do with it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// Who said so: they themselves, or whoever holds the call.
    pub declared_by: AccountId,
    /// When.
    pub declared_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
