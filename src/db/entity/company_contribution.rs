//! What was shared under a company's name; it stays so whoever leaves the company.

use sea_orm::entity::prelude::*;

use crate::domain::id::{CompanyId, ResourceId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "company_contribution")]
pub struct Model {
    /// The resource.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// The company.
    pub company_id: CompanyId,
    /// When it was shared.
    pub at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
