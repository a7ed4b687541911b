//! Resources 教学资源: what teachers share.
//!
//! A row says what others see. Once something is published, what its people change waits beside that, in the same row,
//! until it is approved; `library::resources::approval` is the only one that lays it there and takes it over.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::Strings;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, CourseId, MajorId, ResourceId, SchoolId, TaskId};
use crate::domain::metadata::Metadata;
use crate::domain::resource::Status;
use crate::domain::rights::Rights;
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ResourceId,
    /// The school it belongs to.
    pub school_id: Option<SchoolId>,
    /// The account that shared it.
    pub owner_id: AccountId,
    /// Where it stands; moved by `library::reviews` only.
    pub status: Status,
    /// How far it is shared once published.
    pub scope: Scope,
    /// The type's code: `worksheet`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// What it is, in its author's words.
    pub description: String,
    /// The major it is for; a course brings its own along.
    pub major_id: Option<MajorId>,
    /// The course it is for; a task brings its own along.
    pub course_id: Option<CourseId>,
    /// The task it is for, if it is not for the whole course.
    pub task_id: Option<TaskId>,
    /// The stage of its task: a code, or a school's own name.
    pub stage: Option<String>,
    /// The level it is made for.
    pub level: Option<String>,
    /// Chosen by its author.
    #[sea_orm(column_type = "Json")]
    pub keywords: Strings,
    /// Who made it.
    #[sea_orm(column_type = "Json")]
    pub authors: Strings,
    /// When it was made.
    pub year: Option<i32>,
    /// On which terms others may use it.
    pub licence: Option<String>,
    /// Whose rights it touches, and what AI did.
    #[sea_orm(column_type = "Json")]
    pub rights: Rights,
    /// BCP 47: `zh`, `en`.
    pub language: Option<String>,
    /// The resource it was adapted from.
    pub based_on: Option<ResourceId>,
    /// What the reviewer said when sending it back.
    pub review_note: Option<String>,
    /// The newest version's number.
    pub version: i32,
    /// How many files its newest version holds.
    pub file_count: i64,
    /// Bytes of those files.
    pub size: i64,
    /// Counts every change; its entity tag.
    pub revision: i64,
    /// When it was shared first.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was last submitted for review.
    pub submitted_at: Option<Timestamp>,
    /// When it was last published.
    pub published_at: Option<Timestamp>,
    /// Since when it bears marks that are valid ([`super::recognition_mark`], which this follows); none without.
    pub marked_at: Option<Timestamp>,
    /// Who gave the first of them.
    pub marked_by: Option<AccountId>,
    /// The last day of the last of them; none: for good.
    pub marked_until: Option<Day>,
    /// The revision that was submitted; a decision that names no other is about this one.
    pub submitted_revision: Option<i64>,
    /// What waits beside what is published; only where something is.
    #[sea_orm(column_type = "Json", nullable)]
    pub waiting: Option<Waiting>,
    /// Where what waits stands: `submitted` or `returned`. With `waiting`.
    pub waiting_status: Option<Status>,
    /// How far what waits is meant to be shared: its metadata's scope, for the queues. With `waiting`.
    pub waiting_scope: Option<Scope>,
    /// Whether its school has too few people to decide on what waits, though that is meant for the school alone: the bureau
    /// decides. Written by `library::review_steps` only, and of no meaning where nothing waits.
    pub left_to_bureau: bool,
}

