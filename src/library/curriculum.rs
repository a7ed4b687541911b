//! The chain of majors, courses and tasks, as people browse it and as resources name it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use crate::clock::Clock;
use crate::db::Db;
use crate::db::{curriculum, entity, people};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{CourseId, MajorId, SchoolId, TaskId};
use crate::domain::search::{NamedMajor, NamedRef, NamedTask};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::import_preview::ImportPreviews;
use crate::library::signals::Signals;

pub mod catalogue;
pub mod city_plan;
pub mod coverage;
pub mod order;
pub(in crate::library) mod place;

/// The most candidates that are told where a name is that of several.
const MAX_CANDIDATES: usize = 8;

/// A school.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct School {
    /// Its id.
    pub id: SchoolId,
    /// The short name: `S1`.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// 技师学院, 高级技工学校 or 技工学校.
    pub kind: Option<String>,
    /// The phase of the plan in which it joined.
    pub joined_phase: Option<i32>,
}

/// A major.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Major {
    /// Its id.
    pub id: MajorId,
    /// Its code, where one is confirmed: `0403`.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// Its category 专业大类.
    pub category: Option<String>,
    /// The levels it is taught at.
    pub levels: Vec<String>,
    /// The code of the major that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// Its courses; only where one major is shown, not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub courses: Option<Vec<Course>>,
}

/// A course.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Course {
    /// Its id.
    pub id: CourseId,
    /// Its name.
    pub name: String,
    /// Its level, where the source says one.
    pub level: Option<String>,
    /// Its major.
    pub major: NamedMajor,
    /// Its tasks; those that were retired last.
    pub tasks: Vec<Task>,
    /// Whether a version of the standard retired it: what is there stays, and nothing new is put there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

/// A task of a course.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Its name.
    pub name: String,
    /// `typical`, `reference` or `learning`.
    pub kind: String,
    /// Class hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<i32>,
    /// The task it belongs under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<TaskId>,
    /// Whether a version of the standard retired it: what is there stays, and nothing new is put there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

impl Course {
    /// The course as it is taught: without the tasks that were retired; nothing, if it was retired itself.
    pub fn taught(self) -> Option<Self> {
        self.offered(None, None)
    }

    /// The same for something that stands in a course or at a task already, and may stay.
    pub fn offered(mut self, course: Option<CourseId>, task: Option<TaskId>) -> Option<Self> {
        self.tasks.retain(|it| !it.retired || task == Some(it.id));
        (!self.retired || course == Some(self.id)).then_some(self)
    }
}

/// Ids found by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the noun it names")]
pub struct NamedIds {
    pub major: Option<MajorId>,
    pub course: Option<CourseId>,
    pub task: Option<TaskId>,
    pub school: Option<SchoolId>,
}

/// Where in the curriculum a resource stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "named as the columns they are written to")]
pub(crate) struct CurriculumIds {
    pub(crate) major_id: Option<MajorId>,
    pub(crate) course_id: Option<CourseId>,
    pub(crate) task_id: Option<TaskId>,
}

/// Majors, courses and tasks, and the order of what there is for a task.
#[derive(Debug, Clone)]
pub struct Curriculum {
    db: Db,
    clock: Clock,
    audit: Audit,
    signals: Signals,
    previews: Arc<ImportPreviews>,
}

