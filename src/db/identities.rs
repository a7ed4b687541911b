//! Who somebody is at providers of sign-on, and sign-ins that wait for an answer.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
};

use super::entity::{identity, pending_sign_on};
use super::rows;
use crate::domain::id::{AccountId, IdentityId};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, conflict};

/// The identity of somebody at an issuer.
pub(crate) async fn of_subject(
    conn: &impl ConnectionTrait,
    issuer: &str,
    subject: &str,
) -> Result<Option<identity::Model>> {
    let found = identity::Entity::find()
        .filter(identity::Column::Issuer.eq(issuer))
        .filter(identity::Column::Subject.eq(subject));
    Ok(found.one(conn).await?)
}

/// The identities of some accounts, the oldest first.
pub(crate) async fn of_accounts(conn: &impl ConnectionTrait, accounts: &[AccountId]) -> Result<Vec<identity::Model>> {
    let query = identity::Entity::find().order_by_asc(identity::Column::Id);
    rows::where_in(conn, query, identity::Column::AccountId, accounts).await
}

/// Adds one; nobody is two people.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: identity::Model) -> Result<()> {
    identity::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(conflict(Refusal::IdentityTaken))?;
    Ok(())
}

/// Writes what changed of one. One that was unlinked meanwhile stays unlinked.
pub(crate) async fn update(tx: &impl ConnectionTrait, row: identity::Model) -> Result<()> {
    let id = row.id;
    let mut change = row.into_active_model().reset_all();
    change.not_set(identity::Column::Id);
    let done = identity::Entity::update_many()
        .set(change)
        .filter(identity::Column::Id.eq(id))
        .exec(tx)
        .await?;
    if done.rows_affected == 0 {
        return Err(Refusal::IdentityTaken.into());
    }
    Ok(())
}

/// Removes those that an account was linked to later; says how many there were.
pub(crate) async fn remove_linked(tx: &impl ConnectionTrait, account: AccountId) -> Result<u64> {
    let done = identity::Entity::delete_many()
        .filter(identity::Column::AccountId.eq(account))
        .filter(identity::Column::OpenedAccount.eq(false))
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}

/// Drops the sign-in of a network that has waited longest.
pub(crate) async fn drop_oldest(tx: &impl ConnectionTrait, network: Option<&str>) -> Result<()> {
    let oldest = pending_sign_on::Entity::find()
        .filter(pending_sign_on::Column::Network.eq(network.unwrap_or_default()))
        .order_by_asc(pending_sign_on::Column::ExpiresAt)
        .one(tx)
        .await?;
    if let Some(row) = oldest {
        pending_sign_on::Entity::delete_by_id(row.state_hash).exec(tx).await?;
    }
    Ok(())
}

/// Removes one of an account; says whether there was one.
pub(crate) async fn remove(tx: &impl ConnectionTrait, account: AccountId, id: IdentityId) -> Result<bool> {
    let done = identity::Entity::delete_many()
        .filter(identity::Column::AccountId.eq(account))
        .filter(identity::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// How many sign-ins of a network wait.
pub(crate) async fn pending(conn: &impl ConnectionTrait, network: Option<&str>) -> Result<u64> {
    let of_network =
        pending_sign_on::Entity::find().filter(pending_sign_on::Column::Network.eq(network.unwrap_or_default()));
    Ok(of_network.count(conn).await?)
}

/// Adds a sign-in that waits.
pub(crate) async fn add_pending(tx: &impl ConnectionTrait, row: pending_sign_on::Model) -> Result<()> {
    rows::insert(tx, row).await
}

/// Takes a sign-in that waits: whoever comes second finds none.
pub(crate) async fn take_pending(
    tx: &impl ConnectionTrait,
    state_hash: &str,
    browser_hash: &str,
    provider: &str,
    now: Timestamp,
) -> Result<Option<pending_sign_on::Model>> {
    let found = pending_sign_on::Entity::find_by_id(state_hash)
        .filter(pending_sign_on::Column::BrowserHash.eq(browser_hash))
        .filter(pending_sign_on::Column::Provider.eq(provider))
        .filter(pending_sign_on::Column::ExpiresAt.gt(now))
        .one(tx)
        .await?;
    let Some(row) = found else { return Ok(None) };
    let done = pending_sign_on::Entity::delete_by_id(state_hash).exec(tx).await?;
    Ok((done.rows_affected == 1).then_some(row))
}

/// Removes sign-ins that waited too long.
pub(crate) async fn delete_expired(tx: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    pending_sign_on::Entity::delete_many()
        .filter(pending_sign_on::Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}