/// The working copy of something that is published: what differs from the row beside which it waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Waiting {
    /// What is said about it.
    pub metadata: Metadata,
    /// Its major.
    pub major_id: Option<MajorId>,
    /// Its course.
    pub course_id: Option<CourseId>,
    /// Its task.
    pub task_id: Option<TaskId>,
    /// The version that it is; that of the row where only words changed.
    pub version: i32,
    /// How many files that holds.
    pub file_count: i64,
    /// Bytes of those files.
    pub size: i64,
    /// What the reviewer said when sending it back.
    pub review_note: Option<String>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The row of a new draft that holds no file yet.
    pub fn new(id: ResourceId, owner_id: AccountId, metadata: Metadata, now: Timestamp) -> Self {
        let empty = Self {
            id,
            school_id: None,
            owner_id,
            status: Status::Draft,
            scope: Scope::default(),
            kind: String::new(),
            title: String::new(),
            description: String::new(),
            major_id: None,
            course_id: None,
            task_id: None,
            stage: None,
            level: None,
            keywords: Strings::default(),
            authors: Strings::default(),
            year: None,
            licence: None,
            rights: Rights::default(),
            language: None,
            based_on: None,
            review_note: None,
            version: 1,
            file_count: 0,
            size: 0,
            revision: 1,
            created_at: now,
            updated_at: now,
            submitted_at: None,
            published_at: None,
            marked_at: None,
            marked_by: None,
            marked_until: None,
            submitted_revision: None,
            waiting: None,
            waiting_status: None,
            waiting_scope: None,
            left_to_bureau: false,
        };
        empty.with_metadata(metadata)
    }

    /// Whether something waits beside what is published.
    pub fn has_waiting(&self) -> bool {
        self.status == Status::Published && self.waiting.is_some()
    }

    /// Whether it waits for its school alone, and the bureau decides in place of that: of a working copy.
    pub fn is_left_to_bureau(&self) -> bool {
        self.left_to_bureau && self.status == Status::Submitted && self.scope == Scope::School
    }

    /// The row as its people work on it: with what waits laid over it. The row itself where nothing does.
    #[must_use]
    pub fn working_copy(&self) -> Self {
        let alone = Self {
            waiting: None,
            waiting_status: None,
            waiting_scope: None,
            ..self.clone()
        };
        let Some(waiting) = self.waiting.clone().filter(|_| self.has_waiting()) else {
            return alone;
        };
        // What was held up as a model was the version that is published.
        let is_marked = waiting.version == self.version;
        Self {
            status: self.waiting_status.unwrap_or(Status::Submitted),
            major_id: waiting.major_id,
            course_id: waiting.course_id,
            task_id: waiting.task_id,
            version: waiting.version,
            file_count: waiting.file_count,
            size: waiting.size,
            review_note: waiting.review_note,
            updated_at: waiting.updated_at,
            marked_at: self.marked_at.filter(|_| is_marked),
            marked_by: self.marked_by.filter(|_| is_marked),
            marked_until: self.marked_until.filter(|_| is_marked),
            ..alone.with_metadata(waiting.metadata)
        }
    }

    /// The row with a working copy beside it.
    #[must_use]
    pub fn with_waiting(self, working: Self) -> Self {
        let waiting = Waiting {
            metadata: working.metadata(),
            major_id: working.major_id,
            course_id: working.course_id,
            task_id: working.task_id,
            version: working.version,
            file_count: working.file_count,
            size: working.size,
            review_note: working.review_note,
            updated_at: working.updated_at,
        };
        Self {
            waiting: Some(waiting),
            waiting_status: Some(working.status),
            waiting_scope: Some(working.scope),
            ..self
        }
    }

    /// What is said about it.
    pub fn metadata(&self) -> Metadata {
        Metadata {
            title: self.title.clone(),
            kind: self.kind.clone(),
            description: self.description.clone(),
            scope: self.scope,
            stage: self.stage.clone(),
            level: self.level.clone(),
            keywords: self.keywords.0.clone(),
            authors: self.authors.0.clone(),
            year: self.year,
            licence: self.licence.clone(),
            rights: self.rights.clone(),
            language: self.language.clone(),
            based_on: self.based_on,
        }
    }

    /// The row with something else said about it. Every field is taken apart by name, so that none is forgotten.
    #[must_use]
    pub fn with_metadata(self, metadata: Metadata) -> Self {
        let Metadata {
            title,
            kind,
            description,
            scope,
            stage,
            level,
            keywords,
            authors,
            year,
            licence,
            rights,
            language,
            based_on,
        } = metadata;
        Self {
            title,
            kind,
            description,
            scope,
            stage,
            level,
            keywords: Strings(keywords),
            authors: Strings(authors),
            year,
            licence,
            rights,
            language,
            based_on,
            ..self
        }
    }
}
