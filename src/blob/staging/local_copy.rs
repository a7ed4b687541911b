//! Brings this process's local copy of an upload up to date with what other processes acknowledged.
//!
//! The copy may be missing, or shorter because another process went on, and its end may be what a request wrote that was
//! displaced before it was acknowledged. So it is believed as far as its CRC-32 agrees with what was recorded.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;

use bytes::Bytes;
use futures_util::TryStreamExt;

use super::running_digest::RunningDigest;
use super::write_lock::LockGuard;
use super::{Staging, WriteLock, remove_file};
use crate::blob::segments::Segment;
use crate::blob::{BlobError, Blobs, disk};
use crate::domain::id::UploadId;

/// How much is read and hashed at once.
const BATCH: usize = 1 << 20;

impl Staging {
    /// The CRC-32 of an upload's first `offset` bytes, if they were the last that came here.
    pub fn crc32_at(&self, lock: &WriteLock, offset: u64) -> Option<u32> {
        let digests = self.inner.digests.lock();
        let digest = digests
            .get(&lock.id())
            .filter(|digest| digest.hashed_bytes() == offset)?;
        Some(digest.crc32())
    }

    /// Whether the copy here is surely the upload's first `offset` bytes, whose CRC-32 is given.
    pub async fn is_at(&self, lock: &WriteLock, offset: u64, crc32: u32) -> bool {
        if self.crc32_at(lock, offset) != Some(crc32) {
            return false;
        }
        let part = self.part(lock.id());
        disk::blocking(move || part.metadata().is_ok_and(|part| part.len() >= offset)).await
    }

    /// Makes the copy here the upload's first `offset` bytes, of which the store holds `segments`.
    ///
    /// What is here and agrees stays, the rest is fetched. Bytes behind the last segment are those of an upload that began
    /// before it was shared: they are here or lost.
    pub async fn catch_up(
        &self,
        lock: &WriteLock,
        blobs: &Blobs,
        segments: &[Segment],
        offset: u64,
    ) -> Result<(), BlobError> {
        // Forgotten first: if this is cut off, nobody may believe a digest of what the copy was before.
        self.inner.digests.forget(lock.id());
        let mut copy = self.copy(lock).await?;
        for segment in segments {
            // Segments may be many and the store slow; the newer request waits for one at most.
            if lock.is_displaced() {
                return Err(BlobError::Displaced { id: lock.id() });
            }
            copy = copy.with(blobs, segment).await?;
        }
        let digest = copy.cut_at(offset).await?;
        self.inner.digests.store(lock.id(), Some(digest));
        Ok(())
    }

    async fn copy(&self, lock: &WriteLock) -> Result<LocalCopy, BlobError> {
        let (id, guard) = (lock.id(), lock.guard());
        let (part, whole) = (self.part(id), self.whole(id));
        let opened = disk::blocking(move || {
            // What was finished may be an object's second name by now: it is never written to again.
            remove_file(&whole)?;
            let mut options = OpenOptions::new();
            let file = options.read(true).write(true).create(true).truncate(false).open(part)?;
            let length = file.metadata()?.len();
            Ok(LocalCopy {
                id,
                file,
                length,
                digest: RunningDigest::default(),
                _guard: guard,
            })
        })
        .await;
        opened.map_err(BlobError::disk(format!("open upload `{id}`")))
    }
}

/// This process's copy of an upload while it is compared with the store and mended.
#[derive(Debug)]
struct LocalCopy {
    id: UploadId,
    file: File,
    /// Bytes that are here, right or wrong.
    length: u64,
    /// The hashes of the first ones, which are right.
    digest: RunningDigest,
    /// Nobody else writes meanwhile.
    _guard: LockGuard,
}

impl LocalCopy {
    /// The copy with the next segment: from here if that agrees, else from the store.
    async fn with(mut self, blobs: &Blobs, segment: &Segment) -> Result<Self, BlobError> {
        if self.digest.hashed_bytes() != segment.key.start {
            return Err(self.lost(segment.end()));
        }
        // A running hash cannot be turned back, and the second way begins where the first did.
        let before = self.digest.clone();
        if self.length >= segment.end() {
            self = self.hashed(segment.end()).await?;
            if self.digest.crc32() == segment.crc32 {
                return Ok(self);
            }
        }
        self.length = before.hashed_bytes();
        self.digest = before;
        self.fetched(blobs, segment).await
    }

    async fn fetched(mut self, blobs: &Blobs, segment: &Segment) -> Result<Self, BlobError> {
        let body = blobs.read_segment(segment).await;
        let mut body = body.map_err(|error| self.unless_here(error, segment))?;
        while let Some(bytes) = body
            .try_next()
            .await
            .map_err(|error| self.unless_here(error, segment))?
        {
            self = self.written(bytes).await?;
        }
        if self.digest.crc32() == segment.crc32 {
            Ok(self)
        } else {
            tracing::error!(upload.id = %self.id, "object `{}` holds other bytes than were acknowledged", segment.key);
            Err(self.lost(segment.end()))
        }
    }

    /// A segment that is gone is lost; other trouble with the store may pass.
    fn unless_here(&self, error: BlobError, segment: &Segment) -> BlobError {
        if !matches!(error, BlobError::Missing { .. } | BlobError::Truncated { .. }) {
            return error;
        }
        tracing::error!(upload.id = %self.id, "acknowledged bytes of an upload are lost: {error}");
        self.lost(segment.end())
    }

    fn lost(&self, acknowledged: u64) -> BlobError {
        BlobError::AcknowledgedBytesLost {
            id: self.id,
            acknowledged,
            found: self.digest.hashed_bytes(),
        }
    }

    /// The copy with its bytes up to `end` counted as right.
    async fn hashed(self, end: u64) -> Result<Self, BlobError> {
        self.blocking("read", move |copy| {
            let mut buffer = vec![0; BATCH];
            while copy.digest.hashed_bytes() < end {
                let missing = usize::try_from(end - copy.digest.hashed_bytes()).unwrap_or(BATCH);
                let piece = &mut buffer[..missing.min(BATCH)];
                copy.file.read_exact_at(piece, copy.digest.hashed_bytes())?;
                copy.digest.update(piece);
            }
            Ok(())
        })
        .await
    }

    async fn written(self, bytes: Bytes) -> Result<Self, BlobError> {
        self.blocking("write", move |copy| {
            copy.file.write_all_at(&bytes, copy.digest.hashed_bytes())?;
            copy.digest.update(&bytes);
            copy.length = copy.digest.hashed_bytes();
            Ok(())
        })
        .await
    }

    /// The hashes of the copy's first `offset` bytes, which are all that stays.
    async fn cut_at(mut self, offset: u64) -> Result<RunningDigest, BlobError> {
        if self.length < offset {
            return Err(self.lost(offset));
        }
        self = self.hashed(offset).await?;
        let cut = self.blocking("cut", move |copy| copy.file.set_len(offset)).await?;
        Ok(cut.digest)
    }

    async fn blocking(
        mut self,
        what: &str,
        work: impl FnOnce(&mut Self) -> io::Result<()> + Send + 'static,
    ) -> Result<Self, BlobError> {
        let what = format!("{what} upload `{}`", self.id);
        let (copy, done) = disk::blocking(move || {
            let done = work(&mut self);
            (self, done)
        })
        .await;
        done.map(|()| copy).map_err(BlobError::disk(what))
    }
}
