//! Companies that work with schools.

use sea_orm::entity::prelude::*;

use crate::domain::day::Day;
use crate::domain::id::{AccountId, CompanyId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "company")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CompanyId,
    /// Its name.
    pub name: String,
    /// Its unified social credit code; no two have the same.
    pub credit_code: String,
    /// Whom to ask there.
    pub contact: Option<String>,
    /// The first day of the agreement.
    pub from_day: Day,
    /// The last day of the agreement; none when it has none.
    pub until_day: Option<Day>,
    /// Counts up with every change, so that nobody overwrites what they have not seen.
    pub revision: i64,
    /// Who added it.
    pub created_by: AccountId,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
