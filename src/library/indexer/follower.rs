//! What following the changes has met: what keeps the index from it, and what was left out.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use super::waits_for_writer;
use crate::domain::id::ResourceId;
use crate::error::Error;
use crate::telemetry::field;

/// How many left out resources are known by name.
const MOST_NAMED: usize = 10_000;

/// What keeps the index from following.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::library) enum IndexTrouble {
    /// Another process writes it.
    Waits,
    /// The last round failed.
    Fails(String),
}

/// What following the changes has met.
#[derive(Debug, Default)]
pub(crate) struct IndexFollower {
    /// Each is logged once.
    trouble: Mutex<Option<IndexTrouble>>,
    /// Resources that are not in the index, or without their text, though they should be; and why.
    left_out: Mutex<BTreeMap<ResourceId, String>>,
    /// The engine broke down over a document: from then on each is tried first.
    pub(in crate::library) is_careful: AtomicBool,
}

impl IndexFollower {
    /// Names a resource that cannot be put into the index.
    pub(in crate::library) fn leave_out(&self, id: ResourceId, why: &Error) {
        self.name_left_out(id, chain(why));
    }

    pub(in crate::library) fn name_left_out(&self, id: ResourceId, why: String) {
        let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        if left_out.get(&id) == Some(&why) || left_out.len() >= MOST_NAMED {
            return;
        }
        tracing::error!({ field::RESOURCE_ID } = %id, "resource {id} cannot be put into the index as it is: {why}");
        left_out.insert(id, why);
    }

    /// How many resources are not in the index as they should be.
    pub(in crate::library) fn left_out(&self) -> usize {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(in crate::library) fn begin_anew(&self) {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(in crate::library) fn is_in(&self, id: ResourceId) {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// What keeps the index from following now.
    pub(in crate::library) fn trouble(&self) -> Option<IndexTrouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(in crate::library) fn met(&self, error: &Error) {
        let met = if waits_for_writer(error) {
            IndexTrouble::Waits
        } else {
            IndexTrouble::Fails(chain(error))
        };
        let before = self
            .trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(met.clone());
        if before.as_ref() == Some(&met) {
            return;
        }
        if met == IndexTrouble::Waits {
            tracing::warn!("another process writes the search index; this one answers from what is there and waits");
        } else {
            tracing::error!("the index cannot follow: {error:?}");
        }
    }

    pub(in crate::library) fn is_well(&self) {
        let before = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        if before.is_some() {
            tracing::info!("the index follows again");
        }
    }
}

fn chain(error: &Error) -> String {
    match error {
        Error::Unexpected(source) => format!("{source:#}"),
        Error::Refused(_) => error.to_string(),
    }
}
