//! What rows name: schools and majors, all of which are read once, by id, code or exact name.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;

use crate::db::entity::major;
use crate::db::{curriculum, people, training};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{CourseId, MajorId, SchoolId, TrainingBaseId};
use crate::domain::search::{NamedCourse, NamedMajor, NamedRef, NamedSchool, NamedTrainingBase};
use crate::domain::spelling::code_or_name;
use crate::domain::training::MAX_BASES;
use crate::error::Result;

/// Things that rows name.
#[derive(Debug, PartialEq)]
pub(super) struct NamedByRows<I> {
    all: Vec<NamedRef<I>>,
    /// Those that were replaced: known by their codes, and by their names where nothing else is called so.
    past: Vec<NamedRef<I>>,
    hint: &'static str,
}

/// All schools, of which there are few.
pub(super) async fn schools(conn: &impl ConnectionTrait) -> Result<NamedByRows<SchoolId>> {
    let all = people::schools(conn).await?.into_iter().map(|row| NamedSchool {
        id: row.id,
        code: Some(row.code),
        name: row.name,
    });
    Ok(NamedByRows {
        all: all.collect(),
        past: Vec::new(),
        hint: "GET /api/v1/schools",
    })
}

/// All bases where teachers are trained.
pub(super) async fn bases(conn: &impl ConnectionTrait) -> Result<NamedByRows<TrainingBaseId>> {
    let all = training::bases(conn, MAX_BASES)
        .await?
        .into_iter()
        .map(|row| NamedTrainingBase {
            id: row.id,
            code: None,
            name: row.name,
        });
    Ok(NamedByRows {
        all: all.collect(),
        past: Vec::new(),
        hint: "GET /api/v1/training/bases",
    })
}

/// The courses that rows name, and these.
pub(super) async fn courses(
    conn: &impl ConnectionTrait,
    given: BTreeSet<&str>,
    ids: BTreeSet<CourseId>,
) -> Result<NamedByRows<CourseId>> {
    let given: Vec<&str> = given.into_iter().collect();
    let mut all = curriculum::courses_by_id(conn, ids.into_iter().collect()).await?;
    all.extend(curriculum::all_courses_named(conn, &given).await?);
    all.sort_by_key(|row| row.id);
    all.dedup_by_key(|row| row.id);
    let all = all.into_iter().map(|row| NamedCourse {
        id: row.id,
        code: None,
        name: row.name,
    });
    Ok(NamedByRows {
        all: all.collect(),
        past: Vec::new(),
        hint: "GET /api/v1/courses",
    })
}

/// All majors.
pub(super) async fn majors(conn: &impl ConnectionTrait) -> Result<NamedByRows<MajorId>> {
    let named = |row: major::Model| NamedMajor {
        id: row.id,
        code: row.code,
        name: row.name,
    };
    let all = curriculum::majors(conn).await?.into_iter();
    let (all, past): (Vec<_>, Vec<_>) = all.partition(|row| row.replaced_by.is_none());
    Ok(NamedByRows {
        all: all.into_iter().map(named).collect(),
        past: past.into_iter().map(named).collect(),
        hint: "GET /api/v1/majors",
    })
}

impl<I: PartialEq + ToString> NamedByRows<I> {
    /// The one that is named, or what is wrong with the field that names it.
    pub(super) fn find(&self, field: &str, given: &str) -> std::result::Result<&NamedRef<I>, FieldFault> {
        let code = code_or_name(given);
        let exactly = |it: &&NamedRef<I>| it.code.as_ref() == Some(&code) || it.id.to_string() == given;
        if let Some(found) = self.all.iter().chain(&self.past).find(exactly) {
            return Ok(found);
        }
        let is_called = |it: &&NamedRef<I>| it.name == given;
        let mut named: Vec<&NamedRef<I>> = self.all.iter().filter(is_called).collect();
        if named.is_empty() {
            named = self.past.iter().filter(is_called).collect();
        }
        match named.as_slice() {
            [one] => Ok(one),
            [] => Err(unknown(field, given, self.hint)),
            several => {
                let told = several
                    .iter()
                    .map(|it| it.code.clone().unwrap_or_else(|| it.id.to_string()));
                let kind = FaultKind::Ambiguous {
                    value: given.to_owned(),
                    candidates: told.collect(),
                };
                Err(FieldFault::at(field, kind))
            }
        }
    }

    /// The one with an id.
    pub(super) fn by_id(&self, id: I) -> Option<&NamedRef<I>> {
        self.all.iter().chain(&self.past).find(|it| it.id == id)
    }

    /// All that are named, each once and in the order of their codes, or everything that is wrong.
    pub(super) fn find_all(
        &self,
        field: &str,
        given: &[String],
    ) -> std::result::Result<Vec<&NamedRef<I>>, Vec<FieldFault>> {
        let (mut found, mut faults): (Vec<&NamedRef<I>>, _) = (Vec::new(), Vec::new());
        for named in given {
            match self.find(field, named) {
                Ok(one) if found.iter().any(|there| there.id == one.id) => {}
                Ok(one) => found.push(one),
                Err(fault) => faults.push(fault),
            }
        }
        found.sort_by_key(|one| cell(one));
        if faults.is_empty() { Ok(found) } else { Err(faults) }
    }
}

/// What a table calls a thing: its code, which holds no comma and does not change, where it has one.
pub(super) fn cell<I>(named: &NamedRef<I>) -> &str {
    named.code.as_deref().unwrap_or(&named.name)
}

/// The cells of several things, in the order of their codes: two tables of the same things are the same.
pub(super) fn cells<I>(named: &[NamedRef<I>]) -> Vec<String> {
    let mut cells: Vec<String> = named.iter().map(|one| cell(one).to_owned()).collect();
    cells.sort_unstable();
    cells
}

/// A field that names what is not there.
pub(super) fn unknown(field: &str, given: &str, hint: &str) -> FieldFault {
    let kind = FaultKind::Unknown {
        value: given.to_owned(),
        hint: hint.to_owned(),
    };
    FieldFault::at(field, kind)
}
