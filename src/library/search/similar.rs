//! Resources like one another: the index says which, the rows say what they are.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::resources;
use crate::domain::day::Day;
use crate::domain::id::ResourceId;
use crate::domain::search::{Document, SimilarQuestion};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::resource_view;
use crate::library::resource_view::Resource;
use crate::library::search::Search;

/// Resources like one, the most like it first.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SimilarResources {
    /// The resources.
    pub items: Vec<SimilarResource>,
}

/// A resource like another.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SimilarResource {
    /// The resource.
    pub resource: Resource,
    /// How much of what the other says it says, too: 1 is everything.
    pub score: f32,
}

impl Search {
    /// Resources like the one with this id, as far as the actor may see them.
    pub async fn similar(&self, actor: &Actor, id: ResourceId, limit: usize) -> Result<SimilarResources> {
        let row = self.resources.visible(actor, id).await?;
        let shown = resource_view::resources(self.db.read(), vec![row], Day::of(self.clock.now()))
            .await?
            .pop();
        let resource = shown.ok_or(Refusal::NoSuch(Thing::Resource))?;
        self.like(actor, &resource, limit).await
    }

    /// Resources like one that was shown to the actor: one question to the index and a fixed handful of queries.
    pub async fn like(&self, actor: &Actor, resource: &Resource, limit: usize) -> Result<SimilarResources> {
        let question = SimilarQuestion {
            document: document(resource),
            audiences: actor.audiences(),
            limit,
        };
        let index = Arc::clone(&self.index);
        let _permit = self.searching.acquire(actor).await?;
        let similar = tokio::task::spawn_blocking(move || index.similar(&question))
            .await
            .map_err(Error::unexpected)?
            .map_err(Error::unexpected)?;
        let conn = self.db.read();
        let rows = resources::resources_by_id(conn, similar.iter().map(|similar| similar.id).collect()).await?;
        // The row decides once more: a resource withdrawn a moment ago is not shown.
        let rows = rows
            .into_iter()
            .filter(|row| crate::library::resources::edit::is_visible(actor, row));
        let shown = resource_view::resources(conn, rows.collect(), Day::of(self.clock.now())).await?;
        let mut shown: HashMap<ResourceId, Resource> =
            shown.into_iter().map(|resource| (resource.id, resource)).collect();
        let items = similar.into_iter().filter_map(|similar| {
            Some(SimilarResource {
                resource: shown.remove(&similar.id)?,
                score: similar.score,
            })
        });
        Ok(SimilarResources { items: items.collect() })
    }
}

/// What is compared. The text of its files is in the index already.
pub(in crate::library) fn document(resource: &Resource) -> Document {
    Document {
        id: resource.id,
        audiences: Vec::new(),
        metadata: resource.metadata.clone(),
        major: resource.major.clone(),
        course: resource.course.clone(),
        task: resource.task.clone(),
        school: resource.school.clone(),
        is_model: resource.marked_at.is_some(),
        status: resource.status,
        updated_at: resource.updated_at,
        files: Vec::new(),
    }
}
