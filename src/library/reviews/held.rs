//! Resources that are taken down for a notice of infringement, and brought back when that is settled.
//!
//! Brought back they are what was approved, without a new review, if nothing changed meanwhile; otherwise they wait for one.
//! While a notice holds a resource down nobody publishes it by another way.

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::entity::{resource, rights_notice};
use crate::db::{changes, followups, resources, rights_notices, takedowns, versions};
use crate::domain::audit::AuditAction;
use crate::domain::id::{AccountId, ResourceId};
use crate::domain::resource::Status;
use crate::domain::standard::followup::FollowUpKind;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::resources::approval;
use crate::library::review_steps;
use crate::library::reviews::Reviews;

impl Reviews {
    /// Takes a resource down for a notice, everywhere. Answers since when it is down, and the revision that it has since, where
    /// all that it holds was approved.
    pub(super) async fn take_down_for_notice(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        notice: &rights_notice::Model,
        now: Timestamp,
    ) -> Result<(Timestamp, Option<i64>)> {
        let Some(before) = resources::find_for_update(tx, notice.resource_id).await? else {
            // Its author has removed it.
            return Ok((now, None));
        };
        let held = rights_notices::holding(tx, before.id).await?;
        if before.status == Status::Withdrawn && !held.is_empty() {
            // What one notice can bring back, the last of several can.
            let mut others = held.iter();
            let first = others.find(|other| other.taken_down_revision == Some(before.revision));
            let since = first.and_then(|other| other.taken_down_at).unwrap_or(now);
            return Ok((since, first.map(|_| before.revision)));
        }
        let is_approved = before.status == Status::Published && !before.has_waiting();
        let working = resource::Model {
            status: Status::Withdrawn,
            review_note: None,
            revision: before.revision + 1,
            updated_at: now,
            ..before.working_copy()
        };
        let revision = working.revision;
        review_steps::follow(tx, &before, &working, handler(actor)?, now).await?;
        self.write(tx, actor, &before, working, AuditAction::ResourceTakeDown, true)
            .await?;
        Ok((now, is_approved.then_some(revision)))
    }

    /// Brings a resource back once no other notice holds it down: as it was where nothing changed, to its reviewers where
    /// something did.
    pub(super) async fn restore_after_notice(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        notice: &rights_notice::Model,
        now: Timestamp,
    ) -> Result<()> {
        let Some(before) = resources::find_for_update(tx, notice.resource_id).await? else {
            return Ok(());
        };
        let held = rights_notices::holding(tx, before.id).await?;
        let is_held = held.iter().any(|other| other.id != notice.id);
        if is_held || before.status != Status::Withdrawn {
            return Ok(());
        }
        let is_unchanged = notice.taken_down_revision == Some(before.revision);
        let came_down_with_it = match notice.taken_down_at {
            Some(at) => versions::is_any_hidden_at(tx, before.id, at).await?,
            None => false,
        };
        // What its author had withdrawn themselves stays so.
        if !is_unchanged && !came_down_with_it {
            return Ok(());
        }
        let revision = before.revision + 1;
        let after = if is_unchanged {
            resource::Model {
                status: Status::Published,
                revision,
                updated_at: now,
                ..before.clone()
            }
        } else {
            resource::Model {
                status: Status::Submitted,
                submitted_at: Some(now),
                submitted_revision: Some(revision),
                revision,
                updated_at: now,
                ..before.clone()
            }
        };
        let change = approval::change(&before, &after, now);
        resources::update(tx, after.clone(), before.revision).await?;
        review_steps::follow(tx, &before, &after, handler(actor)?, now).await?;
        if let Some(at) = notice.taken_down_at {
            followups::reopen_settled_at(tx, FollowUpKind::Resource, &before.id.to_string(), at).await?;
        }
        if is_unchanged {
            takedowns::delete(tx, before.id).await?;
            if let Some(at) = notice.taken_down_at {
                versions::show_hidden_at(tx, before.id, at).await?;
            }
        }
        let subject = Some(before.id.to_string());
        self.audit
            .record(tx, actor, AuditAction::ResourceRestore, subject)
            .await?;
        changes::append(tx, vec![change]).await
    }

    /// Refuses to publish what a notice holds down.
    pub(super) async fn expect_not_held(&self, tx: &impl ConnectionTrait, id: ResourceId) -> Result<()> {
        match rights_notices::holding(tx, id).await?.first() {
            Some(notice) => Err(Refusal::HeldByNotice {
                number: notice.number.clone(),
            }
            .into()),
            None => Ok(()),
        }
    }
}

/// Who handles a notice: somebody who is signed in.
fn handler(actor: &Actor) -> Result<AccountId> {
    Ok(actor.id().ok_or(Refusal::NotSignedIn)?)
}
