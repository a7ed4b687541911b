//! A structure as a table that can be changed and sent back.

use super::{Standards, standing};
use crate::actor::Actor;
use crate::db::curriculum;
use crate::db::entity::major;
use crate::domain::curriculum::MajorCode;
use crate::domain::curriculum::column::CatalogueColumn;
use crate::domain::id::StandardId;
use crate::domain::standard::structure::{StandardCourse, StandardStructure, StandardTask, StandardTaskKind};
use crate::error::{Refusal, Result, Thing};

/// The columns of the table, in order.
pub const COLUMNS: [CatalogueColumn; 9] = [
    CatalogueColumn::MajorCode,
    CatalogueColumn::Major,
    CatalogueColumn::Level,
    CatalogueColumn::Course,
    CatalogueColumn::WorkTask,
    CatalogueColumn::Task,
    CatalogueColumn::Hours,
    CatalogueColumn::FormerCourse,
    CatalogueColumn::FormerTask,
];

/// A table of one major.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandardSheet {
    /// The major's name.
    pub major: String,
    /// The number of the version; none of what is taught now.
    pub number: Option<i32>,
    /// Its rows, each as wide as [`COLUMNS`]; the hours are numbers.
    pub rows: Vec<[SheetCell; 9]>,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetCell {
    /// Words.
    Text(String),
    /// Hours, where they are known.
    Hours(Option<u32>),
}

impl Standards {
    /// What is taught of a major, as the table of a draft: each row says in its last columns what it is until now, so that a
    /// name that is changed is a new name, a row that is doubled a split, and a row that is left out retired.
    pub async fn taught_sheet(&self, major: &str) -> Result<StandardSheet> {
        let conn = self.db.read();
        let major = curriculum::major_named(conn, major).await?;
        let major = major.ok_or(Refusal::NoSuch(Thing::Major))?;
        let standing = standing(conn, major.id).await?;
        Ok(sheet(major, None, &standing.taught, true))
    }

    /// A version as a table; of a draft, as it would be.
    pub async fn sheet(&self, actor: &Actor, id: StandardId) -> Result<StandardSheet> {
        let view = self.standard(actor, id).await?;
        let structure = view.structure.ok_or(Refusal::NoSuch(Thing::Standard))?;
        let major = curriculum::majors_by_id(self.db.read(), vec![view.standard.major.id])
            .await?
            .pop();
        let major = major.ok_or(Refusal::NoSuch(Thing::Major))?;
        Ok(sheet(major, view.standard.number, &structure, false))
    }
}

fn sheet(major: major::Model, number: Option<i32>, structure: &StandardStructure, says_former: bool) -> StandardSheet {
    let mut rows = Vec::new();
    for course in &structure.courses {
        let (typical, tasks): (Vec<&StandardTask>, Vec<&StandardTask>) = course
            .tasks
            .iter()
            .partition(|task| task.kind == StandardTaskKind::Typical);
        // What the rows of its tasks cannot say of it.
        if tasks.is_empty() || typical.len() > 1 || course.hours.is_some() {
            rows.push(row(&major, course, None, says_former));
        }
        rows.extend(
            tasks
                .into_iter()
                .map(|task| row(&major, course, Some(task), says_former)),
        );
    }
    StandardSheet {
        major: major.name,
        number,
        rows,
    }
}

fn row(
    major: &major::Model,
    course: &StandardCourse,
    task: Option<&StandardTask>,
    says_former: bool,
) -> [SheetCell; 9] {
    let text = |text: &str| SheetCell::Text(text.to_owned());
    let former = |name: &str| text(if says_former { name } else { "" });
    let code = major.code.as_deref().map(|code| full_code(code, course));
    let hours = task.map_or(course.hours, |task| task.hours);
    [
        text(&code.unwrap_or_default()),
        text(&major.name),
        text(course.level.map_or("", |level| level.zh())),
        text(&course.name),
        text(&work_tasks(course, task)),
        text(task.map_or("", |task| &task.name)),
        SheetCell::Hours(hours),
        former(&course.name),
        task.map_or_else(|| text(""), |task| former(&task.name)),
    ]
}

/// The major's code at the course's level, which the reader of tables knows again.
fn full_code(code: &str, course: &StandardCourse) -> String {
    match (MajorCode::parse(code), course.level) {
        (Ok((code, _)), Some(level)) if code.is_official_form() => code.at(level),
        _ => code.to_owned(),
    }
}

/// The typical work tasks of a row: all of the course on its own row, on that of a task the one that it belongs under.
fn work_tasks(course: &StandardCourse, task: Option<&StandardTask>) -> String {
    let typical = course
        .tasks
        .iter()
        .filter(|task| task.kind == StandardTaskKind::Typical);
    let all: Vec<&StandardTask> = typical.collect();
    let names = |tasks: &[&StandardTask]| {
        tasks
            .iter()
            .map(|task| task.name.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let Some(task) = task else { return names(&all) };
    match all.as_slice() {
        [only] => only.name.clone(),
        several => {
            let own = several.iter().find(|it| task.parent == Some(it.id));
            own.map_or_else(String::new, |own| own.name.clone())
        }
    }
}
