//! Saved searches.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::entity::{account, saved_search};
use super::rows;
use crate::domain::id::{AccountId, SavedSearchId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// The searches of an account, newest first; up to `limit` before the one with id `before`.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    before: Option<SavedSearchId>,
    limit: u64,
) -> Result<Vec<saved_search::Model>> {
    let mut query = saved_search::Entity::find().filter(saved_search::Column::AccountId.eq(account));
    if let Some(before) = before {
        query = query.filter(saved_search::Column::Id.lt(before));
    }
    Ok(query
        .order_by_desc(saved_search::Column::Id)
        .limit(limit)
        .all(conn)
        .await?)
}

/// How many searches an account keeps. Nobody else adds one until the transaction ends.
pub(crate) async fn count_for_update(tx: &impl ConnectionTrait, account: AccountId) -> Result<u64> {
    // The account stands for its list: a row that another one is about to add cannot be locked.
    account::Entity::find_by_id(account).lock_exclusive().one(tx).await?;
    let own = saved_search::Entity::find().filter(saved_search::Column::AccountId.eq(account));
    Ok(own.count(tx).await?)
}

/// A search of an account.
pub(crate) async fn search(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: SavedSearchId,
) -> Result<Option<saved_search::Model>> {
    Ok(saved_search::Entity::find_by_id(id)
        .filter(saved_search::Column::AccountId.eq(account))
        .one(conn)
        .await?)
}

/// The search whose feed has this key, with its owner.
pub(crate) async fn of_feed(
    conn: &impl ConnectionTrait,
    key_hash: &str,
) -> Result<Option<(saved_search::Model, account::Model)>> {
    let found = saved_search::Entity::find()
        .filter(saved_search::Column::FeedKeySha256.eq(key_hash))
        .one(conn)
        .await?;
    let Some(row) = found else { return Ok(None) };
    let owner = super::people::account(conn, row.account_id).await?;
    Ok(owner.map(|owner| (row, owner)))
}

/// Adds a search.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: saved_search::Model) -> Result<()> {
    rows::insert(tx, row).await
}

/// Changes of a saved search. Only they are written: a name that is changed beside a feed's key must not bring the old
/// key back.
#[derive(Debug, Default)]
pub(crate) struct SavedSearchChange {
    /// Another name.
    pub(crate) name: Option<String>,
    /// Another moment after which changes are news.
    pub(crate) seen_at: Option<Timestamp>,
    /// What becomes of its feed.
    pub(crate) feed: Option<FeedChange>,
}

/// Change of a search's feed.
#[derive(Debug)]
pub(crate) enum FeedChange {
    /// It has this key from now on, by its SHA-256.
    Opens(String),
    /// It has none any more.
    Ends,
}

/// Changes a search of an account. Says whether it was there.
pub(crate) async fn change(
    tx: &impl ConnectionTrait,
    account: AccountId,
    id: SavedSearchId,
    changed: SavedSearchChange,
) -> Result<bool> {
    // Setting the id to itself keeps the statement whole when nothing else changes.
    let change = saved_search::ActiveModel {
        id: Set(id),
        name: changed.name.map_or(NotSet, Set),
        seen_at: changed.seen_at.map_or(NotSet, Set),
        feed_key_sha256: match changed.feed {
            Some(FeedChange::Opens(key)) => Set(Some(key)),
            Some(FeedChange::Ends) => Set(None),
            None => NotSet,
        },
        ..Default::default()
    };
    let done = saved_search::Entity::update_many()
        .set(change)
        .filter(saved_search::Column::Id.eq(id))
        .filter(saved_search::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes a search of an account. Says whether it was there.
pub(crate) async fn remove(tx: &impl ConnectionTrait, account: AccountId, id: SavedSearchId) -> Result<bool> {
    let gone = saved_search::Entity::delete_many()
        .filter(saved_search::Column::Id.eq(id))
        .filter(saved_search::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected == 1)
}
