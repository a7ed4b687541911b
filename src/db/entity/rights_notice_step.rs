//! Every step that was taken about a notice of infringement, and what was said with it. Nothing here is ever changed.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, NoticeId, NoticeStepId};
use crate::domain::notice::NoticeStep;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rights_notice_step")]
pub struct Model {
    /// Its id: steps that were taken later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeStepId,
    /// The notice.
    pub notice_id: NoticeId,
    /// What was done.
    pub step: NoticeStep,
    /// By whom; whoever sent the notice has no account.
    pub account_id: Option<AccountId>,
    /// What was said with it.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
