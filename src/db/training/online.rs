//! What online sessions show, and how far each came with it.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::db::entity::{training_item, training_progress, training_watch};
use crate::db::rows;
use crate::domain::id::{AccountId, TrainingItemId, TrainingSessionId};
use crate::error::Result;

/// What a session shows, in order.
pub(crate) async fn items(
    conn: &impl ConnectionTrait,
    session: TrainingSessionId,
) -> Result<Vec<training_item::Model>> {
    let of_it = training_item::Entity::find().filter(training_item::Column::SessionId.eq(session));
    Ok(of_it.order_by_asc(training_item::Column::Position).all(conn).await?)
}

/// One of the things that sessions show.
pub(crate) async fn item(conn: &impl ConnectionTrait, id: TrainingItemId) -> Result<Option<training_item::Model>> {
    Ok(training_item::Entity::find_by_id(id).one(conn).await?)
}

/// Says what a session shows, in place of what it showed. What people saw of one that stays is kept by its id.
pub(crate) async fn set_items(
    tx: &impl ConnectionTrait,
    session: TrainingSessionId,
    items: &[training_item::Model],
) -> Result<()> {
    training_item::Entity::delete_many()
        .filter(training_item::Column::SessionId.eq(session))
        .exec(tx)
        .await?;
    rows::insert_all(tx, items).await
}

/// How far somebody is with some of them.
pub(crate) async fn progress(
    conn: &impl ConnectionTrait,
    account: AccountId,
    items: &[TrainingItemId],
) -> Result<HashMap<TrainingItemId, training_progress::Model>> {
    let own = training_progress::Entity::find().filter(training_progress::Column::AccountId.eq(account));
    let found = rows::where_in(conn, own, training_progress::Column::ItemId, items).await?;
    Ok(found.into_iter().map(|row| (row.item_id, row)).collect())
}

/// Writes how far somebody is.
pub(crate) async fn set_progress(tx: &impl ConnectionTrait, row: training_progress::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// What somebody has open; nobody else changes that until the transaction ends.
pub(crate) async fn watch_for_update(
    tx: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<training_watch::Model>> {
    Ok(training_watch::Entity::find_by_id(account)
        .lock_exclusive()
        .one(tx)
        .await?)
}

/// Writes what somebody has open, and when it was last heard of.
pub(crate) async fn set_watch(tx: &impl ConnectionTrait, row: training_watch::Model) -> Result<()> {
    rows::upsert(tx, row).await
}
