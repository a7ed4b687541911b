//! Schools, accounts, sessions and tokens.

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, sea_query::Expr,
};

use super::entity::{account, school, session, token};
use crate::domain::id::Id;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, conflict};

/// Every school, by code.
pub(crate) async fn schools(conn: &impl ConnectionTrait) -> Result<Vec<school::Model>> {
    Ok(school::Entity::find()
        .order_by_asc(school::Column::Code)
        .all(conn)
        .await?)
}

/// Schools by id.
pub(crate) async fn schools_by_id(conn: &impl ConnectionTrait, ids: Vec<Id>) -> Result<Vec<school::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(school::Entity::find()
        .filter(school::Column::Id.is_in(ids))
        .all(conn)
        .await?)
}

/// The school with a code, or an id written out, or an exact name.
pub(crate) async fn school_named(conn: &impl ConnectionTrait, given: &str) -> Result<Option<school::Model>> {
    let mut any = school::Column::Code.eq(given).or(school::Column::Name.eq(given));
    if let Ok(id) = given.parse::<Id>() {
        any = any.or(school::Column::Id.eq(id));
    }
    Ok(school::Entity::find().filter(any).one(conn).await?)
}

/// Adds a school.
pub(crate) async fn add_school(tx: &impl ConnectionTrait, row: school::Model) -> Result<()> {
    let taken = Refusal::NameTaken { name: row.code.clone() };
    school::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(conflict(taken))?;
    Ok(())
}

/// Adds to the bytes a school holds, unless that would pass `quota` (0: no quota). Says whether there was room.
pub(crate) async fn take_room(tx: &impl ConnectionTrait, school: Id, bytes: i64, quota: i64) -> Result<bool> {
    let sum = Expr::col(school::Column::Bytes).add(bytes);
    let mut update = school::Entity::update_many()
        .col_expr(school::Column::Bytes, sum.clone())
        .filter(school::Column::Id.eq(school));
    if quota > 0 && bytes > 0 {
        update = update.filter(sum.lte(quota));
    }
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Adds an account.
pub(crate) async fn add_account(tx: &impl ConnectionTrait, row: account::Model) -> Result<()> {
    let taken = Refusal::NameTaken { name: row.name.clone() };
    account::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(conflict(taken))?;
    Ok(())
}

/// The account with a sign-in name.
pub(crate) async fn account_named(conn: &impl ConnectionTrait, name: &str) -> Result<Option<account::Model>> {
    Ok(account::Entity::find()
        .filter(account::Column::Name.eq(name))
        .one(conn)
        .await?)
}

/// An account by id.
pub(crate) async fn account(conn: &impl ConnectionTrait, id: Id) -> Result<Option<account::Model>> {
    Ok(account::Entity::find_by_id(id).one(conn).await?)
}

/// Accounts by id.
pub(crate) async fn accounts_by_id(conn: &impl ConnectionTrait, ids: Vec<Id>) -> Result<Vec<account::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(account::Entity::find()
        .filter(account::Column::Id.is_in(ids))
        .all(conn)
        .await?)
}

/// Counts one more wrong password, in the database so that attempts side by side all count, and returns the count.
pub(crate) async fn count_failure(tx: &impl ConnectionTrait, id: Id) -> Result<i32> {
    account::Entity::update_many()
        .col_expr(account::Column::Failures, Expr::col(account::Column::Failures).add(1))
        .filter(account::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(account(tx, id).await?.map_or(0, |row| row.failures))
}

/// Locks an account's sign-in until a moment, or unlocks it, and forgets its failures.
pub(crate) async fn set_lock(tx: &impl ConnectionTrait, id: Id, until: Option<Timestamp>) -> Result<()> {
    let change = account::ActiveModel {
        failures: Set(0),
        locked_until: Set(until),
        ..Default::default()
    };
    account::Entity::update_many()
        .set(change)
        .filter(account::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Adds a session.
pub(crate) async fn add_session(tx: &impl ConnectionTrait, row: session::Model) -> Result<()> {
    session::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// A session with its account.
pub(crate) async fn session(
    conn: &impl ConnectionTrait,
    key_hash: &str,
) -> Result<Option<(session::Model, account::Model)>> {
    let Some(row) = session::Entity::find_by_id(key_hash.to_owned()).one(conn).await? else {
        return Ok(None);
    };
    Ok(account(conn, row.account_id).await?.map(|account| (row, account)))
}

/// Notes that a session was used.
pub(crate) async fn touch_session(tx: &impl ConnectionTrait, row: session::Model, now: Timestamp) -> Result<()> {
    let mut change = row.into_active_model();
    change.seen_at = Set(now);
    change.update(tx).await?;
    Ok(())
}

/// Ends a session.
pub(crate) async fn end_session(tx: &impl ConnectionTrait, key_hash: &str) -> Result<()> {
    session::Entity::delete_by_id(key_hash.to_owned()).exec(tx).await?;
    Ok(())
}

/// Removes sessions that nobody can use any more.
pub(crate) async fn drop_old_sessions(tx: &impl ConnectionTrait, now: Timestamp, idle_since: Timestamp) -> Result<()> {
    let of_no_use = session::Column::ExpiresAt
        .lte(now)
        .or(session::Column::SeenAt.lte(idle_since));
    session::Entity::delete_many().filter(of_no_use).exec(tx).await?;
    Ok(())
}

/// Adds a token.
pub(crate) async fn add_token(tx: &impl ConnectionTrait, row: token::Model) -> Result<()> {
    token::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// A token with its account.
pub(crate) async fn token(
    conn: &impl ConnectionTrait,
    key_hash: &str,
) -> Result<Option<(token::Model, account::Model)>> {
    let found = token::Entity::find()
        .filter(token::Column::KeyHash.eq(key_hash))
        .one(conn)
        .await?;
    let Some(row) = found else { return Ok(None) };
    Ok(account(conn, row.account_id).await?.map(|account| (row, account)))
}
