//! Coverage: which types of resources each task, course and major has, and which of the official documents it lacks.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::actor::Actor;
use crate::db::{curriculum, entity, figures};
use crate::domain::id::{CourseId, MajorId, TaskId};
use crate::domain::resource::OFFICIAL_DOCUMENTS;
use crate::domain::search::{NamedCourse, NamedMajor, NamedRef, NamedTask};
use crate::error::Result;
use crate::library::administration::Administration;
use crate::library::administration::figures::FigureFrame;

/// The kind of the task that a course is made from.
const TYPICAL: &str = "typical";

/// How many published resources there are of each type; types without one are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Counts)]
pub struct TypeCounts(pub BTreeMap<String, i64>);

impl TypeCounts {
    /// How many of a type.
    pub fn of(&self, kind: &str) -> i64 {
        self.0.get(kind).copied().unwrap_or(0)
    }

    /// How many in all.
    pub fn total(&self) -> i64 {
        self.0.values().sum()
    }

    fn add_all(&mut self, others: &Self) {
        for (kind, count) in &others.0 {
            self.add(kind, *count);
        }
    }

    fn add(&mut self, kind: &str, count: i64) {
        *self.0.entry(kind.to_owned()).or_default() += count;
    }
}

/// What is covered.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Coverage)]
pub struct CoverageReport {
    /// Of what and when.
    #[serde(flatten)]
    pub frame: FigureFrame,
    /// The types of the official documents of a learning task.
    pub official_documents: Vec<String>,
    /// How many published resources there are.
    pub total: i64,
    /// Every major, in the catalogue's order.
    pub majors: Vec<MajorCoverage>,
    /// Resources that stand at no major.
    pub unplaced: TypeCounts,
}

/// What a major has, its courses' and tasks' included.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MajorCoverage {
    /// The major.
    pub major: NamedMajor,
    /// What it has.
    pub counts: TypeCounts,
    /// Its courses.
    pub courses: Vec<CourseCoverage>,
}

/// What a course has, its tasks' included.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CourseCoverage {
    /// The course.
    pub course: NamedCourse,
    /// `intermediate`, `advanced` or `pre_technician`, where the source says.
    pub level: Option<String>,
    /// What it has.
    pub counts: TypeCounts,
    /// What of that stands at the course as a whole, or at its typical work task.
    pub whole: TypeCounts,
    /// The official documents that it has none of.
    pub missing: Vec<String>,
    /// Its learning tasks.
    pub tasks: Vec<TaskCoverage>,
}

/// What a task has.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TaskCoverage {
    /// The task.
    pub task: NamedTask,
    /// What it has.
    pub counts: TypeCounts,
    /// The official documents that neither it has nor its course as a whole.
    pub missing: Vec<String>,
}

impl Administration {
    /// What is covered in the city or at one school.
    pub async fn coverage(&self, actor: &Actor, school: Option<&str>) -> Result<CoverageReport> {
        let frame = self.frame(actor, school).await?;
        let conn = self.db.read();
        let held = CoverageSums::of(figures::place_counts(conn, frame.school_id()).await?);
        let mut tasks: HashMap<CourseId, Vec<entity::task::Model>> = HashMap::new();
        let mut rows = curriculum::all_tasks(conn).await?;
        rows.sort_by(|a, b| (a.position, &a.name).cmp(&(b.position, &b.name)));
        for task in rows {
            tasks.entry(task.course_id).or_default().push(task);
        }
        let mut courses: HashMap<MajorId, Vec<CourseCoverage>> = HashMap::new();
        for course in curriculum::courses(conn, None).await? {
            let tasks = tasks.remove(&course.id).unwrap_or_default();
            courses
                .entry(course.major_id)
                .or_default()
                .push(held.course(course, tasks));
        }
        let majors = curriculum::majors(conn).await?.into_iter();
        let majors = majors.filter(|row| row.replaced_by.is_none() || held.majors.contains_key(&row.id));
        let majors = majors.map(|row| MajorCoverage {
            counts: held.majors.get(&row.id).cloned().unwrap_or_default(),
            courses: courses.remove(&row.id).unwrap_or_default(),
            major: named(row.id, row.code, row.name),
        });
        Ok(CoverageReport {
            frame,
            official_documents: OFFICIAL_DOCUMENTS.map(str::to_owned).into(),
            total: held.total,
            majors: majors.collect(),
            unplaced: held.unplaced,
        })
    }
}

/// The sums, by where they count.
#[derive(Debug, Default)]
struct CoverageSums {
    total: i64,
    majors: HashMap<MajorId, TypeCounts>,
    courses: HashMap<CourseId, TypeCounts>,
    /// At courses as a whole.
    whole: HashMap<CourseId, TypeCounts>,
    tasks: HashMap<TaskId, TypeCounts>,
    unplaced: TypeCounts,
}

impl CoverageSums {
    fn of(rows: Vec<figures::PlaceCount>) -> Self {
        let mut held = Self::default();
        for (major, course, task, kind, count) in rows {
            held.total += count;
            match major {
                Some(id) => held.majors.entry(id).or_default().add(&kind, count),
                None => held.unplaced.add(&kind, count),
            }
            if let Some(id) = course {
                held.courses.entry(id).or_default().add(&kind, count);
            }
            match (task, course) {
                (Some(id), _) => held.tasks.entry(id).or_default().add(&kind, count),
                (None, Some(id)) => held.whole.entry(id).or_default().add(&kind, count),
                (None, None) => {}
            }
        }
        held
    }

    fn course(&self, row: entity::course::Model, tasks: Vec<entity::task::Model>) -> CourseCoverage {
        let counts = self.courses.get(&row.id).cloned().unwrap_or_default();
        let mut whole = self.whole.get(&row.id).cloned().unwrap_or_default();
        // The typical work task is the course in other words; what is taught are its learning tasks.
        let (typical, tasks): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|task| task.kind == TYPICAL);
        for held in typical.iter().filter_map(|task| self.tasks.get(&task.id)) {
            whole.add_all(held);
        }
        let task = |row: entity::task::Model| {
            let counts = self.tasks.get(&row.id).cloned().unwrap_or_default();
            TaskCoverage {
                missing: missing(&[&counts, &whole]),
                task: named(row.id, None, row.name),
                counts,
            }
        };
        CourseCoverage {
            missing: missing(&[&counts]),
            tasks: tasks.into_iter().map(task).collect(),
            level: Some(row.level).filter(|level| !level.is_empty()),
            course: named(row.id, None, row.name),
            counts,
            whole,
        }
    }
}

fn missing(held: &[&TypeCounts]) -> Vec<String> {
    let is_missing = |kind: &&str| held.iter().all(|counts| counts.of(kind) == 0);
    OFFICIAL_DOCUMENTS
        .into_iter()
        .filter(is_missing)
        .map(str::to_owned)
        .collect()
}

fn named<I>(id: I, code: Option<String>, name: String) -> NamedRef<I> {
    NamedRef { id, code, name }
}
