//! The rows of a major as a version lays them down.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;

use super::standing::MajorRows;
use crate::db::curriculum;
use crate::db::entity::{ProvenanceColumn, course, task};
use crate::domain::curriculum::{Level, Provenance};
use crate::domain::id::{CourseId, MajorId, StandardId, TaskId};
use crate::domain::standard::structure::{StandardCourse, StandardStructure, StandardTask, StandardTaskKind};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// What is to be written, worked out from what there is.
#[derive(Debug, Default)]
pub(super) struct CurriculumWrites {
    new_courses: Vec<course::Model>,
    changed_courses: Vec<(course::Model, course::Model)>,
    new_tasks: Vec<task::Model>,
    changed_tasks: Vec<(task::Model, task::Model)>,
}

/// Where the rows that a version adds come from.
pub(super) struct RowOrigin<'a> {
    pub(super) major: MajorId,
    pub(super) standard: StandardId,
    /// The document, as people cite it.
    pub(super) source: &'a str,
}

impl CurriculumWrites {
    /// Lays a structure over the rows of its major.
    pub(super) fn of(rows: MajorRows, structure: &StandardStructure, origin: &RowOrigin<'_>) -> Self {
        let mut writes = Self::default();
        let taught = rows.courses.iter().filter(|row| row.retired_in.is_none());
        let first = taught.map(|row| row.position).min().unwrap_or(0);
        let mut courses: HashMap<CourseId, course::Model> = rows.courses.into_iter().map(|row| (row.id, row)).collect();
        let mut tasks: HashMap<TaskId, task::Model> = rows.tasks.into_iter().map(|row| (row.id, row)).collect();
        for (at, course) in (0..).zip(&structure.courses) {
            let before = courses.remove(&course.id);
            let position = first.saturating_add(at);
            writes.course(before, course, position, origin);
            for (task, position) in numbered(course) {
                let before = tasks.remove(&task.id);
                writes.task(before, course.id, task, position, origin);
            }
        }
        writes.retire(courses.into_values(), tasks.into_values(), origin.standard);
        writes
    }

    fn course(&mut self, before: Option<course::Model>, it: &StandardCourse, position: i32, origin: &RowOrigin<'_>) {
        let after = course::Model {
            id: it.id,
            major_id: origin.major,
            level: it.level.map_or("", Level::code).to_owned(),
            name: it.name.clone(),
            hours: it.hours.map(small),
            provenance: before
                .as_ref()
                .map_or_else(|| origin.column(), |row| row.provenance.clone()),
            position,
            added_at: before.as_ref().and_then(|row| row.added_at),
            retired_in: None,
        };
        match before {
            None => self.new_courses.push(after),
            Some(before) if before == after => {}
            Some(before) => self.changed_courses.push((before, after)),
        }
    }

    fn task(
        &mut self,
        before: Option<task::Model>,
        course_id: CourseId,
        it: &StandardTask,
        position: i32,
        origin: &RowOrigin<'_>,
    ) {
        let after = task::Model {
            id: it.id,
            course_id,
            parent_id: it.parent,
            kind: it.kind.code().to_owned(),
            name: it.name.clone(),
            hours: it.hours.map(small),
            provenance: before
                .as_ref()
                .map_or_else(|| origin.column(), |row| row.provenance.clone()),
            position,
            added_at: before.as_ref().and_then(|row| row.added_at),
            retired_in: None,
        };
        match before {
            None => self.new_tasks.push(after),
            Some(before) if before == after => {}
            Some(before) => self.changed_tasks.push((before, after)),
        }
    }

    /// Marks what the structure does not hold. Schools' own tasks stay as they are.
    fn retire(
        &mut self,
        courses: impl Iterator<Item = course::Model>,
        tasks: impl Iterator<Item = task::Model>,
        standard: StandardId,
    ) {
        let retired_in = Some(standard);
        for before in courses.filter(|row| row.retired_in.is_none()) {
            let after = course::Model {
                retired_in,
                ..before.clone()
            };
            self.changed_courses.push((before, after));
        }
        let is_of_standard = |row: &task::Model| StandardTaskKind::of_code(&row.kind).is_some();
        for before in tasks.filter(|row| row.retired_in.is_none() && is_of_standard(row)) {
            let after = task::Model {
                retired_in,
                ..before.clone()
            };
            self.changed_tasks.push((before, after));
        }
    }

    /// The courses and tasks that are there and will be called otherwise, or stand elsewhere.
    pub(super) fn renamed(&self) -> (Vec<CourseId>, Vec<TaskId>) {
        let courses = self
            .changed_courses
            .iter()
            .filter(|(before, after)| key(before) != key(after));
        let tasks = self
            .changed_tasks
            .iter()
            .filter(|(before, after)| task_key(before) != task_key(after));
        (
            courses.map(|(row, _)| row.id).collect(),
            tasks.map(|(row, _)| row.id).collect(),
        )
    }

    /// The tasks that go to another course, each with that.
    pub(super) fn moved(&self) -> Vec<(TaskId, CourseId)> {
        let moved = self
            .changed_tasks
            .iter()
            .filter(|(before, after)| before.course_id != after.course_id);
        moved.map(|(_, after)| (after.id, after.course_id)).collect()
    }

    /// Writes them. A name that is passed on is free before another takes it: names are unique at their place.
    pub(super) async fn write(self, tx: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
        let (courses, tasks) = self.renamed();
        let (courses, tasks): (HashSet<CourseId>, HashSet<TaskId>) =
            (courses.into_iter().collect(), tasks.into_iter().collect());
        let leaving = self.changed_courses.iter().filter(|(row, _)| courses.contains(&row.id));
        let leaving = leaving.map(|(row, _)| course::Model {
            name: row.id.to_string(),
            ..row.clone()
        });
        curriculum::change_courses(tx, leaving.collect()).await?;
        let leaving = self.changed_tasks.iter().filter(|(row, _)| tasks.contains(&row.id));
        let leaving = leaving.map(|(row, _)| task::Model {
            name: row.id.to_string(),
            ..row.clone()
        });
        curriculum::change_tasks(tx, leaving.collect()).await?;
        let changed = self.changed_courses.into_iter().map(|(_, after)| after);
        curriculum::change_courses(tx, changed.collect()).await?;
        curriculum::add_courses(tx, self.new_courses, Some(now)).await?;
        let changed = self.changed_tasks.into_iter().map(|(_, after)| after);
        curriculum::change_tasks(tx, changed.collect()).await?;
        curriculum::add_tasks(tx, self.new_tasks, Some(now)).await
    }
}

impl RowOrigin<'_> {
    fn column(&self) -> ProvenanceColumn {
        ProvenanceColumn(Provenance {
            source: Some(self.source.to_owned()),
            ..Provenance::default()
        })
    }
}

/// The tasks of a course with their places, counted from 1 among those of their kind.
fn numbered(course: &StandardCourse) -> impl Iterator<Item = (&StandardTask, i32)> {
    let mut counts = [0, 0];
    course.tasks.iter().map(move |task| {
        let count = &mut counts[usize::from(task.kind == StandardTaskKind::Reference)];
        *count += 1;
        (task, *count)
    })
}

fn key(row: &course::Model) -> (&str, &str) {
    (&row.level, &row.name)
}

fn task_key(row: &task::Model) -> (CourseId, &str) {
    (row.course_id, &row.name)
}

fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
