//! Uploads that several processes share.
//!
//! The rule: where the database is a server, or the setting `uploads.shared` says so, an upload that was begun at one process
//! may go on at any other. Then bytes are acknowledged only once the store holds them too, and the newest request is the
//! upload's writer whichever process it came to; one that was displaced learns it when it wants to acknowledge, and none of
//! its bytes count. Elsewhere the folder of the one process is enough, and quicker.

use std::cell::Cell;
use std::time::Duration;

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::blob::{BlobError, Checkpoint, Segment, SegmentKey, WriteLock};
use crate::db::entity::{upload, upload_segment};
use crate::db::{content, segments, uploads};
use crate::domain::id::{UploadId, WriterId};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::uploads::Uploads;
use crate::library::uploads::{refuse, signed, unsigned};

/// What the store holds of an upload that is over goes after this time: a request that does not know yet may just be
/// putting its last segment there.
const GRACE: Duration = Duration::from_mins(15);

impl Uploads {
    /// An upload as it stands now, whose turn here the caller has. Where it is shared, no other request writes to it from
    /// now on.
    pub(super) async fn take_over(&self, actor: &Actor, id: UploadId) -> Result<upload::Model> {
        let row = self.own_upload(actor, id).await?;
        // What was begun shared goes on so, also where the setting has been taken back.
        if row.sha256.is_some() || !(self.rules.shared_uploads || row.writer.is_some()) {
            return Ok(row);
        }
        let writer = WriterId::new();
        let taken = self
            .db
            .write(async |tx| segments::take_over(tx, id, writer).await)
            .await?;
        taken.ok_or_else(|| Refusal::NoSuch(Thing::Upload).into())
    }

    /// Makes this process's copy of a shared upload what was acknowledged, wherever that was.
    pub(super) async fn fetch_acknowledged(&self, lock: &WriteLock, row: &upload::Model) -> Result<()> {
        if row.writer.is_none() || row.sha256.is_some() {
            return Ok(());
        }
        let offset = unsigned(row.offset);
        let last = segments::last(self.db.read(), row.id).await?;
        if let Some(last) = last.filter(|last| last.start + last.size == row.offset)
            && self.staging.is_at(lock, offset, crc32(&last)).await
        {
            return Ok(());
        }
        let held = segments::of_upload(self.db.read(), row.id).await?;
        let held = held.iter().map(segment).collect::<Result<Vec<_>>>()?;
        let caught_up = self.staging.catch_up(lock, &self.blobs, &held, offset).await;
        caught_up.map_err(refuse)
    }

    /// Gives up what the store holds of uploads, in the transaction in which they end.
    pub(crate) async fn give_up_segments(&self, tx: &impl ConnectionTrait, ids: &[UploadId]) -> Result<()> {
        let due = self.clock.now().plus(GRACE);
        for id in segments::delete(tx, ids).await? {
            content::add_garbage(tx, SegmentKey::folder(id), due).await?;
        }
        Ok(())
    }

    /// Where a request records how far it has come with an upload.
    pub(super) async fn ledger<'a>(&'a self, row: &upload::Model) -> Result<SharedProgress<'a>> {
        let kept = match row.writer {
            Some(_) => segments::last(self.db.read(), row.id).await?,
            None => None,
        };
        Ok(SharedProgress {
            uploads: self,
            id: row.id,
            writer: row.writer,
            kept: Cell::new(kept.map_or(0, |last| unsigned(last.start + last.size))),
        })
    }
}

/// Where a request records how far it has come with an upload.
#[derive(Debug)]
pub(super) struct SharedProgress<'a> {
    uploads: &'a Uploads,
    id: UploadId,
    /// The request, where the upload is shared.
    writer: Option<WriterId>,
    /// Bytes that the store holds.
    kept: Cell<u64>,
}

impl SharedProgress<'_> {
    /// Records that bytes are safe; the upload's time begins anew.
    pub(super) async fn acknowledge(&self, checkpoint: Checkpoint) -> std::result::Result<(), BlobError> {
        let Some(writer) = self.writer else {
            let (id, offset, expires_at) = (self.id, signed(checkpoint.offset), self.uploads.upload_expiry());
            let set = async |tx: &_| uploads::set_offset(tx, id, offset, expires_at).await;
            return self.uploads.db.write(set).await.map_err(not_recorded);
        };
        let segment = self.keep(checkpoint).await?;
        if self.record(writer, checkpoint.offset, segment.clone()).await? {
            self.kept.set(checkpoint.offset);
            return Ok(());
        }
        if let Some(segment) = segment {
            self.drop_unnamed(&segment.key).await;
        }
        Err(BlobError::Displaced { id: self.id })
    }

    /// Puts what came since the last segment into the store.
    async fn keep(&self, checkpoint: Checkpoint) -> std::result::Result<Option<Segment>, BlobError> {
        let kept = self.kept.get();
        if checkpoint.offset <= kept {
            return Ok(None);
        }
        // It was counted from the first byte on, and is only unknown where ten thousand others have driven it out.
        let crc32 = checkpoint.crc32.ok_or(BlobError::Displaced { id: self.id })?;
        let key = SegmentKey::fresh(self.id, kept);
        let uploads = self.uploads;
        uploads
            .blobs
            .put_segment(&uploads.staging, &key, checkpoint.offset)
            .await?;
        let size = checkpoint.offset - kept;
        Ok(Some(Segment { key, size, crc32 }))
    }

    /// Names the segment and moves the offset, both or neither; says whether this request still is the writer.
    async fn record(
        &self,
        writer: WriterId,
        offset: u64,
        segment: Option<Segment>,
    ) -> std::result::Result<bool, BlobError> {
        let (id, expires_at) = (self.id, self.uploads.upload_expiry());
        let record = async |tx: &_| {
            if !segments::acknowledge(tx, id, writer, signed(offset), expires_at).await? {
                return Ok(false);
            }
            if let Some(segment) = segment {
                segments::add(tx, row(&segment)).await?;
            }
            Ok(true)
        };
        self.uploads.db.write(record).await.map_err(not_recorded)
    }

    /// Deletes a segment that no row names. Should that fail, it goes with its upload.
    async fn drop_unnamed(&self, key: &SegmentKey) {
        if let Err(error) = self.uploads.blobs.delete_segment(key).await {
            tracing::warn!(upload.id = %self.id, "could not delete `{key}`: {error}");
        }
    }
}

fn not_recorded(error: Error) -> BlobError {
    BlobError::NotRecorded(anyhow::Error::new(error))
}

fn row(segment: &Segment) -> upload_segment::Model {
    upload_segment::Model {
        upload_id: segment.key.upload,
        start: signed(segment.key.start),
        size: signed(segment.size),
        generation: segment.key.generation.to_string(),
        crc32: segment.crc32.into(),
    }
}

fn segment(row: &upload_segment::Model) -> Result<Segment> {
    Ok(Segment {
        key: SegmentKey {
            upload: row.upload_id,
            start: unsigned(row.start),
            generation: row.generation.parse().map_err(Error::unexpected)?,
        },
        size: unsigned(row.size),
        crc32: crc32(row),
    })
}

/// The column is wider than its value, which both databases have no type for.
fn crc32(row: &upload_segment::Model) -> u32 {
    u32::try_from(row.crc32).unwrap_or_default()
}
