//! Review queue: what was submitted, be it new or beside what is published. It is limited by the place of what is published.

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

/// Scope of a reviewer: whose work comes to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReviewerScope {
    /// A school's.
    School(SchoolId),
    /// Everyone's that is meant for more than one school.
    City,
}

/// Filter of the queue; empty fields limit nothing.
#[derive(Debug, Default, Clone)]
#[expect(missing_docs, reason = "each is the resource's field of that name")]
pub struct ReviewFilter {
    pub school: Option<SchoolId>,
    pub major: Option<MajorId>,
    pub kind: Option<String>,
    pub task: Option<TaskId>,
}

/// Position in the queue: since when a resource waits, and its id.
pub(crate) type QueuePosition = (Timestamp, ResourceId);

/// Resources that wait in a scope, oldest first, after a position; never the reviewer's own work.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    scope: ReviewerScope,
    reviewer: AccountId,
    wanted: &ReviewFilter,
    after: Option<QueuePosition>,
    limit: u64,
) -> Result<Vec<resource::Model>> {
    let rows = queue_condition(scope, reviewer)
        .filter(
            Condition::all()
                .add_option(wanted.school.map(|id| resource::Column::SchoolId.eq(id)))
                .add_option(wanted.major.map(|id| resource::Column::MajorId.eq(id)))
                .add_option(wanted.kind.as_ref().map(|kind| resource::Column::Kind.eq(kind)))
                .add_option(wanted.task.map(|id| resource::Column::TaskId.eq(id)))
                .add_option(after.map(after_position)),
        )
        .order_by_asc(resource::Column::SubmittedAt)
        .order_by_asc(resource::Column::Id)
        .limit(limit);
    Ok(rows.all(conn).await?)
}

/// The last that waits before a position.
pub(crate) async fn before(
    conn: &impl ConnectionTrait,
    scope: ReviewerScope,
    reviewer: AccountId,
    (at, id): QueuePosition,
) -> Result<Option<resource::Model>> {
    let same_moment = Condition::all()
        .add(resource::Column::SubmittedAt.eq(at))
        .add(resource::Column::Id.lt(id));
    let ahead = Condition::any()
        .add(resource::Column::SubmittedAt.lt(at))
        .add(same_moment);
    let rows = queue_condition(scope, reviewer)
        .filter(ahead)
        .order_by_desc(resource::Column::SubmittedAt)
        .order_by_desc(resource::Column::Id);
    Ok(rows.one(conn).await?)
}

/// How much waits.
pub(crate) async fn count(conn: &impl ConnectionTrait, scope: ReviewerScope, reviewer: AccountId) -> Result<u64> {
    Ok(queue_condition(scope, reviewer).count(conn).await?)
}

/// How much of each type waits for each task of a course.
pub(crate) async fn of_course(
    conn: &impl ConnectionTrait,
    scope: ReviewerScope,
    reviewer: AccountId,
    course: CourseId,
) -> Result<Vec<(Option<TaskId>, String, i64)>> {
    let counted = queue_condition(scope, reviewer)
        .filter(resource::Column::CourseId.eq(course))
        .select_only()
        .columns([resource::Column::TaskId, resource::Column::Kind])
        .column_as(Expr::cust("COUNT(*)"), "count")
        .group_by(resource::Column::TaskId)
        .group_by(resource::Column::Kind);
    Ok(counted.into_tuple().all(conn).await?)
}

/// The majors and schools of what waits, for choosing among them.
pub(crate) async fn waiting_places(
    conn: &impl ConnectionTrait,
    scope: ReviewerScope,
    reviewer: AccountId,
) -> Result<Vec<WaitingPlace>> {
    let rows = queue_condition(scope, reviewer)
        .select_only()
        .columns([resource::Column::SchoolId, resource::Column::MajorId])
        .column(resource::Column::Kind)
        .distinct();
    Ok(rows.into_tuple().all(conn).await?)
}

/// School, major and type of something that waits.
pub(crate) type WaitingPlace = (Option<SchoolId>, Option<MajorId>, String);

fn queue_condition(scope: ReviewerScope, reviewer: AccountId) -> Select<resource::Entity> {
    let at_desk = match scope {
        ReviewerScope::School(id) => Condition::all()
            .add(resources::stands(Status::Submitted))
            .add(resource::Column::SchoolId.eq(id)),
        ReviewerScope::City => resources::waits_for_the_city(),
    };
    resource::Entity::find()
        .filter(at_desk)
        .filter(resource::Column::OwnerId.ne(reviewer))
}

fn after_position((at, id): QueuePosition) -> Condition {
    let same_moment = Condition::all()
        .add(resource::Column::SubmittedAt.eq(at))
        .add(resource::Column::Id.gt(id));
    Condition::any()
        .add(resource::Column::SubmittedAt.gt(at))
        .add(same_moment)
}
