//! Answers kept for requests that may be sent twice.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    sea_query::OnConflict,
};

use super::entity::idempotency;
use crate::domain::id::Id;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Takes a key for a request, or returns what is known of the earlier request with it. An unanswered one from before
/// `lost` is forgotten.
pub(crate) async fn begin(
    tx: &impl ConnectionTrait,
    row: idempotency::Model,
    lost: Timestamp,
) -> Result<Option<idempotency::Model>> {
    idempotency::Entity::delete_many()
        .filter(idempotency::Column::AccountId.eq(row.account_id))
        .filter(idempotency::Column::Key.eq(&row.key))
        .filter(idempotency::Column::Status.is_null())
        .filter(idempotency::Column::CreatedAt.lt(lost))
        .exec(tx)
        .await?;
    let id = (row.account_id, row.key.clone());
    let first_wins = OnConflict::columns([idempotency::Column::AccountId, idempotency::Column::Key])
        .do_nothing()
        .to_owned();
    let added = idempotency::Entity::insert(row.into_active_model())
        .on_conflict(first_wins)
        .exec_without_returning(tx)
        .await?;
    if added > 0 {
        return Ok(None);
    }
    Ok(idempotency::Entity::find_by_id(id).one(tx).await?)
}

/// Keeps an answer.
pub(crate) async fn keep(
    tx: &impl ConnectionTrait,
    account: Id,
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
        .exec(tx)
        .await?;
    Ok(())
}

/// Gives a key free.
pub(crate) async fn forget(tx: &impl ConnectionTrait, account: Id, key: &str) -> Result<()> {
    idempotency::Entity::delete_by_id((account, key.to_owned()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets answers from before a moment.
pub(crate) async fn forget_before(tx: &impl ConnectionTrait, before: Timestamp) -> Result<()> {
    idempotency::Entity::delete_many()
        .filter(idempotency::Column::CreatedAt.lt(before))
        .exec(tx)
        .await?;
    Ok(())
}
