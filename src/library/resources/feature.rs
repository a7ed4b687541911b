//! Featuring: an expert or the bureau says that a published resource is a model 示范 for others. It is said of the version
//! that stands there: a new one is not featured. It is a mark like those that come of calls ([`crate::library::recognition`]).

use crate::actor::Actor;
use crate::db::recognition::marks;
use crate::db::{changes, entity};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, RecognitionMarkId, ResourceId};
use crate::domain::recognition::RecognitionKind;
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, may, who_may};
use crate::library::resource_view::Resource;
use crate::library::resources::marks::project;
use crate::library::resources::{Resources, edit};

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
        let action = if is_model {
            AuditAction::ResourceFeature
        } else {
            AuditAction::ResourceUnfeature
        };
        self.db
            .write(async |tx| {
                if is_model {
                    marks::add(tx, &[given(&before, member.id, now)]).await?;
                } else {
                    marks::end_given(tx, id, now, member.id).await?;
                }
                let change = project(tx, id, now).await?;
                self.audit.record(tx, actor, action, Some(id.to_string())).await?;
                changes::append(tx, change.into_iter().collect()).await
            })
            .await?;
        self.signals.wake();
        self.resource(actor, id).await
    }
}

/// What somebody holds up in no call: valid for good.
fn given(resource: &entity::resource::Model, by: AccountId, now: Timestamp) -> entity::recognition_mark::Model {
    entity::recognition_mark::Model {
        id: RecognitionMarkId::new(),
        kind: RecognitionKind::Resource,
        school_id: resource.school_id,
        course_id: None,
        major_id: None,
        person_id: None,
        resource_id: Some(resource.id),
        award: None,
        call_id: None,
        result_id: None,
        valid_from: Day::of(now),
        valid_until: None,
        given_by: by,
        given_at: now,
        ended_at: None,
        ended_by: None,
    }
}
