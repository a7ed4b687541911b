//! Checking the library: rows against the store, texts against rows, the index against the change log, clocks, ages.
//!
//! Rows and objects are compared a shard at a time, by listings and one query of each kind: nothing is asked for each row.
//! Bytes are not read; that is [`super::scrub`]'s.

use std::collections::BTreeMap;

use serde::Serialize;

use super::backup::{Place, Step, Watch, listed};
use super::{Library, read};
use crate::blob::ObjectKey;
use crate::blob::store::{Listed, Part};
use crate::db::{content, entity, leases};
use crate::domain::backup::{SHARDS, shard_digits};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

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
    /// Objects that were taken from a backup, and texts that are to be read again.
    pub repaired: u64,
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
        let is_whole = self.lost.count + self.texts_lost.count <= self.repaired && self.skipped.count == 0;
        is_whole && !self.clocks_differ()
    }

    /// Whether the clocks differ by more than they may.
    pub fn clocks_differ(&self) -> bool {
        let skews = [self.database_ahead_ms, self.store_ahead_ms];
        skews.iter().any(|skew| skew.unsigned_abs() > SKEW_MILLIS)
    }
}

/// What is mended on the way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Repair<'a> {
    /// Texts that are lost are read again.
    pub texts: bool,
    /// Objects that are lost are taken from here.
    pub from: Option<&'a Place>,
}

impl Library {
    /// Compares rows, objects, texts, index and clocks; mends what may be mended without loss.
    pub async fn check_up(&self, repair: Repair<'_>, watch: Watch<'_>) -> Result<Checked> {
        let now = self.clock.now();
        let database = leases::clock(self.db.read()).await?;
        let store = self.blobs.clock().await.map_err(Error::unexpected)?;
        let ahead = i64::try_from(self.clock.ahead().as_millis()).unwrap_or(i64::MAX);
        let mut checked = Checked {
            index_behind: self.index_lag().await?,
            database_ahead_ms: database.0 + ahead - now.0,
            store_ahead_ms: store.0 + ahead - now.0,
            last_backup: self.last_backup().await?,
            verified_since: self.all_verified_since().await?,
            ..Checked::default()
        };
        for shard in 0..SHARDS {
            self.check_shard(shard, repair, &mut checked).await?;
            watch(Step::Shards(shard + 1));
        }
        Ok(checked)
    }

    async fn check_shard(&self, shard: u16, repair: Repair<'_>, checked: &mut Checked) -> Result<()> {
        let digits = shard_digits(shard);
        // Rows first: what is stored after the listing has a row after it, too.
        let rows = content::blobs_under(self.db.read(), &digits).await?;
        let read = content::ready_under(self.db.read(), &digits).await?;
        let there = listed(&self.blobs, shard, &[Part::Blobs, Part::Derived]).await?;
        for row in rows {
            checked.contents += 1;
            checked.bytes += u64::try_from(row.size).unwrap_or(0);
            match self.check_content(&row, &there, repair, checked).await {
                Err(error) if !error.is_passing() => {
                    tracing::error!("content `{}` could not be compared: {error:?}", row.sha256);
                    checked.skipped.add(row.sha256.to_string());
                }
                done => done?,
            }
        }
        for row in read {
            let key = read::passages_key(&row.sha256, row.kind);
            if there.contains_key(&ObjectKey::Derived(key.clone())) {
                continue;
            }
            checked.texts_lost.add(key.to_string());
            if repair.texts {
                self.read_again(&key).await?;
                checked.repaired += 1;
            }
        }
        Ok(())
    }

    async fn check_content(
        &self,
        row: &entity::blob::Model,
        there: &BTreeMap<ObjectKey, Listed>,
        repair: Repair<'_>,
        checked: &mut Checked,
    ) -> Result<()> {
        let key = ObjectKey::Blob(read::blob_key(row)?);
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
        if let Some(place) = repair.from
            && place.bring(&self.blobs, &key, size).await?
        {
            checked.repaired += 1;
        }
        Ok(())
    }
}
