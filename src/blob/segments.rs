//! Acknowledged bytes of uploads that several processes share.
//!
//! A staged file lies on one machine. Where an upload may go on at another one, the bytes that a request brought are also
//! put into the store, as a *segment*, before they are acknowledged; a process that lacks them fetches them
//! ([`super::Staging::catch_up`]). Rows name the segments; what no row names is nobody's and goes with its upload.

use futures_util::TryStreamExt as _;
use object_store::ObjectStoreExt as _;

use super::{BlobError, Blobs, ObjectBody, SegmentKey, Staging};
use crate::domain::id::UploadId;

/// A segment that the store holds.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its key.
    pub key: SegmentKey,
    /// Its size in bytes.
    pub size: u64,
    /// The CRC-32 of the upload from its beginning to the end of this segment.
    pub crc32: u32,
}

impl Segment {
    /// Where in the upload it ends.
    pub fn end(&self) -> u64 {
        self.key.start + self.size
    }
}

impl Blobs {
    /// Puts the bytes of a growing upload from `key.start` up to `end`. Durable when it returns.
    pub async fn put_segment(&self, staging: &Staging, key: &SegmentKey, end: u64) -> Result<(), BlobError> {
        // Parts of it are held in memory: of hundreds of uploads only a few send at once.
        let _sending = self.sending.acquire().await.expect("it is never closed");
        let (file, size) = (staging.part(key.upload), end - key.start);
        self.put_section(&key.to_string(), file, key.start, size).await
    }

    /// Reads a segment.
    pub(super) async fn read_segment(&self, segment: &Segment) -> Result<ObjectBody, BlobError> {
        self.read_named(&segment.key.to_string(), 0..segment.size).await
    }

    /// Deletes a segment that no row names.
    pub async fn delete_segment(&self, key: &SegmentKey) -> Result<(), BlobError> {
        let path = self.located(&key.to_string());
        self.store
            .delete(&path)
            .await
            .map_err(BlobError::store("delete", &path))
    }

    /// Deletes all that the store holds of an upload that is over. Twice does no harm.
    pub async fn delete_segments(&self, upload: UploadId) -> Result<(), BlobError> {
        let name = SegmentKey::folder(upload);
        let folder = self.located(&name);
        let mut found = self.store.list(Some(&folder));
        while let Some(object) = found.try_next().await.map_err(BlobError::store("list", &folder))? {
            match self.store.delete(&object.location).await {
                Err(object_store::Error::NotFound { .. }) => {}
                deleted => deleted.map_err(BlobError::store("delete", &object.location))?,
            }
        }
        if let Some(root) = &self.root {
            // An empty folder is no object; should it stay, nobody sees it.
            let _ = tokio::fs::remove_dir(root.join(name)).await;
        }
        Ok(())
    }
}
