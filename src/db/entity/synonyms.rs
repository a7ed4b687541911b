//! Groups of words for the same thing 同义词.

use sea_orm::entity::prelude::*;

use super::Strings;
use crate::domain::id::{AccountId, SchoolId, SynonymGroupId};
use crate::domain::time::Timestamp;

/// One row, which is one group; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "synonyms")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SynonymGroupId,
    /// The school whose questions it helps; without one, those of the whole city.
    pub school_id: Option<SchoolId>,
    /// The words, as they were typed.
    #[sea_orm(column_type = "Json")]
    pub words: Strings,
    /// Why they are one group, for those who edit.
    pub remark: Option<String>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// By whom; nobody where it came with the program.
    pub updated_by: Option<AccountId>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
