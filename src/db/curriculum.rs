//! Majors, courses and tasks.

use std::str::FromStr;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, IntoActiveModel,
    QueryFilter as _, QueryOrder as _,
};

use super::entity::{course, major, task};
use super::rows;
use crate::domain::id::{CourseId, MajorId, TaskId};
use crate::domain::spelling::code_or_name;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// PostgreSQL's advisory lock of what is taught. Taken before any row is locked: whoever writes the curriculum, and whoever
/// puts something at a place in it, meet here and nowhere else.
const LOCK: i64 = 0x0074_6175_6768_7473;

/// Locks out every other writer of the curriculum, and all who hold it, until the transaction ends.
pub(crate) async fn lock(tx: &impl ConnectionTrait) -> Result<()> {
    advise(tx, "pg_advisory_xact_lock").await
}

/// Keeps the curriculum as it is until the transaction ends; others may hold it at the same time.
pub(crate) async fn hold(tx: &impl ConnectionTrait) -> Result<()> {
    advise(tx, "pg_advisory_xact_lock_shared").await
}

/// SQLite lets one transaction write at a time.
async fn advise(tx: &impl ConnectionTrait, function: &str) -> Result<()> {
    if super::is_postgres(tx) {
        tx.execute_unprepared(&format!("SELECT {function}({LOCK})")).await?;
    }
    Ok(())
}

/// Every major, in order.
pub(crate) async fn majors(conn: &impl ConnectionTrait) -> Result<Vec<major::Model>> {
    Ok(major::Entity::find()
        .order_by_asc(major::Column::Position)
        .order_by_asc(major::Column::Name)
        .order_by_asc(major::Column::Id)
        .all(conn)
        .await?)
}

/// Every course, or those of one major, in order; of two that share a place and a name the one that is taught comes first.
pub(crate) async fn courses(conn: &impl ConnectionTrait, major: Option<MajorId>) -> Result<Vec<course::Model>> {
    let mut query = course::Entity::find()
        .order_by_asc(course::Column::Position)
        .order_by_asc(course::Column::RetiredIn.is_not_null())
        .order_by_asc(course::Column::Name)
        .order_by_asc(course::Column::Id);
    if let Some(major) = major {
        query = query.filter(course::Column::MajorId.eq(major));
    }
    Ok(query.all(conn).await?)
}

/// The tasks of some courses, in order.
pub(crate) async fn tasks(conn: &impl ConnectionTrait, courses: Vec<CourseId>) -> Result<Vec<task::Model>> {
    if courses.is_empty() {
        return Ok(Vec::new());
    }
    let query = task::Entity::find().filter(task::Column::CourseId.is_in(courses));
    Ok(query
        .order_by_asc(task::Column::Position)
        .order_by_asc(task::Column::RetiredIn.is_not_null())
        .order_by_asc(task::Column::Name)
        .order_by_asc(task::Column::Id)
        .all(conn)
        .await?)
}

/// The ids among what was given, however they are written.
fn ids_in<I: FromStr>(given: &[&str]) -> Vec<I> {
    given.iter().filter_map(|given| given.parse().ok()).collect()
}

/// The majors with an id written out, a code, an exact name. A retired code may share its name with the one in use, which
/// comes first.
pub(crate) async fn majors_named(conn: &impl ConnectionTrait, given: &[&str]) -> Result<Vec<major::Model>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let any = Condition::any()
        .add(major::Column::Code.is_in(given.iter().map(|given| code_or_name(given))))
        .add(major::Column::Name.is_in(given.iter().copied()))
        .add(major::Column::Id.is_in(ids_in::<MajorId>(given)));
    Ok(major::Entity::find()
        .filter(any)
        .order_by_asc(major::Column::ReplacedBy.is_not_null())
        .order_by_asc(major::Column::Position)
        .order_by_asc(major::Column::Id)
        .all(conn)
        .await?)
}

/// The major with an id written out, a code, an exact name.
pub(crate) async fn major_named(conn: &impl ConnectionTrait, given: &str) -> Result<Option<major::Model>> {
    Ok(majors_named(conn, &[given]).await?.into_iter().next())
}

