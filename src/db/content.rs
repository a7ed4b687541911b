//! Contents, their copies in the store, their extractions.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, OnConflict},
};

use super::entity::{FileReport, blob, extraction, file, garbage, upload};
use super::rows::{self, ROWS_AT_ONCE};
use crate::domain::file::{ExtractionReport, ExtractionState, Kind};
use crate::domain::id::{ResourceId, Sha256};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// A content's row; the object is whole in the store while it is there.
pub(crate) async fn blob(conn: &impl ConnectionTrait, sha256: &Sha256) -> Result<Option<blob::Model>> {
    Ok(blob::Entity::find_by_id(sha256.clone()).one(conn).await?)
}

/// The contents whose SHA-256 begins with some digits, in order.
pub(crate) async fn blobs_with_prefix(conn: &impl ConnectionTrait, digits: &str) -> Result<Vec<blob::Model>> {
    let query = blob::Entity::find().filter(with_prefix(blob::Column::Sha256, digits));
    Ok(query.order_by_asc(blob::Column::Sha256).all(conn).await?)
}

/// What was read of such contents and has text.
pub(crate) async fn texts_with_prefix(conn: &impl ConnectionTrait, digits: &str) -> Result<Vec<extraction::Model>> {
    let query = extraction::Entity::find().filter(with_prefix(extraction::Column::Sha256, digits));
    Ok(query
        .filter(extraction::Column::State.eq(ExtractionState::Ready))
        .all(conn)
        .await?)
}

/// Every reading that has come to an end, whatever it found, of contents whose hashes begin with these digits.
pub(crate) async fn extracted_with_prefix(conn: &impl ConnectionTrait, digits: &str) -> Result<Vec<(Sha256, Kind)>> {
    let query = extraction::Entity::find()
        .select_only()
        .columns([extraction::Column::Sha256, extraction::Column::Kind])
        .filter(with_prefix(extraction::Column::Sha256, digits))
        .filter(extraction::Column::State.is_in([
            ExtractionState::Ready,
            ExtractionState::NoText,
            ExtractionState::Failed,
        ]));
    Ok(query.into_tuple().all(conn).await?)
}

/// Condition that a hash begins with some digits: a range and not a pattern, so that the index answers it; `g` comes
/// after every digit.
fn with_prefix(column: impl sea_orm::ColumnTrait, digits: &str) -> Condition {
    Condition::all()
        .add(column.gte(digits))
        .add(column.lt(format!("{digits}g")))
}

/// Keeps a content from being collected before `until`; says whether it is (still) there.
pub(crate) async fn pin_until(tx: &impl ConnectionTrait, sha256: &Sha256, until: Timestamp) -> Result<bool> {
    pin_where(tx, blob::Column::Sha256.eq(sha256.clone()), until).await
}

/// As [`pin_until`], only for a content whose copy is not known to be damaged.
pub(crate) async fn pin_undamaged_until(tx: &impl ConnectionTrait, sha256: &Sha256, until: Timestamp) -> Result<bool> {
    let this = blob::Column::Sha256
        .eq(sha256.clone())
        .and(blob::Column::VerifiedAt.gt(0));
    pin_where(tx, this, until).await
}

/// Keeps the content of all files that a resource ever had from being collected before `until`.
pub(crate) async fn pin_files_of(tx: &impl ConnectionTrait, resource: ResourceId, until: Timestamp) -> Result<()> {
    pin_files_after(tx, (resource, 0), until).await
}

/// Keeps the content of the files that came to a resource after a version from being collected before `until`.
pub(crate) async fn pin_files_after(
    tx: &impl ConnectionTrait,
    (resource, version): (ResourceId, i32),
    until: Timestamp,
) -> Result<()> {
    let its_files = file::Entity::find()
        .select_only()
        .column(file::Column::Sha256)
        .filter(file::Column::ResourceId.eq(resource))
        .filter(file::Column::AddedIn.gt(version))
        .into_query();
    pin_where(tx, blob::Column::Sha256.in_subquery(its_files), until).await?;
    Ok(())
}

