//! Copies the objects that the rows name, shard by shard, and notes those that cannot be had.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;

use super::{BackupProgress, BackupRun, ProgressFn, backup_store};
use crate::blob::backup::{Copied, CopyError, named_sha256};
use crate::blob::store::{ListedObject, ObjectKind};
use crate::blob::{BlobError, Blobs, ObjectKey};
use crate::domain::backup::{Object, SHARDS, TableContents};
use crate::domain::id::Sha256;
use crate::error::{Error, Result};
use crate::library::operations::backup::contents::ContentRows;

/// Objects on their way at once.
pub(super) const COPIES_AT_ONCE: usize = 4;
/// So many lost objects are named in a manifest; all are counted.
pub(super) const LOST_NAMED: usize = 100;
/// Objects that could not be read one after the other, for another reason than that they are lost: then it is the store.
const FAILURES_IN_A_ROW: u32 = 10;

impl BackupRun<'_> {
    /// Copies the objects that the kept rows name and that are not there yet; returns the lists of all.
    pub(super) async fn keep_objects(&mut self, tables: &[TableContents]) -> Result<Vec<Sha256>> {
        let rows = self.parts.clone();
        let mut contents = ContentRows::of(&rows, tables)?;
        let mut lists = Vec::with_capacity(usize::from(SHARDS));
        for shard in 0..SHARDS {
            let named = contents.shard(shard).await?;
            let objects = self.keep_shard(shard, named).await?;
            self.report.objects += objects.len() as u64;
            self.report.bytes += objects.iter().map(|object| object.size).sum::<u64>();
            lists.push(backup_store::put_list(&self.parts, &objects, self.compares).await?);
            (self.watch)(BackupProgress::Shards(shard + 1));
        }
        Ok(lists)
    }

    async fn keep_shard(&mut self, shard: u16, named: BTreeMap<ObjectKey, u64>) -> Result<Vec<Object>> {
        let before = self.known_before(shard).await?;
        let there = listed(self.target, shard, &[ObjectKind::Blobs, ObjectKind::Derived]).await?;
        let mut wanted: Vec<Object> = named
            .iter()
            .map(|(key, size)| Object {
                key: key.to_string(),
                size: *size,
                sha256: None,
            })
            .collect();
        wanted.extend(self.made_of(shard, &named, &before, &there).await?);
        let (kept, mut missing): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|object| self.is_kept(object, &there));
        let (mut objects, damaged) = self.compared(kept).await;
        self.report.rewritten += damaged.len() as u64;
        missing.extend(damaged);
        objects.extend(self.copy(missing).await?);
        objects.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(objects)
    }

    /// What the backup before said of a shard.
    async fn known_before(&mut self, shard: u16) -> Result<BTreeMap<String, Object>> {
        let list = self
            .previous
            .as_ref()
            .and_then(|manifest| manifest.objects.get(usize::from(shard)));
        // In its own store nothing is copied, so nothing of it need be known.
        let Some(list) = list.filter(|_| !self.is_own_store) else {
            return Ok(BTreeMap::new());
        };
        match backup_store::list(self.target, list).await {
            Err(error) if !error.is_passing() => {
                tracing::warn!("a list of the backup before this one is not believed: {error:?}");
                // The same list may be needed again.
                self.compares = true;
                Ok(BTreeMap::new())
            }
            objects => Ok(objects?
                .into_iter()
                .map(|object| (object.key.clone(), object))
                .collect()),
        }
    }

    /// Whether the place holds an object as it should be, as far as can be told without reading it. In the library's own
    /// store everything that is listed is where it belongs.
    fn is_kept(&self, object: &Object, there: &BTreeMap<ObjectKey, ListedObject>) -> bool {
        let Ok(key) = object.key.parse::<ObjectKey>() else {
            return false;
        };
        let says_what_it_is = self.is_own_store || named_sha256(&key).is_some() || object.sha256.is_some();
        says_what_it_is && there.get(&key).is_some_and(|kept| kept.size == object.size)
    }

    /// Reads objects that the place holds, if that is wanted; returns the sound ones and the others. Its own store the library
    /// reads by itself ([`crate::library::operations::scrub`]).
    async fn compared(&self, kept: Vec<Object>) -> (Vec<Object>, Vec<Object>) {
        if !self.options.verify || self.is_own_store {
            return (kept, Vec::new());
        }
        sound_ones(self.target, kept, self.watch).await
    }

    /// What was made of the contents that are `named`, as the store has it. One that the place holds already has the
    /// SHA-256 that the backup before noted, unless it was made again since.
    async fn made_of(
        &self,
        shard: u16,
        named: &BTreeMap<ObjectKey, u64>,
        before: &BTreeMap<String, Object>,
        there: &BTreeMap<ObjectKey, ListedObject>,
    ) -> Result<Vec<Object>> {
        let contents: std::collections::BTreeSet<&Sha256> = named.keys().filter_map(named_sha256).collect();
        let made = match self.is_own_store {
            true => there.clone(),
            false => listed(&self.operations.blobs, shard, &[ObjectKind::Derived]).await?,
        };
        let made = made.into_iter().filter(|(key, _)| match key {
            ObjectKey::Derived(key) => contents.contains(&key.sha256),
            _ => false,
        });
        let known = |key: &ObjectKey, now: &ListedObject| {
            let kept = there.get(key)?;
            let is_same = kept.size == now.size && kept.modified >= now.modified;
            before.get(&now.name).filter(|_| is_same)?.sha256.clone()
        };
        Ok(made
            .map(|(key, now)| Object {
                sha256: known(&key, &now),
                key: now.name,
                size: now.size,
            })
            .collect())
    }

    /// Copies objects; returns those that are now there.
    async fn copy(&mut self, missing: Vec<Object>) -> Result<Vec<Object>> {
        if self.options.dry_run {
            self.report.copied += missing.len() as u64;
            self.report.copied_bytes += missing.iter().map(|object| object.size).sum::<u64>();
            return Ok(missing);
        }
        let (source, target, is_own_store) = (&self.operations.blobs, self.target, self.is_own_store);
        let mut copies = futures_util::stream::iter(missing)
            .map(|object| async move {
                let copied = copy_one(source, target, &object, is_own_store).await;
                (object, copied)
            })
            .buffer_unordered(COPIES_AT_ONCE);
        let mut copied = Vec::new();
        while let Some((object, done)) = copies.next().await {
            match done {
                Ok(Some(sha256)) => {
                    self.failures_in_a_row = 0;
                    self.report.copied += 1;
                    self.report.copied_bytes += object.size;
                    (self.watch)(BackupProgress::Object(object.size));
                    copied.push(noted(object, sha256));
                }
                Ok(None) => copied.push(object),
                Err(CopyError::Source(error)) => self.note_lost(object, error)?,
                Err(CopyError::Target(error)) => return Err(Error::unexpected(error)),
            }
        }
        Ok(copied)
    }

    /// One object's fault costs one object. Where nothing can be read any more it is the store that is away.
    fn note_lost(&mut self, object: Object, error: BlobError) -> Result<()> {
        let is_lost = matches!(
            error,
            BlobError::Missing { .. } | BlobError::Truncated { .. } | BlobError::Damaged { .. }
        );
        self.failures_in_a_row = if is_lost { 0 } else { self.failures_in_a_row + 1 };
        if self.failures_in_a_row >= FAILURES_IN_A_ROW {
            return Err(Error::unexpected(error));
        }
        tracing::warn!(object.key = %object.key, "`{}` is not in the backup: {error}", object.key);
        self.report.lost_count += 1;
        if self.report.lost.len() < LOST_NAMED {
            self.report.lost.push(object.key);
        }
        Ok(())
    }
}