/// The courses with an id written out or an exact name; several when majors or levels share a name.
pub(crate) async fn courses_named(conn: &impl ConnectionTrait, given: &[&str]) -> Result<Vec<course::Model>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let any = Condition::any()
        .add(course::Column::Name.is_in(given.iter().copied()))
        .add(course::Column::Id.is_in(ids_in::<CourseId>(given)));
    Ok(course::Entity::find()
        .filter(any)
        .order_by_asc(course::Column::RetiredIn.is_not_null())
        .order_by_asc(course::Column::Position)
        .order_by_asc(course::Column::Id)
        .all(conn)
        .await?)
}

/// The same of as many names as a table has rows.
pub(crate) async fn all_courses_named(conn: &impl ConnectionTrait, given: &[&str]) -> Result<Vec<course::Model>> {
    let mut found = Vec::new();
    for chunk in given.chunks(rows::ROWS_AT_ONCE) {
        found.extend(courses_named(conn, chunk).await?);
    }
    Ok(found)
}

/// The tasks with an id written out or an exact name; several when courses share a name.
pub(crate) async fn tasks_named(conn: &impl ConnectionTrait, given: &[&str]) -> Result<Vec<task::Model>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let any = Condition::any()
        .add(task::Column::Name.is_in(given.iter().copied()))
        .add(task::Column::Id.is_in(ids_in::<TaskId>(given)));
    Ok(task::Entity::find()
        .filter(any)
        .order_by_asc(task::Column::RetiredIn.is_not_null())
        .order_by_asc(task::Column::Position)
        .order_by_asc(task::Column::Id)
        .all(conn)
        .await?)
}

/// Majors by id.
pub(crate) async fn majors_by_id(conn: &impl ConnectionTrait, ids: Vec<MajorId>) -> Result<Vec<major::Model>> {
    rows::where_in(conn, major::Entity::find(), major::Column::Id, &ids).await
}

/// Courses by id.
pub(crate) async fn courses_by_id(conn: &impl ConnectionTrait, ids: Vec<CourseId>) -> Result<Vec<course::Model>> {
    rows::where_in(conn, course::Entity::find(), course::Column::Id, &ids).await
}

/// Tasks by id.
pub(crate) async fn tasks_by_id(conn: &impl ConnectionTrait, ids: Vec<TaskId>) -> Result<Vec<task::Model>> {
    rows::where_in(conn, task::Entity::find(), task::Column::Id, &ids).await
}

/// Every task of every course.
pub(crate) async fn all_tasks(conn: &impl ConnectionTrait) -> Result<Vec<task::Model>> {
    Ok(task::Entity::find().all(conn).await?)
}

/// Adds majors.
pub(crate) async fn add_majors(tx: &impl ConnectionTrait, rows: Vec<major::Model>) -> Result<()> {
    rows::insert_all(tx, &rows).await
}

/// Adds courses, which are there from a moment on; from none: they always were.
pub(crate) async fn add_courses(
    tx: &impl ConnectionTrait,
    rows: Vec<course::Model>,
    added_at: Option<Timestamp>,
) -> Result<()> {
    let rows = rows.into_iter().map(|row| course::Model { added_at, ..row });
    rows::insert_all(tx, &rows.collect::<Vec<_>>()).await
}

/// Adds tasks, which are there from a moment on; from none: they always were.
pub(crate) async fn add_tasks(
    tx: &impl ConnectionTrait,
    rows: Vec<task::Model>,
    added_at: Option<Timestamp>,
) -> Result<()> {
    let rows = rows.into_iter().map(|row| task::Model { added_at, ..row });
    rows::insert_all(tx, &rows.collect::<Vec<_>>()).await
}

/// Makes the query that changes rows of a table of the curriculum.
macro_rules! writes {
    ($table:ident, $change:ident) => {
        #[doc = concat!("Writes rows of the table `", stringify!($table), "` as they are now.")]
        pub(crate) async fn $change(tx: &impl ConnectionTrait, rows: Vec<$table::Model>) -> Result<()> {
            for row in rows {
                let row = row.into_active_model().reset_all();
                $table::Entity::update(row).validate()?.exec(tx).await?;
            }
            Ok(())
        }
    };
}

writes!(major, change_majors);
writes!(course, change_courses);
writes!(task, change_tasks);
