//! Uploads: bytes on their way, until they are contents.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};

use super::entity::upload;
use super::rows::{self, ROWS_AT_ONCE};
use crate::domain::id::UploadId;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};

/// An upload by id.
pub(crate) async fn upload(conn: &impl ConnectionTrait, id: UploadId) -> Result<Option<upload::Model>> {
    Ok(upload::Entity::find_by_id(id).one(conn).await?)
}

/// Uploads by id.
pub(crate) async fn by_id(conn: &impl ConnectionTrait, ids: Vec<UploadId>) -> Result<Vec<upload::Model>> {
    rows::where_in(conn, upload::Entity::find(), upload::Column::Id, &ids).await
}

/// Adds an upload.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: upload::Model) -> Result<()> {
    rows::insert(tx, row).await
}

/// Records the length of an upload that did not tell it at first.
pub(crate) async fn set_length(tx: &impl ConnectionTrait, id: UploadId, length: i64) -> Result<()> {
    let change = upload::ActiveModel {
        length: Set(Some(length)),
        ..Default::default()
    };
    upload::Entity::update_many()
        .set(change)
        .filter(upload::Column::Id.eq(id))
        // tus lets a length be told once; the second of two requests that tell it changes nothing.
        .filter(upload::Column::Length.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Records what content an upload became; says whether it was still there and had become none.
pub(crate) async fn finish(tx: &impl ConnectionTrait, row: &upload::Model) -> Result<bool> {
    let change = upload::ActiveModel {
        sha256: Set(row.sha256.clone()),
        path: Set(row.path.clone()),
        kind: Set(row.kind),
        media_type: Set(row.media_type.clone()),
        contradiction: Set(row.contradiction.clone()),
        length: Set(row.length),
        expires_at: Set(row.expires_at),
        ..Default::default()
    };
    let done = upload::Entity::update_many()
        .set(change)
        .filter(upload::Column::Id.eq(row.id))
        .filter(upload::Column::Sha256.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Records that an upload's first `offset` bytes are on disk.
pub(crate) async fn set_offset(
    tx: &impl ConnectionTrait,
    id: UploadId,
    offset: i64,
    expires_at: Timestamp,
) -> Result<()> {
    let change = upload::ActiveModel {
        offset: Set(offset),
        expires_at: Set(expires_at),
        ..Default::default()
    };
    upload::Entity::update_many()
        .set(change)
        .filter(upload::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes uploads; returns how many there were.
pub(crate) async fn delete(tx: &impl ConnectionTrait, ids: &[UploadId]) -> Result<usize> {
    let mut gone = 0;
    for chunk in ids.chunks(ROWS_AT_ONCE) {
        let these = upload::Column::Id.is_in(chunk.iter().copied());
        gone += upload::Entity::delete_many()
            .filter(these)
            .exec(tx)
            .await?
            .rows_affected;
    }
    Ok(usize::try_from(gone).unwrap_or(usize::MAX))
}

/// Consumes uploads that something is made of, all of them or none: of several who take the same one at the same moment
/// all but the first are refused. Deleted without counting, one upload became four resources.
pub(crate) async fn consume(tx: &impl ConnectionTrait, ids: &HashSet<UploadId>) -> Result<()> {
    // In one order, so that two who take the same ones wait for each other and not in a ring.
    let mut in_order: Vec<UploadId> = ids.iter().copied().collect();
    in_order.sort_unstable();
    if delete(tx, &in_order).await? == in_order.len() {
        return Ok(());
    }
    Err(Refusal::UploadTaken.into())
}

/// Expired uploads.
pub(crate) async fn expired(conn: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<UploadId>> {
    let query = upload::Entity::find()
        .select_only()
        .column(upload::Column::Id)
        .filter(upload::Column::ExpiresAt.lte(now));
    Ok(query.limit(limit).into_tuple().all(conn).await?)
}