/// Reads objects and compares them with what they are named by; returns the sound ones and the others.
pub(super) async fn sound_ones(
    place: &Blobs,
    objects: Vec<Object>,
    watch: ProgressFn<'_>,
) -> (Vec<Object>, Vec<Object>) {
    let mut read = futures_util::stream::iter(objects)
        .map(|object| async move {
            let is_sound = match object.key.parse() {
                Ok(key) => place.is_sound(&key, object.size, object.sha256.as_ref()).await,
                Err(_) => false,
            };
            (object, is_sound)
        })
        .buffer_unordered(COPIES_AT_ONCE);
    let (mut sound, mut damaged) = (Vec::new(), Vec::new());
    while let Some((object, is_sound)) = read.next().await {
        watch(BackupProgress::Object(object.size));
        if is_sound {
            sound.push(object);
        } else {
            tracing::warn!(object.key = %object.key, "`{}` is there and is damaged", object.key);
            damaged.push(object);
        }
    }
    (sound, damaged)
}

/// Copies an object; returns what it is, or nothing where it is in its place already.
async fn copy_one(
    source: &Blobs,
    target: &Blobs,
    object: &Object,
    is_own_store: bool,
) -> std::result::Result<Option<Sha256>, CopyError> {
    let Ok(key) = object.key.parse::<ObjectKey>() else {
        let key = object.key.clone();
        return Err(CopyError::Source(BlobError::Missing { key }));
    };
    if is_own_store {
        return in_place(source, &key, object.size).await.map(|()| None);
    }
    let copied = target
        .copy_from(source, &key, object.size, object.sha256.as_ref())
        .await;
    copied.map(|Copied { sha256, .. }| Some(sha256))
}

async fn in_place(store: &Blobs, key: &ObjectKey, wanted: u64) -> std::result::Result<(), CopyError> {
    let found = store.size(key).await.map_err(CopyError::Source)?;
    if found == wanted {
        return Ok(());
    }
    let key = key.to_string();
    Err(CopyError::Source(BlobError::Truncated { key, wanted, found }))
}

/// The object with what its bytes are, where its key does not say it.
fn noted(object: Object, sha256: Sha256) -> Object {
    let is_named = object.key.parse().is_ok_and(|key| named_sha256(&key).is_some());
    Object {
        sha256: (!is_named).then_some(sha256),
        ..object
    }
}

/// The objects of a shard in some parts of a store.
pub(in crate::library) async fn listed(
    store: &Blobs,
    shard: u16,
    parts: &[ObjectKind],
) -> Result<BTreeMap<ObjectKey, ListedObject>> {
    let mut all = BTreeMap::new();
    for part in parts {
        all.extend(store.list_shard(*part, shard).await.map_err(Error::unexpected)?);
    }
    Ok(all)
}
