//! Jobs: running them, and what whoever runs the library sees of them.

use std::sync::Arc;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::db::Db;
use crate::domain::id::ProcessId;
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::indexer::Indexer;
use crate::library::objects::Objects;
use crate::library::packs::Packs;
use crate::library::reading::Reading;
use crate::library::signals::Signals;

pub mod admin;
pub mod remote;
mod retry;
pub mod runner;

/// Runs jobs, and shows and retries them.
#[derive(Debug, Clone)]
pub struct Jobs {
    db: Db,
    clock: Clock,
    audit: Audit,
    signals: Signals,
    /// This process, among those of this library.
    process: ProcessId,
    indexer: Arc<Indexer>,
    objects: Arc<Objects>,
    packs: Arc<Packs>,
    reading: Arc<Reading>,
    /// One film at a time: a lesson takes minutes, and what is to be read must not wait for it.
    filming: Arc<Semaphore>,
    /// So many pages to be recognised at a time, so that one who reads is always free of them.
    recognising: Arc<Semaphore>,
    /// One film at a time is heard, for the same reason.
    hearing: Arc<Semaphore>,
}

impl Jobs {
    pub(super) fn new(
        base: &Base,
        process: ProcessId,
        indexer: Arc<Indexer>,
        objects: Arc<Objects>,
        packs: Arc<Packs>,
        reading: Arc<Reading>,
    ) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            signals: base.signals.clone(),
            process,
            indexer,
            objects,
            packs,
            reading,
            filming: Arc::new(Semaphore::new(1)),
            recognising: Arc::new(Semaphore::new(base.rules.ocr.at_once.max(1))),
            hearing: Arc::new(Semaphore::new(1)),
        }
    }

    /// How many read here besides those who may all be at scans and films.
    pub fn spare_readers(&self) -> usize {
        usize::from(self.reading.reads_pictures()) + usize::from(self.reading.hears_itself())
    }
}
