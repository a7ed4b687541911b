//! Marks 称号: what came of recognition. What a resource's row says of its marks follows from these.

use sea_orm::entity::prelude::*;

use crate::domain::day::Day;
use crate::domain::id::{
    AccountId, CourseId, MajorId, RecognitionCallId, RecognitionMarkId, RecognitionResultId, ResourceId, SchoolId,
};
use crate::domain::recognition::RecognitionKind;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recognition_mark")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecognitionMarkId,
    /// What it says.
    pub kind: RecognitionKind,
    /// The school that it stands on, or whose course, major, teacher or resource.
    pub school_id: Option<SchoolId>,
    /// The course that it stands on.
    pub course_id: Option<CourseId>,
    /// The major that it stands on.
    pub major_id: Option<MajorId>,
    /// Who bears it.
    pub person_id: Option<AccountId>,
    /// The resource that it stands on.
    pub resource_id: Option<ResourceId>,
    /// What the call awarded; none of what an expert held up.
    pub award: Option<String>,
    /// The call that it came of.
    pub call_id: Option<RecognitionCallId>,
    /// The result that it came of.
    pub result_id: Option<RecognitionResultId>,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day; none: for good.
    pub valid_until: Option<Day>,
    /// Who gave it.
    pub given_by: AccountId,
    /// When.
    pub given_at: Timestamp,
    /// When it was taken away before its time.
    pub ended_at: Option<Timestamp>,
    /// By whom.
    pub ended_by: Option<AccountId>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
