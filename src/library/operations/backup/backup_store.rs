//! Where backups lie: a folder or a part of a bucket, with any number of them that share what they have in common.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use sha2::Digest as _;
use tempfile::TempDir;

use crate::blob::backup::CopyError;
use crate::blob::{BackupKey, BlobError, Blobs, ObjectKey};
use crate::domain::backup::{BackupManifest, FORMAT, Object};
use crate::domain::id::{LibraryId, Sha256};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::operations::backup::{name_of, parts, refused};
use crate::words::backups as words;

/// A manifest that is larger was not written by us.
const MOST_MANIFEST: u64 = 256 << 20;
/// Where a folder of backups keeps what is not whole yet.
const SCRATCH: &str = "incoming";
/// Clocks of two machines differ by so much without anybody's fault.
const SKEW: Duration = Duration::from_mins(1);

/// A place of backups.
#[derive(Debug, Clone)]
pub struct BackupStore {
    blobs: Blobs,
    /// Holds a folder that stands for one that is not there.
    _nothing: Option<Arc<TempDir>>,
}

impl BackupStore {
    /// Opens a folder, which is made if it is not there, or `s3://bucket/prefix`. `scratch` is for what is on its way to a
    /// bucket.
    pub fn open(named: &str, scratch: &Path) -> anyhow::Result<Self> {
        let Some(folder) = folder_of(named)? else {
            return Self::of(Blobs::open(named, scratch), named);
        };
        Self::of(Blobs::open_folder(&folder, &folder.join(SCRATCH)), named)
    }

    /// Opens a place to read from it. It must be there, and nothing is written to it.
    pub fn look_at(named: &str, scratch: &Path) -> anyhow::Result<Self> {
        let Some(folder) = folder_of(named)? else {
            return Self::of(Blobs::open(named, scratch), named);
        };
        anyhow::ensure!(folder.is_dir(), words::no_such_folder(named));
        Self::of(Blobs::open_folder(&folder, scratch), named)
    }

    /// Opens a place to see what a backup would write to it; a folder that is not there is an empty one.
    pub fn try_out(named: &str, scratch: &Path) -> anyhow::Result<Self> {
        if folder_of(named)?.is_none_or(|folder| folder.exists()) {
            return Self::look_at(named, scratch);
        }
        let nothing = tempfile::tempdir()?;
        Ok(Self {
            blobs: Blobs::open_folder(nothing.path(), scratch)?,
            _nothing: Some(Arc::new(nothing)),
        })
    }

    fn of(blobs: std::result::Result<Blobs, BlobError>, named: &str) -> anyhow::Result<Self> {
        let blobs = blobs.with_context(|| format!("open the backups at `{named}`"))?;
        Ok(Self { blobs, _nothing: None })
    }

    /// The store itself.
    pub(super) fn beside(store: &Blobs) -> Self {
        Self {
            blobs: store.clone(),
            _nothing: None,
        }
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

    /// What the newest backup here says, for the next one: of a rotten one nothing is known, and the next one is whole without
    /// it. One of the future tells nothing of what was made since.
    pub(super) async fn previous(&self, now: Timestamp) -> Result<Option<BackupManifest>> {
        let keys = self.blobs.list_backups().await.map_err(Error::unexpected)?;
        let Some(key) = keys.iter().rfind(|key| is_due(key, now)) else {
            return Ok(None);
        };
        match manifest(&self.blobs, key).await {
            Err(error) if !error.is_passing() => {
                tracing::warn!("the backup before this one is not believed: {error:?}");
                Ok(None)
            }
            read => read.map(Some),
        }
    }

    /// The backup that somebody wants: the newest, or the one whose name begins so. One whose time has not come yet is only
    /// taken by its name: the newest is where it seems to be.
    pub(super) async fn chosen(&self, begin: Option<&str>, now: Timestamp) -> Result<(String, BackupManifest)> {
        let keys = self.blobs.list_backups().await.map_err(Error::unexpected)?;
        if let Some(begin) = begin {
            let key = only_one(&keys, begin)?;
            return Ok((name_of(key), manifest(&self.blobs, key).await?));
        }
        let Some((newest, before)) = keys.split_last() else {
            return Err(refused(words::no_such_backup()));
        };
        let name = name_of(newest);
        let latest = now.plus(SKEW);
        if let Some(made_at) = made_at(newest).filter(|made_at| *made_at > latest) {
            let due = before.iter().rfind(|key| made_at_or_before(key, latest)).map(name_of);
            return Err(refused(words::of_the_future(&name, made_at, due.as_deref())));
        }
        let read = manifest(&self.blobs, newest).await;
        let read = read.map_err(|error| match error {
            Error::Unexpected(source) => {
                let before = before.last().map(name_of);
                Error::Unexpected(source.context(words::newest_unreadable(&name, before.as_deref())))
            }
            passing => passing,
        });
        Ok((name, read?))
    }

    /// Backups of two libraries at one place would remove each other. Asked is the newest that can be read: a torn one says
    /// nothing of whose the others are.
    pub(super) async fn belongs_to(&self, library: Option<LibraryId>) -> Result<()> {
        let keys = self.blobs.list_backups().await.map_err(Error::unexpected)?;
        for key in keys.iter().rev() {
            let there = match manifest(&self.blobs, key).await {
                Ok(manifest) => manifest.library,
                Err(error) if error.is_passing() => return Err(error),
                Err(_) => continue,
            };
            return match (library, there) {
                (Some(here), Some(there)) if here != there => Err(refused(words::of_another_library(here, there))),
                _ => Ok(()),
            };
        }
        Ok(())
    }
}

/// Whether the time of a backup has come, as far as two clocks agree.
pub(super) fn is_due(key: &BackupKey, now: Timestamp) -> bool {
    made_at_or_before(key, now.plus(SKEW))
}

/// The folder that is named, if it is one.
fn folder_of(named: &str) -> anyhow::Result<Option<PathBuf>> {
    if named.starts_with("s3://") {
        return Ok(None);
    }
    Ok(Some(std::path::absolute(
        named.strip_prefix("file://").unwrap_or(named),
    )?))
}

/// The one backup whose name begins so.
fn only_one<'a>(keys: &'a [BackupKey], begin: &str) -> Result<&'a BackupKey> {
    let found: Vec<&BackupKey> = keys.iter().filter(|key| name_of(key).starts_with(begin)).collect();
    match found[..] {
        [] => Err(refused(words::no_such_backup())),
        [one] => Ok(one),
        _ => {
            let names: Vec<String> = found.into_iter().map(name_of).collect();
            Err(refused(words::several_backups(begin, &names.join("\n"))))
        }
    }
}

