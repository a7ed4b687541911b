//! Verdicts of readers, which wait in memory and are written together.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::ExpectedObject;
use crate::blob::ObjectKey;
use crate::db::damage;
use crate::domain::damage::DamageKind;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::catch_panic::catch_panic;
use crate::library::objects::Objects;
use crate::library::operations::scrub::Pace;

/// Objects that wait to be looked at, at most; whoever finds no room asks again with the next reader.
const MOST_ASKED: usize = 1_000;
/// Verdicts that wait to be written at most; a good one that finds no room is found again.
const MOST_WAITING: usize = 50_000;

/// Verdicts that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    waiting: Mutex<ScrubBatch>,
    /// Rings when a bad one came.
    rung: Notify,
    /// Rings when there is something to look at.
    asked: Notify,
    /// Whether everything that was made from contents has a hash of its own.
    hashed: AtomicBool,
}

#[derive(Debug, Default)]
struct ScrubBatch {
    right: HashMap<ObjectKey, Timestamp>,
    wrong: Vec<(ExpectedObject, DamageKind)>,
    asked: VecDeque<ExpectedObject>,
}

impl Verdicts {
    pub(super) fn right(&self, key: &ObjectKey, at: Timestamp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.right.len() < MOST_WAITING {
            waiting.right.insert(key.clone(), at);
        }
    }

    pub(super) fn wrong(&self, kept: ExpectedObject, found: DamageKind) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // Written down after the bad one, an earlier good word would undo it.
        waiting.right.remove(&kept.key);
        let is_known = waiting.wrong.iter().any(|(known, _)| known.key == kept.key);
        if !is_known && waiting.wrong.len() < MOST_WAITING {
            waiting.wrong.push((kept, found));
        }
        self.rung.notify_one();
    }

    pub(super) fn ask(&self, kept: ExpectedObject) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_asked = waiting.asked.iter().any(|asked| asked.key == kept.key);
        if !is_asked && waiting.asked.len() < MOST_ASKED {
            waiting.asked.push_back(kept);
            self.asked.notify_one();
        }
    }

    /// When an object was verified according to what waits here.
    pub(super) fn verified_at(&self, key: &ObjectKey) -> Option<Timestamp> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.right.get(key).copied()
    }

    pub(super) fn is_wrong(&self, key: &ObjectKey) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.wrong.iter().any(|(kept, _)| kept.key == *key)
    }

    pub(in crate::library) fn are_all_hashed(&self) -> bool {
        self.hashed.load(Ordering::Relaxed)
    }

    pub(in crate::library) fn all_are_hashed(&self) {
        self.hashed.store(true, Ordering::Relaxed);
    }

    /// The good ones, which stay until they are written down: whoever is cut off before that would read them all again.
    fn right_ones(&self) -> HashMap<ObjectKey, Timestamp> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.right.clone()
    }

    fn right_ones_are_written(&self, written: &HashMap<ObjectKey, Timestamp>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // One that was read once more meanwhile waits with its later moment.
        waiting.right.retain(|key, at| written.get(key) != Some(at));
    }

    /// The bad ones, which stay until they are written down: a reader who came between would believe the object.
    fn wrong_ones(&self) -> Vec<(ExpectedObject, DamageKind)> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.wrong.clone()
    }

    fn is_written(&self, key: &ObjectKey) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.wrong.retain(|(kept, _)| kept.key != *key);
    }

    fn next_asked(&self) -> Option<ExpectedObject> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.asked.pop_front()
    }
}

impl Objects {
    /// Writes down the verdicts that wait. A bad one that cannot be written down is refused to readers until it is.
    pub async fn keep_verdicts(&self) -> Result<()> {
        // Its failure is told last: what is wrong must be written down whatever became of the rest.
        let written = self.write_right_ones().await;
        for (kept, found) in self.verdicts.wrong_ones() {
            match catch_panic(self.note_damage(&kept, found)).await {
                Ok(()) => self.verdicts.is_written(&kept.key),
                Err(error) => {
                    tracing::error!(object.key = %kept.key, "that `{}` is damaged could not be written down: {error:?}", kept.key);
                }
            }
        }
        written
    }

    /// Writes down what was right; what was wrong waits its turn.
    pub(in crate::library) async fn write_right_ones(&self) -> Result<()> {
        let right = self.verdicts.right_ones();
        self.write_right(&right).await?;
        self.verdicts.right_ones_are_written(&right);
        Ok(())
    }

    async fn write_right(&self, right: &HashMap<ObjectKey, Timestamp>) -> Result<()> {
        // Of several moments the earliest is true of all.
        let Some(at) = right.values().min().copied() else {
            return Ok(());
        };
        let latest = self.latest_believed();
        let (mut contents, mut made) = (Vec::new(), Vec::new());
        for key in right.keys() {
            match key {
                ObjectKey::Blob(copy) => contents.push(copy.sha256.clone()),
                ObjectKey::Derived(key) => made.push(key.to_string()),
            }
        }
        self.db
            .write(async |tx| {
                damage::mark_blobs_verified(tx, &contents, at, latest).await?;
                damage::mark_derived_verified(tx, &made, at, latest).await
            })
            .await
    }

    /// Looks at what somebody asked for, no faster than the scrub reads. It may take hours; whoever stops it loses nothing,
    /// for the next reader asks again.
    pub async fn look_at_asked(&self) {
        let pace = Pace::new(self.rules.scrub_bytes_per_sec);
        while let Some(kept) = self.verdicts.next_asked() {
            if let Err(error) = catch_panic(self.look_at_one(&kept, &pace)).await {
                tracing::error!(object.key = %kept.key, "`{}` could not be looked at: {error:?}", kept.key);
            }
        }
    }

    async fn look_at_one(&self, kept: &ExpectedObject, pace: &Pace) -> Result<()> {
        // Somebody looked at it or replaced it since it was asked for.
        let is_done = self.newer(kept).await?.is_some();
        if is_done {
            return Ok(());
        }
        let began = self.clock.now();
        let found = self.examine(kept, |bytes| pace.take(bytes)).await?;
        self.note(kept, found, began).await
    }

    /// Waits until somebody asks for an object to be looked at.
    pub async fn look_is_asked(&self) {
        self.verdicts.asked.notified().await;
    }

    /// Waits until there is a verdict that must not wait.
    pub async fn verdict_rings(&self) {
        self.verdicts.rung.notified().await;
    }
}
