//! The jury of a call: its members, what they have to do with entries, and their voices.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use crate::db::entity::{recognition_conflict, recognition_juror, recognition_voice};
use crate::db::rows;
use crate::domain::id::{AccountId, RecognitionCallId, RecognitionEntryId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Everybody who was ever of the jury, in the order in which they were appointed.
pub(crate) async fn members(
    conn: &impl ConnectionTrait,
    call: RecognitionCallId,
) -> Result<Vec<recognition_juror::Model>> {
    use recognition_juror::Column;
    let of_call = recognition_juror::Entity::find().filter(Column::CallId.eq(call));
    let in_order = of_call
        .order_by_asc(Column::AppointedAt)
        .order_by_asc(Column::AccountId);
    Ok(in_order.all(conn).await?)
}

/// An account's row, if it is of the jury now.
pub(crate) async fn member(
    conn: &impl ConnectionTrait,
    call: RecognitionCallId,
    account: AccountId,
) -> Result<Option<recognition_juror::Model>> {
    let row = recognition_juror::Entity::find_by_id((call, account)).one(conn).await?;
    Ok(row.filter(|row| row.dismissed_at.is_none()))
}

/// The calls whose jury an account is of.
pub(crate) async fn calls_of(conn: &impl ConnectionTrait, account: AccountId) -> Result<Vec<RecognitionCallId>> {
    use recognition_juror::Column;
    let of_account = recognition_juror::Entity::find().filter(Column::AccountId.eq(account));
    let rows = of_account.filter(Column::DismissedAt.is_null()).all(conn).await?;
    Ok(rows.into_iter().map(|row| row.call_id).collect())
}

/// Appoints somebody; whoever was dismissed comes back.
pub(crate) async fn appoint(tx: &impl ConnectionTrait, row: recognition_juror::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Appoints people who are not of the jury.
pub(crate) async fn appoint_all(tx: &impl ConnectionTrait, new: &[recognition_juror::Model]) -> Result<()> {
    rows::insert_all(tx, new).await
}

/// Dismisses somebody; says whether they were of the jury.
pub(crate) async fn dismiss(
    tx: &impl ConnectionTrait,
    call: RecognitionCallId,
    account: AccountId,
    at: Timestamp,
) -> Result<bool> {
    use recognition_juror::Column;
    let change = recognition_juror::ActiveModel {
        dismissed_at: Set(Some(at)),
        ..Default::default()
    };
    let done = recognition_juror::Entity::update_many()
        .set(change)
        .filter(Column::CallId.eq(call))
        .filter(Column::AccountId.eq(account))
        .filter(Column::DismissedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Conflicts that were declared of some entries.
pub(crate) async fn conflicts(
    conn: &impl ConnectionTrait,
    entries: &[RecognitionEntryId],
) -> Result<Vec<recognition_conflict::Model>> {
    let (all, entry) = (
        recognition_conflict::Entity::find(),
        recognition_conflict::Column::EntryId,
    );
    rows::where_in(conn, all, entry, entries).await
}

/// Notes a conflict; says whether it is new.
pub(crate) async fn declare(tx: &impl ConnectionTrait, row: recognition_conflict::Model) -> Result<bool> {
    Ok(rows::insert_new(tx, &[row]).await? == 1)
}

/// The voices on some entries.
pub(crate) async fn voices(
    conn: &impl ConnectionTrait,
    entries: &[RecognitionEntryId],
) -> Result<Vec<recognition_voice::Model>> {
    let (all, entry) = (recognition_voice::Entity::find(), recognition_voice::Column::EntryId);
    rows::where_in(conn, all, entry, entries).await
}

/// An account's voice on an entry.
pub(crate) async fn voice(
    conn: &impl ConnectionTrait,
    entry: RecognitionEntryId,
    account: AccountId,
) -> Result<Option<recognition_voice::Model>> {
    Ok(recognition_voice::Entity::find_by_id((entry, account))
        .one(conn)
        .await?)
}

/// Writes a voice, new or in place of the one before.
pub(crate) async fn put_voice(tx: &impl ConnectionTrait, row: recognition_voice::Model) -> Result<()> {
    rows::upsert(tx, row).await
}
