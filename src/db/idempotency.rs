//! Idempotency keys: requests that acted under a key, and their stored responses.

use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::entity::idempotency;
use super::rows;
use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Finds the request that acted under a key.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
    key: &str,
) -> Result<Option<idempotency::Model>> {
    let id = (account, key.to_owned());
    Ok(idempotency::Entity::find_by_id(id).one(conn).await?)
}

/// Reserves a key, in the act's own transaction; returns whether it was free. Another request that has reserved it and
/// is not through is waited for: on PostgreSQL by the row, on SQLite by the write lock.
pub(crate) async fn reserve(tx: &impl ConnectionTrait, row: idempotency::Model) -> Result<bool> {
    Ok(rows::insert_new(tx, &[row]).await? > 0)
}

/// Stores a response, unless one is stored already: the first counts for all who sent the request at once. When each told
/// what it had read of the result, two of eight on PostgreSQL answered otherwise.
pub(crate) async fn store_response(
    tx: &impl ConnectionTrait,
    account: AccountId,
    key: &str,
    status: u16,
    location: Option<String>,
    body: String,
) -> Result<()> {
    let change = idempotency::ActiveModel {
        status: Set(Some(i32::from(status))),
        location: Set(location),
        body: Set(Some(body)),
        ..Default::default()
    };
    idempotency::Entity::update_many()
        .set(change)
        .filter(idempotency::Column::AccountId.eq(account))
        .filter(idempotency::Column::Key.eq(key))
        .filter(idempotency::Column::Status.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Deletes responses from before a moment.
pub(crate) async fn delete_before(tx: &impl ConnectionTrait, before: Timestamp) -> Result<()> {
    idempotency::Entity::delete_many()
        .filter(idempotency::Column::CreatedAt.lt(before))
        .exec(tx)
        .await?;
    Ok(())
}
