//! Use by task: how often the resources of each school were used at each major, course and task.
//!
//! Uses are rolled up by place and month as they are written ([`crate::library::usage`]): a use belongs to the task that the
//! resource was at when it was used, wherever it was moved since. What it costs grows with the places, and not with how often
//! resources are used. Where a task itself was moved to another course, what was used before stays with the course of then.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::actor::Actor;
use crate::db::usage::UsePlace;
use crate::db::{curriculum, figures, people};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{CourseId, MajorId, SchoolId, TaskId};
use crate::domain::search::{NamedCourse, NamedMajor, NamedRef, NamedSchool, NamedTask};
use crate::error::{Refusal, Result};
use crate::library::administration::Administration;
use crate::library::administration::figures::progress::{last_months, month_name};
use crate::library::administration::figures::{FigureFrame, LedgerState};

/// What is used, task by task.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = TaskUsage)]
pub struct TaskUsageReport {
    /// Of what and when.
    #[serde(flatten)]
    pub frame: FigureFrame,
    /// The major whose tasks these are; `null`: all.
    pub major: Option<NamedMajor>,
    /// The last twelve months, the oldest first: what each row's `by_month` counts.
    pub months: Vec<String>,
    /// All uses of these since the library began.
    pub uses: i64,
    /// Where something is published or was used, the most used first.
    pub rows: Vec<TaskUsageRow>,
    /// How far the sums that these figures are taken from can be trusted.
    pub ledger: LedgerState,
}

/// A school's resources at one place of the curriculum.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TaskUsageRow {
    /// The school they belong to.
    pub school: Option<NamedSchool>,
    /// Their major.
    pub major: Option<NamedMajor>,
    /// Their course.
    pub course: Option<NamedCourse>,
    /// Their task; `null`: the course as a whole, or no course.
    pub task: Option<NamedTask>,
    /// How many of them are published.
    pub resources: i64,
    /// How often they were used in all.
    pub uses: i64,
    /// How often in each of the last twelve months.
    pub by_month: Vec<i64>,
}

/// What one place has.
#[derive(Debug, Default)]
struct PlaceSums {
    resources: i64,
    uses: i64,
    by_month: Vec<i64>,
}

impl Administration {
    /// How often resources were used by school, major and task: in the city or one school's, of one major or of all.
    pub async fn task_usage(
        &self,
        actor: &Actor,
        school: Option<&str>,
        major: Option<&str>,
    ) -> Result<TaskUsageReport> {
        let frame = self.frame(actor, school).await?;
        let conn = self.db.read();
        let major = match major {
            Some(given) => Some(
                curriculum::major_named(conn, given)
                    .await?
                    .ok_or_else(|| unknown(given))?,
            ),
            None => None,
        };
        let only = (frame.school_id(), major.as_ref().map(|row| row.id));
        let months = last_months(frame.counted_at);
        let mut sums: BTreeMap<UsePlace, PlaceSums> = BTreeMap::new();
        for (place, count) in figures::held_by_place(conn, only).await? {
            sums.entry(place).or_default().resources = count;
        }
        for (place, uses) in figures::uses_by_place(conn, only).await? {
            sums.entry(place).or_default().uses += uses;
        }
        for (place, month, uses) in figures::uses_by_place_and_month(conn, only, months[0]).await? {
            let row = sums.entry(place).or_default();
            row.by_month.resize(months.len(), 0);
            if let Ok(at) = months.binary_search(&month) {
                row.by_month[at] += uses;
            }
        }
        let rows = self.named_rows(sums, months.len()).await?;
        Ok(TaskUsageReport {
            major: major.map(|row| named(row.id, row.code, row.name).1),
            uses: rows.iter().map(|row| row.uses).sum(),
            months: months.into_iter().map(month_name).collect(),
            rows,
            ledger: self.ledger_state().await?,
            frame,
        })
    }

    async fn named_rows(&self, sums: BTreeMap<UsePlace, PlaceSums>, months: usize) -> Result<Vec<TaskUsageRow>> {
        let conn = self.db.read();
        let schools = people::schools(conn).await?.into_iter();
        let schools: HashMap<SchoolId, NamedSchool> =
            schools.map(|row| named(row.id, Some(row.code), row.name)).collect();
        let majors = curriculum::majors(conn).await?.into_iter();
        let majors: HashMap<MajorId, NamedMajor> = majors.map(|row| named(row.id, row.code, row.name)).collect();
        let courses = curriculum::courses(conn, None).await?.into_iter();
        let courses: HashMap<CourseId, NamedCourse> = courses.map(|row| named(row.id, None, row.name)).collect();
        let tasks = curriculum::all_tasks(conn).await?.into_iter();
        let tasks: HashMap<TaskId, NamedTask> = tasks.map(|row| named(row.id, None, row.name)).collect();
        let rows = sums.into_iter().map(|(place, mut sums)| {
            sums.by_month.resize(months, 0);
            TaskUsageRow {
                school: place.school_id.and_then(|id| schools.get(&id).cloned()),
                major: place.major_id.and_then(|id| majors.get(&id).cloned()),
                course: place.course_id.and_then(|id| courses.get(&id).cloned()),
                task: place.task_id.and_then(|id| tasks.get(&id).cloned()),
                resources: sums.resources,
                uses: sums.uses,
                by_month: sums.by_month,
            }
        });
        let mut rows: Vec<TaskUsageRow> = rows.collect();
        rows.sort_by_key(|row| (-row.uses, -row.resources));
        Ok(rows)
    }
}

fn unknown(given: &str) -> Refusal {
    let kind = FaultKind::Unknown {
        value: given.to_owned(),
        hint: "GET /api/v1/majors".to_owned(),
    };
    Refusal::Fields(vec![FieldFault::at("major", kind)])
}

fn named<I: Copy>(id: I, code: Option<String>, name: String) -> (I, NamedRef<I>) {
    (id, NamedRef { id, code, name })
}