async fn pin_where(tx: &impl ConnectionTrait, these: Expr, until: Timestamp) -> Result<bool> {
    // The larger of both: a short hold must not end a long one.
    let kept = Expr::col(blob::Column::KeptUntil);
    let later = Expr::case(kept.clone().gt(until.0), kept).finally(until.0);
    let done = blob::Entity::update_many()
        .col_expr(blob::Column::KeptUntil, later.into())
        .filter(these)
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Names a stored object; says whether it is now the copy of its content, or another one was first.
pub(crate) async fn add_blob(tx: &impl ConnectionTrait, row: blob::Model) -> Result<bool> {
    Ok(rows::insert_new(tx, &[row]).await? > 0)
}

/// Keeps one copy of a content from being collected before `until`; says whether it is (still) the one that counts.
pub(crate) async fn pin_copy_until(
    tx: &impl ConnectionTrait,
    sha256: &Sha256,
    generation: &str,
    until: Timestamp,
) -> Result<bool> {
    let this = blob::Column::Sha256
        .eq(sha256.clone())
        .and(blob::Column::Generation.eq(generation));
    pin_where(tx, this, until).await
}

/// Names another stored object as the copy of a content; says whether `instead_of` still was it.
pub(crate) async fn replace_blob(tx: &impl ConnectionTrait, row: blob::Model, instead_of: &str) -> Result<bool> {
    // First, while the row still bears the generation that is asked for.
    pin_copy_until(tx, &row.sha256, instead_of, row.kept_until).await?;
    let copy = blob::ActiveModel {
        generation: Set(row.generation),
        size: Set(row.size),
        crc32: Set(row.crc32),
        created_at: Set(row.created_at),
        verified_at: Set(row.verified_at),
        ..Default::default()
    };
    let done = blob::Entity::update_many()
        .set(copy)
        .filter(blob::Column::Sha256.eq(row.sha256))
        .filter(blob::Column::Generation.eq(instead_of))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// What reading a content found, as each kind that it was read as.
pub(crate) async fn extractions(conn: &impl ConnectionTrait, sha256: &Sha256) -> Result<Vec<extraction::Model>> {
    let of_it = extraction::Column::Sha256.eq(sha256.clone());
    Ok(extraction::Entity::find().filter(of_it).all(conn).await?)
}

/// Queues an object for deletion, at `due` or later.
pub(crate) async fn add_garbage(tx: &impl ConnectionTrait, key: String, due: Timestamp) -> Result<()> {
    let row = garbage::Model { key, created_at: due };
    rows::insert_new(tx, &[row]).await?;
    Ok(())
}

/// Contents that nothing refers to and whose pin has expired.
pub(crate) async fn unreferenced(conn: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<blob::Model>> {
    Ok(blob::Entity::find()
        .filter(collectable(now))
        .limit(limit)
        .all(conn)
        .await?)
}

/// Removes a content's row if it is still collectable; returns its readings, or nothing if it is not.
pub(crate) async fn delete_blob(
    tx: &impl ConnectionTrait,
    sha256: &Sha256,
    now: Timestamp,
) -> Result<Option<Vec<extraction::Model>>> {
    let this = Condition::all()
        .add(blob::Column::Sha256.eq(sha256.clone()))
        .add(collectable(now));
    // The row first: this one statement decides whether the content is still collectable, whoever took it up meanwhile.
    let done = blob::Entity::delete_many().filter(this).exec(tx).await?;
    if done.rows_affected == 0 {
        return Ok(None);
    }
    let readings = extraction::Column::Sha256.eq(sha256.clone());
    let rows = extraction::Entity::find().filter(readings.clone()).all(tx).await?;
    extraction::Entity::delete_many().filter(readings).exec(tx).await?;
    Ok(Some(rows))
}

fn collectable(now: Timestamp) -> Condition {
    let in_a_file = file::Entity::find()
        .select_only()
        .column(file::Column::Sha256)
        .into_query();
    let in_an_upload = upload::Entity::find()
        .select_only()
        .column(upload::Column::Sha256)
        // `NOT IN` a list with a NULL in it is never true, and nothing would ever be collected.
        .filter(upload::Column::Sha256.is_not_null())
        .into_query();
    let kept = [in_a_file, in_an_upload, super::mirror::pinned_contents()]
        .into_iter()
        .chain(super::packs::pinned_contents());
    kept.fold(
        Condition::all().add(blob::Column::KeptUntil.lt(now)),
        |all, contents| all.add(blob::Column::Sha256.not_in_subquery(contents)),
    )
}

/// Objects that wait to be deleted and are due, by key, from the one after `after` on.
pub(crate) async fn garbage(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    after: &str,
    limit: u64,
) -> Result<Vec<garbage::Model>> {
    Ok(garbage::Entity::find()
        .filter(garbage::Column::CreatedAt.lte(now))
        .filter(garbage::Column::Key.gt(after))
        .order_by_asc(garbage::Column::Key)
        .limit(limit)
        .all(conn)
        .await?)
}

/// Removes a deleted object from the queue.
pub(crate) async fn delete_garbage(tx: &impl ConnectionTrait, key: &str) -> Result<()> {
    garbage::Entity::delete_by_id(key.to_owned()).exec(tx).await?;
    Ok(())
}

/// Makes a place for what reading will find, where there is none; returns the pairs that are new.
pub(crate) async fn ensure_extractions(
    tx: &impl ConnectionTrait,
    pairs: Vec<(Sha256, Kind)>,
    now: Timestamp,
) -> Result<Vec<(Sha256, Kind)>> {
    let mut new = Vec::new();
    for chunk in pairs.chunks(ROWS_AT_ONCE) {
        let contents = chunk.iter().map(|(sha256, _)| sha256.clone());
        let known = extraction::Entity::find()
            .filter(extraction::Column::Sha256.is_in(contents))
            .all(tx)
            .await?;
        let is_known = |pair: &&(Sha256, Kind)| known.iter().any(|row| row.sha256 == pair.0 && row.kind == pair.1);
        let unknown: Vec<(Sha256, Kind)> = chunk.iter().filter(|pair| !is_known(pair)).cloned().collect();
        add_extractions(tx, &unknown, now).await?;
        new.extend(unknown);
    }
    Ok(new)
}

async fn add_extractions(tx: &impl ConnectionTrait, pairs: &[(Sha256, Kind)], now: Timestamp) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let rows = pairs.iter().map(|(sha256, kind)| extraction::ActiveModel {
        sha256: Set(sha256.clone()),
        kind: Set(*kind),
        state: Set(ExtractionState::Queued),
        report: Set(FileReport::default()),
        updated_at: Set(now),
        text_sha256: Set(None),
        text_bytes: Set(None),
        text_version: Set(None),
        text_lost_at: Set(None),
    });
    // Another node may make the same place between the look and this.
    let once = OnConflict::columns([extraction::Column::Sha256, extraction::Column::Kind])
        .do_nothing()
        .to_owned();
    extraction::Entity::insert_many(rows)
        .on_conflict(once)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// What reading a content as a kind found.
pub(crate) async fn extraction(
    conn: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Kind,
) -> Result<Option<extraction::Model>> {
    Ok(extraction::Entity::find_by_id((sha256.clone(), kind)).one(conn).await?)
}

/// The same, which nobody else changes until the transaction ends.
pub(crate) async fn locked_extraction(
    tx: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Kind,
) -> Result<Option<extraction::Model>> {
    let this = extraction::Entity::find_by_id((sha256.clone(), kind));
    Ok(this.lock_exclusive().one(tx).await?)
}

/// Records how far reading has come.
pub(crate) async fn set_extraction(
    tx: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Kind,
    state: ExtractionState,
    report: Option<ExtractionReport>,
    now: Timestamp,
) -> Result<()> {
    let mut change = extraction::ActiveModel {
        state: Set(state),
        updated_at: Set(now),
        ..Default::default()
    };
    if let Some(report) = report {
        change.report = Set(FileReport(report));
    }
    extraction::Entity::update_many()
        .set(change)
        .filter(extraction::Column::Sha256.eq(sha256.clone()))
        .filter(extraction::Column::Kind.eq(kind))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes that a kept text is lost, and whether it waits to be read again or is given up; says whether it was still the one
/// that was met: another node may have noted the same, or it was read anew meanwhile.
pub(crate) async fn mark_text_lost(
    tx: &impl ConnectionTrait,
    lost: &extraction::Model,
    state: ExtractionState,
    report: ExtractionReport,
    now: Timestamp,
) -> Result<bool> {
    let change = extraction::ActiveModel {
        state: Set(state),
        report: Set(FileReport(report)),
        updated_at: Set(now),
        text_lost_at: Set(Some(now)),
        ..Default::default()
    };
    let done = extraction::Entity::update_many()
        .set(change)
        .filter(extraction::Column::Sha256.eq(lost.sha256.clone()))
        .filter(extraction::Column::Kind.eq(lost.kind))
        .filter(extraction::Column::State.eq(ExtractionState::Ready))
        .filter(extraction::Column::UpdatedAt.eq(lost.updated_at))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Records what the passages of a content are, as they are kept.
pub(crate) async fn set_text(tx: &impl ConnectionTrait, sha256: &Sha256, kind: Kind, text: &StoredText) -> Result<()> {
    let change = extraction::ActiveModel {
        text_sha256: Set(Some(text.sha256.clone())),
        text_bytes: Set(Some(i64::try_from(text.bytes).unwrap_or(i64::MAX))),
        text_version: Set(text.version),
        ..Default::default()
    };
    extraction::Entity::update_many()
        .set(change)
        .filter(extraction::Column::Sha256.eq(sha256.clone()))
        .filter(extraction::Column::Kind.eq(kind))
        .exec(tx)
        .await?;
    Ok(())
}

/// The passages of a content, as they are kept: one JSON object a line.
#[derive(Debug, Clone)]
pub(crate) struct StoredText {
    /// What the bytes are.
    pub(crate) sha256: Sha256,
    /// How many there are.
    pub(crate) bytes: u64,
    /// Which of the texts that were written of the content they are; none: that of older versions.
    pub(crate) version: Option<i32>,
}

/// The passages of some contents, by content and kind, where they are known.
pub(crate) async fn texts(
    conn: &impl ConnectionTrait,
    these: Vec<Sha256>,
) -> Result<std::collections::HashMap<(Sha256, Kind), StoredText>> {
    let rows = rows::where_in(conn, extraction::Entity::find(), extraction::Column::Sha256, &these).await?;
    let texts = rows.into_iter().filter_map(|row| {
        let kept = StoredText {
            sha256: row.text_sha256?,
            bytes: u64::try_from(row.text_bytes?).ok()?,
            version: row.text_version,
        };
        Some(((row.sha256, row.kind), kept))
    });
    Ok(texts.collect())
}

/// The rows of some contents.
pub(crate) async fn blobs(conn: &impl ConnectionTrait, these: Vec<Sha256>) -> Result<Vec<blob::Model>> {
    rows::where_in(conn, blob::Entity::find(), blob::Column::Sha256, &these).await
}
