//! Removing old backups, and only what no other one needs.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::blob::store::ObjectKind;
use crate::blob::{BackupKey, Blobs};
use crate::domain::backup::{BackupManifest, SHARDS};
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::operations::backup::{backup_store, listed, name_of};

/// How long a state is kept that may have been lost to an older one: somebody has this time to find out and bring it back.
const LOST_KEPT: Duration = Duration::from_hours(180 * 24);

/// From when to when another state of the database may have been at work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lost {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl Lost {
    /// Whether a backup may be of such a state, and is kept for it still.
    fn holds(self, key: &BackupKey, now: Timestamp) -> bool {
        let is_of_then =
            backup_store::made_at(key).is_some_and(|made_at| self.from <= made_at && made_at <= self.until);
        is_of_then && now < self.until.plus(LOST_KEPT)
    }
}

/// Removes all backups but the newest `keep`, the one that was just `made`, and those of a state that was `lost`; returns how
/// many went. Their manifests go first: what is cut off then leaves files that nobody needs, and never a backup that lacks
/// some.
pub(super) async fn prune(
    place: &Blobs,
    made: &str,
    keep: usize,
    lost: Option<Lost>,
    now: Timestamp,
    is_own_store: bool,
) -> Result<u64> {
    let keys = place.list_backups().await.map_err(Error::unexpected)?;
    let (keys, ahead) = apart_from_the_future(keys, made, now);
    let (old, kept) = keys.split_at(keys.len().saturating_sub(keep));
    let is_held = |key: &&BackupKey| lost.is_some_and(|lost| lost.holds(key, now));
    let (held, old): (Vec<_>, Vec<_>) = old.iter().partition(is_held);
    let Some(manifests) = read_all(place, held.into_iter().chain(kept).chain(&ahead)).await? else {
        tracing::warn!("a backup cannot be read, so what it needs is not known: nothing was removed");
        return Ok(0);
    };
    for key in &old {
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

/// The backups whose time has come, the one that was just made last; and those that a clock made which was ahead. By their
/// times these are the newest: they would push out what yesterday made, night after night.
fn apart_from_the_future(keys: Vec<BackupKey>, made: &str, now: Timestamp) -> (Vec<BackupKey>, Vec<BackupKey>) {
    let (made, others): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| name_of(key) == made);
    let (mut keys, ahead): (Vec<_>, Vec<_>) = others.into_iter().partition(|key| backup_store::is_due(key, now));
    if !ahead.is_empty() {
        tracing::warn!(
            "backups are there that were made by a clock that was ahead: look at their times, and at the clock"
        );
    }
    keys.extend(made);
    (keys, ahead)
}

/// What these backups need; nothing where one of them does not say it any more.
async fn read_all(place: &Blobs, keys: impl Iterator<Item = &BackupKey>) -> Result<Option<Vec<BackupManifest>>> {
    let mut manifests = Vec::new();
    for key in keys {
        match backup_store::manifest(place, key).await {
            Err(error) if !error.is_passing() => {
                tracing::warn!("`{key}` is not a backup any more: {error:?}");
                return Ok(None);
            }
            manifest => manifests.push(manifest?),
        }
    }
    Ok(Some(manifests))
}

async fn prune_shard(place: &Blobs, shard: u16, manifests: &[BackupManifest]) -> Result<()> {
    let mut needed = BTreeSet::new();
    let lists = manifests
        .iter()
        .filter_map(|manifest| manifest.objects.get(usize::from(shard)));
    for list in lists.collect::<BTreeSet<_>>() {
        match backup_store::list(place, list).await {
            Err(error) if !error.is_passing() => {
                tracing::warn!("objects of shard {shard} stay, because a list of them cannot be read: {error:?}");
                return Ok(());
            }
            objects => needed.extend(objects?.into_iter().map(|object| object.key)),
        }
    }
    for (key, _) in listed(place, shard, &[ObjectKind::Blobs, ObjectKind::Derived]).await? {
        if !needed.contains(&key.to_string()) {
            place.delete(&key).await.map_err(Error::unexpected)?;
        }
    }
    Ok(())
}

async fn prune_parts(place: &Blobs, manifests: &[BackupManifest]) -> Result<()> {
    let needed: BTreeSet<&Sha256> = manifests.iter().flat_map(BackupManifest::parts).collect();
    for key in place.list_backup_parts().await.map_err(Error::unexpected)? {
        if matches!(&key, BackupKey::Part(part) if !needed.contains(part)) {
            place.delete_backup(&key).await.map_err(Error::unexpected)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::blob::BackupKey;
    use crate::domain::time::Timestamp;
    use crate::library::operations::backup::name_of;
    use crate::library::operations::backup::prune::apart_from_the_future;

    fn made_at(moment: i64) -> BackupKey {
        let sha256 = format!("{moment:064x}").parse().unwrap();
        let made_at = Timestamp(moment);
        BackupKey::Manifest { made_at, sha256 }
    }

    #[test]
    fn backups_of_a_clock_that_was_ahead_take_no_place_of_the_others() {
        let (yesterday, tonight, future) = (made_at(1_000_000), made_at(90_000_000), made_at(900_000_000));
        let all = vec![yesterday.clone(), tonight.clone(), future.clone()];

        let (due, ahead) = apart_from_the_future(all, &name_of(&tonight), Timestamp(90_000_000));

        assert_eq!(due, [yesterday, tonight]);
        assert_eq!(ahead, [future]);
    }
}
