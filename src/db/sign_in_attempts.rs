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

/// What attempts are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AttemptKey {
    /// The SHA-256 of it.
    pub(crate) key_hash: String,
    /// The SHA-256 of the name, if one is counted.
    pub(crate) name_hash: Option<String>,
    /// The network, if all its names are counted.
    pub(crate) network: Option<String>,
}

/// The counts with these keys, those that are new among them, in the order of their keys. Nobody else changes them until the
/// transaction ends: attempts side by side are counted one after the other, and in one order, so that no two wait for each
/// other.
pub(crate) async fn begin(tx: &impl ConnectionTrait, mut keys: Vec<AttemptKey>) -> Result<Vec<sign_in_attempt::Model>> {
    keys.sort();
    let new: Vec<sign_in_attempt::Model> = keys
        .iter()
        .map(|key| sign_in_attempt::Model {
            key_hash: key.key_hash.clone(),
            name_hash: key.name_hash.clone(),
            network: key.network.clone(),
            attempts: AttemptCount::NONE.attempts,
            since: AttemptCount::NONE.since,
            free_at: AttemptCount::NONE.free_at,
        })
        .collect();
    rows::insert_new(tx, &new).await?;
    lock(tx, keys.into_iter().map(|key| key.key_hash).collect()).await
}

/// The counts with these keys that are there, as they are now.
pub(crate) async fn find(conn: &impl ConnectionTrait, keys: Vec<String>) -> Result<Vec<sign_in_attempt::Model>> {
    let rows = sign_in_attempt::Entity::find().filter(sign_in_attempt::Column::KeyHash.is_in(keys));
    Ok(rows.all(conn).await?)
}

/// The counts with these keys that are there, locked in the order of their keys until the transaction ends.
pub(crate) async fn lock(tx: &impl ConnectionTrait, keys: Vec<String>) -> Result<Vec<sign_in_attempt::Model>> {
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

/// Forgets one count: its last attempt was right. The row stays until it is tidied away, so that whoever counts at the same
/// moment finds one to lock.
pub(crate) async fn forget(tx: &impl ConnectionTrait, key_hash: &str) -> Result<()> {
    set(tx, key_hash, AttemptCount::NONE).await
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

/// The networks whose unknown browsers wait now, those that wait longest first.
pub(crate) async fn shut_out(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<sign_in_attempt::Model>> {
    let query = sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Network.is_not_null())
        .filter(sign_in_attempt::Column::FreeAt.gt(now))
        .order_by_desc(sign_in_attempt::Column::FreeAt)
        .order_by_asc(sign_in_attempt::Column::KeyHash);
    Ok(query.limit(limit).all(conn).await?)
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

/// The accounts that signed in before in the browser with this cookie.
pub(crate) async fn accounts_of_browser(conn: &impl ConnectionTrait, key_hash: &str) -> Result<Vec<AccountId>> {
    let known = known_browser::Entity::find().filter(known_browser::Column::KeyHash.eq(key_hash));
    Ok(known.all(conn).await?.into_iter().map(|row| row.account_id).collect())
}

/// Notes that an account signed in in a browser; of each account the last `most` are known.
pub(crate) async fn remember_browser(tx: &impl ConnectionTrait, row: known_browser::Model, most: u64) -> Result<()> {
    let account = row.account_id;
    rows::upsert(tx, row).await?;
    let older = known_browser::Entity::find()
        .filter(known_browser::Column::AccountId.eq(account))
        .order_by_desc(known_browser::Column::SeenAt)
        .order_by_asc(known_browser::Column::KeyHash)
        .offset(most)
        .limit(most);
    let older: Vec<String> = older.all(tx).await?.into_iter().map(|row| row.key_hash).collect();
    if older.is_empty() {
        return Ok(());
    }
    known_browser::Entity::delete_many()
        .filter(known_browser::Column::AccountId.eq(account))
        .filter(known_browser::Column::KeyHash.is_in(older))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets the browsers of an account.
pub(crate) async fn forget_browsers(tx: &impl ConnectionTrait, account: AccountId) -> Result<()> {
    known_browser::Entity::delete_many()
        .filter(known_browser::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}
