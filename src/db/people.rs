//! Schools, accounts, sessions and tokens.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Func, LikeExpr, OnConflict, Query},
};

use super::entity::{account, erasure, school, session, token};
use super::rows;
use crate::domain::account::name_key;
use crate::domain::id::{AccountId, SchoolId, TokenId};
use crate::domain::role::Role;
use crate::domain::spelling::code_or_name;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, conflict};

/// Name keys of one statement; both databases limit them.
const NAME_KEYS_AT_ONCE: usize = 5_000;

/// Every school, by code.
pub(crate) async fn schools(conn: &impl ConnectionTrait) -> Result<Vec<school::Model>> {
    Ok(school::Entity::find()
        .order_by_asc(school::Column::Code)
        .all(conn)
        .await?)
}

/// Schools by id.
pub(crate) async fn schools_by_id(conn: &impl ConnectionTrait, ids: Vec<SchoolId>) -> Result<Vec<school::Model>> {
    rows::where_in(conn, school::Entity::find(), school::Column::Id, &ids).await
}

/// The schools with a code, or an id written out, or an exact name, by code.
pub(crate) async fn schools_named(conn: &impl ConnectionTrait, given: &[&str]) -> Result<Vec<school::Model>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<SchoolId> = given.iter().filter_map(|given| given.parse().ok()).collect();
    let any = Condition::any()
        .add(school::Column::Code.is_in(given.iter().map(|given| code_or_name(given))))
        .add(school::Column::Name.is_in(given.iter().copied()))
        .add(school::Column::Id.is_in(ids));
    let query = school::Entity::find().filter(any);
    Ok(query.order_by_asc(school::Column::Code).all(conn).await?)
}

