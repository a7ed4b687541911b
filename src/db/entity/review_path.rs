//! Paths of the review 审核流程: which resources take them, and what they allow.

use sea_orm::entity::prelude::*;

use super::Strings;
use crate::domain::id::{AccountId, ReviewPathId, SchoolId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_path")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewPathId,
    /// Its stable name; a school's own bears that of the city's which it stands in for.
    pub code: String,
    /// The school whose own it is; the city's without.
    pub school_id: Option<SchoolId>,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Codes of the types that take it; none: all that no other path names.
    #[sea_orm(column_type = "Json")]
    pub kinds: Strings,
    /// The scopes that take it; none: all.
    #[sea_orm(column_type = "Json")]
    pub scopes: Strings,
    /// Whether 不予通过 is one of its outcomes.
    pub may_reject: bool,
    /// Whether a school's administrator may publish for their school without a review.
    pub may_publish: bool,
    /// Whether they may also publish so for more than their school, where the city's step is left out.
    pub may_publish_beyond: bool,
    /// When it was last changed; never where it came with the program.
    pub updated_at: Option<Timestamp>,
    /// By whom.
    pub updated_by: Option<AccountId>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
