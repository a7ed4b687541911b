//! A question: what is looked for, what it is limited to, and in which order.

use serde::{Deserialize, Serialize};

use super::Audience;
use crate::domain::id::{CourseId, MajorId, SchoolId, TaskId};
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;

/// The order of the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Best first.
    #[default]
    Relevance,
    /// Last changed first.
    Newest,
}

/// Limits of a question to part of the library. Values of one field are alternatives; fields add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Major ids.
    pub major: Vec<MajorId>,
    /// Course ids.
    pub course: Vec<CourseId>,
    /// Task ids.
    pub task: Vec<TaskId>,
    /// Type codes.
    pub kind: Vec<String>,
    /// School ids.
    pub school: Vec<SchoolId>,
    /// Stages.
    pub stage: Vec<String>,
    /// Level codes.
    pub level: Vec<String>,
    /// Years.
    pub year: Vec<i32>,
    /// Scopes.
    pub scope: Vec<Scope>,
    /// Only what was changed after this moment.
    pub since: Option<Timestamp>,
    /// Only what is the asker's own, drafts and what was withdrawn among it.
    pub mine: bool,
}

/// A question to the library.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Question {
    /// What the person typed. Empty: browse.
    pub text: String,
    /// What it is limited to.
    pub filters: Filters,
    /// The order wanted.
    pub sort: Sort,
    /// How many hits, 1 to 100.
    pub limit: usize,
    /// Where the last answer ended.
    pub cursor: Option<String>,
    /// Who asks: the audiences the caller belongs to. Without any, nothing is found.
    pub audiences: Vec<Audience>,
}
