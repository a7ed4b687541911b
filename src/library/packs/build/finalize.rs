//! A version is made ready: its lists are signed and kept, and one act names it the newest.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use sea_orm::ConnectionTrait;

use crate::db::entity::{self, pack, pack_version};
use crate::db::{changes, content, jobs, packs, resources, takedowns, trust};
use crate::domain::id::{ResourceId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::pack::BuildState;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::blocking::blocking;
use crate::library::objects::integrity::ExpectedObject;
use crate::library::objects::keep::ReceivedContent;
use crate::library::packs::Packs;
use crate::library::packs::build::{AT_ONCE, Building};
use crate::library::resources::edit;
use crate::pack::trust::Meta;
use crate::pack::{canonical, patch};

impl Packs {
    /// Signs and keeps the lists, then makes the version ready in one act. It does not where it holds what was taken down at
    /// once meanwhile: nobody who reads an older list after that may find it there.
    pub(super) async fn make_ready(&self, building: Building) -> Result<bool> {
        let Building {
            pack,
            version,
            manifest,
            since,
            now,
            ..
        } = building;
        let number = version.number;
        let signers = self.signing.signers().await?;
        let held: HashSet<ResourceId> = manifest.resources.keys().copied().collect();
        let (items, bytes, stubs) = (manifest.targets.len(), manifest.bytes(), manifest.stubs.len());
        let written = blocking(move || signers.manifest(manifest)).await?;
        let signers = self.signing.signers().await?;
        let meta = Meta::of(u32::try_from(number).unwrap_or_default(), &written);
        let snapshot = signers.snapshot(meta.version, &meta, now)?;
        let patch = self.patch(&pack, &written).await?;
        let kept = self.keep_made(written.into()).await?;
        let ready = pack_version::Model {
            state: BuildState::Ready,
            items: i64::try_from(items).unwrap_or(i64::MAX),
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            stubs: i64::try_from(stubs).unwrap_or(i64::MAX),
            manifest_sha256: Some(kept),
            patch_of: patch.as_ref().map(|_| pack.version),
            patch_sha256: patch,
            snapshot: Some(snapshot.clone()),
            published_at: Some(now),
            error: None,
            ..version
        };
        self.db
            .write(async |tx| {
                let Some(pack) = packs::find_for_update(tx, pack.id).await? else {
                    return Ok(true);
                };
                // Locked, too: a timestamp that is renewed meanwhile would take the number of the one that names us.
                let before = trust::timestamp_for_update(tx, pack.id)
                    .await?
                    .map_or(0, |row| row.version);
                // What is taken down from here on finds this version, and is told after it.
                changes::lock(tx).await?;
                if is_overtaken(tx, since, &held).await? {
                    return Ok(false);
                }
                let newest = signers.newest(pack.id, before + 1, (meta.version, &snapshot), now)?;
                let progress = packs::version(tx, pack.id, number).await?;
                let total = progress.map_or(0, |row| row.total);
                packs::put_version(
                    tx,
                    pack_version::Model {
                        done: total,
                        total,
                        ..ready
                    },
                )
                .await?;
                trust::put_timestamp(tx, newest).await?;
                packs::set_newest(tx, pack.id, number, now).await?;
                // Whom the pack is for may have changed since this was asked for.
                let pack = pack::Model {
                    version: number,
                    ..pack
                };
                self.withhold_from_more(tx, &pack).await?;
                self.mark_meanwhile(tx, since, now).await?;
                Ok(true)
            })
            .await
    }

    /// Marks what was withdrawn while the rest was looked at: between a resource's turn and its rows nobody else could.
    async fn mark_meanwhile(&self, tx: &impl ConnectionTrait, mut since: i64, now: Timestamp) -> Result<()> {
        loop {
            let rows = changes::after(tx, since, AT_ONCE as u64).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            since = last.seq;
            let ids: HashSet<ResourceId> = rows.iter().map(|row| row.resource_id).collect();
            let present = resources::resources_by_id(tx, ids.iter().copied().collect()).await?;
            let present: HashMap<ResourceId, entity::resource::Model> =
                present.into_iter().map(|row| (row.id, row)).collect();
            for id in ids {
                let seen_by = present.get(&id).map(edit::pack_audiences).unwrap_or_default();
                let packs = packs::sync_visibility(tx, id, &seen_by, now).await?;
                let subjects = packs.into_iter().map(|id| id.to_string()).collect();
                jobs::enqueue_ahead(tx, JobKind::RenewPack, subjects, now).await?;
            }
        }
    }

    /// What turns the list before into this one, kept; nothing for the first version.
    async fn patch(&self, pack: &pack::Model, written: &[u8]) -> Result<Option<Sha256>> {
        let before = packs::version(self.db.read(), pack.id, pack.version).await?;
        let Some(before) = before.and_then(|row| row.manifest_sha256) else {
            return Ok(None);
        };
        let before = self.made_bytes(&before).await?;
        let written = written.to_vec();
        let patch = blocking(move || {
            let read = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).map_err(Error::unexpected);
            Ok(canonical::to_vec(&patch::between(&read(&before)?, &read(&written)?)))
        })
        .await?;
        Ok(Some(self.keep_made(patch.into()).await?))
    }

    /// Keeps bytes that we made as content, once; returns their hash.
    pub(in crate::library) async fn keep_made(&self, bytes: Bytes) -> Result<Sha256> {
        let sha256 = canonical::sha256(&bytes);
        let came = ReceivedContent {
            sha256: &sha256,
            size: bytes.len() as u64,
            crc32: crc32fast::hash(&bytes),
        };
        let put = async || self.blobs.put_bytes(sha256.clone(), bytes.clone()).await;
        self.objects
            .keep_content(&came, put, Error::unexpected, async |_| Ok(()))
            .await?;
        Ok(sha256)
    }

    /// The bytes of something that we made ourselves: lists of files are the only contents that are read whole.
    pub(in crate::library) async fn made_bytes(&self, sha256: &Sha256) -> Result<Vec<u8>> {
        use futures_util::TryStreamExt as _;
        let row = content::blob(self.db.read(), sha256).await?;
        let row = row.ok_or_else(|| anyhow::anyhow!("the list `{sha256}` has no row"))?;
        let kept = ExpectedObject::copy(&row)?;
        let mut body = self.objects.give(&kept, 0..kept.size, None).await?.body;
        let mut bytes = Vec::with_capacity(usize::try_from(kept.size).unwrap_or(0));
        while let Some(piece) = body.try_next().await.map_err(Error::unexpected)? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

/// Whether something of what a version holds was taken down at once after change number `since`.
async fn is_overtaken(tx: &impl ConnectionTrait, mut since: i64, held: &HashSet<ResourceId>) -> Result<bool> {
    loop {
        let rows = changes::after(tx, since, AT_ONCE as u64).await?;
        let Some(last) = rows.last() else { return Ok(false) };
        since = last.seq;
        let ids = rows.iter().map(|row| row.resource_id).filter(|id| held.contains(id));
        if !takedowns::of_resources(tx, &ids.collect::<Vec<ResourceId>>())
            .await?
            .is_empty()
        {
            return Ok(true);
        }
    }
}
