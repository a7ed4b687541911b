//! Counting how often a resource is used, so that of two that fit alike the tried one comes first.
//!
//! A use is opening a resource or fetching a file of it from its first byte, by anybody but its author. Uses are added
//! up in memory and written together every few seconds and at the stop; a node that is killed forgets those seconds, what is
//! moved within them takes their uses along, and what waits of a resource that is removed is dropped. The
//! index is told from the rows, other nodes' included. This is no change of a resource: nothing is written to the
//! change log, and whoever follows that hears nothing of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

use crate::actor::Actor;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::usage;
use crate::domain::id::{AccountId, ResourceId};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::Base;
use crate::search::Index;

/// Resources whose uses wait to be written at most; further ones are not counted.
const MOST_WAITING: usize = 10_000;
/// Other nodes' clocks may be this much behind, in milliseconds.
const CLOCKS_APART: i64 = 60_000;

/// Uses that wait to be written.
#[derive(Debug, Default)]
pub struct PendingCounts {
    counts: Mutex<HashMap<ResourceId, i64>>,
    /// The newest row that the index was told of.
    told: Mutex<Option<Timestamp>>,
}

impl PendingCounts {
    fn add(&self, resource: ResourceId) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() < MOST_WAITING || counts.contains_key(&resource) {
            *counts.entry(resource).or_default() += 1;
        }
    }

    fn take(&self) -> Vec<(ResourceId, i64)> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.drain().collect()
    }

    /// Takes back what could not be written.
    fn put_back(&self, counts: Vec<(ResourceId, i64)>) {
        let mut waiting = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (resource, uses) in counts {
            *waiting.entry(resource).or_default() += uses;
        }
    }
}

/// Counts uses in memory and writes them down together.
#[derive(Debug, Clone)]
pub struct Usage {
    db: Db,
    clock: Clock,
    index: Arc<Index>,
    /// What is not written down yet.
    uses: Arc<PendingCounts>,
}

impl Usage {
    pub(super) fn new(base: &Base, index: Arc<Index>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            index,
            uses: Arc::default(),
        }
    }

    /// Counts a use of a resource, unless it is its owner's.
    pub fn count_use(&self, actor: &Actor, resource: ResourceId, owner: AccountId) {
        if actor.account.as_ref().is_none_or(|member| member.id != owner) {
            self.uses.add(resource);
        }
    }

    /// Writes down the uses that wait, and tells the index of all that were written since it was last told. Returns whether some
    /// wait still, of resources that somebody holds right now.
    pub async fn keep_uses(&self) -> Result<bool> {
        let counts = self.uses.take();
        let mut some_wait = false;
        if !counts.is_empty() {
            let now = self.clock.now();
            let written = self
                .db
                .write(async |tx| usage::add(tx, counts.clone(), now).await)
                .await;
            match written {
                Ok(busy) => {
                    some_wait = !busy.is_empty();
                    self.uses.put_back(busy);
                }
                Err(error) => {
                    self.uses.put_back(counts);
                    return Err(error);
                }
            }
        }
        let told = *self.uses.told.lock().unwrap_or_else(PoisonError::into_inner);
        // A row that comes twice does no harm: the index is told sums and adds nothing.
        let since = Timestamp(told.map_or(0, |told| told.0.saturating_sub(CLOCKS_APART)));
        let rows = usage::used_since(self.db.read(), since).await?;
        let newest = rows.iter().map(|row| row.updated_at).max();
        *self.uses.told.lock().unwrap_or_else(PoisonError::into_inner) = newest.max(told);
        let counted = rows.iter().map(|row| (row.resource_id, row.uses.unsigned_abs()));
        self.index.set_uses(counted);
        Ok(some_wait)
    }
}
