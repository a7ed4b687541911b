//! The sweep: objects in the store that no row names, leftovers of crashes, go after a time of grace.
//!
//! It is the one act that could destroy what this database does not know, so it happens in two steps, days apart: an orphan
//! is noted; later, if it still is one, it is deleted. A process sweeps nothing in its first day, never more than one
//! object in a hundred, never one that another state of the database or a backup may need ([`crate::domain::orphan_sweep`]), and
//! so many an hour. Beyond that it stops and says so; `gongxue check --orphans` lists, and `--delete` is the yes.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;

use crate::blob::ObjectKey;
use crate::blob::store::{ListedObject, ObjectKind};
use crate::db::{entity, library, orphans};
use crate::domain::id::Sha256;
use crate::domain::orphan_sweep::{HistoryGap, HoldReason, SweepReport, is_too_many};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::operations::Operations;

/// A process that has just been started with a wrong setting deletes nothing for so long.
const FIRST_DAY: Duration = Duration::from_hours(24);
/// How long an orphan is kept after it was found.
const GRACE: Duration = Duration::from_hours(7 * 24);
/// The most that one sweep deletes; there is one a day.
const AT_MOST: u64 = 1_000;
/// The most orphans that are told one by one; the others are counted.
const TOLD: usize = 100_000;
/// The most names of strangers that are told.
const STRANGERS_TOLD: usize = 100;

/// An object that no row names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Orphan {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it came into the store.
    pub modified_at: Timestamp,
    /// When a sweep found it first, if one has.
    pub found_at: Option<Timestamp>,
    /// Why no sweep takes it by itself.
    pub held: Option<HoldReason>,
}

/// What a look through the store found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Orphans {
    /// Objects in the store.
    pub objects: u64,
    /// Those that no row names and that are older than the time of grace for uploads; at most a hundred thousand.
    pub orphans: Vec<Orphan>,
    /// How many there are.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Names in the store that are not ours, the first hundred; nobody touches them.
    pub strangers: Vec<String>,
    /// How many there are.
    pub stranger_count: u64,
}

impl Orphans {
    /// Whether a sweep would take more of the store than it does by itself.
    pub fn are_too_many(&self) -> bool {
        is_too_many(self.count, self.objects)
    }

    /// How many are held back.
    pub fn held(&self) -> u64 {
        self.orphans.iter().filter(|orphan| orphan.held.is_some()).count() as u64
    }

    fn add(&mut self, object: ListedObject) {
        self.count += 1;
        self.bytes += object.size;
        if self.orphans.len() < TOLD {
            self.orphans.push(Orphan {
                key: object.name,
                size: object.size,
                modified_at: object.modified,
                found_at: None,
                held: None,
            });
        }
    }
}

impl Operations {
    /// Looks through the store for objects that no row names.
    pub async fn orphans(&self) -> Result<Orphans> {
        let mut found = Orphans::default();
        let mut newest_named = None;
        // Contents first: what is made of them is made again at any time, and its age says nothing of the database's.
        for part in [ObjectKind::Blobs, ObjectKind::Derived] {
            let mut listed = self.blobs.list(part).try_chunks(orphans::AT_ONCE);
            while let Some(objects) = listed.next().await {
                let objects = objects.map_err(|stopped| Error::unexpected(stopped.1))?;
                let newest = self.sort_out(objects, &mut found).await?;
                if part == ObjectKind::Blobs {
                    newest_named = newest_named.max(newest);
                }
            }
        }
        let row = library::load(self.db.read()).await?;
        let knowledge = HistoryGap {
            newest_named,
            lost: row.lost_from.zip(row.lost_until),
            oldest_backup: row.oldest_backup_at,
        };
        let noted = orphans::recorded(self.db.read()).await?;
        let noted: std::collections::HashMap<String, Timestamp> =
            noted.into_iter().map(|row| (row.key, row.found_at)).collect();
        for orphan in &mut found.orphans {
            orphan.held = knowledge.hold_reason(orphan.modified_at);
            orphan.found_at = noted.get(&orphan.key).copied();
        }
        Ok(found)
    }

    /// Counts some objects, keeps those that no row names, and returns when the newest was stored that one does.
    async fn sort_out(&self, objects: Vec<ListedObject>, found: &mut Orphans) -> Result<Option<Timestamp>> {
        let keys: Vec<ObjectKey> = objects.iter().filter_map(|object| object.key.clone()).collect();
        let unnamed = self.unnamed(&keys).await?;
        let old = self.clock.now().minus(self.rules.orphan_grace);
        let mut newest = None;
        for object in objects {
            let Some(key) = &object.key else {
                found.stranger_count += 1;
                if found.strangers.len() < STRANGERS_TOLD {
                    found.strangers.push(object.name);
                }
                continue;
            };
            found.objects += 1;
            if !unnamed.contains(key) {
                newest = newest.max(Some(object.modified));
            // An object comes before its row, and a young one may still get it.
            } else if object.modified < old {
                found.add(object);
            }
        }
        Ok(newest)
    }

