//! The objects in the store: keeping them, giving them out, and what is known of their soundness.

use std::sync::Arc;

use crate::blob::Blobs;
use crate::blob::Staging;
use crate::clock::Clock;
use crate::db::Db;
use crate::library::Base;
use crate::library::QUEUE;
use crate::library::Rules;
use crate::library::SHARE;
use crate::library::limiter::Limiter;
use crate::library::signals::Signals;

pub mod damaged;
pub mod integrity;
pub(super) mod keep;
pub mod repair;

/// The bytes in the store, and what is known of their soundness.
#[derive(Debug, Clone)]
pub struct Objects {
    db: Db,
    clock: Clock,
    rules: Arc<Rules>,
    signals: Signals,
    blobs: Blobs,
    staging: Staging,
    /// What was found of objects as they were read, until it is written down.
    verdicts: Arc<integrity::Verdicts>,
    /// Bounds how many objects are read and hashed side by side.
    verifying: Arc<Limiter>,
}

impl Objects {
    pub(super) fn new(base: &Base, blobs: Blobs, staging: Staging) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            rules: base.rules.clone(),
            signals: base.signals.clone(),
            blobs,
            staging,
            verdicts: Arc::default(),
            verifying: Arc::new(Limiter::new(SHARE, 1, QUEUE)),
        }
    }

    /// What was found of objects as they were read.
    pub(super) fn verdicts(&self) -> &integrity::Verdicts {
        &self.verdicts
    }
}
