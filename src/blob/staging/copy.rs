//! Brings this process's copy of an upload to where the upload is.
//!
//! The copy may be missing, or shorter because another process went on, and its end may be what a request wrote that was
//! displaced before it was acknowledged. So it is believed as far as its CRC-32 agrees with what was recorded.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;

use bytes::Bytes;
use futures_util::TryStreamExt;

use super::tally::Tally;
use super::turn::Held;
use super::{Staging, Turn, remove_file};
use crate::blob::segments::Segment;
use crate::blob::{BlobError, Blobs, disk};
use crate::domain::id::Id;

/// How much is read and hashed at once.
const BATCH: usize = 1 << 20;

impl Staging {
    /// The CRC-32 of an upload's first `offset` bytes, if they were the last that came here.
    pub fn crc32_at(&self, turn: &Turn, offset: u64) -> Option<u32> {
        let tallies = self.tallies();
        let tally = tallies.get(&turn.id()).filter(|tally| tally.counted() == offset)?;
        Some(tally.crc32())
    }

    /// Whether the copy here is surely the upload's first `offset` bytes, whose CRC-32 is given.
    pub async fn is_at(&self, turn: &Turn, offset: u64, crc32: u32) -> bool {
        if self.crc32_at(turn, offset) != Some(crc32) {
            return false;
        }
        let part = self.part(turn.id());
        disk::blocking(move || part.metadata().is_ok_and(|part| part.len() >= offset)).await
    }

    /// Makes the copy here the upload's first `offset` bytes, of which the store holds `segments`.
    ///
    /// What is here and agrees stays, the rest is fetched. Bytes behind the last segment are those of an upload that began
    /// before it was shared: they are here or lost.
    pub async fn catch_up(
        &self,
        turn: &Turn,
        blobs: &Blobs,
        segments: &[Segment],
        offset: u64,
    ) -> Result<(), BlobError> {
        self.forget_tally(turn.id());
        let mut copy = self.copy(turn).await?;
        for segment in segments {
            if turn.is_displaced() {
                return Err(BlobError::Displaced { id: turn.id() });
            }
            copy = copy.with(blobs, segment).await?;
        }
        let tally = copy.cut_at(offset).await?;
        self.keep_tally(turn.id(), Some(tally));
        Ok(())
    }

    async fn copy(&self, turn: &Turn) -> Result<Copy, BlobError> {
        let (id, held) = (turn.id(), turn.hold());
        let (part, whole) = (self.part(id), self.whole(id));
        let opened = disk::blocking(move || {
            // What was finished may be an object's second name by now: it is never written to again.
            remove_file(&whole)?;
            let mut options = OpenOptions::new();
            let file = options.read(true).write(true).create(true).truncate(false).open(part)?;
            let length = file.metadata()?.len();
            Ok(Copy {
                id,
                file,
                length,
                tally: Tally::default(),
                _held: held,
            })
        })
        .await;
        opened.map_err(BlobError::disk(format!("open upload `{id}`")))
    }
}

/// The copy while it is compared and mended.
#[derive(Debug)]
struct Copy {
    id: Id,
    file: File,
    /// Bytes that are here, right or wrong.
    length: u64,
    /// The hashes of the first ones, which are right.
    tally: Tally,
    /// Nobody else writes meanwhile.
    _held: Held,
}

impl Copy {
    /// The copy with the next segment: from here if that agrees, else from the store.
    async fn with(mut self, blobs: &Blobs, segment: &Segment) -> Result<Self, BlobError> {
        if self.tally.counted() != segment.key.start {
            return Err(self.lost(segment.end()));
        }
        let before = self.tally.clone();
        if self.length >= segment.end() {
            self = self.hashed(segment.end()).await?;
            if self.tally.crc32() == segment.crc32 {
                return Ok(self);
            }
        }
        self.length = before.counted();
        self.tally = before;
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
        if self.tally.crc32() == segment.crc32 {
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
            found: self.tally.counted(),
        }
    }

    /// The copy with its bytes up to `end` counted as right.
    async fn hashed(self, end: u64) -> Result<Self, BlobError> {
        self.blocking("read", move |copy| {
            let mut buffer = vec![0; BATCH];
            while copy.tally.counted() < end {
                let missing = usize::try_from(end - copy.tally.counted()).unwrap_or(BATCH);
                let piece = &mut buffer[..missing.min(BATCH)];
                copy.file.read_exact_at(piece, copy.tally.counted())?;
                copy.tally.update(piece);
            }
            Ok(())
        })
        .await
    }

    async fn written(self, bytes: Bytes) -> Result<Self, BlobError> {
        self.blocking("write", move |copy| {
            copy.file.write_all_at(&bytes, copy.tally.counted())?;
            copy.tally.update(&bytes);
            copy.length = copy.tally.counted();
            Ok(())
        })
        .await
    }

    /// The hashes of the copy's first `offset` bytes, which are all that stays.
    async fn cut_at(mut self, offset: u64) -> Result<Tally, BlobError> {
        if self.length < offset {
            return Err(self.lost(offset));
        }
        self = self.hashed(offset).await?;
        let cut = self.blocking("cut", move |copy| copy.file.set_len(offset)).await?;
        Ok(cut.tally)
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
