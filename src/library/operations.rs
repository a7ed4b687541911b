//! Operations: backups, checks, the identity of the store, scrubbing, garbage collection, health.

use std::sync::Arc;

use crate::blob::Blobs;
use crate::blob::Staging;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::time::Timestamp;
use crate::library::Base;
use crate::library::Rules;
use crate::library::audit::Audit;
use crate::library::indexer::Indexer;
use crate::library::leases::Leases;
use crate::library::objects::Objects;
use crate::library::signals::Signals;
use crate::library::texts::Texts;
use crate::library::uploads::Uploads;
use crate::search::Index;

pub mod backup;
pub mod check;
pub mod expired_uploads;
mod gc;
pub mod health;
pub mod identity;
pub mod orphan_sweep;
pub mod scrub;

/// Keeps the library well: backups, checks, scrubbing, garbage collection, health.
#[derive(Debug, Clone)]
pub struct Operations {
    db: Db,
    clock: Clock,
    rules: Arc<Rules>,
    audit: Audit,
    signals: Signals,
    /// When this process opened the library.
    opened_at: Timestamp,
    blobs: Blobs,
    staging: Staging,
    index: Arc<Index>,
    indexer: Arc<Indexer>,
    leases: Leases,
    objects: Arc<Objects>,
    texts: Arc<Texts>,
    uploads: Arc<Uploads>,
}

impl Operations {
    pub(super) fn new(
        base: &Base,
        index: Arc<Index>,
        indexer: Arc<Indexer>,
        leases: Leases,
        objects: Arc<Objects>,
        texts: Arc<Texts>,
        uploads: Arc<Uploads>,
    ) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            rules: Arc::clone(&base.rules),
            audit: base.audit.clone(),
            signals: base.signals.clone(),
            opened_at: base.clock.now(),
            blobs: base.blobs.clone(),
            staging: base.staging.clone(),
            index,
            indexer,
            leases,
            objects,
            texts,
            uploads,
        }
    }
}
