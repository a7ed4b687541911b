//! Finishes an upload: from here on its bytes are fixed and known by their hash.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::running_digest::RunningDigest;
use super::{Staging, WriteLock, open_at};
use crate::blob::{BlobError, disk};
use crate::domain::id::{Sha256, UploadId};

/// How much of a finished upload is handed on for a look at what it is.
const HEAD: u64 = 64 << 10;

/// How much is read and hashed at once where an upload must be read again.
const BATCH: usize = 1 << 20;

/// A finished upload.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The upload.
    pub id: UploadId,
    /// Its file, until [`Staging::remove`].
    pub path: PathBuf,
    /// The SHA-256 of its content.
    pub sha256: Sha256,
    /// Its CRC-32, which archives want beside it.
    pub crc32: u32,
    /// Its size in bytes.
    pub size: u64,
    /// Its first bytes, at most 64 KiB.
    pub head: Bytes,
}

impl Staging {
    /// Closes an upload of `size` bytes. Twice does no harm.
    ///
    /// The hash was counted while the bytes came; after a restart the file is read once more.
    pub async fn finish(&self, lock: &WriteLock, size: u64) -> Result<Finished, BlobError> {
        let id = lock.id();
        let known = self
            .inner
            .digests
            .lock()
            .remove(&id)
            .filter(|digest| digest.hashed_bytes() == size);
        let (guard, part, whole) = (lock.guard(), self.part(id), self.whole(id));
        let path = whole.clone();
        let (digest, first) = disk::blocking(move || {
            let _guard = guard;
            let file = close(id, &part, &whole, size)?;
            look_into(&file, known, size).map_err(BlobError::disk(format!("read upload `{id}`")))
        })
        .await?;
        let finished = Finished {
            id,
            path,
            sha256: digest.sha256(),
            crc32: digest.crc32(),
            size,
            head: first,
        };
        self.inner.digests.store(id, Some(digest));
        Ok(finished)
    }

    /// Joins uploads into this one, which must have been created, and returns its size. Twice does no harm: it begins
    /// anew each time.
    pub async fn concat(&self, lock: &WriteLock, parts: &[UploadId]) -> Result<u64, BlobError> {
        let (id, guard, target) = (lock.id(), lock.guard(), self.part(lock.id()));
        let parts: Vec<_> = parts
            .iter()
            .map(|part| (*part, self.part(*part), self.whole(*part)))
            .collect();
        let digest = disk::blocking(move || {
            let _guard = guard;
            let mut file = open_at(id, &target, 0)?;
            let mut digest = RunningDigest::default();
            for (part, growing, whole) in parts {
                let from = open_either(part, &growing, &whole)?;
                let copied = copy(from, &mut file, &mut digest);
                copied.map_err(BlobError::disk(format!("join upload `{part}` to `{id}`")))?;
            }
            file.sync_all()
                .map_err(BlobError::disk(format!("sync upload `{id}`")))?;
            Ok(digest)
        })
        .await?;
        let size = digest.hashed_bytes();
        self.inner.digests.store(id, Some(digest));
        Ok(size)
    }
}

/// Moves the growing file to its final name, unless that has been done before.
fn close(id: UploadId, part: &Path, whole: &Path, size: u64) -> Result<File, BlobError> {
    match open_at(id, part, size) {
        Ok(file) => {
            // The bytes before the name: after a power cut nothing that is called whole may be half.
            let closed = file.sync_all().and_then(|()| std::fs::rename(part, whole));
            let closed = closed.and_then(|()| disk::sync_folder(&disk::parent_of(whole)));
            closed.map_err(BlobError::disk(format!("close upload `{id}`")))?;
            Ok(file)
        }
        // Closed before, by a request that died before a row said so.
        Err(BlobError::NotStaged { .. }) => {
            let file = File::open(whole).map_err(|error| not_staged(id, error))?;
            let found = file
                .metadata()
                .map_err(BlobError::disk(format!("measure upload `{id}`")))?
                .len();
            if found == size {
                Ok(file)
            } else {
                Err(BlobError::AcknowledgedBytesLost {
                    id,
                    acknowledged: size,
                    found,
                })
            }
        }
        Err(error) => Err(error),
    }
}

fn open_either(id: UploadId, part: &Path, whole: &Path) -> Result<File, BlobError> {
    File::open(whole)
        .or_else(|_| File::open(part))
        .map_err(|error| not_staged(id, error))
}

fn not_staged(id: UploadId, error: io::Error) -> BlobError {
    if error.kind() == io::ErrorKind::NotFound {
        return BlobError::NotStaged { id };
    }
    BlobError::disk(format!("open upload `{id}`"))(error)
}

fn look_into(file: &File, known: Option<RunningDigest>, size: u64) -> io::Result<(RunningDigest, Bytes)> {
    let mut head = vec![0; usize::try_from(size.min(HEAD)).expect("64 KiB fit into memory")];
    file.read_exact_at(&mut head, 0)?;
    let digest = match known {
        Some(digest) => digest,
        None => count_again(file, size)?,
    };
    Ok((digest, head.into()))
}

fn count_again(file: &File, size: u64) -> io::Result<RunningDigest> {
    let mut digest = RunningDigest::default();
    let mut buffer = vec![0; BATCH];
    while digest.hashed_bytes() < size {
        let read = file.read_at(&mut buffer, digest.hashed_bytes())?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        digest.update(&buffer[..read]);
    }
    Ok(digest)
}

/// Copies and hashes in one go, which spares a second reading.
fn copy(mut from: File, to: &mut File, digest: &mut RunningDigest) -> io::Result<()> {
    let mut buffer = vec![0; BATCH];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..read])?;
        digest.update(&buffer[..read]);
    }
}
