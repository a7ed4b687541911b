//! Comments 批注 of authors and reviewers; readers never see one.

use sea_orm::entity::prelude::*;

use super::LocatorColumn;
use crate::domain::id::{AccountId, CommentId, FileId, ResourceId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "comment")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CommentId,
    /// The resource it is about.
    pub resource_id: ResourceId,
    /// Who wrote it.
    pub author_id: AccountId,
    /// The file it is about; the whole resource without one.
    pub file_id: Option<FileId>,
    /// The place in the file.
    #[sea_orm(column_type = "Json")]
    pub locator: Option<LocatorColumn>,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was said to be done with; open without.
    pub resolved_at: Option<Timestamp>,
    /// By whom.
    pub resolved_by: Option<AccountId>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
