//! Resources: sharing, editing, marking, downloading them, and the feed of what changed.

use std::sync::Arc;

use crate::blob::Blobs;
use crate::clock::Clock;
use crate::db::Db;
use crate::library::Base;
use crate::library::Rules;
use crate::library::audit::Audit;
use crate::library::curriculum::Curriculum;
use crate::library::objects::Objects;
use crate::library::signals::Signals;
use crate::library::usage::Usage;

pub mod approval;
pub mod changes;
mod discard;
pub mod download;
pub mod edit;
pub mod erase;
pub mod feature;
pub(in crate::library) mod marks;
pub mod share;
pub(in crate::library) mod visibility;

/// What teachers share: sharing, editing, downloading, and what changed.
#[derive(Debug, Clone)]
pub struct Resources {
    db: Db,
    clock: Clock,
    rules: Arc<Rules>,
    audit: Audit,
    signals: Signals,
    blobs: Blobs,
    curriculum: Arc<Curriculum>,
    objects: Arc<Objects>,
    usage: Arc<Usage>,
}

impl Resources {
    pub(super) fn new(base: &Base, curriculum: Arc<Curriculum>, objects: Arc<Objects>, usage: Arc<Usage>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            rules: Arc::clone(&base.rules),
            audit: base.audit.clone(),
            signals: base.signals.clone(),
            blobs: base.blobs.clone(),
            curriculum,
            objects,
            usage,
        }
    }
}
