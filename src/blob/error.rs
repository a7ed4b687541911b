//! Errors of the store and of staging.

use std::io;

use crate::domain::id::UploadId;

/// Everything that can stop an act of this room. The library turns those that people can do something about into
/// refusals.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The store has no such object.
    #[error("object `{key}` is not in the store")]
    Missing {
        /// The object's key.
        key: String,
    },
    /// The object is shorter than the row that names it says: it must not be served as if it were whole.
    #[error("object `{key}` ends at byte {found}, but {wanted} bytes are expected")]
    Truncated {
        /// The object's key.
        key: String,
        /// Where the wanted range ends.
        wanted: u64,
        /// Where the object ends.
        found: u64,
    },
    /// A stored text is not text, or one line of it is longer than any that we write.
    #[error("object `{key}` is damaged: {why}")]
    Damaged {
        /// The object's key.
        key: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The object is larger than the caller is ready to take.
    #[error("object `{key}` holds {size} bytes, over the limit of {limit}")]
    TooLarge {
        /// The object's key.
        key: String,
        /// Its length in bytes.
        size: u64,
        /// The caller's limit.
        limit: u64,
    },
    /// The disk, or the quota on it, is full.
    #[error("no space is left for {what}")]
    DiskFull {
        /// What was being written.
        what: String,
        /// Its answer.
        #[source]
        source: io::Error,
    },
    /// Nothing is staged under this id: never created, removed, or lost.
    #[error("upload `{id}` is not staged here")]
    NotStaged {
        /// The upload.
        id: UploadId,
    },
    /// The staged file holds less than was acknowledged; the bytes are lost and only a new upload helps.
    #[error("upload `{id}` was acknowledged up to byte {acknowledged}, but only {found} bytes are here")]
    AcknowledgedBytesLost {
        /// The upload.
        id: UploadId,
        /// Up to where the caller had been told that bytes are safe.
        acknowledged: u64,
        /// How many are there.
        found: u64,
    },
    /// The bytes of this request do not have the checksum that was announced with them; none of them was kept.
    #[error("the bytes do not match the checksum that came with them")]
    ChecksumMismatch,
    /// A newer request took over this upload before this one wrote anything.
    #[error("a newer request took over upload `{id}`")]
    Displaced {
        /// The upload.
        id: UploadId,
    },
    /// The caller could not record how far the upload has come.
    #[error("the progress of the upload could not be recorded")]
    NotRecorded(#[source] anyhow::Error),
    /// The storage URL cannot be used.
    #[error("`{url}` is not a place for objects: {why}")]
    InvalidStorageUrl {
        /// The setting, without anything secret in it.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The store answered with an error.
    #[error("the store failed to {what}")]
    Store {
        /// What it was asked to do.
        what: String,
        /// Its answer.
        #[source]
        source: object_store::Error,
    },
    /// The disk answered with an error.
    #[error("the disk failed to {what}")]
    Disk {
        /// What it was asked to do.
        what: String,
        /// Its answer.
        #[source]
        source: io::Error,
    },
}

impl BlobError {
    /// Whether the object is gone, short, unreadable or not what it was, and asking again will not help. A store that is
    /// away, a full disk, a refused permission are other trouble.
    pub fn is_damage(&self) -> bool {
        /// `EIO`: the disk itself cannot read what it wrote.
        const UNREADABLE: i32 = 5;
        match self {
            Self::Missing { .. } | Self::Truncated { .. } | Self::Damaged { .. } => true,
            Self::Disk { source, .. } => source.raw_os_error() == Some(UNREADABLE),
            _ => false,
        }
    }

    /// Whether the object was refused to us. It may be this one's own trouble, or that of the whole store:
    /// [`super::Blobs::check`] tells.
    pub fn is_refused(&self) -> bool {
        match self {
            Self::Disk { source, .. } => is_refusal(source),
            Self::Store { source, .. } => {
                matches!(source, object_store::Error::PermissionDenied { .. }) || comes_of_refusal(source)
            }
            _ => false,
        }
    }

    /// Says what we were doing when the disk failed, and tells a full disk from other trouble.
    pub(super) fn disk(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| {
            let what = what.into();
            if is_full(&source) {
                Self::DiskFull { what, source }
            } else {
                Self::Disk { what, source }
            }
        }
    }

    /// Says what we were doing with `key` when the store failed, and tells a missing object from other trouble.
    pub(super) fn store(
        what: &'static str,
        key: &(impl ToString + ?Sized),
    ) -> impl FnOnce(object_store::Error) -> Self {
        let key = key.to_string();
        move |source| match source {
            object_store::Error::NotFound { .. } => Self::Missing { key },
            source => Self::Store {
                what: format!("{what} `{key}`"),
                source,
            },
        }
    }
}

fn comes_of_refusal(error: &object_store::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(is_refusal) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// A file of another account, and a name that leads to no file.
fn is_refusal(error: &io::Error) -> bool {
    /// `ELOOP`: links that lead to each other.
    const LOOP: i32 = 40;
    use io::ErrorKind::{IsADirectory, NotADirectory, PermissionDenied};
    matches!(error.kind(), PermissionDenied | NotADirectory | IsADirectory) || error.raw_os_error() == Some(LOOP)
}

/// A full disk, an exhausted quota and a file over the size limit all mean: no more room.
fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::BlobError;

    #[test]
    fn what_refuses_one_object_is_told_from_a_store_that_is_away() {
        let disk = |kind: ErrorKind| BlobError::disk("open it")(Error::from(kind));
        let folder = |kind: ErrorKind| BlobError::Store {
            what: "look at it".to_owned(),
            source: object_store::Error::Generic {
                store: "LocalFileSystem",
                source: Box::new(Error::from(kind)),
            },
        };

        for kind in [ErrorKind::PermissionDenied, ErrorKind::NotADirectory] {
            assert!(disk(kind).is_refused() && folder(kind).is_refused(), "{kind}");
        }
        for kind in [
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::TimedOut,
            ErrorKind::StorageFull,
        ] {
            assert!(!disk(kind).is_refused() && !folder(kind).is_refused(), "{kind}");
        }
    }
}
