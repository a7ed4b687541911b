//! Segments of uploads that several processes share. The newest request is the upload's writer, whichever process it
//! came to; only the writer's bytes count.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::entity::{upload, upload_segment};
use super::rows::{self, ROWS_AT_ONCE};
use crate::domain::id::{UploadId, WriterId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Makes a request the writer of an upload that is not finished, in the place of whoever was; returns the upload.
pub(crate) async fn take_over(
    tx: &impl ConnectionTrait,
    id: UploadId,
    writer: WriterId,
) -> Result<Option<upload::Model>> {
    let change = upload::ActiveModel {
        writer: Set(Some(writer)),
        ..Default::default()
    };
    upload::Entity::update_many()
        .set(change)
        .filter(upload::Column::Id.eq(id))
        .filter(upload::Column::Sha256.is_null())
        .exec(tx)
        .await?;
    // What is true now: on PostgreSQL the update above waited for whoever was just writing to this row.
    super::uploads::upload(tx, id).await
}

/// Records that an upload's first `offset` bytes are safe; says whether `writer` still is its writer.
pub(crate) async fn acknowledge(
    tx: &impl ConnectionTrait,
    id: UploadId,
    writer: WriterId,
    offset: i64,
    expires_at: Timestamp,
) -> Result<bool> {
    let change = upload::ActiveModel {
        offset: Set(offset),
        expires_at: Set(expires_at),
        ..Default::default()
    };
    let done = upload::Entity::update_many()
        .set(change)
        .filter(upload::Column::Id.eq(id))
        .filter(upload::Column::Writer.eq(writer))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Names a segment that lies in the store.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: upload_segment::Model) -> Result<()> {
    rows::insert(tx, row).await
}

/// The segments of an upload, in their order.
pub(crate) async fn of_upload(conn: &impl ConnectionTrait, id: UploadId) -> Result<Vec<upload_segment::Model>> {
    Ok(upload_segment::Entity::find()
        .filter(upload_segment::Column::UploadId.eq(id))
        .order_by_asc(upload_segment::Column::Start)
        .all(conn)
        .await?)
}

/// The last segment of an upload.
pub(crate) async fn last(conn: &impl ConnectionTrait, id: UploadId) -> Result<Option<upload_segment::Model>> {
    Ok(upload_segment::Entity::find()
        .filter(upload_segment::Column::UploadId.eq(id))
        .order_by_desc(upload_segment::Column::Start)
        .one(conn)
        .await?)
}

/// Forgets the segments of uploads; returns those uploads of which the store may hold any.
pub(crate) async fn delete(tx: &impl ConnectionTrait, ids: &[UploadId]) -> Result<Vec<UploadId>> {
    let mut shared = Vec::new();
    for chunk in ids.chunks(ROWS_AT_ONCE) {
        let these = upload_segment::Column::UploadId.is_in(chunk.iter().copied());
        upload_segment::Entity::delete_many().filter(these).exec(tx).await?;
        // A writer is named before anything of it goes into the store.
        let written: Vec<UploadId> = upload::Entity::find()
            .select_only()
            .column(upload::Column::Id)
            .filter(upload::Column::Id.is_in(chunk.iter().copied()))
            .filter(upload::Column::Writer.is_not_null())
            .into_tuple()
            .all(tx)
            .await?;
        shared.extend(written);
    }
    Ok(shared)
}
