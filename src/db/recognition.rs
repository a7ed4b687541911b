//! Recognition: calls; entries, the jury and results in files of their own.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::recognition_call::{Column, Entity, Model};
use super::rows;
use crate::domain::day::Day;
use crate::domain::id::RecognitionCallId;
use crate::error::Result;

pub(crate) mod entries;
pub(crate) mod erasure;
pub(crate) mod jury;
pub(crate) mod marks;
pub(crate) mod packed;
pub(crate) mod results;

/// Which calls somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallsSeen {
    /// All of them.
    All,
    /// Those that were announced.
    Announced,
}

/// Calls, newest first, behind the one that `after` names.
pub(crate) async fn calls(
    conn: &impl ConnectionTrait,
    seen: CallsSeen,
    after: Option<RecognitionCallId>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut query = Entity::find().filter(is_seen(seen));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit).all(conn).await?)
}

/// A call that somebody sees.
pub(crate) async fn call(conn: &impl ConnectionTrait, id: RecognitionCallId, seen: CallsSeen) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).filter(is_seen(seen)).one(conn).await?)
}

/// Calls with these ids.
pub(crate) async fn calls_by_id(conn: &impl ConnectionTrait, ids: &[RecognitionCallId]) -> Result<Vec<Model>> {
    rows::where_in(conn, Entity::find(), Column::Id, ids).await
}

/// How many calls wait for their results to be published: the jury's last day was before this one.
pub(crate) async fn count_judged(conn: &impl ConnectionTrait, today: Day) -> Result<u64> {
    let judged = Condition::all()
        .add(Column::AnnouncedAt.is_not_null())
        .add(Column::CancelledAt.is_null())
        .add(Column::PublishedAt.is_null())
        .add(Column::JuryDueOn.lt(today));
    Ok(Entity::find().filter(judged).count(conn).await?)
}

/// A call; nobody else changes it, enters for it or judges it until the transaction ends.
pub(crate) async fn call_for_update(tx: &impl ConnectionTrait, id: RecognitionCallId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// Writes calls, each new or changed.
pub(crate) async fn put_calls(tx: &impl ConnectionTrait, written: &[Model]) -> Result<()> {
    Ok(rows::upsert_all(tx, written).await?)
}

/// The calls with one of these titles that were not cancelled.
pub(crate) async fn calls_titled(conn: &impl ConnectionTrait, titles: &[String]) -> Result<Vec<Model>> {
    let held = Entity::find().filter(Column::CancelledAt.is_null());
    rows::where_in(conn, held, Column::Title, titles).await
}

/// Writes a call, new or changed.
pub(crate) async fn put_call(tx: &impl ConnectionTrait, row: Model) -> Result<()> {
    rows::upsert(tx, row).await
}

fn is_seen(seen: CallsSeen) -> Condition {
    match seen {
        CallsSeen::All => Condition::all(),
        CallsSeen::Announced => Condition::all().add(Column::AnnouncedAt.is_not_null()),
    }
}