    /// Which of some objects no row names. At most [`orphans::AT_ONCE`].
    async fn unnamed(&self, keys: &[ObjectKey]) -> Result<HashSet<ObjectKey>> {
        let conn = self.db.read();
        let contents = |is_wanted: fn(&ObjectKey) -> Option<&Sha256>| -> Vec<Sha256> {
            keys.iter().filter_map(is_wanted).cloned().collect()
        };
        let copies = orphans::copies(conn, contents(content_of_copy)).await?;
        let known = orphans::known_contents(conn, contents(content_of_derived)).await?;
        let given_up = orphans::awaiting_deletion(conn, keys.iter().map(ToString::to_string).collect()).await?;
        let is_named = |key: &ObjectKey| match key {
            ObjectKey::Blob(key) => copies.contains(&(key.sha256.clone(), key.generation.to_string())),
            ObjectKey::Derived(key) => known.contains(&key.sha256),
        };
        let unnamed = keys
            .iter()
            .filter(|key| !is_named(key) && !given_up.contains(&key.to_string()));
        Ok(unnamed.cloned().collect())
    }

    /// Sweeps: notes orphans, and deletes those that were noted long enough ago. Says what it saw, and keeps that.
    pub async fn sweep(&self) -> Result<SweepReport> {
        self.own_store().await?;
        self.recognise_store().await?;
        let found = self.orphans().await?;
        let held = found.held();
        let free: Vec<&Orphan> = found.orphans.iter().filter(|orphan| orphan.held.is_none()).collect();
        // Those that are only counted are too many in any case.
        let stopped = is_too_many(found.count - held, found.objects);
        let deleted = if stopped { 0 } else { self.take_orphans(&free).await? };
        let report = SweepReport {
            at: self.clock.now(),
            objects: found.objects,
            orphans: found.count - held,
            bytes: found.bytes,
            held,
            strangers: found.stranger_count,
            deleted,
            stopped,
        };
        self.db.write(async |tx| library::set_sweep(tx, report).await).await?;
        say(&report);
        Ok(report)
    }

    /// Notes orphans, and deletes those whose time of grace is over.
    async fn take_orphans(&self, free: &[&Orphan]) -> Result<u64> {
        let now = self.clock.now();
        let keys: HashSet<&str> = free.iter().map(|orphan| orphan.key.as_str()).collect();
        let noted = orphans::recorded(self.db.read()).await?;
        let over: Vec<String> = noted
            .into_iter()
            .map(|row| row.key)
            .filter(|key| !keys.contains(key.as_str()))
            .collect();
        let rows: Vec<_> = free.iter().map(|orphan| row_of(orphan, now)).collect();
        self.db
            .write(async |tx| {
                orphans::delete(tx, &over).await?;
                orphans::record(tx, rows).await
            })
            .await?;
        if now < self.opened_at.plus(FIRST_DAY) {
            return Ok(0);
        }
        let due = orphans::due(self.db.read(), now.minus(GRACE), AT_MOST).await?;
        self.delete_unnamed(due.into_iter().map(|row| row.key)).await
    }

    /// Deletes orphans that somebody has seen and said yes to; returns how many went.
    pub async fn delete_orphans(&self, seen: &Orphans) -> Result<u64> {
        self.own_store().await?;
        self.delete_unnamed(seen.orphans.iter().map(|orphan| orphan.key.clone()))
            .await
    }

    /// Deletes those of some objects that no row names at this moment.
    async fn delete_unnamed(&self, keys: impl Iterator<Item = String>) -> Result<u64> {
        let keys: Vec<ObjectKey> = keys.filter_map(|key| key.parse().ok()).collect();
        let mut deleted = 0;
        for chunk in keys.chunks(orphans::AT_ONCE) {
            let unnamed = self.unnamed(chunk).await?;
            let mut gone = Vec::with_capacity(unnamed.len());
            for key in &unnamed {
                match self.throw_away(key).await {
                    Ok(()) => gone.push(key.to_string()),
                    // The others do not wait for it, and the next sweep finds it again.
                    Err(error) => tracing::warn!("`{key}` could not be deleted yet: {error:?}"),
                }
            }
            deleted += gone.len() as u64;
            self.db.write(async |tx| orphans::delete(tx, &gone).await).await?;
        }
        Ok(deleted)
    }

    /// What the last sweep saw, if there was one.
    pub async fn last_sweep(&self) -> Result<Option<SweepReport>> {
        let row = library::load(self.db.read()).await?;
        Ok(row.sweep.map(|sweep| sweep.0))
    }
}

fn content_of_copy(key: &ObjectKey) -> Option<&Sha256> {
    match key {
        ObjectKey::Blob(key) => Some(&key.sha256),
        ObjectKey::Derived(_) => None,
    }
}

fn content_of_derived(key: &ObjectKey) -> Option<&Sha256> {
    match key {
        ObjectKey::Blob(_) => None,
        ObjectKey::Derived(key) => Some(&key.sha256),
    }
}

fn row_of(orphan: &Orphan, now: Timestamp) -> entity::orphan::Model {
    entity::orphan::Model {
        key: orphan.key.clone(),
        size: i64::try_from(orphan.size).unwrap_or(i64::MAX),
        modified_at: orphan.modified_at,
        found_at: now,
    }
}

fn say(report: &SweepReport) {
    let SweepReport {
        objects,
        orphans,
        held,
        deleted,
        strangers,
        ..
    } = report;
    if report.needs_attention() {
        tracing::error!(
            "the sweep stops and asks: of {objects} objects in the store {orphans} are named by no row, and {held} more are \
             held back; look at them with `gongxue check --orphans`"
        );
    } else if orphans + held + deleted + strangers > 0 {
        tracing::info!(
            "sweep: {objects} objects, {orphans} orphans, {held} held back, {strangers} strangers, {deleted} deleted"
        );
    }
}
