//! Imported tables that wait to be confirmed.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::entity::staged;
use super::rows;
use crate::domain::id::PreviewId;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// The lock of PostgreSQL that lets tables in one by one.
const LOCK: i64 = 0x6767_7472;

/// Waits until nobody else brings a table, and keeps others from it until the transaction ends: two may say the same. SQLite's
/// writers are alone anyway.
pub(crate) async fn lock(tx: &impl ConnectionTrait) -> Result<()> {
    if super::is_postgres(tx) {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})"))
            .await?;
    }
    Ok(())
}

/// Stores one in place of the account's earlier one of its kind.
pub(crate) async fn replace(tx: &impl ConnectionTrait, row: staged::Model) -> Result<()> {
    staged::Entity::delete_many()
        .filter(staged::Column::AccountId.eq(row.account_id))
        .filter(staged::Column::Kind.eq(row.kind.as_str()))
        .exec(tx)
        .await?;
    rows::insert(tx, row).await
}

/// One by id.
pub(crate) async fn get(conn: &impl ConnectionTrait, id: PreviewId) -> Result<Option<staged::Model>> {
    Ok(staged::Entity::find_by_id(id).one(conn).await?)
}

/// Deletes one; returns whether it was there, so that of two confirmations at once only one acts.
pub(crate) async fn remove(tx: &impl ConnectionTrait, id: PreviewId) -> Result<bool> {
    Ok(staged::Entity::delete_by_id(id).exec(tx).await?.rows_affected == 1)
}

/// Deletes expired ones.
pub(crate) async fn delete_expired(tx: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    staged::Entity::delete_many()
        .filter(staged::Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}
