//! Checking the library: rows against the store, texts against rows, the index against the change log, counters against
//! files; who is at work; clocks, ages.
//!
//! Rows and objects are compared a shard at a time, by listings and one query of each kind: nothing is asked for each row.
//! Bytes are read only where that is wanted, by [`super::scrub`].

use std::collections::BTreeMap;

use serde::Serialize;

use crate::blob::ObjectKey;
use crate::blob::store::{ListedObject, ObjectKind};
use crate::db::{content, entity, leases, storage};
use crate::domain::backup::{SHARDS, shard_digits};
use crate::domain::id::ProcessId;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::leases::LASTS;
use crate::library::objects;
use crate::library::operations::Operations;
use crate::library::operations::backup::{BackupProgress, BackupStore, ProgressFn, listed};
use crate::library::operations::scrub::Scrubbed;
use crate::library::texts;

/// So many findings of a kind are named; all are counted.
const NAMED: usize = 100;
/// Clocks that differ by more than this make moments unreliable: an S3 server refuses requests at fifteen minutes.
const SKEW_MILLIS: u64 = 60_000;

/// What was found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Checked {
    /// Contents that rows name.
    pub contents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Contents whose object is not in the store, or has another size.
    pub lost: Findings,
    /// Texts that were read and are not in the store.
    pub texts_lost: Findings,
    /// Contents that could not be compared: their rows name no object.
    pub skipped: Findings,
    /// Schools whose quota is compared with something else than what their files take.
    pub miscounted: Findings,
    /// Objects that were taken from a backup, texts that are to be read again, schools that were counted anew.
    pub repaired: u64,
    /// Who is at work on the library, and at what.
    pub at_work: Vec<HeldLease>,
    /// What was found as every object was read, if that was wanted.
    pub deep: Option<Scrubbed>,
    /// Changes that the index has not seen yet.
    pub index_behind: u64,
    /// By how many milliseconds the database's clock is ahead of this machine's.
    pub database_ahead_ms: i64,
    /// The same of the store's clock.
    pub store_ahead_ms: i64,
    /// When the library was last backed up to another place.
    pub last_backup: Option<Timestamp>,
    /// Since when every object has been read and found right.
    pub verified_since: Option<Timestamp>,
}

/// Something that a process has for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldLease {
    /// What: `process-…` while it is there, else the work.
    pub name: String,
    /// The process.
    pub holder: ProcessId,
    /// It ends then, unless the process goes on with it.
    pub until: Timestamp,
}

/// Findings of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// How many.
    pub count: u64,
    /// The first hundred.
    pub named: Vec<String>,
}

impl Findings {
    fn add(&mut self, name: String) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(name);
        }
    }
}

impl Checked {
    /// Whether nothing is left to do.
    pub fn is_well(&self) -> bool {
        let found = self.lost.count + self.texts_lost.count + self.miscounted.count;
        let is_whole = found <= self.repaired && self.skipped.count == 0;
        let is_sound = self.deep.is_none_or(|deep| deep.damaged + deep.skipped == 0);
        is_whole && is_sound && !self.clocks_differ()
    }

    /// Whether the clocks differ by more than they may.
    pub fn clocks_differ(&self) -> bool {
        let skews = [self.database_ahead_ms, self.store_ahead_ms];
        skews.iter().any(|skew| skew.unsigned_abs() > SKEW_MILLIS)
    }
}

/// What whoever checks may choose.
#[derive(Debug, Clone, Copy, Default)]
pub struct CheckOptions<'a> {
    /// Texts that are lost are read again, and schools that are miscounted are counted anew.
    pub repair: bool,
    /// Objects that are lost are taken from here.
    pub from: Option<&'a BackupStore>,
    /// Every object is read.
    pub deep: bool,
}

