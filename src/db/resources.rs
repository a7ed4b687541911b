//! Resources: the row of each.

use std::collections::HashSet;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult,
    IntoActiveModel as _, JoinType, Order, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Value,
    sea_query::{Expr, ExprTrait as _, Query},
};

use super::companies;
use super::entity::{comment, file, offer, resource, resource_use, resource_use_month, version};
use super::files;
use super::followups;
use super::holdings::{self, HoldingPlace};
use super::review_rounds;
use super::rows::{self, ROWS_AT_ONCE};
use crate::domain::file::Kind;
use crate::domain::id::{AccountId, AnyId, CourseId, MajorId, ResourceId, Sha256, TaskId};
use crate::domain::resource::Status;
use crate::domain::search::Audience;
use crate::domain::standard::followup::FollowUpKind;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};

mod follow;
mod list;
mod places;
mod visibility;

pub(crate) use follow::follow_tasks;
pub(crate) use list::list;
pub use list::{Filter, list_query};
pub(crate) use places::placed;
pub(super) use visibility::{seen_by, stands, waits_for_the_bureau, waits_for_the_city};

/// A resource by id.
pub(crate) async fn resource(conn: &impl ConnectionTrait, id: ResourceId) -> Result<Option<resource::Model>> {
    Ok(resource::Entity::find_by_id(id).one(conn).await?)
}

