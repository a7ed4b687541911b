//! What there is of a major, read from its rows.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;

use crate::db::curriculum;
use crate::db::entity::{course, task};
use crate::domain::curriculum::Level;
use crate::domain::id::{CourseId, MajorId};
use crate::domain::standard::structure::{
    MajorStanding, RetiredCourse, RetiredTask, StandardCourse, StandardStructure, StandardTask, StandardTaskKind,
};
use crate::error::Result;

/// The courses and tasks of a major, as rows.
#[derive(Debug, Default)]
pub(super) struct MajorRows {
    pub(super) courses: Vec<course::Model>,
    pub(super) tasks: Vec<task::Model>,
}

/// What is taught of a major, and what was retired of it.
pub(super) async fn standing(conn: &impl ConnectionTrait, major: MajorId) -> Result<MajorStanding> {
    Ok(standing_of(&rows(conn, major).await?))
}

/// The rows of a major, by two queries.
pub(super) async fn rows(conn: &impl ConnectionTrait, major: MajorId) -> Result<MajorRows> {
    let courses = curriculum::courses(conn, Some(major)).await?;
    let tasks = curriculum::tasks(conn, courses.iter().map(|row| row.id).collect()).await?;
    Ok(MajorRows { courses, tasks })
}

/// What the rows say. A task whose course was retired is retired with it, also one that a catalogue brought there later.
pub(super) fn standing_of(rows: &MajorRows) -> MajorStanding {
    let mut standing = MajorStanding::default();
    let retired = rows.courses.iter().filter(|row| row.retired_in.is_some());
    let retired: HashSet<CourseId> = retired.map(|row| row.id).collect();
    let mut of_course: HashMap<CourseId, Vec<(i32, StandardTask)>> = HashMap::new();
    for row in &rows.tasks {
        // A school's own tasks are no part of a standard.
        let Some(kind) = StandardTaskKind::of_code(&row.kind) else {
            continue;
        };
        if row.retired_in.is_none() && !retired.contains(&row.course_id) {
            let tasks = of_course.entry(row.course_id).or_default();
            tasks.push((row.position, task_of(row, kind)));
        } else {
            standing.retired_tasks.push(RetiredTask {
                id: row.id,
                course: row.course_id,
                kind,
                name: row.name.clone(),
            });
        }
    }
    let mut courses = Vec::new();
    for row in &rows.courses {
        let level = Level::of_code(&row.level);
        if row.retired_in.is_some() {
            standing.retired_courses.push(RetiredCourse {
                id: row.id,
                level,
                name: row.name.clone(),
            });
            continue;
        }
        let mut tasks = of_course.remove(&row.id).unwrap_or_default();
        tasks.sort_by(|(at, a), (other, b)| (a.kind, at, &a.name).cmp(&(b.kind, other, &b.name)));
        courses.push(StandardCourse {
            id: row.id,
            level,
            name: row.name.clone(),
            hours: row.hours.and_then(|hours| u32::try_from(hours).ok()),
            former: Vec::new(),
            tasks: tasks.into_iter().map(|(_, task)| task).collect(),
        });
    }
    standing.taught = StandardStructure { courses };
    standing
}

fn task_of(row: &task::Model, kind: StandardTaskKind) -> StandardTask {
    StandardTask {
        id: row.id,
        kind,
        name: row.name.clone(),
        hours: row.hours.and_then(|hours| u32::try_from(hours).ok()),
        parent: row.parent_id,
        former: Vec::new(),
    }
}
