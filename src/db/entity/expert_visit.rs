//! Visits of experts 专家指导 to schools.

use sea_orm::entity::prelude::*;

use super::Ids;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, SchoolId, VisitId};
use crate::domain::time::Timestamp;
use crate::domain::visit::{VisitKind, VisitState};

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "expert_visit")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VisitId,
    /// The school.
    pub school_id: SchoolId,
    /// The expert.
    pub expert_id: AccountId,
    /// When it was.
    pub day: Day,
    /// What for.
    pub kind: VisitKind,
    /// What was asked.
    pub asked: String,
    /// What the expert advised.
    pub advice: Option<String>,
    /// Resources that belong to it.
    #[sea_orm(column_type = "Json")]
    pub resources: Ids,
    /// What the school did.
    pub done: Option<String>,
    /// Who said so.
    pub answered_by: Option<AccountId>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<AccountId>,
    /// When.
    pub closed_at: Option<Timestamp>,
    /// Counts up with every change, so that nobody overwrites what they have not seen.
    pub revision: i64,
    /// Who recorded it.
    pub created_by: AccountId,
    /// When.
    pub created_at: Timestamp,
}

impl Model {
    /// How far it is.
    pub fn state(&self) -> VisitState {
        match (self.closed_at, self.answered_at) {
            (Some(_), _) => VisitState::Closed,
            (None, Some(_)) => VisitState::Answered,
            (None, None) => VisitState::Open,
        }
    }
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
