//! Certificates of training.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::Expr,
};

use crate::db::entity::training_certificate;
use crate::db::rows;
use crate::domain::id::{AccountId, AttendanceId, CertificateId};
use crate::domain::time::Timestamp;
use crate::domain::training::certificate::CertificateNumber;
use crate::error::Result;

/// The certificate with a number.
pub(crate) async fn numbered(
    conn: &impl ConnectionTrait,
    number: &CertificateNumber,
) -> Result<Option<training_certificate::Model>> {
    let found = training_certificate::Entity::find().filter(training_certificate::Column::Number.eq(number.clone()));
    Ok(found.one(conn).await?)
}

/// The certificates of some parts in sessions, revoked ones among them, oldest first.
pub(crate) async fn of_attendances(
    conn: &impl ConnectionTrait,
    of: &[AttendanceId],
) -> Result<Vec<training_certificate::Model>> {
    let all = training_certificate::Entity::find().order_by_asc(training_certificate::Column::Id);
    rows::where_in(conn, all, training_certificate::Column::AttendanceId, of).await
}

/// The certificates of an account, newest first.
pub(crate) async fn of_account(
    conn: &impl ConnectionTrait,
    account: AccountId,
    limit: u64,
) -> Result<Vec<training_certificate::Model>> {
    let own = training_certificate::Entity::find().filter(training_certificate::Column::AccountId.eq(account));
    let newest = own.order_by_desc(training_certificate::Column::Id);
    Ok(newest.limit(limit).all(conn).await?)
}

/// Adds certificates.
pub(crate) async fn add(tx: &impl ConnectionTrait, new: &[training_certificate::Model]) -> Result<()> {
    rows::insert_all(tx, new).await
}

/// Revokes what is valid of somebody's part in a session; says how many were.
pub(crate) async fn revoke_of(
    tx: &impl ConnectionTrait,
    of: AttendanceId,
    at: Timestamp,
    by: AccountId,
    reason: &str,
) -> Result<u64> {
    let theirs = training_certificate::Column::AttendanceId.eq(of);
    revoke_where(tx, theirs, at, by, reason).await
}

/// Revokes one certificate, and none that was issued in its place; says whether it was valid.
pub(crate) async fn revoke(
    tx: &impl ConnectionTrait,
    id: CertificateId,
    at: Timestamp,
    by: AccountId,
    reason: &str,
) -> Result<bool> {
    let it = training_certificate::Column::Id.eq(id);
    Ok(revoke_where(tx, it, at, by, reason).await? > 0)
}

async fn revoke_where(
    tx: &impl ConnectionTrait,
    which: Expr,
    at: Timestamp,
    by: AccountId,
    reason: &str,
) -> Result<u64> {
    let change = training_certificate::ActiveModel {
        revoked_at: Set(Some(at)),
        revoked_by: Set(Some(by)),
        reason: Set(Some(reason.to_owned())),
        ..Default::default()
    };
    let done = training_certificate::Entity::update_many()
        .set(change)
        .filter(which)
        .filter(training_certificate::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}

/// Puts a word in place of the name on an account's certificates: whoever has the paper still sees that it is valid.
pub(crate) async fn take_name(tx: &impl ConnectionTrait, account: AccountId, word: &str) -> Result<()> {
    let change = training_certificate::ActiveModel {
        holder: Set(word.to_owned()),
        ..Default::default()
    };
    training_certificate::Entity::update_many()
        .set(change)
        .filter(training_certificate::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}
