//! Sessions 培训班 of teacher training.

use sea_orm::entity::prelude::*;

use crate::domain::day::Day;
use crate::domain::id::{AccountId, SchoolId, TrainingBaseId, TrainingSessionId};
use crate::domain::time::Timestamp;
use crate::domain::training::TrainingMode;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_session")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TrainingSessionId,
    /// The school whose it is; none for the city's.
    pub school_id: Option<SchoolId>,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub topic: Option<String>,
    /// The base that holds it.
    pub base_id: Option<TrainingBaseId>,
    /// On site or online.
    pub mode: TrainingMode,
    /// Its first day.
    pub from_day: Day,
    /// Its last day.
    pub until_day: Day,
    /// On how many days it is held.
    pub days: i32,
    /// Class hours, all days together.
    pub hours: i32,
    /// Where it is held.
    pub place: Option<String>,
    /// Who holds it.
    pub holder: Option<String>,
    /// Whether it is for the schools of [`super::training_audience`] alone.
    pub is_for_some: bool,
    /// How many can take part.
    pub capacity: Option<i32>,
    /// Whether those trained are counted for the city's plan.
    pub counts: bool,
    /// How much of what is shown online must be seen, in hundredths.
    pub share: i32,
    /// What else is to be known.
    pub note: Option<String>,
    /// What the codes of signing in on the day are made of; never shown.
    pub code_secret: String,
    /// Who made it.
    pub created_by: AccountId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
