//! The chain of majors, courses and tasks, as people browse it and as resources name it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use crate::clock::Clock;
use crate::db::Db;
use crate::db::{curriculum, entity, people};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::ResourceForm;
use crate::domain::id::{CourseId, MajorId, SchoolId, TaskId};
use crate::domain::search::{NamedMajor, NamedRef, NamedTask};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::import_preview::ImportPreviews;
use crate::library::signals::Signals;

pub mod catalogue;
pub mod coverage;
pub mod order;

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
    /// Its tasks.
    pub tasks: Vec<Task>,
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

    /// The faults of the places that a form names, for one that has other faults already: all are told at once.
    pub async fn unknown_places(&self, fields: &serde_json::Map<String, serde_json::Value>) -> Result<Vec<FieldFault>> {
        let conn = self.db.read();
        let given = |field: &str| {
            fields
                .get(field)
                .and_then(|value| value.as_str())
                .filter(|text| !text.is_empty())
        };
        let mut faults = Vec::new();
        if let Some(name) = given("major") {
            let found = curriculum::major_named(conn, name).await?.map(|row| row.id);
            expect_known(&mut faults, "major", name, found, "GET /api/v1/majors");
        }
        if let Some(name) = given("course") {
            let found = curriculum::courses_named(conn, &[name])
                .await?
                .first()
                .map(|row| row.id);
            expect_known(&mut faults, "course", name, found, "GET /api/v1/courses?major=");
        }
        if let Some(name) = given("task") {
            let found = curriculum::tasks_named(conn, &[name]).await?.first().map(|row| row.id);
            expect_known(&mut faults, "task", name, found, "GET /api/v1/courses/{id}");
        }
        Ok(faults)
    }

    /// Finds the place that metadata names, with a fault for each name that is unknown.
    ///
    /// A course brings its major along and a task its course, so that naming the narrowest is enough.
    pub(crate) async fn place(&self, form: &ResourceForm) -> Result<CurriculumIds> {
        let conn = self.db.read();
        let mut faults = Vec::new();
        let mut place = CurriculumIds::default();
        if let Some(given) = &form.major {
            place.major_id = curriculum::major_named(conn, given).await?.map(|row| row.id);
            expect_known(&mut faults, "major", given, place.major_id, "GET /api/v1/majors");
        }
        let mut courses = match &form.course {
            Some(given) => curriculum::courses_named(conn, &[given]).await?,
            None => Vec::new(),
        };
        courses.retain(|row| place.major_id.is_none_or(|major| major == row.major_id));
        prefer(&mut courses, |row| form.metadata.level.as_ref() == Some(&row.level));
        if let Some(given) = &form.task {
            let tasks = self.tasks_meant(given, &courses, place.major_id).await?;
            match tasks.as_slice() {
                [(task, course)] => {
                    place.task_id = Some(task.id);
                    courses = vec![course.clone()];
                }
                tasks => faults.push(FieldFault::at("task", tasks_fault(given, tasks))),
            }
        }
        match courses.as_slice() {
            [course] => {
                place.course_id = Some(course.id);
                place.major_id = place.major_id.or(Some(course.major_id));
            }
            courses => {
                if let Some(given) = &form.course {
                    faults.push(FieldFault::at("course", self.courses_fault(given, courses).await?));
                }
            }
        }
        if faults.is_empty() {
            Ok(place)
        } else {
            Err(Refusal::Fields(faults).into())
        }
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

fn expect_known<I>(faults: &mut Vec<FieldFault>, field: &str, given: &str, found: Option<I>, hint: &str) {
    if found.is_none() {
        let kind = FaultKind::Unknown {
            value: given.to_owned(),
            hint: hint.to_owned(),
        };
        faults.push(FieldFault::at(field, kind));
    }
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
    }
}
