//! Passkeys, and the ceremonies by which they are added and used.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::{passkey, passkey_ceremony};
use super::rows;
use crate::domain::id::{AccountId, PasskeyId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// The passkeys of an account, newest first.
pub(crate) async fn of(conn: &impl ConnectionTrait, account: AccountId) -> Result<Vec<passkey::Model>> {
    let own = passkey::Entity::find().filter(passkey::Column::AccountId.eq(account));
    Ok(own.order_by_desc(passkey::Column::Id).all(conn).await?)
}

/// How many passkeys an account has.
pub(crate) async fn count(conn: &impl ConnectionTrait, account: AccountId) -> Result<u64> {
    let own = passkey::Entity::find().filter(passkey::Column::AccountId.eq(account));
    Ok(own.count(conn).await?)
}

/// Those of some accounts that have passkeys.
pub(crate) async fn owners_of(conn: &impl ConnectionTrait, accounts: &[AccountId]) -> Result<HashSet<AccountId>> {
    let rows = rows::where_in(conn, passkey::Entity::find(), passkey::Column::AccountId, accounts).await?;
    Ok(rows.into_iter().map(|row| row.account_id).collect())
}

/// The passkey that an authenticator calls so.
pub(crate) async fn called(conn: &impl ConnectionTrait, credential_id: &str) -> Result<Option<passkey::Model>> {
    let found = passkey::Entity::find().filter(passkey::Column::CredentialId.eq(credential_id));
    Ok(found.one(conn).await?)
}

/// Adds a passkey.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: passkey::Model) -> std::result::Result<(), sea_orm::DbErr> {
    use sea_orm::IntoActiveModel as _;
    passkey::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Gives a passkey of an account another name; says whether it has it.
pub(crate) async fn rename(tx: &impl ConnectionTrait, account: AccountId, id: PasskeyId, name: &str) -> Result<bool> {
    let change = passkey::ActiveModel {
        name: Set(name.to_owned()),
        ..Default::default()
    };
    let done = passkey::Entity::update_many()
        .set(change)
        .filter(passkey::Column::Id.eq(id))
        .filter(passkey::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Notes that a passkey was used; says whether it is still there and was not used by another meanwhile.
pub(crate) async fn note_use(
    tx: &impl ConnectionTrait,
    before: &passkey::Model,
    state: &str,
    is_synced: bool,
    now: Timestamp,
) -> Result<bool> {
    let change = passkey::ActiveModel {
        state: Set(state.to_owned()),
        is_synced: Set(is_synced),
        last_used_at: Set(Some(now)),
        ..Default::default()
    };
    let done = passkey::Entity::update_many()
        .set(change)
        .filter(passkey::Column::Id.eq(before.id))
        .filter(passkey::Column::State.eq(&before.state))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Removes a passkey of an account; says whether it had it.
pub(crate) async fn remove(tx: &impl ConnectionTrait, account: AccountId, id: PasskeyId) -> Result<bool> {
    let done = passkey::Entity::delete_many()
        .filter(passkey::Column::Id.eq(id))
        .filter(passkey::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Removes every passkey of an account.
pub(crate) async fn remove_all(tx: &impl ConnectionTrait, account: AccountId) -> Result<()> {
    passkey::Entity::delete_many()
        .filter(passkey::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

/// Keeps a ceremony; of those that are counted with it the last `most` stay.
pub(crate) async fn begin_ceremony(tx: &impl ConnectionTrait, row: passkey_ceremony::Model, most: u64) -> Result<()> {
    let counted_by = row.counted_by.clone();
    rows::insert(tx, row).await?;
    let older = passkey_ceremony::Entity::find()
        .filter(passkey_ceremony::Column::CountedBy.eq(counted_by))
        .order_by_desc(passkey_ceremony::Column::ExpiresAt)
        .order_by_asc(passkey_ceremony::Column::Challenge)
        .offset(most)
        .limit(most);
    let older: Vec<String> = older.all(tx).await?.into_iter().map(|row| row.challenge).collect();
    if older.is_empty() {
        return Ok(());
    }
    passkey_ceremony::Entity::delete_many()
        .filter(passkey_ceremony::Column::Challenge.is_in(older))
        .exec(tx)
        .await?;
    Ok(())
}

/// The ceremony with a challenge, taken out so that nobody answers it twice, whatever comes of the first answer.
pub(crate) async fn take_ceremony(
    tx: &impl ConnectionTrait,
    challenge: &str,
    bound_to: &str,
) -> Result<Option<passkey_ceremony::Model>> {
    let found = passkey_ceremony::Entity::find_by_id(challenge.to_owned())
        .one(tx)
        .await?;
    let Some(row) = found.filter(|row| row.bound_to == bound_to) else {
        return Ok(None);
    };
    let done = passkey_ceremony::Entity::delete_by_id(challenge.to_owned())
        .exec(tx)
        .await?;
    Ok(Some(row).filter(|_| done.rows_affected > 0))
}

/// Removes ceremonies that nobody answered in time.
pub(crate) async fn delete_expired_ceremonies(tx: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    passkey_ceremony::Entity::delete_many()
        .filter(passkey_ceremony::Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}