/// When the rows of a backup were what they are.
pub(super) fn made_at(key: &BackupKey) -> Option<Timestamp> {
    match key {
        BackupKey::Manifest { made_at, .. } => Some(*made_at),
        BackupKey::Part(_) => None,
    }
}

fn made_at_or_before(key: &BackupKey, latest: Timestamp) -> bool {
    made_at(key).is_some_and(|made_at| made_at <= latest)
}

/// When the oldest backup of a place was made.
pub(super) async fn oldest(place: &Blobs) -> Result<Option<Timestamp>> {
    let keys = place.list_backups().await.map_err(Error::unexpected)?;
    Ok(keys.first().and_then(made_at))
}

/// Keeps a manifest: from now on it is a backup. Returns its name.
pub(super) async fn put_manifest(place: &Blobs, manifest: &BackupManifest) -> Result<String> {
    let bytes = serde_json::to_vec_pretty(manifest).map_err(Error::unexpected)?;
    let key = BackupKey::Manifest {
        made_at: manifest.made_at,
        sha256: Sha256::from_bytes(sha2::Sha256::digest(&bytes).into()),
    };
    place
        .put_backup(&key, bytes.into(), false)
        .await
        .map_err(Error::unexpected)?;
    Ok(name_of(&key))
}

/// Reads a manifest, and believes it if it is what it is named by.
pub(super) async fn manifest(place: &Blobs, key: &BackupKey) -> Result<BackupManifest> {
    let bytes = place.read_backup(key, MOST_MANIFEST).await.map_err(Error::unexpected)?;
    let read = checked(key, &bytes).with_context(|| format!("read the backup `{key}`"));
    Ok(read?)
}

fn checked(key: &BackupKey, bytes: &[u8]) -> anyhow::Result<BackupManifest> {
    let sha256 = Sha256::from_bytes(sha2::Sha256::digest(bytes).into());
    let is_whole = matches!(key, BackupKey::Manifest { sha256: named, .. } if *named == sha256);
    anyhow::ensure!(is_whole, "its bytes are not those that it is named by");
    #[derive(serde::Deserialize)]
    // The form before the rest: of a newer one this program may misread anything else.
    struct BackupForm {
        format: u32,
        program: String,
    }
    let BackupForm { format, program } = serde_json::from_slice(bytes)?;
    anyhow::ensure!(
        format <= FORMAT,
        "it was made by a newer program ({program}), this is {}\nhint: use version {program} or later",
        env!("CARGO_PKG_VERSION")
    );
    Ok(serde_json::from_slice(bytes)?)
}

/// Keeps the list of a shard's objects.
pub(super) async fn put_list(place: &Blobs, objects: &[Object], compare: bool) -> Result<Sha256> {
    let mut lines = Vec::new();
    for object in objects {
        serde_json::to_writer(&mut lines, object).map_err(Error::unexpected)?;
        lines.push(b'\n');
    }
    parts::put(place, lines, compare).await
}

/// The objects of a list.
pub(super) async fn list(place: &Blobs, list: &Sha256) -> Result<Vec<Object>> {
    parts::lines(place, list).await
}
