//! Searching: finding resources, saved searches, what is alike, and why something is found or not.

use std::sync::Arc;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::db::Db;
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::indexer::Indexer;
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
    /// Bounds how many people's news is counted side by side: up to a hundred questions each.
    counting: Arc<Semaphore>,
    /// Bounds how many resources are explained side by side: each is in memory with all its text meanwhile.
    explaining: Arc<Semaphore>,
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
            counting: Arc::new(Semaphore::new(2)),
            explaining: Arc::new(Semaphore::new(2)),
        }
    }
}
