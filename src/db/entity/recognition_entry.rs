//! Entries 参评作品 for a call.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, CourseId, MajorId, RecognitionCallId, RecognitionEntryId, ResourceId, SchoolId};
use crate::domain::recognition::entry::RecognitionSubject;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recognition_entry")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecognitionEntryId,
    /// The call.
    pub call_id: RecognitionCallId,
    /// What the jury calls it, counted from 1.
    pub number: i32,
    /// The school that it is of.
    pub school_id: SchoolId,
    /// Who entered it.
    pub entered_by: AccountId,
    /// The course that it is about.
    pub course_id: Option<CourseId>,
    /// The major that it is about.
    pub major_id: Option<MajorId>,
    /// Whose it is.
    pub person_id: Option<AccountId>,
    /// The resource that it is about.
    pub resource_id: Option<ResourceId>,
    /// What it is about, written out; of those that were not withdrawn no two of a call have the same.
    pub subject_key: String,
    /// Its title.
    pub title: String,
    /// What is put forward and why.
    pub statement: String,
    /// Counts every change; what a voice is about.
    pub revision: i32,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

impl Model {
    /// What it is about.
    pub fn subject(&self) -> RecognitionSubject {
        RecognitionSubject {
            school: Some(self.school_id),
            course: self.course_id,
            major: self.major_id,
            person: self.person_id,
            resource: self.resource_id,
        }
    }
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
