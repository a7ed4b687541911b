//! Puts objects into the store: finished uploads, bytes made here, parts of files.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};
use tempfile::NamedTempFile;

use super::store::SCRATCH;
use super::{BlobError, BlobKey, Blobs, DerivedKey, Finished, ObjectKey, disk};
use crate::domain::id::Sha256;

/// The smallest part that we send to S3; its own minimum is 5 MiB.
const PART: u64 = 8 << 20;

/// S3 takes at most 10,000 parts, so parts of very large files grow.
const MAX_PARTS: u64 = 9_000;

/// Parts on their way at once: 32 MiB of memory for each upload to S3.
const PARTS_AT_ONCE: usize = 4;

/// A file on its way into the store; it goes when it is dropped.
pub(super) struct Scratch {
    file: NamedTempFile,
    /// Its length in bytes.
    pub(super) size: u64,
}

impl Blobs {
    /// Puts a finished upload under a new key. Durable when it returns.
    ///
    /// The staged copy stays until [`super::Staging::remove`]: whoever dies between this and the row that names the key
    /// finds the upload as it was, and does it again.
    pub async fn put_upload(&self, finished: &Finished) -> Result<BlobKey, BlobError> {
        let key = BlobKey::fresh(finished.sha256.clone());
        self.put_file(&ObjectKey::Blob(key.clone()), finished.path.clone(), finished.size)
            .await?;
        Ok(key)
    }

    /// Puts what was made from content. Twice does no harm: readers see the old one or the new one, whole.
    pub async fn put_derived<S>(&self, key: &DerivedKey, body: S) -> Result<u64, BlobError>
    where
        S: Stream<Item = io::Result<Bytes>> + Unpin,
    {
        self.put_stream(&key.into(), body).await
    }

    /// Puts bytes that the service made itself under a new key, as content. Durable when it returns.
    pub async fn put_bytes(&self, sha256: Sha256, bytes: Bytes) -> Result<BlobKey, BlobError> {
        let key = BlobKey::fresh(sha256);
        let body = stream::iter([Ok(bytes)]);
        self.put_stream(&ObjectKey::Blob(key.clone()), body).await?;
        Ok(key)
    }

    /// Puts what comes under `key`, by way of a scratch file; returns its size.
    pub(super) async fn put_stream<S>(&self, key: &ObjectKey, body: S) -> Result<u64, BlobError>
    where
        S: Stream<Item = io::Result<Bytes>> + Unpin,
    {
        let scratch = self.to_scratch(key, body).await?;
        let size = scratch.size;
        self.put_scratch(key, scratch).await?;
        Ok(size)
    }

    /// Writes what will become `key` into a scratch file, which is durable when this returns.
    pub(super) async fn to_scratch<S>(&self, key: &ObjectKey, mut body: S) -> Result<Scratch, BlobError>
    where
        S: Stream<Item = io::Result<Bytes>> + Unpin,
    {
        let writing = format!("write `{key}`");
        let mut file = scratch_file(&self.scratch).map_err(BlobError::disk("make a scratch file"))?;
        let mut size = 0;
        while let Some(bytes) = body
            .try_next()
            .await
            .map_err(BlobError::disk(format!("take what becomes `{key}`")))?
        {
            size += bytes.len() as u64;
            let (returned, written) = disk::blocking(move || {
                let written = file.write_all(&bytes);
                (file, written)
            })
            .await;
            written.map_err(BlobError::disk(writing.as_str()))?;
            file = returned;
        }
        // The object may become a second name of this very file, which then has to be durable already.
        let (file, synced) = disk::blocking(move || {
            let synced = file.as_file().sync_all();
            (file, synced)
        })
        .await;
        synced.map_err(BlobError::disk(writing))?;
        Ok(Scratch { file, size })
    }

    /// Puts a scratch file under `key`; the scratch goes.
    pub(super) async fn put_scratch(&self, key: &ObjectKey, scratch: Scratch) -> Result<(), BlobError> {
        self.put_file(key, scratch.file.path().to_owned(), scratch.size).await
    }

    /// Puts a whole file, which is durable itself, under `key`.
    async fn put_file(&self, key: &ObjectKey, file: PathBuf, size: u64) -> Result<(), BlobError> {
        if let Some(target) = self.local_path(key) {
            let put = disk::blocking(move || link_or_copy(&file, &target)).await;
            return put.map_err(BlobError::disk(format!("keep `{key}`")));
        }
        self.send(&key.to_string(), file, 0, size).await
    }

    /// Puts `size` bytes of a file, from `start` on, under a name.
    pub(super) async fn put_section(&self, name: &str, file: PathBuf, start: u64, size: u64) -> Result<(), BlobError> {
        if let Some(root) = &self.root {
            let target = root.join(name);
            let put = disk::blocking(move || copy_section(&file, start, size, &target)).await;
            return put.map_err(BlobError::disk(format!("keep `{name}`")));
        }
        self.send(name, file, start, size).await
    }

