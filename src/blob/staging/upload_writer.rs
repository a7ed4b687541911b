//! Writes one request's bytes to an upload's file and hashes them on the way. Lives on blocking threads.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::append::Checkpoint;
use super::checksum::{Checksum, RunningChecksum};
use super::running_digest::RunningDigest;
use super::write_lock::LockGuard;
use crate::blob::BlobError;
use crate::domain::id::UploadId;
use crate::telemetry::field;

/// An upload's open file, its running digest, and the lock that allows to write to it.
#[derive(Debug)]
pub(super) struct UploadWriter {
    id: UploadId,
    file: File,
    /// Where the next byte goes.
    offset: u64,
    /// Up to where the disk has promised to keep the bytes.
    durable: u64,
    /// The hashes of all bytes before `offset`, if nothing was missed.
    digest: Option<RunningDigest>,
    announced: Option<Announced>,
    /// Nobody else writes while this is here, even if the request that began it is gone.
    _guard: LockGuard,
}

/// A checksum that came with the bytes, and what is needed to undo them.
#[derive(Debug)]
struct Announced {
    checksum: Checksum,
    running: RunningChecksum,
    start: u64,
    digest_at_start: Option<RunningDigest>,
}

impl UploadWriter {
    pub(super) fn open(
        id: UploadId,
        part: &Path,
        offset: u64,
        digest: Option<RunningDigest>,
        checksum: Option<Checksum>,
        guard: LockGuard,
    ) -> Result<Self, BlobError> {
        let file = super::open_at(id, part, offset)?;
        let announced = checksum.map(|checksum| Announced {
            running: checksum.begin(),
            checksum,
            start: offset,
            digest_at_start: digest.clone(),
        });
        Ok(Self {
            id,
            file,
            offset,
            durable: offset,
            digest,
            announced,
            _guard: guard,
        })
    }

    /// Writes as much of `bytes` as the disk takes; what it took is counted even if the rest fails.
    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            // Not `write_all_at`: it does not say how much found room before the disk was full.
            let taken = match self.file.write_at(bytes, self.offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                taken => taken?,
            };
            let (taken, rest) = bytes.split_at(taken);
            self.count(taken);
            bytes = rest;
        }
        Ok(())
    }

    fn count(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
        if let Some(announced) = &mut self.announced {
            announced.running.update(bytes);
        }
    }

    /// Makes everything that was written durable.
    ///
    /// If that fails nothing after the last success counts: the kernel may forget that those pages were never written,
    /// so a second attempt would lie.
    pub(super) fn sync(&mut self) -> Result<(), BlobError> {
        if self.offset == self.durable {
            return Ok(());
        }
        if let Err(error) = self.file.sync_data() {
            self.cut_to(self.durable);
            return Err(BlobError::disk(format!("sync upload `{}`", self.id))(error));
        }
        self.durable = self.offset;
        Ok(())
    }

    /// Up to where bytes are safe.
    pub(super) fn durable(&self) -> u64 {
        self.durable
    }

    /// Up to where bytes are safe, and what they hash to.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        let digest = self
            .digest
            .as_ref()
            .filter(|digest| digest.hashed_bytes() == self.durable);
        Checkpoint {
            offset: self.durable,
            crc32: digest.map(RunningDigest::crc32),
        }
    }

    /// Bytes that wait for the next sync.
    pub(super) fn unsynced(&self) -> u64 {
        self.offset - self.durable
    }

    /// Whether nothing may be acknowledged before the end, because a checksum is announced.
    pub(super) fn is_provisional(&self) -> bool {
        self.announced.is_some()
    }

    /// Decides about an announced checksum: `is_whole` says whether all bytes came that it is about. Otherwise, or if
    /// it is not met, the upload is what it was before.
    pub(super) fn judge(&mut self, is_whole: bool) -> Result<(), BlobError> {
        let Some(announced) = self.announced.take() else {
            return Ok(());
        };
        if is_whole && announced.checksum.is_met_by(announced.running) {
            return Ok(());
        }
        self.cut_to(announced.start);
        self.digest = announced.digest_at_start;
        if is_whole {
            Err(BlobError::ChecksumMismatch)
        } else {
            Ok(())
        }
    }

    /// Forgets everything after `offset`. The next request cuts the file there in any case, so trouble with it now
    /// changes nothing.
    pub(super) fn cut_to(&mut self, offset: u64) {
        if let Err(error) = self.file.set_len(offset) {
            tracing::warn!({ field::UPLOAD_ID } = %self.id, %error, "could not cut upload `{}` back to byte {offset}", self.id);
        }
        self.offset = offset;
        self.durable = self.durable.min(offset);
        self.digest = self.digest.take().filter(|digest| digest.hashed_bytes() == offset);
    }

    pub(super) fn into_digest(self) -> Option<RunningDigest> {
        self.digest
    }
}
