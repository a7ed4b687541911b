//! What waits for review.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, sea_query::Expr,
};

use super::entity::resource;
use super::resources;
use crate::domain::id::{AccountId, CourseId, MajorId, ResourceId, SchoolId, TaskId};
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Whose work comes to a reviewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Desk {
    /// A school's.
    School(SchoolId),
    /// Everyone's that is meant for more than one school.
    City,
}

/// What of it is wanted; empty fields limit nothing.
#[derive(Debug, Default, Clone)]
#[expect(missing_docs, reason = "each is the resource's field of that name")]
pub struct Wanted {
    pub school: Option<SchoolId>,
    pub major: Option<MajorId>,
    pub kind: Option<String>,
    pub task: Option<TaskId>,
}

/// A place in the queue: since when it waits, and its id.
pub(crate) type Position = (Timestamp, ResourceId);

/// What waits at a desk, oldest first, after a position; never the reviewer's own work.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    desk: Desk,
    reviewer: AccountId,
    wanted: &Wanted,
    after: Option<Position>,
    limit: u64,
) -> Result<Vec<resource::Model>> {
    let rows = waiting(desk, reviewer)
        .filter(
            Condition::all()
                .add_option(wanted.school.map(|id| resource::Column::SchoolId.eq(id)))
                .add_option(wanted.major.map(|id| resource::Column::MajorId.eq(id)))
                .add_option(wanted.kind.as_ref().map(|kind| resource::Column::Kind.eq(kind)))
                .add_option(wanted.task.map(|id| resource::Column::TaskId.eq(id)))
                .add_option(after.map(behind)),
        )
        .order_by_asc(resource::Column::SubmittedAt)
        .order_by_asc(resource::Column::Id)
        .limit(limit);
    Ok(rows.all(conn).await?)
}

/// The last that waits before a position.
pub(crate) async fn before(
    conn: &impl ConnectionTrait,
    desk: Desk,
    reviewer: AccountId,
    (at, id): Position,
) -> Result<Option<resource::Model>> {
    let same_moment = Condition::all()
        .add(resource::Column::SubmittedAt.eq(at))
        .add(resource::Column::Id.lt(id));
    let ahead = Condition::any()
        .add(resource::Column::SubmittedAt.lt(at))
        .add(same_moment);
    let rows = waiting(desk, reviewer)
        .filter(ahead)
        .order_by_desc(resource::Column::SubmittedAt)
        .order_by_desc(resource::Column::Id);
    Ok(rows.one(conn).await?)
}

/// How much waits.
pub(crate) async fn count(conn: &impl ConnectionTrait, desk: Desk, reviewer: AccountId) -> Result<u64> {
    Ok(waiting(desk, reviewer).count(conn).await?)
}

/// How much of each type waits for each task of a course.
pub(crate) async fn of_course(
    conn: &impl ConnectionTrait,
    desk: Desk,
    reviewer: AccountId,
    course: CourseId,
) -> Result<Vec<(Option<TaskId>, String, i64)>> {
    let counted = waiting(desk, reviewer)
        .filter(resource::Column::CourseId.eq(course))
        .select_only()
        .columns([resource::Column::TaskId, resource::Column::Kind])
        .column_as(Expr::cust("COUNT(*)"), "count")
        .group_by(resource::Column::TaskId)
        .group_by(resource::Column::Kind);
    Ok(counted.into_tuple().all(conn).await?)
}

/// The majors and schools of what waits, for choosing among them.
pub(crate) async fn places(conn: &impl ConnectionTrait, desk: Desk, reviewer: AccountId) -> Result<Vec<Waits>> {
    let rows = waiting(desk, reviewer)
        .select_only()
        .columns([resource::Column::SchoolId, resource::Column::MajorId])
        .column(resource::Column::Kind)
        .distinct();
    Ok(rows.into_tuple().all(conn).await?)
}

/// School, major and type of something that waits.
pub(crate) type Waits = (Option<SchoolId>, Option<MajorId>, String);

fn waiting(desk: Desk, reviewer: AccountId) -> Select<resource::Entity> {
    let at_desk = match desk {
        Desk::School(id) => Condition::all()
            .add(resource::Column::Status.eq(Status::Submitted))
            .add(resource::Column::SchoolId.eq(id)),
        Desk::City => resources::waits_for_the_city(),
    };
    resource::Entity::find()
        .filter(at_desk)
        .filter(resource::Column::OwnerId.ne(reviewer))
}

fn behind((at, id): Position) -> Condition {
    let same_moment = Condition::all()
        .add(resource::Column::SubmittedAt.eq(at))
        .add(resource::Column::Id.gt(id));
    Condition::any()
        .add(resource::Column::SubmittedAt.gt(at))
        .add(same_moment)
}
