//! Who is of the jury of a call.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, RecognitionCallId, SchoolId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recognition_juror")]
pub struct Model {
    /// The call.
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_id: RecognitionCallId,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// Who appointed them.
    pub appointed_by: AccountId,
    /// When.
    pub appointed_at: Timestamp,
    /// When they were dismissed: their voices are kept and not counted.
    pub dismissed_at: Option<Timestamp>,
    /// Their school when they were appointed.
    pub school_id: Option<SchoolId>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
