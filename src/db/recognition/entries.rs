//! Entries and their evidence.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::db::entity::recognition_entry::{Column, Entity, Model};
use crate::db::entity::recognition_evidence;
use crate::db::rows;
use crate::domain::id::{AccountId, RecognitionCallId, RecognitionEntryId, SchoolId};
use crate::domain::recognition::fault::RecognitionFault;
use crate::error::{Refusal, Result, conflict};

/// Whose entries of a call somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntriesSeen {
    /// All of them.
    All,
    /// Those of a school.
    School(SchoolId),
    /// Those that an account entered, or that are about it.
    Own(AccountId),
}

/// Entries of a call by their number, behind the one that `after` names.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    call: RecognitionCallId,
    seen: EntriesSeen,
    after: Option<i32>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut query = Entity::find().filter(Column::CallId.eq(call));
    query = match seen {
        EntriesSeen::All => query,
        EntriesSeen::School(school) => query.filter(Column::SchoolId.eq(school)),
        EntriesSeen::Own(account) => query.filter(Column::EnteredBy.eq(account).or(Column::PersonId.eq(account))),
    };
    if let Some(after) = after {
        query = query.filter(Column::Number.gt(after));
    }
    Ok(query.order_by_asc(Column::Number).limit(limit).all(conn).await?)
}

/// The entries of a call that were not withdrawn, by their number.
pub(crate) async fn standing(conn: &impl ConnectionTrait, call: RecognitionCallId, limit: u64) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::CallId.eq(call))
        .filter(Column::WithdrawnAt.is_null())
        .order_by_asc(Column::Number)
        .limit(limit)
        .all(conn)
        .await?)
}

/// An entry.
pub(crate) async fn entry(conn: &impl ConnectionTrait, id: RecognitionEntryId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(conn).await?)
}

/// Entries with these ids.
pub(crate) async fn by_id(conn: &impl ConnectionTrait, ids: &[RecognitionEntryId]) -> Result<Vec<Model>> {
    rows::where_in(conn, Entity::find(), Column::Id, ids).await
}

/// What an account entered, or what is about it, newest first.
pub(crate) async fn of_account(conn: &impl ConnectionTrait, account: AccountId, limit: u64) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::EnteredBy.eq(account).or(Column::PersonId.eq(account)))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(conn)
        .await?)
}

/// How many entries a call has, withdrawn ones with them; the next number follows.
pub(crate) async fn count(tx: &impl ConnectionTrait, call: RecognitionCallId) -> Result<u64> {
    Ok(Entity::find().filter(Column::CallId.eq(call)).count(tx).await?)
}

/// How many entries a school has that it did not withdraw.
pub(crate) async fn count_of_school(
    tx: &impl ConnectionTrait,
    call: RecognitionCallId,
    school: SchoolId,
) -> Result<u64> {
    let of_school = Entity::find()
        .filter(Column::CallId.eq(call))
        .filter(Column::SchoolId.eq(school));
    Ok(of_school.filter(Column::WithdrawnAt.is_null()).count(tx).await?)
}

/// The first entry about something that was withdrawn.
pub(crate) async fn withdrawn(tx: &impl ConnectionTrait, call: RecognitionCallId, key: &str) -> Result<Option<Model>> {
    let of_key = Entity::find()
        .filter(Column::CallId.eq(call))
        .filter(Column::SubjectKey.eq(key))
        .filter(Column::WithdrawnAt.is_not_null());
    Ok(of_key.order_by_asc(Column::Number).one(tx).await?)
}

/// Writes an entry, new or changed. The same is entered once.
pub(crate) async fn put(tx: &impl ConnectionTrait, row: Model, is_new: bool) -> Result<()> {
    use sea_orm::IntoActiveModel as _;
    let entered = Refusal::Recognition(RecognitionFault::Entered);
    let row = row.into_active_model();
    if is_new {
        Entity::insert(row)
            .exec_without_returning(tx)
            .await
            .map_err(conflict(entered))?;
        return Ok(());
    }
    let id = row.id.clone().unwrap();
    let changed = Entity::update_many().set(row.reset_all()).filter(Column::Id.eq(id));
    changed.exec(tx).await.map_err(conflict(entered))?;
    Ok(())
}

/// Says what shows an entry, in place of what did.
pub(crate) async fn set_evidence(
    tx: &impl ConnectionTrait,
    entry: RecognitionEntryId,
    new: &[recognition_evidence::Model],
) -> Result<()> {
    recognition_evidence::Entity::delete_many()
        .filter(recognition_evidence::Column::EntryId.eq(entry))
        .exec(tx)
        .await?;
    rows::insert_all(tx, new).await
}

/// Writes entries, each new or changed. That the same is entered once was looked at before.
pub(crate) async fn put_all(tx: &impl ConnectionTrait, written: &[Model]) -> Result<()> {
    let put = rows::upsert_all(tx, written).await;
    put.map_err(conflict(Refusal::ChangedMeanwhile))
}

/// Says what shows some entries, in place of what did.
pub(crate) async fn set_all_evidence(
    tx: &impl ConnectionTrait,
    entries: &[RecognitionEntryId],
    new: &[recognition_evidence::Model],
) -> Result<()> {
    for chunk in entries.chunks(rows::ROWS_AT_ONCE) {
        recognition_evidence::Entity::delete_many()
            .filter(recognition_evidence::Column::EntryId.is_in(chunk.iter().copied()))
            .exec(tx)
            .await?;
    }
    rows::insert_all(tx, new).await
}

/// What shows each of some entries, in order.
pub(crate) async fn evidence(
    conn: &impl ConnectionTrait,
    entries: &[RecognitionEntryId],
) -> Result<HashMap<RecognitionEntryId, Vec<recognition_evidence::Model>>> {
    let (all, entry) = (
        recognition_evidence::Entity::find(),
        recognition_evidence::Column::EntryId,
    );
    let mut found: HashMap<RecognitionEntryId, Vec<recognition_evidence::Model>> = HashMap::new();
    for row in rows::where_in(conn, all, entry, entries).await? {
        found.entry(row.entry_id).or_default().push(row);
    }
    for rows in found.values_mut() {
        rows.sort_unstable_by_key(|row| row.position);
    }
    Ok(found)
}
