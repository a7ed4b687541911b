//! Searching: finding resources, saved searches, what is alike, and why something is found or not.

use std::sync::Arc;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::db::Db;
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::indexer::Indexer;
use crate::library::limiter::Limiter;
use crate::library::resources::Resources;
use crate::library::synonyms::SynonymStore;
use crate::library::texts::Texts;
use crate::search::Index;

pub mod find;
pub mod findability;
pub mod saved;
pub mod similar;
pub mod suggest;

/// Finding resources and passages, and saying why they are found.
#[derive(Debug, Clone)]
pub struct Search {
    db: Db,
    clock: Clock,
    audit: Audit,
    index: Arc<Index>,
    indexer: Arc<Indexer>,
    resources: Arc<Resources>,
    texts: Arc<Texts>,
    synonyms: Arc<SynonymStore>,
    /// Bounds how many questions the index is asked side by side.
    searching: Arc<Limiter>,
    /// Bounds how many people's news is counted side by side: up to a hundred questions each.
    counting: Arc<Semaphore>,
    /// Bounds how many resources are explained side by side: each is in memory with all its text meanwhile.
    explaining: Arc<Semaphore>,
}

/// Questions of one school, or of the guests of an address, that wait: more than a class that types at the same time.
const SEARCHES_WAITING: usize = 256;

/// Questions that the index is asked side by side: they take a core each for milliseconds, and more would only be slower.
fn searches_at_once() -> usize {
    2 * std::thread::available_parallelism().map_or(1, usize::from).max(2)
}

/// How many of them one school has, so that another's are always answered.
fn searches_of_one() -> usize {
    searches_at_once() * 3 / 4
}

impl Search {
    pub(super) fn new(
        base: &Base,
        index: Arc<Index>,
        indexer: Arc<Indexer>,
        resources: Arc<Resources>,
        texts: Arc<Texts>,
        synonyms: Arc<SynonymStore>,
    ) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            index,
            indexer,
            resources,
            texts,
            synonyms,
            searching: Arc::new(Limiter::new(searches_at_once(), searches_of_one(), SEARCHES_WAITING)),
            counting: Arc::new(Semaphore::new(2)),
            explaining: Arc::new(Semaphore::new(2)),
        }
    }
}
