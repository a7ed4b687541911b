//! Staging of uploads: one local file each, written by one request at a time.
//!
//! A staged file is `<id>.part` while it grows and `<id>.whole` once it is finished, so that a late request can never
//! write into something that was already given away. How many of its bytes count is for the caller's row to say; what
//! lies behind that was never acknowledged and is cut off by the next [`Staging::append`].

mod append;
mod checksum;
mod finish;
mod local_copy;
mod running_digest;
mod upload_writer;
mod write_lock;

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

pub use append::{Append, AppendEnd, Appended, Checkpoint};
pub use checksum::{Algorithm, Checksum};
pub use finish::Finished;
pub use write_lock::WriteLock;

use super::{BlobError, disk};
use crate::domain::id::UploadId;
use running_digest::RunningDigests;
use write_lock::LockTable;

/// The folder where uploads grow. Cheap to clone; all clones know of each other's writers.
///
/// One process owns the folder: processes that share an upload agree on its writer in the database.
#[derive(Clone, Debug)]
pub struct Staging {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    locks: LockTable,
    digests: RunningDigests,
}

/// A staged upload as it lies in the folder.
#[derive(Debug, Clone)]
pub struct Staged {
    /// The upload.
    pub id: UploadId,
    /// Bytes on disk; some of them may not be acknowledged.
    pub size: u64,
    /// When it was last written to.
    pub modified: SystemTime,
}

impl Staging {
    /// Opens the folder, and makes it where it is missing.
    pub fn open(folder: &Path) -> Result<Self, BlobError> {
        let what = format!("make the folder `{}`", folder.display());
        disk::ensure_folder(folder).map_err(BlobError::disk(what))?;
        let (locks, digests) = (LockTable::default(), RunningDigests::default());
        Ok(Self {
            inner: Arc::new(Inner {
                folder: folder.to_owned(),
                locks,
                digests,
            }),
        })
    }

    /// Begins an empty upload.
    pub async fn create(&self, id: UploadId) -> Result<(), BlobError> {
        let (part, folder) = (self.part(id), self.inner.folder.clone());
        let created = disk::blocking(move || {
            OpenOptions::new().write(true).create_new(true).open(part)?;
            disk::sync_folder(&folder)
        })
        .await;
        created.map_err(BlobError::disk(format!("begin upload `{id}`")))
    }

    /// Waits to be the only writer of this upload, and tells whoever writes to it now to stop, keep what came, and go.
    ///
    /// A client that lost its connection comes back long before we notice that the old one is dead; the newer request
    /// is right. Read how far the upload has come only *after* this: the one that was told to stop still records it.
    pub async fn lock(&self, id: UploadId) -> Result<WriteLock, BlobError> {
        self.inner.locks.acquire(id).await
    }

    /// Cuts an upload back to `offset`, which must not lie behind its end.
    pub async fn truncate(&self, lock: &WriteLock, offset: u64) -> Result<(), BlobError> {
        let (id, part) = (lock.id(), self.part(lock.id()));
        self.inner.digests.forget(id);
        let guard = lock.guard();
        disk::blocking(move || {
            let _guard = guard;
            open_at(id, &part, offset)?
                .sync_all()
                .map_err(BlobError::disk(format!("cut upload `{id}`")))
        })
        .await
    }

    /// Removes an upload, finished or not. Twice does no harm.
    pub async fn remove(&self, lock: &WriteLock) -> Result<(), BlobError> {
        let id = lock.id();
        self.inner.digests.forget(id);
        let (guard, names) = (lock.guard(), [self.part(id), self.whole(id)]);
        let removed = disk::blocking(move || {
            let _guard = guard;
            names.iter().try_for_each(|name| remove_file(name))
        })
        .await;
        removed.map_err(BlobError::disk(format!("remove upload `{id}`")))
    }

    /// Lists what lies in the folder, for the sweep of uploads that no row names.
    pub async fn list(&self) -> Result<Vec<Staged>, BlobError> {
        let folder = self.inner.folder.clone();
        let listed = disk::blocking(move || list_folder(&folder)).await;
        listed.map_err(BlobError::disk("list the staged uploads"))
    }

    /// Bytes that still fit.
    pub fn free_space(&self) -> Result<u64, BlobError> {
        disk::free_space(&self.inner.folder)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.inner.folder
    }

    pub(super) fn part(&self, id: UploadId) -> PathBuf {
        self.inner.folder.join(format!("{id}.part"))
    }

    fn whole(&self, id: UploadId) -> PathBuf {
        self.inner.folder.join(format!("{id}.whole"))
    }
}

/// Opens the growing file with exactly `offset` bytes in it: what lies behind was never acknowledged.
fn open_at(id: UploadId, part: &Path, offset: u64) -> Result<File, BlobError> {
    let what = format!("open upload `{id}`");
    let file = match OpenOptions::new().read(true).write(true).open(part) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(BlobError::NotStaged { id }),
        opened => opened.map_err(BlobError::disk(what.as_str()))?,
    };
    let found = file.metadata().map_err(BlobError::disk(what.as_str()))?.len();
    if found < offset {
        return Err(BlobError::AcknowledgedBytesLost {
            id,
            acknowledged: offset,
            found,
        });
    }
    file.set_len(offset).map_err(BlobError::disk(what))?;
    Ok(file)
}

fn remove_file(name: &Path) -> io::Result<()> {
    match std::fs::remove_file(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn list_folder(folder: &Path) -> io::Result<Vec<Staged>> {
    let mut staged = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Some(id) = id_of(&entry.path()) else { continue };
        match entry.metadata() {
            Ok(metadata) => staged.push(Staged {
                id,
                size: metadata.len(),
                modified: metadata.modified()?,
            }),
            // It was removed since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(staged)
}

fn id_of(path: &Path) -> Option<UploadId> {
    let extension = path.extension()?.to_str()?;
    if !matches!(extension, "part" | "whole") {
        return None;
    }
    path.file_stem()?.to_str()?.parse().ok()
}
