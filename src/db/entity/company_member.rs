//! The people of a company.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, CompanyId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "company_member")]
pub struct Model {
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// The company.
    pub company_id: CompanyId,
    /// Who said so.
    pub added_by: AccountId,
    /// When.
    pub added_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
