//! The objects in the store: keeping them, giving them out, and what is known of their soundness.

use std::sync::Arc;

use crate::blob::BlobKey;
use crate::blob::Blobs;
use crate::blob::Staging;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::entity;
use crate::domain::id::Sha256;
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

/// The largest content that is fetched to be read, in bytes.
pub(super) const MAX_READ_BYTES: u64 = 16 << 30;

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
    pub(super) fn new(base: &Base) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            rules: Arc::clone(&base.rules),
            signals: base.signals.clone(),
            blobs: base.blobs.clone(),
            staging: base.staging.clone(),
            verdicts: Arc::default(),
            verifying: Arc::new(Limiter::new(SHARE, 1, QUEUE)),
        }
    }

    /// What was found of objects as they were read.
    pub(super) fn verdicts(&self) -> &integrity::Verdicts {
        &self.verdicts
    }
}

/// Where a content's object is.
pub(crate) fn blob_key(row: &entity::blob::Model) -> crate::error::Result<BlobKey> {
    key_of(row.sha256.clone(), &row.generation)
}

/// Where an object of a content is that was kept under some word.
pub(crate) fn key_of(sha256: Sha256, generation: &str) -> crate::error::Result<BlobKey> {
    let generation = generation
        .parse()
        .map_err(|_| anyhow::anyhow!("the generation of `{sha256}` is no word"))?;
    Ok(BlobKey { sha256, generation })
}
