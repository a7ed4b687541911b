//! Removing old backups, and only what no other one needs.

use std::collections::BTreeSet;

use super::{listed, name_of, place};
use crate::blob::store::Part;
use crate::blob::{BackupKey, Blobs};
use crate::domain::backup::{Manifest, SHARDS};
use crate::domain::id::Sha256;
use crate::error::{Error, Result};

/// Removes all backups but the newest `keep` and the one that was just `made`; returns how many went. Their manifests go first: what is cut off then
/// leaves files that nobody needs, and never a backup that lacks some.
pub(super) async fn prune(place: &Blobs, made: &str, keep: usize, is_own_store: bool) -> Result<u64> {
    let mut keys = place.list_backups().await.map_err(Error::unexpected)?;
    // By their times it is not the newest where a clock was ahead once; it must not go for that.
    if let Some(at) = keys.iter().position(|key| name_of(key) == made) {
        let newest = keys.remove(at);
        if at < keys.len() {
            tracing::warn!(
                "backups are there that were made by a clock that was ahead: look at their times, and at the clock"
            );
        }
        keys.push(newest);
    }
    let (old, kept) = keys.split_at(keys.len().saturating_sub(keep));
    let mut manifests = Vec::with_capacity(kept.len());
    for key in kept {
        // One that cannot be read stops this: what it needs is not known.
        manifests.push(place::manifest(place, key).await?);
    }
    for key in old {
        place.delete_backup(key).await.map_err(Error::unexpected)?;
    }
    if !is_own_store {
        for shard in 0..SHARDS {
            prune_shard(place, shard, &manifests).await?;
        }
    }
    prune_parts(place, &manifests).await?;
    Ok(old.len() as u64)
}

async fn prune_shard(place: &Blobs, shard: u16, manifests: &[Manifest]) -> Result<()> {
    let mut needed = BTreeSet::new();
    let lists = manifests
        .iter()
        .filter_map(|manifest| manifest.objects.get(usize::from(shard)));
    for list in lists.collect::<BTreeSet<_>>() {
        needed.extend(place::list(place, list).await?.into_iter().map(|object| object.key));
    }
    for (key, _) in listed(place, shard, &[Part::Blobs, Part::Derived]).await? {
        if !needed.contains(&key.to_string()) {
            place.delete(&key).await.map_err(Error::unexpected)?;
        }
    }
    Ok(())
}

async fn prune_parts(place: &Blobs, manifests: &[Manifest]) -> Result<()> {
    let needed: BTreeSet<&Sha256> = manifests.iter().flat_map(Manifest::parts).collect();
    for key in place.list_backup_parts().await.map_err(Error::unexpected)? {
        if matches!(&key, BackupKey::Part(part) if !needed.contains(part)) {
            place.delete_backup(&key).await.map_err(Error::unexpected)?;
        }
    }
    Ok(())
}
