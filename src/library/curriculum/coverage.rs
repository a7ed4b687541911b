//! What there is for each task, type by type, and what is missing.

use std::collections::HashSet;

use crate::actor::Actor;
pub use crate::db::coverage::CountScope;
use crate::db::coverage::{ResourceCount, resource_counts};
use crate::db::reviews;
use crate::domain::id::{SchoolId, TaskId};
use crate::domain::resource::{RESOURCE_TYPES, Status};
use crate::error::Result;
use crate::library::curriculum::Curriculum;
use crate::library::curriculum::{Course, Task};
use crate::library::review_steps;

/// How many of the types, the plan's own first, a task is expected to have: textbook, worksheet, case, slides, video.
const EXPECTED: usize = 5;
/// The kind of the task that gives a course its name.
const TYPICAL: &str = "typical";

/// The codes of the types that the plan expects for each task.
pub fn expected_types() -> impl Iterator<Item = &'static str> {
    RESOURCE_TYPES.iter().take(EXPECTED).map(|kind| kind.code)
}

/// The tasks of a course that are taught, in order: all but the one that gives it its name, and those that were retired.
pub fn learning_tasks(course: &Course) -> impl Iterator<Item = &Task> {
    course.tasks.iter().filter(|task| task.kind != TYPICAL && !task.retired)
}

/// How many resources of one type there are at one place, as far as the asker sees them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Published.
    pub published: u64,
    /// Waiting for their review.
    pub in_review: u64,
    /// Sent back to be changed.
    pub returned: u64,
    /// Drafts.
    pub drafts: u64,
}

/// What there is, by place and type.
#[derive(Debug, Clone, Default)]
pub struct CurriculumCoverage {
    tallies: Vec<ResourceCount>,
}

/// How many of the expected types the tasks of a course have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Covered {
    /// Pairs of a task and an expected type for which something is published.
    pub there: usize,
    /// All pairs.
    pub of: usize,
}

impl Curriculum {
    /// Counts what the actor sees of a course or a major, by one query; of one school, or of all.
    pub async fn task_holdings(
        &self,
        actor: &Actor,
        within: CountScope,
        school: Option<SchoolId>,
    ) -> Result<CurriculumCoverage> {
        let conn = self.db.read();
        let mut tallies = resource_counts(conn, within, school, &actor.audiences()).await?;
        // A reviewer's number of what waits leads to the queue, where their own work is not.
        if let CountScope::Course(course) = within
            && review_steps::reviewer(actor).is_ok()
        {
            let (_, desk) = review_steps::desk(conn, actor).await?;
            tallies.retain(|tally| tally.status != Status::Submitted);
            let waiting = reviews::of_course(conn, &desk, course).await?;
            tallies.extend(waiting.into_iter().map(|(task_id, kind, count)| ResourceCount {
                status: Status::Submitted,
                task_id,
                kind,
                count,
            }));
        }
        Ok(CurriculumCoverage { tallies })
    }
}

impl CurriculumCoverage {
    /// What there is of a type for one of these tasks; for no task, what belongs to the whole course.
    pub fn holdings(&self, tasks: &[Option<TaskId>], kind: &str) -> Holdings {
        let mut sum = Holdings::default();
        let here = |tally: &&ResourceCount| tasks.contains(&tally.task_id) && tally.kind == kind;
        for tally in self.tallies.iter().filter(here) {
            let count = u64::try_from(tally.count).unwrap_or(0);
            match tally.status {
                Status::Published => sum.published += count,
                Status::Submitted => sum.in_review += count,
                Status::Draft => sum.drafts += count,
                Status::Returned => sum.returned += count,
                Status::Withdrawn => {}
            }
        }
        sum
    }

    /// The codes of the types that occur, in their usual order.
    pub fn types(&self) -> Vec<&'static str> {
        let counts = self.tallies.iter().filter(|tally| tally.status != Status::Withdrawn);
        let there: HashSet<&str> = counts.map(|tally| tally.kind.as_str()).collect();
        let codes = RESOURCE_TYPES.iter().map(|kind| kind.code);
        codes.filter(|code| there.contains(code)).collect()
    }

    /// How far the tasks of a course have what the plan expects.
    pub fn covered(&self, course: &Course) -> Covered {
        let published = self.tallies.iter().filter(|tally| tally.status == Status::Published);
        let pairs: HashSet<(Option<TaskId>, &str)> =
            published.map(|tally| (tally.task_id, tally.kind.as_str())).collect();
        let is_there = |task: &Task| {
            expected_types()
                .filter(|kind| pairs.contains(&(Some(task.id), *kind)))
                .count()
        };
        Covered {
            there: learning_tasks(course).map(is_there).sum(),
            of: learning_tasks(course).count() * EXPECTED,
        }
    }
}
