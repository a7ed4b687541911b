//! Mirroring: versions of a hub's packs become resources of this library, findable without reading any file again.
//!
//! Whoever hands something in has verified it ([`crate::pull`]). Resources keep the ids they have at the hub. What was
//! changed here is never laid over: it is marked as a conflict and left for people to see. What is in no mirrored pack any
//! more goes when its time of grace is over. What teachers share here is offered to the hub ([`mod@offers`]).

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;

use crate::blob::Blobs;
use crate::clock::Clock;
use crate::db::entity::{mirror_hub, mirror_pack};
use crate::db::{Db, mirror};
use crate::domain::id::{PackId, ResourceId};
use crate::error::Result;
use crate::library::audit::Audit;
use crate::library::objects::Objects;
use crate::library::packs::Packs;
use crate::library::signals::Signals;
use crate::library::signing::Signing;
use crate::library::texts::Texts;
use crate::library::{Base, Rules};

mod conflict;
mod contents;
mod curriculum_mapper;
mod gone;
mod incoming;
pub mod offers;
pub mod overview;
mod receipts;
mod take_version;

pub use crate::library::mirror::incoming::SkippedResource;
pub use crate::library::mirror::incoming::Why;

/// A hub, as this node knows it.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Its address, or the folder of a stick.
    pub hub: String,
    /// Every name that what came from it is kept under: the same keys may have come over a line and on a stick.
    pub names: Vec<String>,
}

impl Origin {
    /// A hub that has one name.
    pub fn named(hub: &str) -> Self {
        Self {
            hub: hub.to_owned(),
            names: vec![hub.to_owned()],
        }
    }

    fn is(&self, name: &str) -> bool {
        self.names.iter().any(|own| own == name)
    }
}

/// A pack that is mirrored.
#[derive(Debug, Clone)]
pub struct Mirrored {
    /// The hub's address.
    pub hub: String,
    /// What was believed of the hub last, as JSON.
    pub memory: String,
    /// The version held; 0 before the first.
    pub version: i32,
    /// The list of its files, as it came.
    pub manifest: Option<Vec<u8>>,
}

/// What came of taking a version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TakenVersion {
    /// Resources that are new here.
    pub added: usize,
    /// Resources that changed.
    pub changed: usize,
    /// Resources that stayed as they were.
    pub same: usize,
    /// Resources that are in no mirrored pack any more.
    pub gone: usize,
    /// Resources of which a newer version is held already.
    pub older: usize,
    /// Resources that were changed here as well, and were left as they are here.
    pub conflicts: Vec<ResourceId>,
    /// Resources that cannot be taken; the others were.
    pub skipped: Vec<SkippedResource>,
}

impl TakenVersion {
    fn add(&mut self, more: Self) {
        self.added += more.added;
        self.changed += more.changed;
        self.same += more.same;
        self.gone += more.gone;
        self.older += more.older;
        self.conflicts.extend(more.conflicts);
        self.skipped.extend(more.skipped);
    }

    /// Whether this node failed at one of them, so that it is worth trying again.
    fn is_worth_another_try(&self) -> bool {
        self.skipped.iter().any(|skipped| skipped.why == Why::Fault)
    }
}

/// This library as a mirror of a hub.
#[derive(Debug, Clone)]
pub struct Mirror {
    db: Db,
    clock: Clock,
    rules: Arc<Rules>,
    audit: Audit,
    signals: Signals,
    blobs: Blobs,
    objects: Arc<Objects>,
    packs: Arc<Packs>,
    signing: Arc<Signing>,
    texts: Arc<Texts>,
}

impl Mirror {
    pub(super) fn new(
        base: &Base,
        objects: Arc<Objects>,
        packs: Arc<Packs>,
        signing: Arc<Signing>,
        texts: Arc<Texts>,
    ) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            rules: Arc::clone(&base.rules),
            audit: base.audit.clone(),
            signals: base.signals.clone(),
            blobs: base.blobs.clone(),
            objects,
            packs,
            signing,
            texts,
        }
    }

    /// What is held of a hub's pack.
    pub async fn mirrored(&self, pack: PackId) -> Result<Option<Mirrored>> {
        let Some(row) = mirror::pack(self.db.read(), pack).await? else {
            return Ok(None);
        };
        let manifest = match &row.manifest_sha256 {
            Some(sha256) => Some(self.packs.made_bytes(sha256).await?),
            None => None,
        };
        Ok(Some(Mirrored {
            hub: row.hub,
            memory: row.memory,
            version: row.version,
            manifest,
        }))
    }

    /// The hubs that packs are held of, each with what was believed of it for one of them.
    pub async fn mirrored_hubs(&self) -> Result<Vec<(String, String)>> {
        let rows = mirror::packs(self.db.read()).await?;
        let mut seen = HashSet::new();
        let each_once = rows.into_iter().filter(|row| seen.insert(row.hub.clone()));
        Ok(each_once.map(|row| (row.hub, row.memory)).collect())
    }

    /// How far a hub's feed was heard; nothing before the first time.
    pub async fn heard_of(&self, hub: &str) -> Result<Option<i64>> {
        mirror::since(self.db.read(), hub).await
    }

    /// Notes how far a hub's feed was heard.
    pub async fn note_heard(&self, hub: &str, since: i64) -> Result<()> {
        let row = mirror_hub::Model {
            hub: hub.to_owned(),
            since,
        };
        self.db.write(async |tx| mirror::put_hub(tx, row).await).await
    }

    /// Bytes that are to stay free on the disk whatever a hub sends.
    pub fn room_to_leave(&self) -> u64 {
        self.rules.min_free_bytes
    }

    /// Mirrored resources that were changed here and at the hub.
    pub async fn mirror_conflicts(&self) -> Result<Vec<ResourceId>> {
        let rows = mirror::conflicts(self.db.read()).await?;
        Ok(rows.into_iter().map(|row| row.resource_id).collect())
    }

    /// Remembers what is believed of a hub, whether or not anything was taken.
    pub async fn remember_hub(&self, pack: PackId, hub: &str, title: Option<&str>, memory: &str) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let row = mirror::pack(tx, pack).await?.unwrap_or(mirror_pack::Model {
                    pack_id: pack,
                    hub: String::new(),
                    title: String::new(),
                    memory: String::new(),
                    version: 0,
                    manifest_sha256: None,
                    updated_at: now,
                });
                let row = mirror_pack::Model {
                    hub: hub.to_owned(),
                    title: title.map_or(row.title, incoming::shown),
                    memory: memory.to_owned(),
                    ..row
                };
                mirror::put_pack(tx, row).await
            })
            .await
    }
}
