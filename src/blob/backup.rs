//! Backups: the store as their target, and as their source.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use object_store::{ObjectStoreExt as _, PutPayload};
use sha2::Digest as _;

use super::owner::OWNER;
use super::store::{ListedObject, ObjectKind};
use super::{BackupKey, BlobError, Blobs, CopyGeneration, ObjectKey};
use crate::domain::backup::shard_digits;
use crate::domain::id::Sha256;

/// Result of copying an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its length in bytes.
    pub size: u64,
    /// What they are.
    pub sha256: Sha256,
}

/// Why an object was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It cannot be read where it should be: that is its own fault, and others may do better.
    #[error("read it")]
    Source(#[source] BlobError),
    /// It cannot be written: nothing can.
    #[error("write it")]
    Target(#[source] BlobError),
}

impl Blobs {
    /// The objects of one shard, by name. Strangers are left out.
    pub async fn list_shard(
        &self,
        kind: ObjectKind,
        shard: u16,
    ) -> Result<BTreeMap<ObjectKey, ListedObject>, BlobError> {
        let listed = self.list_under(&format!("{}/{}", kind.folder(), shard_digits(shard)));
        let ours = listed.try_filter_map(async |object| Ok(object.key.clone().map(|key| (key, object))));
        ours.try_collect().await
    }

    /// The manifests of the backups that lie here, oldest first.
    pub async fn list_backups(&self) -> Result<Vec<BackupKey>, BlobError> {
        let mut keys = self.list_backup_files("backups").await?;
        keys.sort();
        Ok(keys)
    }

    /// The parts of backups that lie here.
    pub async fn list_backup_parts(&self) -> Result<Vec<BackupKey>, BlobError> {
        self.list_backup_files("rows").await
    }

    async fn list_backup_files(&self, folder: &str) -> Result<Vec<BackupKey>, BlobError> {
        let listed = self.list_under(folder);
        let ours = listed.try_filter_map(async |object| Ok(object.name.parse().ok()));
        ours.try_collect().await
    }

    /// Keeps a file of a backup, unless it is there already: its name says what it is. With `compare` what is there is read
    /// before it is believed.
    pub async fn put_backup(&self, key: &BackupKey, bytes: Bytes, compare: bool) -> Result<(), BlobError> {
        let path = self.located(&key.to_string());
        match self.store.head(&path).await {
            // Another size is damage that one question tells; only files of the same size are worth reading.
            Ok(meta) if meta.size != bytes.len() as u64 => {}
            Ok(_) if !compare => return Ok(()),
            // Whatever it cannot be read for, it is written again.
            Ok(_)
                if self
                    .read_backup(key, bytes.len() as u64)
                    .await
                    .is_ok_and(|there| there == bytes) =>
            {
                return Ok(());
            }
            Ok(_) => tracing::warn!("`{key}` of the backup was damaged and is written again"),
            Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(BlobError::store("look at", &path)(error)),
        }
        let put = self.store.put(&path, PutPayload::from_bytes(bytes)).await;
        put.map(drop).map_err(BlobError::store("write", &path))
    }

    /// Reads a file of a backup, of at most `limit` bytes.
    pub async fn read_backup(&self, key: &BackupKey, limit: u64) -> Result<Bytes, BlobError> {
        let path = self.located(&key.to_string());
        let got = self.store.get(&path).await.map_err(BlobError::store("read", &path))?;
        let size = got.meta.size;
        if size > limit {
            return Err(BlobError::TooLarge {
                key: key.to_string(),
                size,
                limit,
            });
        }
        got.bytes().await.map_err(BlobError::store("read", &path))
    }

    /// Removes a file of a backup. One that is not there is as good as removed.
    pub async fn delete_backup(&self, key: &BackupKey) -> Result<(), BlobError> {
        let path = self.located(&key.to_string());
        match self.store.delete(&path).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            answer => answer.map_err(BlobError::store("delete", &path)),
        }
    }

    /// Copies an object out of another store under the same key. What does not have the SHA-256 that is wanted, or that
    /// its name says, is not kept.
    pub async fn copy_from(
        &self,
        source: &Self,
        key: &ObjectKey,
        size: u64,
        wanted: Option<&Sha256>,
    ) -> Result<Copied, CopyError> {
        let wanted = wanted.or_else(|| named_sha256(key));
        let mut digest = sha2::Sha256::new();
        // Errors of the body would count as the target's: the source's own is set aside, so that one rotten object does
        // not end the backup.
        let mut failed = None;
        let body = source.read(key, 0..size).await.map_err(CopyError::Source)?;
        let body = body.map(|bytes| match bytes {
            Ok(bytes) => {
                digest.update(&bytes);
                Ok(bytes)
            }
            Err(error) => {
                failed = Some(error);
                Err(std::io::Error::other("the source failed"))
            }
        });
        let scratch = self.to_scratch(key, body).await;
        if let Some(error) = failed {
            return Err(CopyError::Source(error));
        }
        let scratch = scratch.map_err(CopyError::Target)?;
        let sha256 = Sha256::from_bytes(digest.finalize().into());
        if wanted.is_some_and(|wanted| *wanted != sha256) {
            return Err(CopyError::Source(BlobError::Damaged {
                key: key.to_string(),
                why: "its bytes are not those that it is named by",
            }));
        }
        self.put_scratch(key, scratch).await.map_err(CopyError::Target)?;
        Ok(Copied { size, sha256 })
    }

    /// Whether what is written here is seen there: two addresses may name one place.
    pub async fn is_same_place(&self, other: &Self) -> Result<bool, BlobError> {
        let name = format!("probe/{}", CopyGeneration::random());
        let (here, there) = (self.located(&name), other.located(&name));
        let put = self.store.put(&here, PutPayload::from_static(b"?")).await;
        put.map_err(BlobError::store("write", &here))?;
        let seen = other.store.head(&there).await;
        // Before the answer is looked at, so that no probe stays behind whatever it is.
        let deleted = self.store.delete(&here).await;
        deleted.map_err(BlobError::store("delete", &here))?;
        match seen {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(BlobError::store("look at", &there)(error)),
        }
    }

    /// The same without writing anything: whether both hold the very same object under a name that a library's store, or a
    /// place of backups, has. A copy is another object, written at another time.
    pub async fn seems_same_place(&self, other: &Self) -> Result<bool, BlobError> {
        let backups = self.list_backups().await?;
        let names = backups
            .last()
            .map(ToString::to_string)
            .into_iter()
            .chain([OWNER.to_owned()]);
        for name in names {
            let path = self.located(&name);
            let here = match self.store.head(&path).await {
                Err(object_store::Error::NotFound { .. }) => continue,
                here => here.map_err(BlobError::store("look at", &path))?,
            };
            let path = other.located(&name);
            return match other.store.head(&path).await {
                Err(object_store::Error::NotFound { .. }) => Ok(false),
                Err(error) => Err(BlobError::store("look at", &path)(error)),
                Ok(there) => Ok(here.e_tag == there.e_tag && here.last_modified == there.last_modified),
            };
        }
        Ok(false)
    }

    /// Whether an object can be read and is what its name says, or is `wanted` where that does not say it.
    pub async fn is_sound(&self, key: &ObjectKey, size: u64, wanted: Option<&Sha256>) -> bool {
        let digest = self.digest(key, size).await;
        let wanted = named_sha256(key).or(wanted);
        digest.is_ok_and(|digest| wanted.is_none_or(|wanted| *wanted == digest))
    }

    /// Reads an object and says what its bytes are.
    pub async fn digest(&self, key: &ObjectKey, size: u64) -> Result<Sha256, BlobError> {
        let mut digest = sha2::Sha256::new();
        let mut body = self.read(key, 0..size).await?;
        while let Some(bytes) = body.try_next().await? {
            digest.update(&bytes);
        }
        Ok(Sha256::from_bytes(digest.finalize().into()))
    }
}

/// The SHA-256 that a key says the object's bytes have.
pub fn named_sha256(key: &ObjectKey) -> Option<&Sha256> {
    match key {
        ObjectKey::Blob(key) => Some(&key.sha256),
        ObjectKey::Derived(_) => None,
    }
}