/// A resource by id, which nobody else changes until the transaction ends. SQLite's writers are alone anyway.
pub(crate) async fn find_for_update(tx: &impl ConnectionTrait, id: ResourceId) -> Result<Option<resource::Model>> {
    Ok(resource::Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// Resources by id, which nobody else changes until the transaction ends. All who hold several take them in this order.
pub(crate) async fn find_all_for_update(tx: &impl ConnectionTrait, ids: &[ResourceId]) -> Result<Vec<resource::Model>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let in_order = resource::Entity::find().order_by_asc(resource::Column::Id);
    rows::where_in(tx, in_order.lock_exclusive(), resource::Column::Id, &ids).await
}

/// Resources by id, in no order.
pub(crate) async fn resources_by_id(conn: &impl ConnectionTrait, ids: Vec<ResourceId>) -> Result<Vec<resource::Model>> {
    rows::where_in(conn, resource::Entity::find(), resource::Column::Id, &ids).await
}

/// The ids of the resources of some majors, courses or tasks, in order.
pub(crate) async fn ids_by_curriculum(
    conn: &impl ConnectionTrait,
    majors: Vec<MajorId>,
    courses: Vec<CourseId>,
    tasks: Vec<TaskId>,
) -> Result<Vec<ResourceId>> {
    let columns = [
        (resource::Column::MajorId, values(majors)),
        (resource::Column::CourseId, values(courses)),
        (resource::Column::TaskId, values(tasks)),
    ];
    let mut found: Vec<ResourceId> = Vec::new();
    for (column, ids) in columns {
        for some in ids.chunks(ROWS_AT_ONCE) {
            let ids = resource::Entity::find().select_only().column(resource::Column::Id);
            let these = ids.filter(column.is_in(some.iter().cloned()));
            found.extend(these.into_tuple::<ResourceId>().all(conn).await?);
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn values<I: Into<Value>>(ids: Vec<I>) -> Vec<Value> {
    ids.into_iter().map(I::into).collect()
}

/// The resources of an account that bear one of these titles.
pub(crate) async fn by_titles(
    conn: &impl ConnectionTrait,
    owner: AccountId,
    titles: &[String],
) -> Result<Vec<resource::Model>> {
    let of_owner = resource::Entity::find().filter(resource::Column::OwnerId.eq(owner));
    let in_order = of_owner.order_by_asc(resource::Column::Id);
    rows::where_in(conn, in_order, resource::Column::Title, titles).await
}

/// Adds a resource.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: resource::Model) -> Result<()> {
    holdings::note(tx, None, HoldingPlace::of(&row), row.updated_at).await?;
    rows::insert(tx, row).await
}

/// Writes a changed resource, unless somebody else changed it since revision `seen`. `row.revision` is the new one.
pub(crate) async fn update(tx: &impl ConnectionTrait, row: resource::Model, seen: i64) -> Result<()> {
    let id = row.id;
    let before = holdings::place(tx, id).await?;
    holdings::note(tx, before, HoldingPlace::of(&row), row.updated_at).await?;
    let (places, now) = (places_of(&row), row.updated_at);
    let mut change = row.into_active_model().reset_all();
    change.not_set(resource::Column::Id);
    // Said where it is placed in its review, and by nothing else.
    change.not_set(resource::Column::LeftToBureau);
    let done = resource::Entity::update_many()
        .set(change)
        .filter(resource::Column::Id.eq(id))
        .filter(resource::Column::Revision.eq(seen))
        .exec(tx)
        .await?;
    if done.rows_affected == 0 {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    followups::settle(tx, FollowUpKind::Resource, &id.to_string(), places, now).await
}

/// Says whether a resource is left to the bureau.
pub(crate) async fn leave_to_bureau(tx: &impl ConnectionTrait, id: ResourceId, is_left: bool) -> Result<()> {
    resource::Entity::update_many()
        .col_expr(resource::Column::LeftToBureau, Expr::value(is_left))
        .filter(resource::Column::Id.eq(id))
        .filter(resource::Column::LeftToBureau.ne(is_left))
        .exec(tx)
        .await?;
    Ok(())
}

/// Those of some resources that are left to the bureau.
pub(crate) async fn left_to_bureau(conn: &impl ConnectionTrait, ids: &[ResourceId]) -> Result<HashSet<ResourceId>> {
    let left = resource::Entity::find().filter(resource::Column::LeftToBureau.eq(true));
    let rows = rows::where_in(conn, left, resource::Column::Id, ids).await?;
    let left = rows.iter().map(resource::Model::working_copy);
    Ok(left
        .filter(resource::Model::is_left_to_bureau)
        .map(|row| row.id)
        .collect())
}

/// Where a resource stands in the curriculum, and where it will once what waits is approved, as far as somebody may ask it to
/// leave that. One that stands nowhere left all; what is withdrawn is gone.
fn places_of(row: &resource::Model) -> Vec<AnyId> {
    if row.status == Status::Withdrawn {
        return Vec::new();
    }
    let place = |task: Option<TaskId>, course: Option<CourseId>| task.map(AnyId::from).or(course.map(AnyId::from));
    let waiting = row.waiting.as_ref().filter(|_| row.has_waiting());
    let waiting = waiting.and_then(|it| place(it.task_id, it.course_id));
    let here = place(row.task_id, row.course_id).unwrap_or(row.id.into());
    std::iter::once(here).chain(waiting).collect()
}

/// Removes a resource, which the transaction has [locked](find_for_update), with its versions and files. The content stays
/// until it is collected.
pub(crate) async fn remove(tx: &impl ConnectionTrait, id: ResourceId, now: Timestamp) -> Result<()> {
    let before = holdings::place(tx, id).await?;
    holdings::note(tx, before, None, now).await?;
    file::Entity::delete_many()
        .filter(file::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    version::Entity::delete_many()
        .filter(version::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    resource_use::Entity::delete_by_id(id).exec(tx).await?;
    resource_use_month::Entity::delete_many()
        .filter(resource_use_month::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    comment::Entity::delete_many()
        .filter(comment::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    companies::remove_contribution(tx, id).await?;
    review_rounds::drop_state(tx, id).await?;
    review_rounds::drop_authors(tx, id).await?;
    followups::settle(tx, FollowUpKind::Resource, &id.to_string(), Vec::new(), now).await?;
    offer::Entity::delete_many()
        .filter(offer::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    resource::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Up to `limit` ids of resources after `after`, for walking through all of them.
pub(crate) async fn ids_after(
    conn: &impl ConnectionTrait,
    after: Option<ResourceId>,
    limit: u64,
) -> Result<Vec<ResourceId>> {
    let mut query = resource::Entity::find().select_only().column(resource::Column::Id);
    if let Some(after) = after {
        query = query.filter(resource::Column::Id.gt(after));
    }
    Ok(query
        .order_by_asc(resource::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?)
}

/// How many resources there are.
pub(crate) async fn count(conn: &impl ConnectionTrait) -> Result<u64> {
    Ok(resource::Entity::find().count(conn).await?)
}

/// Every file that holds this content, with its resource, whichever version it is part of.
pub(crate) async fn with_content(
    conn: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Option<Kind>,
) -> Result<Vec<(file::Model, resource::Model)>> {
    let holds = Condition::all()
        .add(file::Column::Sha256.eq(sha256.clone()))
        .add_option(kind.map(|kind| file::Column::Kind.eq(kind)));
    let found = file::Entity::find()
        .join(JoinType::InnerJoin, files::of_resource())
        .filter(holds)
        .order_by_asc(file::Column::Id)
        .select_also(resource::Entity)
        .all(conn)
        .await?;
    Ok(found
        .into_iter()
        .filter_map(|(file, resource)| Some((file, resource?)))
        .collect())
}

/// A resource that holds a content.
#[derive(Debug, FromQueryResult)]
pub(crate) struct ContentHolder {
    pub(crate) sha256: Sha256,
    pub(crate) id: ResourceId,
    pub(crate) title: String,
}

/// Of each of some contents the `each` newest resources that hold it as others see them, as far as one of `audiences` may see
/// them; newest first within [`ROWS_AT_ONCE`] contents.
pub(crate) async fn holders(
    conn: &impl ConnectionTrait,
    contents: &[Sha256],
    audiences: &[Audience],
    each: u64,
) -> Result<Vec<ContentHolder>> {
    let mut found = Vec::new();
    for chunk in contents.chunks(ROWS_AT_ONCE) {
        let held = file::Entity::find()
            .select_only()
            .join(JoinType::InnerJoin, files::of_resource())
            .column(file::Column::Sha256)
            .column(resource::Column::Id)
            .column(resource::Column::Title)
            .distinct()
            .filter(file::Column::Sha256.is_in(chunk.iter().cloned()))
            .filter(files::is_shown())
            .filter(seen_by(audiences))
            .into_query();
        let columns = ["sha256", "id", "title"];
        // Counted content by content: what thousands hold hides none of the others.
        let place = Expr::cust("ROW_NUMBER() OVER (PARTITION BY sha256 ORDER BY id DESC)");
        let numbered = Query::select()
            .columns(columns)
            .expr_as(place, "place")
            .from_subquery(held, "held")
            .to_owned();
        let newest = Query::select()
            .columns(columns)
            .from_subquery(numbered, "numbered")
            .and_where(Expr::col("place").lte(each))
            .order_by("id", Order::Desc)
            .to_owned();
        let statement = conn.get_database_backend().build(&newest);
        found.extend(ContentHolder::find_by_statement(statement).all(conn).await?);
    }
    Ok(found)
}

/// The resources that hold one of these contents as others see them, each with that content, as far as one of `audiences`
/// may see them; newest first.
pub(crate) async fn with_contents(
    conn: &impl ConnectionTrait,
    contents: Vec<Sha256>,
    audiences: &[Audience],
) -> Result<Vec<(Sha256, resource::Model)>> {
    let mut found = Vec::new();
    for chunk in contents.chunks(ROWS_AT_ONCE) {
        let query = file::Entity::find()
            .join(JoinType::InnerJoin, files::of_resource())
            .filter(file::Column::Sha256.is_in(chunk.iter().cloned()))
            .filter(files::is_shown())
            .filter(seen_by(audiences))
            .order_by_desc(resource::Column::Id)
            .select_also(resource::Entity);
        let rows = query.all(conn).await?;
        found.extend(
            rows.into_iter()
                .filter_map(|(file, resource)| Some((file.sha256, resource?))),
        );
    }
    // A resource that holds the same bytes twice is one resource.
    let mut seen = std::collections::HashSet::new();
    found.retain(|(sha256, row)| seen.insert((sha256.clone(), row.id)));
    Ok(found)
}
