//! At which step of the review things wait, whose work they are, and what came of them.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::{account, review_author, review_decision, review_state};
use super::rows;
use crate::domain::id::{AccountId, ResourceId, ReviewDecisionId, SchoolId};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Where something waits.
pub(crate) async fn state(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<Option<review_state::Model>> {
    Ok(review_state::Entity::find_by_id(resource).one(conn).await?)
}

/// Where some resources wait, in no order; those that wait nowhere are not named.
pub(crate) async fn states(conn: &impl ConnectionTrait, resources: &[ResourceId]) -> Result<Vec<review_state::Model>> {
    rows::where_in(
        conn,
        review_state::Entity::find(),
        review_state::Column::ResourceId,
        resources,
    )
    .await
}

/// Writes where something waits.
pub(crate) async fn put_state(tx: &impl ConnectionTrait, row: review_state::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Notes that something waits no longer.
pub(crate) async fn drop_state(tx: &impl ConnectionTrait, resource: ResourceId) -> Result<()> {
    review_state::Entity::delete_by_id(resource).exec(tx).await?;
    Ok(())
}

/// Takes something for somebody, unless somebody else has taken it since `over`; gives it back without one. Says whether it was
/// there to be taken.
pub(crate) async fn take(
    tx: &impl ConnectionTrait,
    resource: ResourceId,
    by: AccountId,
    over: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let is_free = Condition::any()
        .add(review_state::Column::TakenBy.is_null())
        .add(review_state::Column::TakenBy.eq(by))
        .add(review_state::Column::TakenAt.lt(over));
    let change = review_state::ActiveModel {
        taken_by: Set(Some(by)),
        taken_at: Set(Some(now)),
        ..Default::default()
    };
    let done = review_state::Entity::update_many()
        .set(change)
        .filter(review_state::Column::ResourceId.eq(resource))
        .filter(is_free)
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Gives back what somebody has taken; says whether they had.
pub(crate) async fn give_back(tx: &impl ConnectionTrait, resource: ResourceId, by: AccountId) -> Result<bool> {
    let change = review_state::ActiveModel {
        taken_by: Set(None),
        taken_at: Set(None),
        ..Default::default()
    };
    let done = review_state::Entity::update_many()
        .set(change)
        .filter(review_state::Column::ResourceId.eq(resource))
        .filter(review_state::Column::TakenBy.eq(by))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Notes whose work is to be decided on.
pub(crate) async fn add_author(tx: &impl ConnectionTrait, resource: ResourceId, author: AccountId) -> Result<()> {
    let row = review_author::Model {
        resource_id: resource,
        account_id: author,
    };
    rows::insert_new(tx, &[row]).await.map(drop)
}

/// Whose work is to be decided on, besides its owner's.
pub(crate) async fn authors(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<Vec<AccountId>> {
    let of_it = review_author::Entity::find()
        .select_only()
        .column(review_author::Column::AccountId)
        .filter(review_author::Column::ResourceId.eq(resource));
    Ok(of_it.into_tuple().all(conn).await?)
}

/// Notes that nothing of a resource is to be decided on.
pub(crate) async fn drop_authors(tx: &impl ConnectionTrait, resource: ResourceId) -> Result<()> {
    review_author::Entity::delete_many()
        .filter(review_author::Column::ResourceId.eq(resource))
        .exec(tx)
        .await?;
    Ok(())
}

/// Adds to the history.
pub(crate) async fn add_decisions(tx: &impl ConnectionTrait, decisions: &[review_decision::Model]) -> Result<()> {
    rows::insert_all(tx, decisions).await
}

/// The newest of what came of a resource, newest first.
pub(crate) async fn decisions(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    limit: u64,
) -> Result<Vec<review_decision::Model>> {
    let of_it = review_decision::Entity::find().filter(review_decision::Column::ResourceId.eq(resource));
    let newest = of_it.order_by_desc(review_decision::Column::Id).limit(limit);
    Ok(newest.all(conn).await?)
}

/// All that came of some resources, oldest first.
pub(crate) async fn decisions_of(
    conn: &impl ConnectionTrait,
    resources: &[ResourceId],
) -> Result<Vec<review_decision::Model>> {
    let oldest = review_decision::Entity::find().order_by_asc(review_decision::Column::Id);
    rows::where_in(conn, oldest, review_decision::Column::ResourceId, resources).await
}

/// Whose work some resources are that are to be decided on, besides their owners'.
pub(crate) async fn authors_of(
    conn: &impl ConnectionTrait,
    resources: &[ResourceId],
) -> Result<Vec<review_author::Model>> {
    let authors = review_author::Entity::find();
    rows::where_in(conn, authors, review_author::Column::ResourceId, resources).await
}

/// What was said in one round of a resource's review, oldest first.
pub(crate) async fn of_round(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    round: i32,
) -> Result<Vec<review_decision::Model>> {
    let of_it = review_decision::Entity::find()
        .filter(review_decision::Column::ResourceId.eq(resource))
        .filter(review_decision::Column::Round.eq(round));
    Ok(of_it.order_by_asc(review_decision::Column::Id).all(conn).await?)
}

/// The last round of a resource's review that something is known of; 0 where nothing is.
pub(crate) async fn last_round(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<i32> {
    let newest = review_decision::Entity::find()
        .select_only()
        .column_as(Expr::cust("MAX(round)"), "last")
        .filter(review_decision::Column::ResourceId.eq(resource));
    let decided: Option<Option<i32>> = newest.into_tuple().one(conn).await?;
    let waits = state(conn, resource).await?.map(|state| state.round);
    Ok(decided.flatten().into_iter().chain(waits).max().unwrap_or(0))
}

/// Decisions of a school or of all, newest first, before one.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    before: Option<ReviewDecisionId>,
    limit: u64,
) -> Result<Vec<review_decision::Model>> {
    let limits = Condition::all()
        .add_option(school.map(|id| review_decision::Column::SchoolId.eq(id)))
        .add_option(before.map(|id| review_decision::Column::Id.lt(id)));
    let newest = review_decision::Entity::find()
        .filter(limits)
        .order_by_desc(review_decision::Column::Id)
        .limit(limit);
    Ok(newest.all(conn).await?)
}

/// Up to `limit` of what waits, after a resource, in the order of ids.
pub(crate) async fn states_after(
    conn: &impl ConnectionTrait,
    after: Option<ResourceId>,
    limit: u64,
) -> Result<Vec<review_state::Model>> {
    let rest = Condition::all().add_option(after.map(|id| review_state::Column::ResourceId.gt(id)));
    let next = review_state::Entity::find()
        .filter(rest)
        .order_by_asc(review_state::Column::ResourceId)
        .limit(limit);
    Ok(next.all(conn).await?)
}

/// The administrators of some schools who can do something, each with the school.
pub(crate) async fn reviewers(conn: &impl ConnectionTrait, schools: &[SchoolId]) -> Result<Vec<(SchoolId, AccountId)>> {
    let mut reviewers = Vec::new();
    for chunk in schools.chunks(rows::ROWS_AT_ONCE) {
        let of_these = account::Entity::find()
            .select_only()
            .columns([account::Column::SchoolId, account::Column::Id])
            .filter(account::Column::SchoolId.is_in(chunk.iter().copied()))
            .filter(account::Column::Role.eq(Role::SchoolAdmin))
            .filter(account::Column::Disabled.eq(false));
        reviewers.extend(of_these.into_tuple::<(SchoolId, AccountId)>().all(conn).await?);
    }
    Ok(reviewers)
}
