//! Second factors of signing in, and the recovery codes beside them.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, sea_query::Expr,
};

use super::entity::{recovery_code, second_factor};
use super::rows;
use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// The second factor of an account.
pub(crate) async fn of(conn: &impl ConnectionTrait, account: AccountId) -> Result<Option<second_factor::Model>> {
    Ok(second_factor::Entity::find_by_id(account).one(conn).await?)
}

/// Those of some accounts whose sign-in asks for a second factor.
pub(crate) async fn confirmed_of(conn: &impl ConnectionTrait, accounts: Vec<AccountId>) -> Result<HashSet<AccountId>> {
    let confirmed = second_factor::Entity::find().filter(second_factor::Column::ConfirmedAt.is_not_null());
    let rows = rows::where_in(conn, confirmed, second_factor::Column::AccountId, &accounts).await?;
    Ok(rows.into_iter().map(|row| row.account_id).collect())
}

/// Adds a second factor that waits for its first code.
pub(crate) async fn begin(tx: &impl ConnectionTrait, row: second_factor::Model) -> Result<()> {
    rows::insert(tx, row).await
}

/// Removes a second factor that was never confirmed: who began it need not be who has the account now.
pub(crate) async fn remove_unconfirmed(tx: &impl ConnectionTrait, account: AccountId) -> Result<()> {
    second_factor::Entity::delete_many()
        .filter(second_factor::Column::AccountId.eq(account))
        .filter(second_factor::Column::ConfirmedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes those of all accounts that were begun before a moment and not confirmed.
pub(crate) async fn remove_unconfirmed_since(tx: &impl ConnectionTrait, before: Timestamp) -> Result<()> {
    second_factor::Entity::delete_many()
        .filter(second_factor::Column::ConfirmedAt.is_null())
        .filter(second_factor::Column::CreatedAt.lte(before))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes that its owner sent a code; says whether it waited for one.
pub(crate) async fn confirm(
    tx: &impl ConnectionTrait,
    account: AccountId,
    secret: &str,
    now: Timestamp,
    step: i64,
) -> Result<bool> {
    let change = second_factor::ActiveModel {
        confirmed_at: Set(Some(now)),
        last_step: Set(step),
        ..Default::default()
    };
    let done = second_factor::Entity::update_many()
        .set(change)
        .filter(second_factor::Column::AccountId.eq(account))
        .filter(second_factor::Column::Secret.eq(secret))
        .filter(second_factor::Column::ConfirmedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Counts a wrong code.
pub(crate) async fn count_wrong_code(tx: &impl ConnectionTrait, account: AccountId) -> Result<()> {
    second_factor::Entity::update_many()
        .col_expr(
            second_factor::Column::WrongCodes,
            Expr::col(second_factor::Column::WrongCodes).add(1),
        )
        .filter(second_factor::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets the wrong codes before a right one.
async fn forget_wrong_codes(tx: &impl ConnectionTrait, account: AccountId) -> Result<()> {
    let change = second_factor::ActiveModel {
        wrong_codes: Set(0),
        ..Default::default()
    };
    second_factor::Entity::update_many()
        .set(change)
        .filter(second_factor::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes the code of a time step; says whether no code of that or a later step was taken before.
pub(crate) async fn take_step(tx: &impl ConnectionTrait, account: AccountId, step: i64) -> Result<bool> {
    let change = second_factor::ActiveModel {
        last_step: Set(step),
        wrong_codes: Set(0),
        ..Default::default()
    };
    let done = second_factor::Entity::update_many()
        .set(change)
        .filter(second_factor::Column::AccountId.eq(account))
        .filter(second_factor::Column::LastStep.lt(step))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Adds recovery codes.
pub(crate) async fn add_codes(tx: &impl ConnectionTrait, account: AccountId, hashes: Vec<String>) -> Result<()> {
    let codes: Vec<recovery_code::Model> = hashes
        .into_iter()
        .map(|code_hash| recovery_code::Model {
            account_id: account,
            code_hash,
        })
        .collect();
    rows::insert_all(tx, &codes).await
}

/// Whether an account has this recovery code.
pub(crate) async fn has_code(conn: &impl ConnectionTrait, account: AccountId, hash: &str) -> Result<bool> {
    let found = recovery_code::Entity::find_by_id((account, hash.to_owned()));
    Ok(found.one(conn).await?.is_some())
}

/// Takes a recovery code; says whether it was still there.
pub(crate) async fn take_code(tx: &impl ConnectionTrait, account: AccountId, hash: &str) -> Result<bool> {
    let done = recovery_code::Entity::delete_by_id((account, hash.to_owned()))
        .exec(tx)
        .await?;
    forget_wrong_codes(tx, account).await?;
    Ok(done.rows_affected > 0)
}

/// How many recovery codes an account has left.
pub(crate) async fn codes_left(conn: &impl ConnectionTrait, account: AccountId) -> Result<u64> {
    let codes = recovery_code::Entity::find().filter(recovery_code::Column::AccountId.eq(account));
    Ok(codes.count(conn).await?)
}

/// Removes the second factor of an account and its recovery codes; says whether there was one.
pub(crate) async fn remove(tx: &impl ConnectionTrait, account: AccountId) -> Result<bool> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    let done = second_factor::Entity::delete_by_id(account).exec(tx).await?;
    Ok(done.rows_affected > 0)
}