impl Curriculum {
    pub(super) fn new(base: &Base, previews: Arc<ImportPreviews>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            signals: base.signals.clone(),
            previews,
        }
    }

    /// Every school.
    pub async fn schools(&self) -> Result<Vec<School>> {
        let rows = people::schools(self.db.read()).await?;
        Ok(rows.into_iter().map(school).collect())
    }

    /// A school, by id, code or exact name.
    pub async fn school(&self, given: &str) -> Result<School> {
        let row = people::school_named(self.db.read(), given).await?;
        Ok(school(row.ok_or(Refusal::NoSuch(Thing::School))?))
    }

    /// Every major, without its courses.
    pub async fn majors(&self) -> Result<Vec<Major>> {
        Ok(curriculum::majors(self.db.read())
            .await?
            .into_iter()
            .map(major)
            .collect())
    }

    /// A major with its courses and their tasks, by id, code or exact name.
    pub async fn major(&self, given: &str) -> Result<Major> {
        let row = curriculum::major_named(self.db.read(), given)
            .await?
            .ok_or(Refusal::NoSuch(Thing::Major))?;
        let courses = self.courses(Some(row.id)).await?;
        Ok(Major {
            courses: Some(courses),
            ..major(row)
        })
    }

    /// Every course with its tasks, or those of one major.
    pub async fn courses(&self, of_major: Option<MajorId>) -> Result<Vec<Course>> {
        let rows = curriculum::courses(self.db.read(), of_major).await?;
        self.with_tasks(rows).await
    }

    /// Every course as it is taught, with its tasks: what something new can be put in.
    pub async fn taught_courses(&self) -> Result<Vec<Course>> {
        let all = self.courses(None).await?;
        Ok(all.into_iter().filter_map(Course::taught).collect())
    }

    /// A course with its tasks, by id or exact name.
    pub async fn course(&self, given: &str) -> Result<Course> {
        let rows = curriculum::courses_named(self.db.read(), &[given]).await?;
        if rows.len() > 1 {
            return Err(at("course", self.courses_fault(given, &rows).await?));
        }
        self.with_tasks(rows)
            .await?
            .pop()
            .ok_or_else(|| Refusal::NoSuch(Thing::Course).into())
    }

    /// A task's name, by its id or exact name.
    pub async fn task(&self, given: &str) -> Result<NamedTask> {
        let mut rows = self.tasks_meant(given, &[], None).await?;
        if rows.len() > 1 {
            return Err(at("task", tasks_fault(given, &rows)));
        }
        let (row, _) = rows.pop().ok_or(Refusal::NoSuch(Thing::Task))?;
        Ok(NamedRef {
            id: row.id,
            code: None,
            name: row.name,
        })
    }

    /// The tasks that a name may mean, each with its course: of some courses, if there are any, and rather of a major. A
    /// task and a part of it that bear one name in one course are one: the first.
    pub(super) async fn tasks_meant(
        &self,
        given: &str,
        courses: &[entity::course::Model],
        major: Option<MajorId>,
    ) -> Result<Vec<(entity::task::Model, entity::course::Model)>> {
        let conn = self.db.read();
        let mut rows = curriculum::tasks_named(conn, &[given]).await?;
        let mut seen = HashSet::new();
        rows.retain(|row| courses.is_empty() || courses.iter().any(|course| course.id == row.course_id));
        rows.retain(|row| seen.insert(row.course_id));
        let of = curriculum::courses_by_id(conn, rows.iter().map(|row| row.course_id).collect()).await?;
        let of: HashMap<CourseId, entity::course::Model> = of.into_iter().map(|row| (row.id, row)).collect();
        let mut meant: Vec<_> = rows
            .into_iter()
            .filter_map(|row| Some((of.get(&row.course_id)?.clone(), row)))
            .map(|(course, task)| (task, course))
            .collect();
        prefer(&mut meant, |(_, course)| major == Some(course.major_id));
        prefer(&mut meant, |(task, _)| task.retired_in.is_none());
        Ok(meant)
    }

    /// What is wrong with a name that no course bears, or several.
    pub(super) async fn courses_fault(&self, given: &str, rows: &[entity::course::Model]) -> Result<FaultKind> {
        let majors = curriculum::majors_by_id(self.db.read(), rows.iter().map(|row| row.major_id).collect()).await?;
        let major = |id: MajorId| {
            majors
                .iter()
                .find(|row| row.id == id)
                .map_or("", |row| row.name.as_str())
        };
        let candidates = rows
            .iter()
            .map(|row| format!("{} {} ({})", major(row.major_id), row.level, row.id));
        Ok(not_one(given, candidates, "GET /api/v1/courses?major="))
    }

    async fn with_tasks(&self, rows: Vec<entity::course::Model>) -> Result<Vec<Course>> {
        let conn = self.db.read();
        let majors = curriculum::majors_by_id(conn, rows.iter().map(|row| row.major_id).collect()).await?;
        let majors: HashMap<MajorId, entity::major::Model> = majors.into_iter().map(|row| (row.id, row)).collect();
        let mut tasks: HashMap<CourseId, Vec<Task>> = HashMap::new();
        for row in curriculum::tasks(conn, rows.iter().map(|row| row.id).collect()).await? {
            tasks.entry(row.course_id).or_default().push(task(row));
        }
        for tasks in tasks.values_mut() {
            tasks.sort_by_key(|task| task.retired);
        }
        let shown = rows.into_iter().filter_map(|row| {
            let major = majors.get(&row.major_id)?;
            Some(Course {
                id: row.id,
                name: row.name,
                level: Some(row.level).filter(|level| !level.is_empty()),
                major: NamedRef {
                    id: major.id,
                    code: major.code.clone(),
                    name: major.name.clone(),
                },
                tasks: tasks.remove(&row.id).unwrap_or_default(),
                retired: row.retired_in.is_some(),
            })
        });
        Ok(shown.collect())
    }

    /// The ids of what a list is limited to; nothing when one of the names is unknown.
    pub async fn named(
        &self,
        major: Option<&str>,
        course: Option<&str>,
        task: Option<&str>,
        school: Option<&str>,
    ) -> Result<Option<NamedIds>> {
        let conn = self.db.read();
        let mut ids = NamedIds::default();
        if let Some(given) = major {
            let Some(row) = curriculum::major_named(conn, given).await? else {
                return Ok(None);
            };
            ids.major = Some(row.id);
        }
        if let Some(given) = course {
            let rows = curriculum::courses_named(conn, &[given]).await?;
            match rows.as_slice() {
                [] => return Ok(None),
                [row] => ids.course = Some(row.id),
                rows => return Err(at("course", self.courses_fault(given, rows).await?)),
            }
        }
        if let Some(given) = task {
            let tasks = self.tasks_meant(given, &[], None).await?;
            match tasks.as_slice() {
                [] => return Ok(None),
                [(row, _)] => ids.task = Some(row.id),
                tasks => return Err(at("task", tasks_fault(given, tasks))),
            }
        }
        if let Some(given) = school {
            let Some(row) = people::school_named(conn, given).await? else {
                return Ok(None);
            };
            ids.school = Some(row.id);
        }
        Ok(Some(ids))
    }
}

