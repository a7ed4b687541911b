//! The things that follow-ups are about, as far as somebody may see them.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::db::entity::pack;
use crate::db::{packs, resources};
use crate::domain::id::{PackId, ResourceId};
use crate::domain::role::Scope;
use crate::domain::standard::followup::FollowUpKind;
use crate::error::Result;
use crate::library::resources::edit;

/// Resources and packs that are there, each by its id, with its title where the actor may see it.
#[derive(Debug, Default)]
pub(super) struct Targets {
    titles: HashMap<String, Option<String>>,
}

impl Targets {
    /// Finds what is named, by two queries.
    pub(super) async fn find(
        conn: &impl ConnectionTrait,
        actor: &Actor,
        member: &Member,
        named: impl Iterator<Item = (FollowUpKind, &str)>,
    ) -> Result<Self> {
        let (mut of_resources, mut of_packs): (Vec<ResourceId>, Vec<PackId>) = Default::default();
        for (kind, target) in named {
            match kind {
                FollowUpKind::Resource => of_resources.extend(target.parse::<ResourceId>().ok()),
                FollowUpKind::Pack => of_packs.extend(target.parse::<PackId>().ok()),
                FollowUpKind::Order => {}
            }
        }
        let mut titles = HashMap::new();
        for row in resources::resources_by_id(conn, of_resources).await? {
            let is_seen = edit::is_visible(actor, &row);
            titles.insert(row.id.to_string(), is_seen.then_some(row.title));
        }
        for row in packs::by_id(conn, &of_packs).await? {
            let is_seen = is_seen(member, &row);
            titles.insert(row.id.to_string(), is_seen.then_some(row.title));
        }
        Ok(Self { titles })
    }

    /// Its title, where the actor may see it; an order is called what its task was called.
    pub(super) fn title(&self, kind: FollowUpKind, target: &str, subject: &str) -> Option<String> {
        match kind {
            FollowUpKind::Order => Some(subject.to_owned()),
            FollowUpKind::Resource | FollowUpKind::Pack => self.titles.get(target).cloned().flatten(),
        }
    }

    /// Whether it was removed since.
    pub(super) fn is_gone(&self, kind: FollowUpKind, target: &str) -> bool {
        kind != FollowUpKind::Order && !self.titles.contains_key(target)
    }
}

/// A pack that was never handed out is its people's.
fn is_seen(member: &Member, row: &pack::Model) -> bool {
    let is_own = row.owner_id == member.id || (row.school_id.is_some() && row.school_id == member.school_id);
    is_own || (row.version > 0 && !row.withdrawn && row.scope > Scope::School)
}