/// The school with a code, or an id written out, or an exact name.
pub(crate) async fn school_named(conn: &impl ConnectionTrait, given: &str) -> Result<Option<school::Model>> {
    Ok(schools_named(conn, &[given]).await?.into_iter().next())
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

/// Writes a changed school. What it holds is counted elsewhere and stays.
pub(crate) async fn update_school(tx: &impl ConnectionTrait, row: &school::Model) -> Result<()> {
    let change = school::ActiveModel {
        name: Set(row.name.clone()),
        kind: Set(row.kind.clone()),
        joined_phase: Set(row.joined_phase),
        quota_bytes: Set(row.quota_bytes),
        ..Default::default()
    };
    school::Entity::update_many()
        .set(change)
        .filter(school::Column::Id.eq(row.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Some schools; nobody else changes them until the transaction ends.
pub(crate) async fn hold_schools(tx: &impl ConnectionTrait, ids: impl IntoIterator<Item = SchoolId>) -> Result<()> {
    rows::hold::<school::Entity, _>(tx, school::Column::Id, ids).await
}

/// Writes schools, each new or with another name, kind and phase. What one holds and may hold stays.
pub(crate) async fn put_schools(tx: &impl ConnectionTrait, written: &[school::Model]) -> Result<()> {
    use school::Column::{Id, JoinedPhase, Kind, Name};
    for chunk in written.chunks(rows::ROWS_AT_ONCE) {
        let chunk = chunk.iter().cloned().map(school::Model::into_active_model);
        let newest_wins = OnConflict::column(Id)
            .update_columns([Name, Kind, JoinedPhase])
            .to_owned();
        let put = school::Entity::insert_many(chunk)
            .on_conflict(newest_wins)
            .exec_without_returning(tx)
            .await;
        // That no two have the same code was looked at before.
        put.map_err(conflict(Refusal::ChangedMeanwhile))?;
    }
    Ok(())
}

/// Adds to the bytes a school holds, unless that would pass its quota, which is `usual` where it has none of its own
/// (0: no quota). Says whether there was room.
///
/// One statement, so that of two who share at the same moment the second is counted after the first.
pub(crate) async fn reserve_quota(tx: &impl ConnectionTrait, school: SchoolId, bytes: i64, usual: i64) -> Result<bool> {
    let sum = Expr::col(school::Column::Bytes).add(bytes);
    let mut update = school::Entity::update_many()
        .col_expr(school::Column::Bytes, sum.clone())
        .filter(school::Column::Id.eq(school));
    // Giving back is always allowed, also to a school whose quota was lowered below what it holds.
    if bytes > 0 {
        let quota = || {
            Expr::from(Func::coalesce([
                Expr::col(school::Column::QuotaBytes),
                Expr::value(usual),
            ]))
        };
        update = update.filter(quota().lte(0_i64).or(sum.lte(quota())));
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

/// The account with a sign-in name: the one that is spelled exactly so, or else the one that people take it for.
pub(crate) async fn account_named(conn: &impl ConnectionTrait, name: &str) -> Result<Option<account::Model>> {
    let is_it = Condition::any()
        .add(account::Column::Name.eq(name))
        .add(account::Column::NameKey.eq(name_key(name)));
    let mut found = account::Entity::find().filter(is_it).all(conn).await?;
    let exact = found.iter().position(|row| row.name == name);
    Ok(match exact {
        Some(at) => Some(found.swap_remove(at)),
        None => found.pop(),
    })
}

/// The accounts without a key whose key nobody has, the oldest first, each with its key. One whose key an older account has
/// stays without: it is told apart by its exact spelling alone, until either is renamed.
async fn unclaimed_name_keys(conn: &impl ConnectionTrait) -> Result<Vec<(AccountId, String)>> {
    let query = account::Entity::find().filter(account::Column::NameKey.is_null());
    let unkeyed = query.order_by_asc(account::Column::Id).all(conn).await?;
    let keys: Vec<String> = unkeyed.iter().map(|row| name_key(&row.name)).collect();
    let mut taken = HashSet::new();
    for some in keys.chunks(NAME_KEYS_AT_ONCE) {
        taken.extend(keys_in_use(conn, some.to_vec()).await?);
    }
    let all = unkeyed.iter().map(|row| row.id).zip(keys);
    // Of two that share a key the older has it: ids are in the order of time.
    Ok(all.filter(|(_, key)| taken.insert(key.clone())).collect())
}

/// Whether there are accounts without a key that could have one.
pub(crate) async fn has_missing_name_keys(conn: &impl ConnectionTrait) -> Result<bool> {
    Ok(!unclaimed_name_keys(conn).await?.is_empty())
}

/// Gives accounts without a key the keys that nobody has.
pub(crate) async fn assign_name_keys(tx: &impl ConnectionTrait) -> Result<()> {
    for (id, key) in unclaimed_name_keys(tx).await? {
        account::Entity::update_many()
            .col_expr(account::Column::NameKey, Expr::value(key))
            .filter(account::Column::Id.eq(id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// The names that are told apart by their exact spelling alone, each with the name that has every other spelling.
pub(crate) async fn names_alike(conn: &impl ConnectionTrait) -> Result<Vec<(String, Option<String>)>> {
    let query = account::Entity::find().filter(account::Column::NameKey.is_null());
    let unkeyed = query.order_by_asc(account::Column::Id).all(conn).await?;
    let keys: Vec<String> = unkeyed.iter().map(|row| name_key(&row.name)).collect();
    let holders: Vec<(Option<String>, String)> = account::Entity::find()
        .select_only()
        .column(account::Column::NameKey)
        .column(account::Column::Name)
        .filter(account::Column::NameKey.is_in(keys.iter()))
        .into_tuple()
        .all(conn)
        .await?;
    let holder = |key: &String| {
        let found = holders.iter().find(|(held, _)| held.as_ref() == Some(key));
        found.map(|(_, name)| name.clone())
    };
    Ok(unkeyed
        .into_iter()
        .zip(keys)
        .map(|(row, key)| (row.name, holder(&key)))
        .collect())
}

/// An account by id.
pub(crate) async fn account(conn: &impl ConnectionTrait, id: AccountId) -> Result<Option<account::Model>> {
    Ok(account::Entity::find_by_id(id).one(conn).await?)
}

/// Accounts by id.
pub(crate) async fn accounts_by_id(conn: &impl ConnectionTrait, ids: Vec<AccountId>) -> Result<Vec<account::Model>> {
    rows::where_in(conn, account::Entity::find(), account::Column::Id, &ids).await
}

/// Accounts by id, in their order, which nobody changes until the transaction ends.
pub(crate) async fn kept_accounts(tx: &impl ConnectionTrait, ids: Vec<AccountId>) -> Result<Vec<account::Model>> {
    let mut ids = ids;
    ids.sort_unstable();
    let kept = account::Entity::find().order_by_asc(account::Column::Id).lock_shared();
    rows::where_in(tx, kept, account::Column::Id, &ids).await
}

/// The accounts whose sign-in names have these keys ([`name_key`]), those that may do something.
pub(crate) async fn accounts_keyed(conn: &impl ConnectionTrait, keys: &[String]) -> Result<Vec<account::Model>> {
    let active = account::Entity::find().filter(account::Column::Disabled.eq(false));
    rows::where_in(conn, active, account::Column::NameKey, keys).await
}

/// Notes until when somebody who guessed an account's password is refused, or that nobody is any more.
pub(crate) async fn set_locked_until(tx: &impl ConnectionTrait, id: AccountId, until: Option<Timestamp>) -> Result<()> {
    let change = account::ActiveModel {
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
    rows::insert(tx, row).await
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

/// Notes that a session was used. One that has ended meanwhile stays ended, and is no fault.
pub(crate) async fn touch_session(tx: &impl ConnectionTrait, key_hash: &str, now: Timestamp) -> Result<()> {
    let change = session::ActiveModel {
        seen_at: Set(now),
        ..Default::default()
    };
    session::Entity::update_many()
        .set(change)
        .filter(session::Column::KeyHash.eq(key_hash))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes that the owner of a session proved who they are; says whether it is still there.
pub(crate) async fn confirm_session(
    tx: &impl ConnectionTrait,
    account: AccountId,
    key_hash: &str,
    now: Timestamp,
) -> Result<bool> {
    let change = session::ActiveModel {
        confirmed_at: Set(Some(now)),
        ..Default::default()
    };
    let done = session::Entity::update_many()
        .set(change)
        .filter(session::Column::KeyHash.eq(key_hash))
        .filter(session::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Uses the proof of a session's owner up, where it is exactly this one; says whether nobody did before.
pub(crate) async fn use_confirmation(tx: &impl ConnectionTrait, key_hash: &str, proof: Timestamp) -> Result<bool> {
    let change = session::ActiveModel {
        confirmed_at: Set(None),
        ..Default::default()
    };
    let done = session::Entity::update_many()
        .set(change)
        .filter(session::Column::KeyHash.eq(key_hash))
        .filter(session::Column::ConfirmedAt.eq(proof))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Ends a session.
pub(crate) async fn end_session(tx: &impl ConnectionTrait, key_hash: &str) -> Result<()> {
    session::Entity::delete_by_id(key_hash.to_owned()).exec(tx).await?;
    Ok(())
}

/// Removes sessions that nobody can use any more.
pub(crate) async fn delete_expired_sessions(
    tx: &impl ConnectionTrait,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<()> {
    let of_no_use = session::Column::ExpiresAt
        .lte(now)
        .or(session::Column::SeenAt.lte(idle_since));
    session::Entity::delete_many().filter(of_no_use).exec(tx).await?;
    Ok(())
}

/// Adds a token.
pub(crate) async fn add_token(tx: &impl ConnectionTrait, row: token::Model) -> Result<()> {
    rows::insert(tx, row).await
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

/// Which accounts a list is limited to; empty fields limit nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountFilter {
    /// Those of a school.
    pub(crate) school: Option<SchoolId>,
    /// Those of a role.
    pub(crate) role: Option<Role>,
    /// Those whose sign-in name or shown name holds this text.
    pub(crate) text: String,
}

/// Accounts, newest first, before the one with id `before`.
pub(crate) async fn accounts(
    conn: &impl ConnectionTrait,
    filter: &AccountFilter,
    before: Option<AccountId>,
    limit: u64,
) -> Result<Vec<account::Model>> {
    let erased = Query::select()
        .column(erasure::Column::AccountId)
        .from(erasure::Entity)
        .to_owned();
    let all = Condition::all()
        .add(account::Column::Id.not_in_subquery(erased))
        .add_option(filter.school.map(|id| account::Column::SchoolId.eq(id)))
        .add_option(filter.role.map(|role| account::Column::Role.eq(role)))
        .add_option(before.map(|id| account::Column::Id.lt(id)))
        .add_option((!filter.text.is_empty()).then(|| is_called(&filter.text)));
    let query = account::Entity::find().filter(all);
    Ok(query.order_by_desc(account::Column::Id).limit(limit).all(conn).await?)
}

/// Whether an account's sign-in name or shown name holds this text.
pub(super) fn is_called(text: &str) -> Condition {
    let holds = |column: account::Column| {
        // What is typed is text and not a pattern.
        let escaped = text
            .to_lowercase()
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let pattern = LikeExpr::new(format!("%{escaped}%")).escape('\\');
        // SQLite's `LIKE` folds capitals and PostgreSQL's does not; both are given small letters.
        Expr::from(Func::lower(Expr::col((account::Entity, column)))).like(pattern)
    };
    Condition::any()
        .add(holds(account::Column::Name))
        .add(holds(account::Column::Display))
}

/// Up to `limit` accounts that are called so.
pub(crate) async fn called(conn: &impl ConnectionTrait, text: &str, limit: u64) -> Result<Vec<AccountId>> {
    let query = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(is_called(text))
        .limit(limit);
    Ok(query.into_tuple().all(conn).await?)
}

/// How many accounts that may do something each school has.
pub(crate) async fn accounts_of_schools(conn: &impl ConnectionTrait) -> Result<Vec<(Option<SchoolId>, i64)>> {
    let query = account::Entity::find()
        .select_only()
        .column(account::Column::SchoolId)
        .column_as(account::Column::Id.count(), "accounts")
        .filter(account::Column::Disabled.eq(false))
        .group_by(account::Column::SchoolId);
    Ok(query.into_tuple().all(conn).await?)
}

/// Which of these keys of sign-in names are in use.
pub(crate) async fn keys_in_use(conn: &impl ConnectionTrait, keys: Vec<String>) -> Result<Vec<String>> {
    let query = account::Entity::find()
        .select_only()
        .column(account::Column::NameKey)
        .filter(account::Column::NameKey.is_in(keys));
    Ok(query.into_tuple().all(conn).await?)
}

/// An account by id, which nobody else changes until the transaction ends.
pub(crate) async fn locked_account(tx: &impl ConnectionTrait, id: AccountId) -> Result<Option<account::Model>> {
    Ok(account::Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// The accounts of some roles that may do something. None of them is changed by anybody else until the transaction ends, so
/// that two never remove the last two at once.
pub(crate) async fn active_of_roles(tx: &impl ConnectionTrait, roles: Vec<Role>) -> Result<Vec<AccountId>> {
    let rows = account::Entity::find()
        .filter(account::Column::Role.is_in(roles))
        .filter(account::Column::Disabled.eq(false))
        .order_by_asc(account::Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Writes a changed account.
pub(crate) async fn update_account(tx: &impl ConnectionTrait, row: account::Model) -> Result<()> {
    let id = row.id;
    let taken = Refusal::NameTaken { name: row.name.clone() };
    let mut change = row.into_active_model().reset_all();
    change.not_set(account::Column::Id);
    account::Entity::update_many()
        .set(change)
        .filter(account::Column::Id.eq(id))
        .exec(tx)
        .await
        .map_err(conflict(taken))?;
    Ok(())
}

/// Gives an account a password, for once or its own.
pub(crate) async fn set_password(tx: &impl ConnectionTrait, id: AccountId, hash: String, once: bool) -> Result<()> {
    let change = account::ActiveModel {
        password_hash: Set(Some(hash)),
        password_once: Set(once),
        locked_until: Set(None),
        ..Default::default()
    };
    account::Entity::update_many()
        .set(change)
        .filter(account::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// The sessions of an account, the last used first.
pub(crate) async fn sessions(conn: &impl ConnectionTrait, account: AccountId) -> Result<Vec<session::Model>> {
    let query = session::Entity::find().filter(session::Column::AccountId.eq(account));
    Ok(query.order_by_desc(session::Column::SeenAt).all(conn).await?)
}

/// Ends one session of an account; says whether there was one.
pub(crate) async fn end_own_session(tx: &impl ConnectionTrait, account: AccountId, key_hash: &str) -> Result<bool> {
    let done = session::Entity::delete_many()
        .filter(session::Column::AccountId.eq(account))
        .filter(session::Column::KeyHash.eq(key_hash))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Whether a session of an account with this CSRF token is there.
pub(crate) async fn has_session(tx: &impl ConnectionTrait, account: AccountId, csrf: &str) -> Result<bool> {
    let found = session::Entity::find()
        .filter(session::Column::AccountId.eq(account))
        .filter(session::Column::Csrf.eq(csrf));
    Ok(found.one(tx).await?.is_some())
}

/// Whether a token of an account is there.
pub(crate) async fn has_token(tx: &impl ConnectionTrait, account: AccountId, id: TokenId) -> Result<bool> {
    let found = token::Entity::find_by_id(id).filter(token::Column::AccountId.eq(account));
    Ok(found.one(tx).await?.is_some())
}

/// Ends every session of an account but one.
pub(crate) async fn end_sessions(tx: &impl ConnectionTrait, account: AccountId, but: Option<&str>) -> Result<()> {
    let mut these = Condition::all().add(session::Column::AccountId.eq(account));
    these = these.add_option(but.map(|key_hash| session::Column::KeyHash.ne(key_hash)));
    session::Entity::delete_many().filter(these).exec(tx).await?;
    Ok(())
}

/// The tokens of an account, newest first.
pub(crate) async fn tokens(conn: &impl ConnectionTrait, account: AccountId) -> Result<Vec<token::Model>> {
    let query = token::Entity::find().filter(token::Column::AccountId.eq(account));
    Ok(query.order_by_desc(token::Column::Id).all(conn).await?)
}

/// Tokens without areas and without an end, with the names of their accounts: as many as one can look at.
pub(crate) async fn unbounded_tokens(conn: &impl ConnectionTrait) -> Result<Vec<(String, String)>> {
    const MOST: u64 = 50;
    let query = token::Entity::find()
        .filter(token::Column::Areas.is_null())
        .filter(token::Column::ExpiresAt.is_null())
        .order_by_asc(token::Column::Id)
        .limit(MOST);
    let tokens = query.all(conn).await?;
    let ids: Vec<AccountId> = tokens.iter().map(|row| row.account_id).collect();
    let names: HashMap<AccountId, String> = accounts_by_id(conn, ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let named = tokens
        .into_iter()
        .filter_map(|row| Some((row.name, names.get(&row.account_id)?.clone())));
    Ok(named.collect())
}

/// Withdraws one token of an account; says whether there was one.
pub(crate) async fn remove_token(tx: &impl ConnectionTrait, account: AccountId, id: TokenId) -> Result<bool> {
    let done = token::Entity::delete_many()
        .filter(token::Column::AccountId.eq(account))
        .filter(token::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Withdraws every token of an account.
pub(crate) async fn remove_tokens(tx: &impl ConnectionTrait, account: AccountId) -> Result<()> {
    token::Entity::delete_many()
        .filter(token::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}
