//! Delivery: versions of packs, handed out.
//!
//! | file | what it is about |
//! |---|---|
//! | [`mod@documents`] | the lists of a version as they are signed, and what is made of contents |
//! | [`mod@serve_files`] | bytes of a version: files, bundles, text |
//! | [`mod@archive`] | a version as one file |
//! | [`mod@export`] | a version in a folder, for a stick |

use std::sync::Arc;
use tokio::sync::Semaphore;

use crate::blob::Blobs;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::id::PackId;
use crate::domain::id::Sha256;
use crate::library::Base;
use crate::library::QUEUE;
use crate::library::delivery::archive::LaidOut;
use crate::library::delivery::serve_files::ServedVersion;
use crate::library::limiter::Limiter;
use crate::library::lru_cache::LruCache;
use crate::library::objects::Objects;
use crate::library::packs::CACHE_BYTES;
use crate::library::packs::Packs;
use crate::library::signing::Signing;

pub mod archive;
pub mod documents;
pub mod export;
pub mod serve_files;

/// Hands versions of packs out: documents, files, archives, exports.
#[derive(Debug, Clone)]
pub struct Delivery {
    db: Db,
    clock: Clock,
    blobs: Blobs,
    objects: Arc<Objects>,
    packs: Arc<Packs>,
    signing: Arc<Signing>,
    /// Bounds how many files are cut into chunks side by side: each is read whole.
    cutting: Arc<Semaphore>,
    /// Bounds how many archives are laid out side by side: each needs a whole list in memory. Schools take turns.
    laying: Arc<Limiter>,
    /// Versions that were given lately, ready to be given again.
    issues: Arc<LruCache<(PackId, i32), ServedVersion>>,
    /// How archives of such versions are laid out.
    layouts: Arc<LruCache<Sha256, LaidOut>>,
}

impl Delivery {
    pub(super) fn new(base: &Base, objects: Arc<Objects>, packs: Arc<Packs>, signing: Arc<Signing>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            blobs: base.blobs.clone(),
            objects,
            packs,
            signing,
            cutting: Arc::new(Semaphore::new(2)),
            laying: Arc::new(Limiter::new(1, 1, QUEUE)),
            issues: Arc::new(LruCache::new(CACHE_BYTES)),
            layouts: Arc::new(LruCache::new(CACHE_BYTES)),
        }
    }
}
