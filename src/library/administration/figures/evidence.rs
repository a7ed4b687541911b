//! Evidence: the twelve reference documents of every learning task of a course or a major: all that there are, counted as coverage
//! counts them, and by name those that one sees.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::actor::Actor;
use crate::db::coverage::CountScope;
use crate::db::{curriculum, entity, evidence, people};
use crate::domain::evidence::{
    EvidenceCell, EvidenceEntry, EvidenceItem, EvidenceMatrix, REFERENCE_DOCUMENTS, ReferenceDocument,
};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{SchoolId, TaskId};
use crate::domain::search::{NamedCourse, NamedMajor, NamedRef, NamedTask};
use crate::error::{Refusal, Result};
use crate::library::administration::Administration;
use crate::library::administration::figures::FigureFrame;

/// The kind of the task that a course is made from.
const TYPICAL: &str = "typical";

/// What is shown of the twelve documents of learning tasks.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EvidenceReport {
    /// Of what and when.
    #[serde(flatten)]
    pub frame: FigureFrame,
    /// The major.
    pub major: NamedMajor,
    /// The course, where one was asked for.
    pub course: Option<NamedCourse>,
    /// The twelve documents, in the order of the cells.
    pub documents: Vec<NamedDocument>,
    /// Courses as a whole and their learning tasks, in the catalogue's order.
    pub rows: Vec<TaskEvidence>,
}

/// One of the twelve documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NamedDocument {
    /// Its number, 1 to 12.
    pub number: u8,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// The type of resources that it is.
    #[serde(rename = "type")]
    pub kind: String,
}

impl NamedDocument {
    /// The twelve.
    pub fn all() -> Vec<Self> {
        REFERENCE_DOCUMENTS.iter().map(Self::of).collect()
    }

    fn of(document: &ReferenceDocument) -> Self {
        Self {
            number: document.number,
            zh: document.zh.to_owned(),
            en: document.en.to_owned(),
            kind: document.kind.to_owned(),
        }
    }
}

/// A course as a whole, or one of its learning tasks.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = EvidenceRow)]
pub struct TaskEvidence {
    /// The course.
    pub course: NamedCourse,
    /// The learning task; `null`: the course as a whole.
    pub task: Option<NamedTask>,
    /// Whether a standard has retired it; then it is here for what it holds.
    pub retired: bool,
    /// What there is of each of the twelve.
    pub cells: Vec<EvidenceCell>,
}

impl Administration {
    /// The twelve documents of the learning tasks of a course, or of all courses of a major: what there is in the city, or of one
    /// school's, and the titles of those that the actor sees.
    pub async fn evidence(
        &self,
        actor: &Actor,
        school: Option<&str>,
        (major, course): (Option<&str>, Option<&str>),
    ) -> Result<EvidenceReport> {
        let frame = self.frame(actor, school).await?;
        let (major, courses, is_one) = self.evidence_place(major, course).await?;
        let conn = self.db.read();
        let within = if is_one {
            CountScope::Course(courses[0].id)
        } else {
            CountScope::Major(major.id)
        };
        let found = evidence::documents(conn, within, frame.school_id(), &actor.audiences()).await?;
        let schools = people::schools(conn).await?.into_iter();
        let schools: HashMap<SchoolId, String> = schools.map(|row| (row.id, row.name)).collect();
        let entries: Vec<EvidenceEntry> = found.into_iter().map(|row| entry(row, &schools)).collect();
        let tasks = curriculum::tasks(conn, courses.iter().map(|row| row.id).collect()).await?;
        let typical = tasks.iter().filter(|task| task.kind == TYPICAL);
        let typical: HashSet<TaskId> = typical.map(|task| task.id).collect();
        let matrix = EvidenceMatrix::of(&entries, |task| typical.contains(&task));
        Ok(EvidenceReport {
            frame,
            course: is_one.then(|| named(courses[0].id, None, &courses[0].name)),
            major: named(major.id, major.code.clone(), &major.name),
            documents: NamedDocument::all(),
            rows: rows(&courses, &tasks, &typical, &matrix),
        })
    }

    /// The major and the courses that are asked for, and whether it is one course.
    async fn evidence_place(
        &self,
        major: Option<&str>,
        course: Option<&str>,
    ) -> Result<(entity::major::Model, Vec<entity::course::Model>, bool)> {
        let conn = self.db.read();
        if let Some(given) = course {
            let rows = curriculum::courses_named(conn, &[given]).await?;
            let [row] = rows.as_slice() else {
                return Err(unknown("course", given, "GET /api/v1/courses"));
            };
            let majors = curriculum::majors_by_id(conn, vec![row.major_id]).await?;
            let major = majors.into_iter().next();
            let major = major.ok_or_else(|| anyhow::anyhow!("course `{}` has no major", row.id))?;
            return Ok((major, rows, true));
        }
        let Some(given) = major else {
            return Err(Refusal::Fields(vec![FieldFault::at("major", FaultKind::Required)]).into());
        };
        let major = curriculum::major_named(conn, given).await?;
        let major = major.ok_or_else(|| unknown("major", given, "GET /api/v1/majors"))?;
        let courses = curriculum::courses(conn, Some(major.id)).await?;
        Ok((major, courses, false))
    }
}

fn unknown(field: &'static str, given: &str, hint: &str) -> crate::error::Error {
    let kind = FaultKind::Unknown {
        value: given.to_owned(),
        hint: hint.to_owned(),
    };
    Refusal::Fields(vec![FieldFault::at(field, kind)]).into()
}

fn entry(row: evidence::FoundDocuments, schools: &HashMap<SchoolId, String>) -> EvidenceEntry {
    let newest = EvidenceItem {
        resource: row.id,
        title: row.title.clone(),
        authors: row.authors.0,
        school: row.school_id.and_then(|id| schools.get(&id).cloned()),
        version: row.version,
        // What was approved before versions said so was approved when it was published.
        reviewed_at: row.approved_at.or(row.published_at),
    };
    EvidenceEntry {
        course: row.course_id,
        task: row.task_id,
        kind: row.kind,
        title: row.title,
        count: row.held,
        newest: (row.is_seen == 1).then_some(newest),
    }
}

fn rows(
    courses: &[entity::course::Model],
    tasks: &[entity::task::Model],
    typical: &HashSet<TaskId>,
    matrix: &EvidenceMatrix,
) -> Vec<TaskEvidence> {
    let mut rows = Vec::with_capacity(courses.len() + tasks.len());
    for course in courses {
        let of_course = named(course.id, None, &course.name);
        let is_retired = course.retired_in.is_some();
        let of = tasks.iter().filter(|task| task.course_id == course.id);
        let learning = of.filter(|task| !typical.contains(&task.id));
        let learning = learning.filter_map(|task| {
            let retired = is_retired || task.retired_in.is_some();
            matrix.shows_task(task.id, retired).then(|| TaskEvidence {
                course: of_course.clone(),
                task: Some(named(task.id, None, &task.name)),
                retired,
                cells: matrix.task(course.id, task.id).into(),
            })
        });
        let learning: Vec<TaskEvidence> = learning.collect();
        if !learning.is_empty() || matrix.shows_course(course.id, is_retired) {
            rows.push(TaskEvidence {
                course: of_course,
                task: None,
                retired: is_retired,
                cells: matrix.course(course.id).into(),
            });
        }
        rows.extend(learning);
    }
    rows
}

fn named<I>(id: I, code: Option<String>, name: &str) -> NamedRef<I> {
    NamedRef {
        id,
        code,
        name: name.to_owned(),
    }
}