impl Operations {
    /// Compares rows, objects, texts, index and clocks; mends what may be mended without loss.
    pub async fn check_up(&self, options: CheckOptions<'_>, watch: ProgressFn<'_>) -> Result<Checked> {
        let now = self.clock.now();
        let database = leases::clock(self.db.read()).await?;
        let store = self.blobs.clock().await.map_err(Error::unexpected)?;
        let ahead = i64::try_from(self.clock.ahead().as_millis()).unwrap_or(i64::MAX);
        let mut checked = Checked {
            index_behind: self.indexer.index_lag().await?,
            database_ahead_ms: database.0 + ahead - now.0,
            store_ahead_ms: store.0 + ahead - now.0,
            last_backup: self.last_backup().await?,
            verified_since: self.all_verified_since().await?,
            at_work: self.at_work().await?,
            ..Checked::default()
        };
        for shard in 0..SHARDS {
            self.check_shard(shard, options, &mut checked).await?;
            watch(BackupProgress::Shards(shard + 1));
        }
        self.check_counters(options, &mut checked).await?;
        if options.deep {
            let mut read = 0;
            let told = |so_far: &Scrubbed| {
                watch(BackupProgress::Object(so_far.bytes - read));
                read = so_far.bytes;
            };
            checked.deep = Some(self.scrub_pass(true, 0, told).await?.1);
        }
        Ok(checked)
    }

    /// Compares what each school's quota is compared with with what its files take.
    async fn check_counters(&self, options: CheckOptions<'_>, checked: &mut Checked) -> Result<()> {
        for school in storage::miscounted_schools(self.db.read()).await? {
            let storage::SchoolCounter { code, counted, held } = school;
            checked
                .miscounted
                .add(format!("{code}: {counted} counted, {held} held"));
        }
        if options.repair && checked.miscounted.count > 0 {
            self.db.write(async |tx| storage::recount(tx).await).await?;
            checked.repaired += checked.miscounted.count;
        }
        Ok(())
    }

    /// Who is at work on the library.
    async fn at_work(&self) -> Result<Vec<HeldLease>> {
        let held = leases::active(self.db.read(), LASTS).await?;
        let held = held.into_iter().map(|row| HeldLease {
            name: row.name,
            holder: row.holder,
            until: row.until,
        });
        Ok(held.collect())
    }

    async fn check_shard(&self, shard: u16, options: CheckOptions<'_>, checked: &mut Checked) -> Result<()> {
        let digits = shard_digits(shard);
        // Rows first: what is stored after the listing has a row after it, too.
        let rows = content::blobs_with_prefix(self.db.read(), &digits).await?;
        let read = content::texts_with_prefix(self.db.read(), &digits).await?;
        let there = listed(&self.blobs, shard, &[ObjectKind::Blobs, ObjectKind::Derived]).await?;
        for row in rows {
            checked.contents += 1;
            checked.bytes += u64::try_from(row.size).unwrap_or(0);
            match self.check_content(&row, &there, options, checked).await {
                Err(error) if !error.is_passing() => {
                    tracing::error!("content `{}` could not be compared: {error:?}", row.sha256);
                    checked.skipped.add(row.sha256.to_string());
                }
                done => done?,
            }
        }
        for row in read {
            let key = texts::text_key(&row);
            if there.contains_key(&ObjectKey::Derived(key.clone())) {
                continue;
            }
            checked.texts_lost.add(key.to_string());
            if options.repair {
                self.texts.read_again(&row).await?;
                checked.repaired += 1;
            }
        }
        Ok(())
    }

    async fn check_content(
        &self,
        row: &entity::blob::Model,
        there: &BTreeMap<ObjectKey, ListedObject>,
        options: CheckOptions<'_>,
        checked: &mut Checked,
    ) -> Result<()> {
        let key = ObjectKey::Blob(objects::blob_key(row)?);
        let size = u64::try_from(row.size).unwrap_or(0);
        if there.get(&key).is_some_and(|object| object.size == size) {
            return Ok(());
        }
        // It may have gone since, in order: its row has, too.
        let is_still_named = content::blob(self.db.read(), &row.sha256).await?;
        if is_still_named.is_none_or(|now| now.generation != row.generation) {
            return Ok(());
        }
        checked.lost.add(key.to_string());
        if let Some(place) = options.from
            && place.bring(&self.blobs, &key, size).await?
        {
            checked.repaired += 1;
        }
        Ok(())
    }
}
