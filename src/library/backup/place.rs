//! Where backups lie: a folder or a part of a bucket, with any number of them that share what they have in common.

use std::path::Path;

use anyhow::Context as _;
use sha2::Digest as _;

use super::{name_of, parts};
use crate::blob::backup::CopyError;
use crate::blob::{BackupKey, Blobs, ObjectKey};
use crate::domain::backup::{FORMAT, Manifest, Object};
use crate::domain::id::{Id, Sha256};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

/// A manifest that is larger was not written by us.
const MOST_MANIFEST: u64 = 256 << 20;
/// Where a folder of backups keeps what is not whole yet.
const SCRATCH: &str = "incoming";

/// A place of backups.
#[derive(Debug, Clone)]
pub struct Place {
    blobs: Blobs,
}

impl Place {
    /// Opens a folder, or `s3://bucket/prefix`. `scratch` is for what is on its way to a bucket.
    pub fn open(named: &str, scratch: &Path) -> anyhow::Result<Self> {
        let blobs = if named.starts_with("s3://") {
            Blobs::open(named, scratch)
        } else {
            let folder = std::path::absolute(named.strip_prefix("file://").unwrap_or(named))?;
            Blobs::open_folder(&folder, &folder.join(SCRATCH))
        };
        let blobs = blobs.with_context(|| format!("open the backups at `{named}`"))?;
        Ok(Self { blobs })
    }

    /// The store itself.
    pub(super) fn beside(store: &Blobs) -> Self {
        Self { blobs: store.clone() }
    }

    pub(super) fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Copies an object from here into a store, if it is here and what it is named by; says whether it was.
    pub(crate) async fn bring(&self, store: &Blobs, key: &ObjectKey, size: u64) -> Result<bool> {
        match store.copy_from(&self.blobs, key, size, None).await {
            Ok(_) => Ok(true),
            Err(CopyError::Source(error)) => {
                tracing::warn!(object.key = %key, "`{key}` cannot be taken from the backup: {error}");
                Ok(false)
            }
            Err(CopyError::Target(error)) => Err(Error::unexpected(error)),
        }
    }

    /// The newest backup here, with its name.
    pub(super) async fn newest(&self) -> Result<Option<(String, Manifest)>> {
        let keys = self.blobs.list_backups().await.map_err(Error::unexpected)?;
        let Some(key) = keys.last() else { return Ok(None) };
        Ok(Some((name_of(key), manifest(&self.blobs, key).await?)))
    }

    /// A backup by the beginning of its name.
    pub(super) async fn named(&self, name: &str) -> Result<Option<(String, Manifest)>> {
        let keys = self.blobs.list_backups().await.map_err(Error::unexpected)?;
        let Some(key) = keys.iter().rfind(|key| name_of(key).starts_with(name)) else {
            return Ok(None);
        };
        Ok(Some((name_of(key), manifest(&self.blobs, key).await?)))
    }

    /// Backups of two libraries at one place would remove each other.
    pub(super) fn belongs_to(&self, library: Option<Id>, newest: Option<&Manifest>) -> Result<()> {
        let (Some(here), Some(there)) = (library, newest.and_then(|manifest| manifest.library)) else {
            return Ok(());
        };
        if here == there {
            return Ok(());
        }
        Err(Error::Unexpected(anyhow::anyhow!(
            "the backups there are of another library ({there}); this one is {here}\nhint: give each a place of its own"
        )))
    }
}

/// When the oldest backup of a place was made.
pub(super) async fn oldest(place: &Blobs) -> Result<Option<Timestamp>> {
    let keys = place.list_backups().await.map_err(Error::unexpected)?;
    Ok(keys.first().and_then(|key| match key {
        BackupKey::Manifest { made_at, .. } => Some(*made_at),
        BackupKey::Part(_) => None,
    }))
}

/// Keeps a manifest: from now on it is a backup. Returns its name.
pub(super) async fn put_manifest(place: &Blobs, manifest: &Manifest) -> Result<String> {
    let bytes = serde_json::to_vec_pretty(manifest).map_err(Error::unexpected)?;
    let key = BackupKey::Manifest {
        made_at: manifest.made_at,
        sha256: Sha256::from_bytes(sha2::Sha256::digest(&bytes).into()),
    };
    place.put_backup(&key, bytes.into()).await.map_err(Error::unexpected)?;
    Ok(name_of(&key))
}

/// Reads a manifest, and believes it if it is what it is named by.
pub(super) async fn manifest(place: &Blobs, key: &BackupKey) -> Result<Manifest> {
    let bytes = place.read_backup(key, MOST_MANIFEST).await.map_err(Error::unexpected)?;
    let read = checked(key, &bytes).with_context(|| format!("read the backup `{key}`"));
    Ok(read?)
}

fn checked(key: &BackupKey, bytes: &[u8]) -> anyhow::Result<Manifest> {
    let sha256 = Sha256::from_bytes(sha2::Sha256::digest(bytes).into());
    let is_whole = matches!(key, BackupKey::Manifest { sha256: named, .. } if *named == sha256);
    anyhow::ensure!(is_whole, "its bytes are not those that it is named by");
    #[derive(serde::Deserialize)]
    struct Form {
        format: u32,
        program: String,
    }
    let Form { format, program } = serde_json::from_slice(bytes)?;
    anyhow::ensure!(
        format <= FORMAT,
        "it was made by a newer program ({program}), this is {}\nhint: use version {program} or later",
        env!("CARGO_PKG_VERSION")
    );
    Ok(serde_json::from_slice(bytes)?)
}

/// Keeps the list of a shard's objects.
pub(super) async fn put_list(place: &Blobs, objects: &[Object]) -> Result<Sha256> {
    let mut lines = Vec::new();
    for object in objects {
        serde_json::to_writer(&mut lines, object).map_err(Error::unexpected)?;
        lines.push(b'\n');
    }
    parts::put(place, lines).await
}

/// The objects of a list.
pub(super) async fn list(place: &Blobs, list: &Sha256) -> Result<Vec<Object>> {
    parts::lines(place, list).await
}
