//! Notices of infringement, and the steps that were taken about them.

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::Expr,
};

use super::entity::{resource, rights_notice, rights_notice_step};
use crate::domain::id::{AccountId, NoticeId, ResourceId, SchoolId};
use crate::domain::notice::{MAX_OPEN, NoticeState, NoticeStep};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};

/// Which notices are listed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoticeFilter {
    /// Of one school.
    pub(crate) school: Option<SchoolId>,
    /// In one state.
    pub(crate) state: Option<NoticeState>,
}

/// A page of notices, newest first; those before the one with id `before`.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    filter: NoticeFilter,
    before: Option<NoticeId>,
    limit: u64,
) -> Result<Vec<rights_notice::Model>> {
    let mut query = filtered(filter);
    if let Some(before) = before {
        query = query.filter(rights_notice::Column::Id.lt(before));
    }
    let newest = query.order_by_desc(rights_notice::Column::Id);
    Ok(newest.limit(limit).all(conn).await?)
}

fn filtered(filter: NoticeFilter) -> sea_orm::Select<rights_notice::Entity> {
    let mut query = rights_notice::Entity::find();
    if let Some(school) = filter.school {
        query = query.filter(rights_notice::Column::SchoolId.eq(school));
    }
    if let Some(state) = filter.state {
        query = query.filter(rights_notice::Column::State.eq(state));
    }
    query
}

/// How many notices wait for an account that handles them, in a school or everywhere: none on its own work, and on what is
/// gone the city's alone.
pub(crate) async fn waiting(conn: &impl ConnectionTrait, school: Option<SchoolId>, handler: AccountId) -> Result<u64> {
    let waiting = NoticeState::ALL.into_iter().filter(|state| state.waits());
    let resources = || resource::Entity::find().select_only().column(resource::Column::Id);
    let own = resources().filter(resource::Column::OwnerId.eq(handler));
    let there = school.map(|_| rights_notice::Column::ResourceId.in_subquery(resources().into_query()));
    let query = filtered(NoticeFilter { school, state: None })
        .filter(rights_notice::Column::State.is_in(waiting))
        .filter(rights_notice::Column::ResourceId.not_in_subquery(own.into_query()))
        .filter(Condition::all().add_option(there));
    Ok(query.count(conn).await?)
}

/// A notice.
pub(crate) async fn notice(conn: &impl ConnectionTrait, id: NoticeId) -> Result<Option<rights_notice::Model>> {
    Ok(rights_notice::Entity::find_by_id(id).one(conn).await?)
}

/// The notice whose secret link holds a key.
pub(crate) async fn of_key(conn: &impl ConnectionTrait, key_sha256: &str) -> Result<Option<rights_notice::Model>> {
    let query = rights_notice::Entity::find().filter(rights_notice::Column::KeySha256.eq(key_sha256));
    Ok(query.one(conn).await?)
}

/// The newest notices on a resource.
pub(crate) async fn of_resource(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    limit: u64,
) -> Result<Vec<rights_notice::Model>> {
    let query = rights_notice::Entity::find()
        .filter(rights_notice::Column::ResourceId.eq(resource))
        .order_by_desc(rights_notice::Column::Id);
    Ok(query.limit(limit).all(conn).await?)
}

/// How many notices on a resource nobody has decided on.
pub(crate) async fn open_on(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<u64> {
    let open = NoticeState::ALL.into_iter().filter(|state| state.is_open());
    let query = rights_notice::Entity::find()
        .filter(rights_notice::Column::ResourceId.eq(resource))
        .filter(rights_notice::Column::State.is_in(open));
    Ok(query.count(conn).await?)
}

/// The notices that hold a resource down; few, because most are decided on one by one.
pub(crate) async fn holding(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<Vec<rights_notice::Model>> {
    let query = rights_notice::Entity::find()
        .filter(rights_notice::Column::ResourceId.eq(resource))
        .filter(rights_notice::Column::State.is_in([NoticeState::TakenDown, NoticeState::Countered]));
    Ok(query
        .order_by_asc(rights_notice::Column::Id)
        .limit(MAX_OPEN)
        .all(conn)
        .await?)
}

/// Adds a notice.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: rights_notice::Model) -> Result<()> {
    rights_notice::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Writes a notice, if nobody took a step meanwhile.
pub(crate) async fn update(tx: &impl ConnectionTrait, row: rights_notice::Model, before: i64) -> Result<()> {
    use rights_notice::Column::{ClearedAt, Id, SenderContact, SenderName};
    let id = row.id;
    let mut change = row.into_active_model().reset_all();
    // Who sent it is only ever forgotten, perhaps since the row was read.
    for column in [Id, SenderName, SenderContact, ClearedAt] {
        change.not_set(column);
    }
    let done = rights_notice::Entity::update_many()
        .set(change)
        .filter(rights_notice::Column::Id.eq(id))
        .filter(rights_notice::Column::Revision.eq(before))
        .exec(tx)
        .await?;
    if done.rows_affected == 0 {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    Ok(())
}

/// The steps that were taken about a notice, oldest first.
pub(crate) async fn steps(
    conn: &impl ConnectionTrait,
    notice: NoticeId,
    limit: u64,
) -> Result<Vec<rights_notice_step::Model>> {
    let query = rights_notice_step::Entity::find()
        .filter(rights_notice_step::Column::NoticeId.eq(notice))
        .order_by_asc(rights_notice_step::Column::Id);
    Ok(query.limit(limit).all(conn).await?)
}

/// When each step was taken last about some notices.
pub(crate) async fn last_steps(
    conn: &impl ConnectionTrait,
    notices: Vec<NoticeId>,
) -> Result<Vec<(NoticeId, NoticeStep, Timestamp)>> {
    if notices.is_empty() {
        return Ok(Vec::new());
    }
    let last = rights_notice_step::Entity::find()
        .select_only()
        .column(rights_notice_step::Column::NoticeId)
        .column(rights_notice_step::Column::Step)
        .column_as(rights_notice_step::Column::At.max(), "last_at")
        .filter(rights_notice_step::Column::NoticeId.is_in(notices))
        .group_by(rights_notice_step::Column::NoticeId)
        .group_by(rights_notice_step::Column::Step)
        .order_by_asc(Expr::col("last_at"));
    Ok(last.into_tuple().all(conn).await?)
}

/// How many steps were taken about a notice.
pub(crate) async fn count_steps(conn: &impl ConnectionTrait, notice: NoticeId) -> Result<u64> {
    let query = rights_notice_step::Entity::find().filter(rights_notice_step::Column::NoticeId.eq(notice));
    Ok(query.count(conn).await?)
}

/// Adds a step.
pub(crate) async fn add_step(tx: &impl ConnectionTrait, row: rights_notice_step::Model) -> Result<()> {
    rights_notice_step::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets who sent the notices whose last step was taken before a moment, but for those that nobody has looked at.
pub(crate) async fn clear_senders(tx: &impl ConnectionTrait, before: Timestamp, now: Timestamp) -> Result<()> {
    let over = NoticeState::ALL
        .into_iter()
        .filter(|state| *state != NoticeState::Received);
    let change = rights_notice::ActiveModel {
        sender_name: Set(String::new()),
        sender_contact: Set(String::new()),
        cleared_at: Set(Some(now)),
        ..Default::default()
    };
    rights_notice::Entity::update_many()
        .set(change)
        .filter(rights_notice::Column::UpdatedAt.lt(before))
        .filter(rights_notice::Column::ClearedAt.is_null())
        .filter(rights_notice::Column::State.is_in(over))
        .exec(tx)
        .await?;
    Ok(())
}
