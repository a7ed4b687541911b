//! The table of a draft: what it says, and what that means beside what is taught.
//!
//! A row whose name is taught in the same course is that task. Otherwise its column 原任务 says what it was until now: one
//! row that names one task renames or moves it, several rows that name one split it, one row that names several merges them.
//! What no row names is retired. Courses go the same way by their column 原课程. Several names stand in one cell a line each, or
//! parted by `;` or `|`; a cell that is a name as it stands is that name.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::MAX_TASKS;
use super::structure::{MajorStanding, StandardCourse, StandardStructure, StandardTask, StandardTaskKind};
use crate::domain::curriculum::build::PlacedCatalogue;
use crate::domain::curriculum::column::CatalogueColumn;
use crate::domain::curriculum::fault::{FileSection, RowFault, RowFaults, RowLocation, RowProblem};
use crate::domain::curriculum::{CourseKey, Level, MajorCode};
use crate::domain::id::{CourseId, TaskId};

mod lineage;
mod resolve;

/// What a table says, before it is held against what is taught.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The courses, in order.
    pub courses: Vec<ProposedCourse>,
    /// The learning tasks, in order.
    pub tasks: Vec<ProposedTask>,
}

/// A course as a table names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedCourse {
    /// Its row.
    pub row: u32,
    /// Its level.
    pub level: Option<Level>,
    /// Its name.
    pub name: String,
    /// The typical work tasks it is made from.
    pub work_tasks: Vec<String>,
    /// Class hours in all.
    pub hours: Option<u32>,
    /// What it was until now, cell by cell: one name or several.
    pub former: Vec<String>,
}

/// A learning task as a table names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedTask {
    /// Its row.
    pub row: u32,
    /// Its course, by its place among the courses.
    pub course: usize,
    /// Its name.
    pub name: String,
    /// The typical work task that it belongs to, where its course has several.
    pub work_task: Option<String>,
    /// Class hours.
    pub hours: Option<u32>,
    /// What it was until now, cell by cell: one name or several.
    pub former: Vec<String>,
}

/// The major that a standard is of.
#[derive(Debug, Clone, Copy)]
pub struct OwnMajor<'a> {
    /// Its code, where it has one.
    pub code: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
}

impl Proposal {
    /// Takes what a table says of one major, or names every row that speaks of something else.
    pub fn of(placed: PlacedCatalogue, own: OwnMajor<'_>) -> Result<Self, RowFaults> {
        let mut faults: Vec<RowFault> = Vec::new();
        for (major, place) in placed.catalogue.majors.iter().zip(&placed.majors) {
            let code = major.code.as_ref().map(MajorCode::as_str);
            let is_own = match (code, own.code) {
                (Some(code), Some(own)) => code == own,
                _ => major.name == own.name,
            };
            if !is_own {
                let problem = RowProblem::OtherMajor(own.name.to_owned());
                faults.push(fault(place.row, CatalogueColumn::Major, problem));
            }
        }
        if placed.catalogue.tasks.len() > MAX_TASKS {
            faults.push(fault(1, CatalogueColumn::Task, RowProblem::TooMany(MAX_TASKS)));
        }
        if placed.catalogue.courses.is_empty() && faults.is_empty() {
            faults.push(fault(1, CatalogueColumn::Course, RowProblem::NoCourses));
        }
        if faults.is_empty() {
            Ok(Self::taken(placed))
        } else {
            Err(RowFaults(faults))
        }
    }

    fn taken(placed: PlacedCatalogue) -> Self {
        let PlacedCatalogue {
            catalogue,
            courses: course_places,
            tasks: task_places,
            ..
        } = placed;
        let at: HashMap<CourseKey, usize> = (0..).zip(&catalogue.courses).map(|(at, row)| (row.key(), at)).collect();
        let courses = catalogue
            .courses
            .into_iter()
            .zip(course_places)
            .map(|(row, place)| ProposedCourse {
                row: place.row,
                level: row.level,
                name: row.name,
                work_tasks: row.work_tasks,
                hours: row.hours,
                former: row.former,
            });
        let tasks = catalogue.tasks.into_iter().zip(task_places).filter_map(|(row, place)| {
            Some(ProposedTask {
                row: place.row,
                course: *at.get(&row.course)?,
                name: row.name,
                work_task: row.work_task,
                hours: row.hours,
                former: row.former,
            })
        });
        Self {
            courses: courses.collect(),
            tasks: tasks.collect(),
        }
    }

    /// Works out what the table makes of what is taught: courses and tasks that go on keep their ids, others get new ones.
    pub fn resolve(&self, standing: &MajorStanding) -> Result<StandardStructure, RowFaults> {
        resolve::resolve(self, standing)
    }
}

fn fault(row: u32, column: CatalogueColumn, problem: RowProblem) -> RowFault {
    let part = FileSection::Rows;
    RowFault {
        place: RowLocation { part, row },
        column: Some(column),
        problem,
    }
}

#[cfg(test)]
mod tests;
