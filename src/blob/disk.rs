//! File system calls beyond reading and writing: durable folders, free space.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::BlobError;

/// Runs blocking work on the threads that are there for it.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
    }
}

/// Makes a folder and everything above it, and sees to it that they survive a power cut.
pub(super) fn ensure_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        ensure_folder(parent)?;
    }
    match std::fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // Where another thread was quicker it may not have come to its own sync yet.
        _ => sync_folder(&parent_of(folder)),
    }
}

/// Makes the names in a folder durable. A file's own fsync does not do that.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The folder that holds `path`.
pub(super) fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Bytes that this process may still write to the file system of `folder`.
pub(super) fn free_space(folder: &Path) -> Result<u64, BlobError> {
    let stat = rustix::fs::statvfs(folder).map_err(io::Error::from);
    let stat = stat.map_err(BlobError::disk(format!(
        "measure the free space of `{}`",
        folder.display()
    )))?;
    // `f_bavail`, not `f_bfree`: what the file system keeps for root is not ours.
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
