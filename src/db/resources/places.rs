//! Who stands where in the curriculum: resources as others see them, and working copies that wait to stand somewhere.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait as _, SimpleExpr},
};

use crate::db::entity::resource::{Column, Entity};
use crate::db::rows::ROWS_AT_ONCE;
use crate::domain::id::{AccountId, AnyId, CourseId, ResourceId, SchoolId, TaskId};
use crate::domain::resource::Status;
use crate::error::Result;

/// A resource at a place, as itself or as a working copy that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlacedResource {
    pub(crate) id: ResourceId,
    pub(crate) owner: AccountId,
    pub(crate) school: Option<SchoolId>,
    /// The task, or the course itself.
    pub(crate) place: AnyId,
}

/// The same as it is read: the ids within a working copy are text.
#[derive(Debug, FromQueryResult)]
struct PlacedRow {
    id: ResourceId,
    owner_id: AccountId,
    school_id: Option<SchoolId>,
    task_id: Option<TaskId>,
    course_id: Option<CourseId>,
    waiting_task: Option<String>,
    waiting_course: Option<String>,
}

impl PlacedRow {
    /// Where it stands, and where it waits to stand.
    fn places(&self) -> [Option<AnyId>; 2] {
        let task = self.task_id.map(AnyId::from);
        let waiting_task = self.waiting_task.as_ref().and_then(|id| id.parse().ok());
        let waiting_course = self.waiting_course.as_ref().and_then(|id| id.parse().ok());
        [
            task.or(self.course_id.map(AnyId::from)),
            waiting_task.or(waiting_course),
        ]
    }
}

/// An id of the place of a working copy. An index of each holds this very expression (`m20261130_000106`).
pub(super) fn waits_at(id: &'static str) -> SimpleExpr {
    Expr::cust(format!("(waiting->>'{id}')"))
}

/// Whether a working copy waits.
pub(super) fn waits_somewhere() -> SimpleExpr {
    Column::Waiting.is_not_null()
}

/// Everything that stands, or waits to stand, at one of some tasks, or at one of some courses and none of its tasks. What is
/// withdrawn stands nowhere.
pub(crate) async fn placed(
    conn: &impl ConnectionTrait,
    courses: &[CourseId],
    tasks: &[TaskId],
) -> Result<Vec<PlacedResource>> {
    let mut found = Vec::new();
    for some in tasks.chunks(ROWS_AT_ONCE) {
        add(conn, &mut found, Column::TaskId.is_in(some.iter().copied())).await?;
        let waiting = waits_at("task_id").is_in(some.iter().map(TaskId::to_string));
        add(conn, &mut found, waits_somewhere().and(waiting)).await?;
    }
    for some in courses.chunks(ROWS_AT_ONCE) {
        let stands = Column::CourseId.is_in(some.iter().copied());
        add(conn, &mut found, stands.and(Column::TaskId.is_null())).await?;
        let waiting = waits_at("course_id").is_in(some.iter().map(CourseId::to_string));
        let at_course = waits_somewhere().and(waiting).and(waits_at("task_id").is_null());
        add(conn, &mut found, at_course).await?;
    }
    // Of a resource that stands at one place and waits to stand at another only one may be asked for.
    let asked: HashSet<AnyId> = tasks
        .iter()
        .map(|id| (*id).into())
        .chain(courses.iter().map(|id| (*id).into()))
        .collect();
    found.retain(|it| asked.contains(&it.place));
    found.sort_unstable_by_key(|it| (it.id, it.place));
    found.dedup();
    Ok(found)
}

async fn add(conn: &impl ConnectionTrait, found: &mut Vec<PlacedResource>, filter: SimpleExpr) -> Result<()> {
    let rows = placed_rows()
        .filter(Column::Status.ne(Status::Withdrawn))
        .filter(filter);
    for row in rows.into_model::<PlacedRow>().all(conn).await? {
        found.extend(row.places().into_iter().flatten().map(|place| PlacedResource {
            id: row.id,
            owner: row.owner_id,
            school: row.school_id,
            place,
        }));
    }
    Ok(())
}

fn placed_rows() -> Select<Entity> {
    Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::OwnerId,
            Column::SchoolId,
            Column::TaskId,
            Column::CourseId,
        ])
        .column_as(waits_at("task_id"), "waiting_task")
        .column_as(waits_at("course_id"), "waiting_course")
}
