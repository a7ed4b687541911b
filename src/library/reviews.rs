//! Reviews: the queue of what waits, decisions, and the comments of authors and reviewers.

use std::sync::Arc;

use crate::clock::Clock;
use crate::db::Db;
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::resources::Resources;
use crate::library::signals::Signals;

mod approve;
mod checks;
pub mod comments;
pub mod decision;
pub mod decisions;
mod held;
pub mod history;
pub mod notices;
pub mod paths;
pub mod queue;
mod takedown;
mod taking;
mod verdict;

/// Review: what waits for it, what was decided, and what authors and reviewers say to each other.
#[derive(Debug, Clone)]
pub struct Reviews {
    db: Db,
    clock: Clock,
    audit: Audit,
    signals: Signals,
    resources: Arc<Resources>,
}

impl Reviews {
    pub(super) fn new(base: &Base, resources: Arc<Resources>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            signals: base.signals.clone(),
            resources,
        }
    }
}