fn at(field: &str, kind: FaultKind) -> Error {
    Refusal::Fields(vec![FieldFault::at(field, kind)]).into()
}

/// Keeps what fits, if anything does.
fn prefer<R>(rows: &mut Vec<R>, fits: impl Fn(&R) -> bool) {
    if rows.iter().any(&fits) {
        rows.retain(fits);
    }
}

/// What is wrong with a name that is not that of one course, task or other.
fn not_one(given: &str, candidates: impl Iterator<Item = String>, hint: &str) -> FaultKind {
    let candidates: Vec<String> = candidates.take(MAX_CANDIDATES).collect();
    let value = given.to_owned();
    if candidates.is_empty() {
        let hint = hint.to_owned();
        return FaultKind::Unknown { value, hint };
    }
    FaultKind::Ambiguous { value, candidates }
}

pub(super) fn tasks_fault(given: &str, tasks: &[(entity::task::Model, entity::course::Model)]) -> FaultKind {
    let candidates = tasks
        .iter()
        .map(|(task, course)| format!("{} ({})", course.name, task.id));
    not_one(given, candidates, "GET /api/v1/courses/{id}")
}

fn school(row: entity::school::Model) -> School {
    School {
        id: row.id,
        code: row.code,
        name: row.name,
        kind: row.kind,
        joined_phase: row.joined_phase,
    }
}

fn major(row: entity::major::Model) -> Major {
    Major {
        id: row.id,
        code: row.code,
        name: row.name,
        category: row.category,
        levels: row.levels.0,
        replaced_by: row.replaced_by,
        courses: None,
    }
}

fn task(row: entity::task::Model) -> Task {
    Task {
        id: row.id,
        name: row.name,
        kind: row.kind,
        hours: row.hours,
        parent_id: row.parent_id,
        retired: row.retired_in.is_some(),
    }
}
