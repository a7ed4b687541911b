//! Change log. Index, mirrors and feeds follow it, so its order must be the order of commit.
//!
//! A plain sequence would not do on PostgreSQL: a transaction may take number 7 and commit after number 8 was read, and
//! the reader would skip 7 for ever. Here a writer takes one lock that lasts until its commit, and only then the next
//! number: whoever sees number 8 can see 7. SQLite has one writer at a time, which comes to the same.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use sha2::Digest as _;

use super::entity::{Strings, change};
use super::{jobs, packs};
use crate::domain::change::ChangeKind;
use crate::domain::id::{ResourceId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::search::Audience;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// PostgreSQL's advisory lock of the change log. Migrations lock the same number, so nothing is appended while tables
/// are being changed.
const LOCK: i64 = 0x0067_6f6e_6778_7565;

/// A change about to be recorded.
#[derive(Debug)]
pub(crate) struct NewChange {
    pub(crate) at: Timestamp,
    pub(crate) resource_id: ResourceId,
    pub(crate) kind: ChangeKind,
    pub(crate) seen_before: Vec<Audience>,
    pub(crate) seen_after: Vec<Audience>,
    /// Who may have it in packs, before and after, where rights let fewer have it than see it.
    pub(crate) packed: Option<[Vec<Audience>; 2]>,
}

impl NewChange {
    /// Who may have it in packs, before and after.
    fn packed(&self) -> [&[Audience]; 2] {
        match &self.packed {
            Some([before, after]) => [before, after],
            None => [&self.seen_before, &self.seen_after],
        }
    }
}

/// Appends changes, as the last act of a transaction: the lock is held until its commit. Versions of packs that hold
/// what fewer people may see from now on are marked in the same act, and asked to be made anew.
pub(crate) async fn append(tx: &impl ConnectionTrait, changes: Vec<NewChange>) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    lock(tx).await?;
    // What changes only for those who see more than what is published changes no pack.
    for change in &changes {
        let [before, after] = change.packed();
        if readers(before) == readers(after) {
            continue;
        }
        let packs = packs::sync_visibility(tx, change.resource_id, after, change.at).await?;
        let subjects = packs.into_iter().map(|id| id.to_string()).collect();
        // Ahead of files that wait to be read: by a hundred thousand of them a withdrawal would take hours to reach a
        // pack.
        jobs::enqueue_ahead(tx, JobKind::RenewPack, subjects, change.at).await?;
    }
    let first = last(tx).await? + 1;
    let rows = changes
        .into_iter()
        .zip(first..)
        .map(|(change, seq)| change::ActiveModel {
            seq: Set(seq),
            at: Set(change.at),
            resource_id: Set(change.resource_id),
            kind: Set(change.kind),
            seen_before: Set(terms(&change.seen_before)),
            seen_after: Set(terms(&change.seen_after)),
        });
    change::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// Locks out every other writer of the change log until the transaction ends; where that is already so, it does nothing.
pub(crate) async fn lock(tx: &impl ConnectionTrait) -> Result<()> {
    if super::is_postgres(tx) {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})"))
            .await?;
    }
    Ok(())
}

fn readers(audiences: &[Audience]) -> Vec<Audience> {
    let readers = audiences.iter().copied();
    readers.filter(|audience| audience.is_of_readers()).collect()
}

fn terms(audiences: &[Audience]) -> Strings {
    Strings(audiences.iter().map(|audience| audience.term()).collect())
}

/// The number of the newest change; 0 before the first.
pub(crate) async fn last(conn: &impl ConnectionTrait) -> Result<i64> {
    let seq: Option<Option<i64>> = change::Entity::find()
        .select_only()
        .column_as(change::Column::Seq.max(), "seq")
        .into_tuple()
        .one(conn)
        .await?;
    Ok(seq.flatten().unwrap_or(0))
}

/// The newest change, if there is one.
pub(crate) async fn newest(conn: &impl ConnectionTrait) -> Result<Option<change::Model>> {
    let query = change::Entity::find().order_by_desc(change::Column::Seq);
    Ok(query.one(conn).await?)
}

/// The change with a number.
pub(crate) async fn by_seq(conn: &impl ConnectionTrait, seq: i64) -> Result<Option<change::Model>> {
    Ok(change::Entity::find_by_id(seq).one(conn).await?)
}

/// Names a change among all that may bear its number: a library that was put back to an older state goes on with other
/// changes of the same numbers.
pub(crate) fn digest(row: &change::Model) -> Sha256 {
    // Kinds go in by the names of their variants: renaming one makes every node build its index anew.
    let told = format!("{}\n{}\n{}\n{:?}", row.seq, row.at.0, row.resource_id, row.kind);
    Sha256::from_bytes(sha2::Sha256::digest(told).into())
}

/// The number of the newest change of one resource; 0 when the log knows none.
pub(crate) async fn last_of(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<i64> {
    let seq: Option<Option<i64>> = change::Entity::find()
        .select_only()
        .column_as(change::Column::Seq.max(), "seq")
        .filter(change::Column::ResourceId.eq(resource))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(seq.flatten().unwrap_or(0))
}

/// Up to `limit` changes after number `since`, oldest first.
pub(crate) async fn after(conn: &impl ConnectionTrait, since: i64, limit: u64) -> Result<Vec<change::Model>> {
    let query = change::Entity::find()
        .filter(change::Column::Seq.gt(since))
        .order_by_asc(change::Column::Seq)
        .limit(limit);
    Ok(query.all(conn).await?)
}
