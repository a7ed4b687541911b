//! Coverage: which types of resources each task, course and major has, and which of the official documents it lacks.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use crate::actor::Actor;
use crate::db::holdings::{self, Holding};
use crate::db::{curriculum, entity, people, standards};
use crate::domain::id::{CourseId, MajorId, SchoolId, StandardId, TaskId};
use crate::domain::resource::OFFICIAL_DOCUMENTS;
use crate::domain::search::{NamedCourse, NamedMajor, NamedRef, NamedSchool, NamedTask};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::administration::Administration;
use crate::library::administration::figures::{FigureFrame, LedgerState};

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
    /// Every school that holds something, by its code: what all majors have, school by school.
    pub schools: Vec<SchoolCoverage>,
    /// At the end of which day this stood: `2026-11-30`; `null`: as it stands now.
    pub as_of: Option<String>,
    /// How far the figures of earlier days can be trusted.
    pub ledger: LedgerState,
}

/// What a school has.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SchoolCoverage {
    /// The school; `null`: resources of no school.
    pub school: Option<NamedSchool>,
    /// What it has.
    pub counts: TypeCounts,
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
    /// The official documents that it has none of; none of a course that was not taught on the day.
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
    /// What is covered in the city or at one school: now, or at the end of a day. Tasks that were retired since stand there as
    /// they did; those that were added since do not, but for what was counted at them.
    pub async fn coverage(
        &self,
        actor: &Actor,
        school: Option<&str>,
        as_of: Option<Timestamp>,
    ) -> Result<CoverageReport> {
        let frame = self.frame(actor, school).await?;
        let conn = self.db.read();
        let day = as_of.map(Timestamp::day_number);
        let mut held = CoverageSums::of(holdings::held(conn, day, frame.school_id()).await?);
        let mut tasks: HashMap<CourseId, Vec<entity::task::Model>> = HashMap::new();
        let mut rows = curriculum::all_tasks(conn).await?;
        // What was retired has nothing that is missing; what was retired after that day was taught then.
        let later = match day {
            Some(day) => standards::published_after(conn, day).await?,
            None => HashSet::new(),
        };
        let is_taught = |retired_in: Option<StandardId>| retired_in.is_none_or(|version| later.contains(&version));
        let was_there = |added_at: Option<Timestamp>| {
            let since = added_at.map(Timestamp::day_number);
            day.zip(since).is_none_or(|(day, since)| since <= day)
        };
        rows.retain(|row| is_taught(row.retired_in) && (was_there(row.added_at) || held.tasks.contains_key(&row.id)));
        rows.sort_by(|a, b| (a.position, &a.name).cmp(&(b.position, &b.name)));
        for task in rows {
            tasks.entry(task.course_id).or_default().push(task);
        }
        let mut courses: HashMap<MajorId, Vec<CourseCoverage>> = HashMap::new();
        for course in curriculum::courses(conn, None).await? {
            let tasks = tasks.remove(&course.id).unwrap_or_default();
            let is_there = is_taught(course.retired_in) && (was_there(course.added_at) || !tasks.is_empty());
            if !is_there && !held.holds(&course) {
                continue;
            }
            let of_major = courses.entry(course.major_id).or_default();
            let is_taught = is_taught(course.retired_in);
            of_major.push(held.course(course, tasks, is_taught));
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
            schools: by_school(people::schools(conn).await?, &mut held.schools),
            unplaced: held.unplaced,
            as_of: as_of.map(Timestamp::day),
            ledger: self.ledger_state().await?,
        })
    }
}

/// Schools by their code, and what belongs to none behind them.
fn by_school(
    mut rows: Vec<entity::school::Model>,
    held: &mut HashMap<Option<SchoolId>, TypeCounts>,
) -> Vec<SchoolCoverage> {
    rows.sort_by(|one, other| one.code.cmp(&other.code));
    let of_none = held.remove(&None);
    let of_schools = rows.into_iter().filter_map(|row| {
        let counts = held.remove(&Some(row.id))?;
        let school = Some(named(row.id, Some(row.code), row.name));
        Some(SchoolCoverage { school, counts })
    });
    let of_none = of_none.map(|counts| SchoolCoverage { school: None, counts });
    of_schools.chain(of_none).collect()
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
    schools: HashMap<Option<SchoolId>, TypeCounts>,
    unplaced: TypeCounts,
}

impl CoverageSums {
    fn of(rows: Vec<Holding>) -> Self {
        let mut held = Self::default();
        for row in rows {
            let (kind, count) = (row.kind, row.held);
            held.total += count;
            held.schools.entry(row.school_id).or_default().add(&kind, count);
            match row.major_id {
                Some(id) => held.majors.entry(id).or_default().add(&kind, count),
                None => held.unplaced.add(&kind, count),
            }
            if let Some(id) = row.course_id {
                held.courses.entry(id).or_default().add(&kind, count);
            }
            match (row.task_id, row.course_id) {
                (Some(id), _) => held.tasks.entry(id).or_default().add(&kind, count),
                (None, Some(id)) => held.whole.entry(id).or_default().add(&kind, count),
                (None, None) => {}
            }
        }
        held
    }

    fn holds(&self, course: &entity::course::Model) -> bool {
        self.courses.contains_key(&course.id) || self.whole.contains_key(&course.id)
    }

    /// What a course has; one that was not taught on the day lacks nothing.
    fn course(&self, row: entity::course::Model, tasks: Vec<entity::task::Model>, is_taught: bool) -> CourseCoverage {
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
            missing: if is_taught { missing(&[&counts]) } else { Vec::new() },
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
