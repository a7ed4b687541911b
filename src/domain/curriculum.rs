//! The curriculum chain as data: major → level → course → typical work task → reference learning task.
//!
//! A catalogue is published by somebody else, comes as a file, and comes again next year. So every row has a *natural
//! key* made of what the file itself says, and importing the same file twice changes nothing:
//!
//! | row | key |
//! |---|---|
//! | major | its code, or else its exact name |
//! | course | its major, level and name |
//! | reference learning task | its course and name |
//!
//! Codes may be empty and are never invented; schools may use local codes; a retired code says what replaces it.
//! [`json`] and [`table`] read the two kinds of file into a [`Catalogue`] or into *all* the faults found. To teach
//! the readers one more column, add it to [`column::CatalogueColumn`]; both understand it at once.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

pub mod build;
pub mod code;
pub mod column;
pub mod fault;
pub mod json;
pub mod level;
pub mod table;

pub use code::MajorCode;
pub use fault::{RowFault, RowFaults};
pub use level::Level;

/// Names a major across imports: by its code where it has one, or else by its exact name.
///
/// Whoever keeps majors should also recognise a major known by name that now comes with a code, and give it the code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MajorKey {
    /// The official or local code: `0403`.
    Code(MajorCode),
    /// The exact name, for majors whose code nobody has confirmed.
    Name(String),
}

impl fmt::Display for MajorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => code.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// Names a course across imports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CourseKey {
    /// The major it belongs to.
    pub major: MajorKey,
    /// Its level; sources that do not show the level leave it open.
    pub level: Option<Level>,
    /// Its name.
    pub name: String,
}

/// Names a reference learning task across imports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskKey {
    /// The course it belongs to.
    pub course: CourseKey,
    /// Its name.
    pub name: String,
}

/// How far a row of the catalogue can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reliability {
    /// Read from a published source.
    Verified,
    /// Made up as an example; no source confirms it.
    Illustrative,
    /// A school's or city's own.
    Local,
}

impl Reliability {
    /// Reads a standing from the words people use for it.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "verified" | "已核实" | "已确认" | "国家" => Some(Self::Verified),
            "illustrative" | "示例" | "举例" => Some(Self::Illustrative),
            "local" | "校本" | "地方" | "自设" => Some(Self::Local),
            _ => None,
        }
    }
}

/// Where a row comes from and how far it can be relied on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// How far it can be relied on, where that is known.
    pub status: Option<Reliability>,
    /// The addresses of its sources, one a line.
    pub source: Option<String>,
    /// What else should be known about it.
    pub note: Option<String>,
}

/// A major (专业).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueMajor {
    /// Its code without a level digit; empty when no source confirms one.
    pub code: Option<MajorCode>,
    /// Its name.
    pub name: String,
    /// The code of its category: the first two digits of an official code.
    pub category_code: Option<String>,
    /// The name of its category: 机械类.
    pub category: Option<String>,
    /// The levels it is taught at, lowest first.
    pub levels: BTreeSet<Level>,
    /// Other names that teachers use for it.
    pub aliases: Vec<String>,
    /// The phase of the city's plan in which it joined, for pilot majors.
    pub phase: Option<u32>,
    /// The code that replaces this one, for a retired code.
    pub replaced_by: Option<MajorCode>,
    /// Where the row comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

impl CatalogueMajor {
    /// The key that names this major across imports.
    pub fn key(&self) -> MajorKey {
        match &self.code {
            Some(code) => MajorKey::Code(code.clone()),
            None => MajorKey::Name(self.name.clone()),
        }
    }
}

/// A work-learning integrated course (工学一体化课程).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueCourse {
    /// The key of its major, which is a row of the same catalogue.
    pub major: MajorKey,
    /// Its level; sources that do not show the level leave it open.
    pub level: Option<Level>,
    /// Its name.
    pub name: String,
    /// The typical work tasks (典型工作任务) it is made from; usually one.
    pub work_tasks: Vec<String>,
    /// Class hours in all.
    pub hours: Option<u32>,
    /// The courses that it comes from, as a standard names them: each cell whole, for a name may hold what parts entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
    /// Where the row comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

impl CatalogueCourse {
    /// The key that names this course across imports.
    pub fn key(&self) -> CourseKey {
        CourseKey {
            major: self.major.clone(),
            level: self.level,
            name: self.name.clone(),
        }
    }
}

/// A reference learning task (参考性学习任务) of a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueTask {
    /// The key of its course, which is a row of the same catalogue.
    pub course: CourseKey,
    /// Its name.
    pub name: String,
    /// The typical work task it belongs to; left out where the course has only one.
    pub work_task: Option<String>,
    /// Its place within the course, counted from 1 in the order of the file.
    pub position: u32,
    /// Class hours.
    pub hours: Option<u32>,
    /// The tasks that it comes from, as a standard names them: each cell whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
    /// Where the row comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

impl CatalogueTask {
    /// The key that names this task across imports.
    pub fn key(&self) -> TaskKey {
        TaskKey {
            course: self.course.clone(),
            name: self.name.clone(),
        }
    }
}

/// A whole catalogue, ready to be kept: no key occurs twice, and every course and task finds its parent among the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The majors, in the order of the file.
    pub majors: Vec<CatalogueMajor>,
    /// The courses, in the order of the file.
    pub courses: Vec<CatalogueCourse>,
    /// The reference learning tasks, in the order of the file.
    pub tasks: Vec<CatalogueTask>,
}

impl Catalogue {
    /// The catalogue that ships with the service.
    pub fn shipped() -> Self {
        json::read(include_str!("../../config/catalogue.json")).expect("the shipped catalogue is read by a test")
    }

    /// The major of a key.
    pub fn major(&self, key: &MajorKey) -> Option<&CatalogueMajor> {
        self.majors.iter().find(|major| major.key() == *key)
    }

    /// Follows a retired code to the one in use today; any other code leads to itself.
    pub fn current_code<'a>(&'a self, code: &'a MajorCode) -> &'a MajorCode {
        let replaced = |code: &MajorCode| self.majors.iter().find(|major| major.code.as_ref() == Some(code));
        let mut current = code;
        // As many steps as there are majors: a circle is refused when a file is read, but rows can be made by hand.
        for _ in &self.majors {
            match replaced(current).and_then(|major| major.replaced_by.as_ref()) {
                Some(next) => current = next,
                None => break,
            }
        }
        current
    }
}

#[cfg(test)]
mod tests;
