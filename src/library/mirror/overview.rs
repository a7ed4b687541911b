//! What this node mirrors, what it could not lay over, and what it offered upstream: for those who run it.

use std::collections::HashMap;

use crate::actor::Actor;
use crate::db::{entity, mirror, resources};
use crate::domain::authority::{Act, Reach};
use crate::domain::id::ResourceId;
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::authority::reach;
use crate::library::mirror::Mirror;
use crate::library::mirror::offers::AtHub;

/// How many offers are shown, the newest first.
const OFFERS: u64 = 50;

/// The mirror at a glance.
#[derive(Debug, Clone)]
pub struct MirrorOverview {
    /// The packs that are mirrored.
    pub packs: Vec<MirroredPack>,
    /// Resources that were changed here and at the hub; both are kept, nothing is laid over.
    pub conflicts: Vec<Titled>,
    /// Resources of which what the hub says cannot be taken, each with a stable code for why.
    pub problems: Vec<(Titled, String)>,
    /// Work shared here that was offered to the hub, the newest first.
    pub offers: Vec<Offered>,
}

/// A pack of a hub.
#[derive(Debug, Clone)]
pub struct MirroredPack {
    /// Its title.
    pub title: String,
    /// The hub's address.
    pub hub: String,
    /// The version held; 0 before the first is whole.
    pub version: i32,
    /// When it was last taken.
    pub at: Timestamp,
}

/// A resource here.
#[derive(Debug, Clone)]
pub struct Titled {
    /// Its id.
    pub id: ResourceId,
    /// Its title; none where the reader may not know it.
    pub title: Option<String>,
}

/// A resource that was offered.
#[derive(Debug, Clone)]
pub struct Offered {
    /// The resource.
    pub resource: Titled,
    /// The hub's address.
    pub hub: String,
    /// What became of it there.
    pub at_hub: AtHub,
    /// When.
    pub at: Timestamp,
}

impl Mirror {
    /// What is mirrored, in conflict and offered, as far as the actor sees how things are run.
    pub async fn mirror_overview(&self, actor: &Actor) -> Result<MirrorOverview> {
        let reach = reach(actor, Act::Oversee)?;
        let conn = self.db.read();
        let packs = mirror::packs(conn).await?;
        let conflicts = mirror::conflicts(conn).await?;
        let problems = mirror::problems(conn).await?;
        let offers = mirror::offers(conn, OFFERS).await?;
        let named = conflicts.iter().chain(&problems).map(|row| row.resource_id);
        let ids = named.chain(offers.iter().map(|row| row.resource_id)).collect();
        let rows = resources::resources_by_id(conn, ids).await?;
        let titles: HashMap<ResourceId, String> = rows
            .into_iter()
            .filter(|row| may_know(reach, row))
            .map(|row| (row.id, row.title))
            .collect();
        let titled = |id: ResourceId| Titled {
            id,
            title: titles.get(&id).cloned(),
        };
        Ok(MirrorOverview {
            packs: packs.into_iter().map(mirrored).collect(),
            conflicts: conflicts.into_iter().map(|row| titled(row.resource_id)).collect(),
            problems: problems
                .into_iter()
                .filter_map(|row| Some((titled(row.resource_id), row.problem?)))
                .collect(),
            offers: offers
                .into_iter()
                .map(|row| Offered {
                    resource: titled(row.resource_id),
                    hub: row.hub.clone(),
                    at: row.at,
                    at_hub: AtHub::of(row),
                })
                .collect(),
        })
    }
}

/// A school sees the titles of its own and of what is shared with it.
fn may_know(reach: Reach, row: &entity::resource::Model) -> bool {
    match reach {
        Reach::City => true,
        Reach::School(school) => row.school_id == Some(school) || row.scope > Scope::School,
    }
}

fn mirrored(row: entity::mirror_pack::Model) -> MirroredPack {
    MirroredPack {
        title: row.title,
        hub: row.hub,
        version: row.version,
        at: row.updated_at,
    }
}
