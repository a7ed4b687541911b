//! Calls 评优活动: what is recognized, when, by which criteria.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::id::{AccountId, RecognitionCallId};
use crate::domain::recognition::{CallDates, Criterion, Entrants, RecognitionKind};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recognition_call")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecognitionCallId,
    /// What is recognized.
    pub kind: RecognitionKind,
    /// Its title.
    pub title: String,
    /// Its rules.
    pub rules: Option<String>,
    /// Who enters.
    pub entrants: Entrants,
    /// The first day that takes entries.
    pub opens_on: Day,
    /// The last day that takes entries.
    pub closes_on: Day,
    /// The last day on which the jury scores.
    pub jury_due_on: Day,
    /// Whether the jury sees neither schools nor names.
    pub blind: bool,
    /// How many of the jury must score each entry.
    pub voices: i32,
    /// How many entries a school may have.
    pub per_school: Option<i32>,
    /// For how many years marks are valid.
    pub valid_years: Option<i32>,
    /// What the jury looks at, in order; unchanged once it is announced.
    #[sea_orm(column_type = "Json")]
    pub criteria: Criteria,
    /// Who made it.
    pub created_by: AccountId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was announced.
    pub announced_at: Option<Timestamp>,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// When its results came out.
    pub published_at: Option<Timestamp>,
    /// By whom.
    pub published_by: Option<AccountId>,
    /// Counts every change of what is said of it.
    pub revision: i32,
}

/// Criteria in a JSON column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Criteria(pub Vec<Criterion>);

impl Model {
    /// Its days, and what was done about it.
    pub fn dates(&self) -> CallDates {
        CallDates {
            opens: self.opens_on,
            closes: self.closes_on,
            jury_due: self.jury_due_on,
            is_announced: self.announced_at.is_some(),
            is_published: self.published_at.is_some(),
            is_cancelled: self.cancelled_at.is_some(),
        }
    }
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
