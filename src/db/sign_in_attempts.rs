//! Attempts to sign in by where they come from, and the browsers in which somebody signed in before.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::Expr,
};

use super::entity::{known_browser, sign_in_attempt};
use super::rows;
use crate::domain::id::AccountId;
use crate::domain::sign_in::AttemptCount;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// The counts with these keys, those that are new among them, in the order of their keys. Nobody else changes them until the
/// transaction ends: attempts side by side are counted one after the other, and in one order, so that no two wait for each
/// other.
pub(crate) async fn locked(
    tx: &impl ConnectionTrait,
    mut keys: Vec<(String, Option<String>)>,
) -> Result<Vec<sign_in_attempt::Model>> {
    keys.sort();
    let new: Vec<sign_in_attempt::Model> = keys
        .iter()
        .map(|(key_hash, name_hash)| sign_in_attempt::Model {
            key_hash: key_hash.clone(),
            name_hash: name_hash.clone(),
            attempts: AttemptCount::NONE.attempts,
            since: AttemptCount::NONE.since,
            free_at: AttemptCount::NONE.free_at,
        })
        .collect();
    rows::insert_new(tx, &new).await?;
    let keys = keys.into_iter().map(|(key_hash, _)| key_hash);
    let rows = sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::KeyHash.is_in(keys))
        .order_by_asc(sign_in_attempt::Column::KeyHash)
        .lock_exclusive();
    Ok(rows.all(tx).await?)
}

/// Writes a count.
pub(crate) async fn set(tx: &impl ConnectionTrait, key_hash: &str, count: AttemptCount) -> Result<()> {
    let change = sign_in_attempt::ActiveModel {
        attempts: Set(count.attempts),
        since: Set(count.since),
        free_at: Set(count.free_at),
        ..Default::default()
    };
    sign_in_attempt::Entity::update_many()
        .set(change)
        .filter(sign_in_attempt::Column::KeyHash.eq(key_hash))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets one count: its last attempt was right.
pub(crate) async fn forget(tx: &impl ConnectionTrait, key_hash: &str) -> Result<()> {
    sign_in_attempt::Entity::delete_by_id(key_hash.to_owned())
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes the last attempt out of a count.
pub(crate) async fn take_back_one(tx: &impl ConnectionTrait, key_hash: &str) -> Result<()> {
    sign_in_attempt::Entity::update_many()
        .col_expr(
            sign_in_attempt::Column::Attempts,
            Expr::col(sign_in_attempt::Column::Attempts).sub(1),
        )
        .col_expr(sign_in_attempt::Column::FreeAt, Expr::value(AttemptCount::NONE.free_at))
        .filter(sign_in_attempt::Column::KeyHash.eq(key_hash))
        .filter(sign_in_attempt::Column::Attempts.gt(0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets every count of a name.
pub(crate) async fn forget_name(tx: &impl ConnectionTrait, name_hash: &str) -> Result<()> {
    sign_in_attempt::Entity::delete_many()
        .filter(sign_in_attempt::Column::NameHash.eq(name_hash))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes counts that nothing is added to any more, and browsers that nobody has used for long.
pub(crate) async fn delete_expired(
    tx: &impl ConnectionTrait,
    now: Timestamp,
    counted_since: Timestamp,
    seen_since: Timestamp,
) -> Result<()> {
    sign_in_attempt::Entity::delete_many()
        .filter(sign_in_attempt::Column::Since.lte(counted_since))
        .filter(sign_in_attempt::Column::FreeAt.lte(now))
        .exec(tx)
        .await?;
    known_browser::Entity::delete_many()
        .filter(known_browser::Column::SeenAt.lte(seen_since))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether an account signed in before in the browser with this cookie.
pub(crate) async fn is_known_browser(conn: &impl ConnectionTrait, key_hash: &str, account: AccountId) -> Result<bool> {
    let found = known_browser::Entity::find_by_id((key_hash.to_owned(), account));
    Ok(found.one(conn).await?.is_some())
}

/// Notes that an account signed in in a browser.
pub(crate) async fn remember_browser(tx: &impl ConnectionTrait, row: known_browser::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Forgets the browsers of an account.
pub(crate) async fn forget_browsers(tx: &impl ConnectionTrait, account: AccountId) -> Result<()> {
    known_browser::Entity::delete_many()
        .filter(known_browser::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}