    async fn send(&self, key: &str, file: PathBuf, start: u64, size: u64) -> Result<(), BlobError> {
        let opened = disk::blocking(move || File::open(file)).await;
        let file = Arc::new(opened.map_err(BlobError::disk(format!("open what becomes `{key}`")))?);
        // One request for most files; in parts it takes three at least.
        if size <= PART {
            self.send_whole(key, file, start, size).await
        } else {
            self.send_parts(key, file, start, size).await
        }
    }

    async fn send_whole(&self, key: &str, file: Arc<File>, start: u64, size: u64) -> Result<(), BlobError> {
        let payload = part(file, start, size)
            .await
            .map_err(BlobError::disk(format!("read what becomes `{key}`")))?;
        let put = self.store.put(&self.located(key), payload).await;
        put.map(drop).map_err(BlobError::store("write", key))
    }

    /// Sends the file in parts. If that fails the parts that came are thrown away, for a bucket shows them to nobody
    /// and bills them for ever.
    async fn send_parts(&self, key: &str, file: Arc<File>, start: u64, size: u64) -> Result<(), BlobError> {
        let begun = self.store.put_multipart(&self.located(key)).await;
        let mut upload = begun.map_err(BlobError::store("begin", key))?;
        let sent = send_all(upload.as_mut(), key, file, start..start + size).await;
        if sent.is_err()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(object.key = %key, %error, "could not throw away the parts of `{key}`");
        }
        sent
    }
}

/// A file of our own in the scratch folder, named so that the sweep knows it.
fn scratch_file(folder: &Path) -> io::Result<NamedTempFile> {
    let (start, end) = SCRATCH;
    tempfile::Builder::new().prefix(start).suffix(end).tempfile_in(folder)
}

async fn send_all(
    upload: &mut dyn MultipartUpload,
    key: &str,
    file: Arc<File>,
    bytes: Range<u64>,
) -> Result<(), BlobError> {
    // All parts but the last must have the same size: some stores insist on it.
    let part_size = PART.max((bytes.end - bytes.start).div_ceil(MAX_PARTS));
    let starts = bytes
        .clone()
        .step_by(usize::try_from(part_size).expect("a part fits into memory"));
    let reading = starts.map(|start| part(file.clone(), start, part_size.min(bytes.end - start)));
    let mut parts = stream::iter(reading).buffered(1);
    let mut under_way = stream::FuturesUnordered::new();
    while let Some(payload) = parts.next().await {
        let payload = payload.map_err(BlobError::disk(format!("read what becomes `{key}`")))?;
        // The store numbers parts by the order of these calls: they are read one after the other and only sent side by
        // side.
        under_way.push(upload.put_part(payload));
        if under_way.len() == PARTS_AT_ONCE {
            under_way
                .try_next()
                .await
                .map_err(BlobError::store("write a part of", key))?;
        }
    }
    while under_way
        .try_next()
        .await
        .map_err(BlobError::store("write a part of", key))?
        .is_some()
    {}
    upload
        .complete()
        .await
        .map(drop)
        .map_err(BlobError::store("complete", key))
}

async fn part(file: Arc<File>, start: u64, length: u64) -> io::Result<PutPayload> {
    disk::blocking(move || {
        let mut bytes = vec![0; usize::try_from(length).expect("a part fits into memory")];
        file.read_exact_at(&mut bytes, start)?;
        Ok(PutPayload::from(bytes))
    })
    .await
}

/// Gives a durable file a durable second name; copies it if the two places are on different file systems.
///
/// A second name and not a new one, so that the first still stands if we die before a row names the second.
fn link_or_copy(file: &Path, target: &Path) -> io::Result<()> {
    let folder = disk::parent_of(target);
    disk::ensure_folder(&folder)?;
    if let Err(error) = std::fs::hard_link(file, target) {
        if error.kind() == io::ErrorKind::NotFound {
            return Err(error);
        }
        // It exists (a derived object is made again), or this file system cannot give second names.
        replace(file, target, &folder)?;
    }
    disk::sync_folder(&folder)?;
    // A shard that another thread has just made may not be synced into its parent yet.
    disk::sync_folder(&disk::parent_of(&folder))
}

/// Copies a part of a file to a place of its own, durably.
fn copy_section(file: &Path, start: u64, size: u64, target: &Path) -> io::Result<()> {
    let folder = disk::parent_of(target);
    disk::ensure_folder(&folder)?;
    let mut from = File::open(file)?;
    from.seek(SeekFrom::Start(start))?;
    copy_into(&mut from.take(size), target, &folder)?;
    disk::sync_folder(&folder)
}

/// Copies `file` beside the target and moves it into place, so that nobody sees a half.
fn replace(file: &Path, target: &Path, folder: &Path) -> io::Result<()> {
    copy_into(&mut File::open(file)?, target, folder)
}

fn copy_into(from: &mut impl io::Read, target: &Path, folder: &Path) -> io::Result<()> {
    let mut copy = tempfile::Builder::new().prefix(".incoming").tempfile_in(folder)?;
    io::copy(from, copy.as_file_mut())?;
    copy.as_file().sync_all()?;
    copy.persist(target).map(drop).map_err(|error| error.error)
}
