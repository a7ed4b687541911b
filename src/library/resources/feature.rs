//! Featuring: an expert or the bureau says that a published resource is a model 示范 for others. It is said of the version
//! that stands there: a new one is not featured.

use crate::actor::Actor;
use crate::db::{changes, entity, resources};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::id::ResourceId;
use crate::domain::resource::Status;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, may, who_may};
use crate::library::resource_view::Resource;
use crate::library::resources::{Resources, approval, edit};

impl Resources {
    /// Whether the actor could feature a resource that it sees, or stop featuring it.
    pub fn may_feature(&self, actor: &Actor, resource: &Resource) -> bool {
        let features = may(actor, Act::Feature, resource.as_target());
        let is_published = resource.status == Status::Published || resource.changed_since_approved.is_some();
        features && (is_published || resource.marked_at.is_some())
    }

    /// Features a resource as a model, or stops featuring it. Done already, it changes nothing.
    pub async fn feature(&self, actor: &Actor, id: ResourceId, is_model: bool) -> Result<Resource> {
        let member = who_may(actor, Act::Feature)?;
        let before = self.row(actor, id).await?;
        // What is held up is what others see, and not what waits beside it.
        if !edit::is_visible(actor, &before) {
            return Err(Refusal::NoSuch(Thing::Resource).into());
        }
        expect(member, Act::Feature, edit::as_target(&before))?;
        if before.marked_at.is_some() == is_model {
            return self.resource(actor, id).await;
        }
        if is_model && before.status != Status::Published {
            return Err(Refusal::NotPublished.into());
        }
        let now = self.clock.now();
        let after = entity::resource::Model {
            marked_at: is_model.then_some(now),
            marked_by: is_model.then_some(member.id),
            revision: before.revision + 1,
            ..before.clone()
        };
        let action = if is_model {
            AuditAction::ResourceFeature
        } else {
            AuditAction::ResourceUnfeature
        };
        self.db
            .write(async |tx| {
                let change = approval::change(&before, &after, now);
                resources::update(tx, after, before.revision).await?;
                self.audit.record(tx, actor, action, Some(id.to_string())).await?;
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.signals.wake();
        self.resource(actor, id).await
    }
}
