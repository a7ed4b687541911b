//! What questions name: majors, courses, tasks and schools, found by one query each, however many are named.

use std::collections::HashMap;
use std::str::FromStr;

use crate::db::entity::{course, major, school, task};
use crate::db::{curriculum, people};
use crate::domain::id::{CourseId, MajorId, SchoolId, TaskId};
use crate::domain::search::{Filters, SearchQuery};
use crate::domain::spelling::code_or_name;
use crate::error::Result;
use crate::library::search::Search;

/// The rows that were named, each perhaps by several values.
struct NamedRows {
    majors: Vec<major::Model>,
    courses: Vec<course::Model>,
    tasks: Vec<task::Model>,
    schools: Vec<school::Model>,
}

impl Search {
    /// Limits a question to what is named. A name that nobody knows finds nothing; one that several courses or tasks bear
    /// means all of them.
    pub(in crate::library) async fn limit_to(&self, filters: &mut Filters, query: &SearchQuery) -> Result<()> {
        let rows = self.named_rows(query).await?;
        filters.major = first_of_each(query.values("major"), &rows.majors, MajorId::NO_ROW, |row, given| {
            is_it(given, row.id, row.code.as_deref(), &row.name).then_some(row.id)
        });
        filters.school = first_of_each(query.values("school"), &rows.schools, SchoolId::NO_ROW, |row, given| {
            is_it(given, row.id, Some(&row.code), &row.name).then_some(row.id)
        });
        filters.course = all_of_each(query.values("course"), &rows.courses, CourseId::NO_ROW, |row, given| {
            is_it(given, row.id, None, &row.name).then_some(row.id)
        });
        filters.task = all_of_each(query.values("task"), &rows.tasks, TaskId::NO_ROW, |row, given| {
            is_it(given, row.id, None, &row.name).then_some(row.id)
        });
        Ok(())
    }

    /// What the values of a question are called, by field and value; of those that nobody knows there is nothing.
    pub async fn names_of(&self, query: &SearchQuery) -> Result<HashMap<(&'static str, String), String>> {
        let rows = self.named_rows(query).await?;
        let mut names = HashMap::new();
        let majors = rows
            .majors
            .into_iter()
            .map(|row| ("major", row.id.to_string(), row.code, row.name));
        let courses = rows
            .courses
            .into_iter()
            .map(|row| ("course", row.id.to_string(), None, row.name));
        let tasks = rows
            .tasks
            .into_iter()
            .map(|row| ("task", row.id.to_string(), None, row.name));
        let schools = rows
            .schools
            .into_iter()
            .map(|row| ("school", row.id.to_string(), Some(row.code), row.name));
        for (field, id, code, name) in majors.chain(courses).chain(tasks).chain(schools) {
            for value in [Some(id), code].into_iter().flatten() {
                names.entry((field, value)).or_insert_with(|| name.clone());
            }
        }
        Ok(names)
    }

    async fn named_rows(&self, query: &SearchQuery) -> Result<NamedRows> {
        let conn = self.db.read();
        let given = |field| query.values(field).collect::<Vec<_>>();
        Ok(NamedRows {
            majors: curriculum::majors_named(conn, &given("major")).await?,
            courses: curriculum::courses_named(conn, &given("course")).await?,
            tasks: curriculum::tasks_named(conn, &given("task")).await?,
            schools: people::schools_named(conn, &given("school")).await?,
        })
    }
}

fn is_it<I: FromStr + PartialEq>(given: &str, id: I, code: Option<&str>, name: &str) -> bool {
    name == given || code == Some(code_or_name(given).as_str()) || given.parse().is_ok_and(|given: I| given == id)
}

fn first_of_each<'a, R, I: Copy>(
    given: impl Iterator<Item = &'a str>,
    rows: &[R],
    no_row: I,
    id_if: impl Fn(&R, &str) -> Option<I>,
) -> Vec<I> {
    let first = |given| rows.iter().find_map(|row| id_if(row, given)).unwrap_or(no_row);
    given.map(first).collect()
}

fn all_of_each<'a, R, I: Copy>(
    given: impl Iterator<Item = &'a str>,
    rows: &[R],
    no_row: I,
    id_if: impl Fn(&R, &str) -> Option<I>,
) -> Vec<I> {
    let mut ids = Vec::new();
    for given in given {
        let before = ids.len();
        ids.extend(rows.iter().filter_map(|row| id_if(row, given)));
        if ids.len() == before {
            ids.push(no_row);
        }
    }
    ids
}
