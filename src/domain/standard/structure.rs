//! The courses and tasks of one major, whole: as a version of a standard keeps them, and as they are taught.

use serde::{Deserialize, Serialize};

use crate::domain::code::codes;
use crate::domain::curriculum::Level;
use crate::domain::id::{AnyId, CourseId, Sha256, TaskId};

/// The courses and tasks of one major, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StandardStructure {
    /// The courses.
    pub courses: Vec<StandardCourse>,
}

/// A course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StandardCourse {
    /// Its id, which it keeps under another name.
    pub id: CourseId,
    /// Its level, where it has one.
    pub level: Option<Level>,
    /// Its name.
    pub name: String,
    /// Class hours in all.
    pub hours: Option<u32>,
    /// The courses that it took over from in this version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<CourseId>,
    /// Its tasks: the typical work tasks first, then the reference learning tasks.
    pub tasks: Vec<StandardTask>,
}

/// A task of a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StandardTask {
    /// Its id, which it keeps under another name and in another course.
    pub id: TaskId,
    /// What it is.
    pub kind: StandardTaskKind,
    /// Its name.
    pub name: String,
    /// Class hours.
    pub hours: Option<u32>,
    /// The typical work task that it belongs under.
    pub parent: Option<TaskId>,
    /// The tasks that it took over from in this version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<TaskId>,
}

/// What a task of a standard is. A school's own learning tasks are no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StandardTaskKind {
    /// 典型工作任务.
    Typical,
    /// 参考性学习任务.
    Reference,
}

codes!(StandardTaskKind: Typical "typical", Reference "reference");

impl StandardStructure {
    /// Names the courses and tasks as they stand, wherever they came from.
    pub fn digest(&self) -> Sha256 {
        use sha2::Digest as _;

        let mut bare = self.clone();
        for course in &mut bare.courses {
            course.former.clear();
            for task in &mut course.tasks {
                task.former.clear();
            }
        }
        let text = serde_json::to_vec(&bare).expect("names and numbers");
        Sha256::from_bytes(sha2::Sha256::digest(&text).into())
    }

    /// The ids of its courses and tasks.
    pub fn ids(&self) -> impl Iterator<Item = AnyId> {
        self.courses.iter().flat_map(|course| {
            let tasks = course.tasks.iter().map(|task| task.id.into());
            tasks.chain([course.id.into()])
        })
    }
}

/// What there is of a major: what is taught, and what was retired before and keeps its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MajorStanding {
    /// What is taught.
    pub taught: StandardStructure,
    /// Courses that were retired.
    pub retired_courses: Vec<RetiredCourse>,
    /// Tasks that were retired, in whichever course.
    pub retired_tasks: Vec<RetiredTask>,
}

/// A course that was retired.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the noun it names")]
pub struct RetiredCourse {
    pub id: CourseId,
    pub level: Option<Level>,
    pub name: String,
}

/// A task that was retired.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the noun it names")]
pub struct RetiredTask {
    pub id: TaskId,
    pub course: CourseId,
    pub kind: StandardTaskKind,
    pub name: String,
}
