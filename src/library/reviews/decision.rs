//! Review: the moves between an author's desk and the readers.

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::db::changes::NewChange;
use crate::db::{changes, entity, jobs, packs, resources, takedowns};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::change::ChangeKind;
use crate::domain::id::ResourceId;
use crate::domain::job::JobKind;
use crate::domain::resource::{Status, StatusTransition};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::authority::{expect, who_may};
use crate::library::resource_view::Resource;
use crate::library::resources::{approval, edit, visibility};
use crate::library::reviews::Reviews;

/// The revision of a resource that nobody has changed since it was shared.
const FIRST_REVISION: i64 = 1;

impl Reviews {
    /// Makes a move. Made already, it changes nothing and is no fault, so that a repeated request does no harm. `seen` is the
    /// revision the actor looked at, for those who looked: nobody decides on what they have not seen.
    pub async fn step(
        &self,
        actor: &Actor,
        id: ResourceId,
        step: StatusTransition,
        note: Option<String>,
        seen: Option<i64>,
    ) -> Result<Resource> {
        self.moved(actor, id, step, note, seen, false).await
    }

    /// Takes a resource down everywhere: whoever mirrors it lets its copy go when they next hear from here, and not after
    /// the time of grace. What was withdrawn already can still be taken down so.
    pub async fn take_down(&self, actor: &Actor, id: ResourceId, seen: Option<i64>) -> Result<Resource> {
        let after = self
            .moved(actor, id, StatusTransition::Withdraw, None, seen, true)
            .await?;
        if takedowns::of_resources(self.db.read(), &[id]).await?.contains_key(&id) {
            return Ok(after);
        }
        self.note_takedown(actor, id).await?;
        Ok(after)
    }

    /// Marks what was withdrawn before as taken down at once, and says so to all who could see it.
    async fn note_takedown(&self, actor: &Actor, id: ResourceId) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let Some(row) = resources::find_for_update(tx, id).await? else {
                    return Ok(());
                };
                if row.status != Status::Withdrawn {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                // To the feed it was shown until now: all who could see it must hear of this.
                let shown = entity::resource::Model {
                    status: Status::Published,
                    ..row.clone()
                };
                let change = NewChange {
                    at: self.come_down(tx, id, now).await?,
                    resource_id: id,
                    kind: ChangeKind::Updated,
                    seen_before: edit::audiences(&shown),
                    seen_after: edit::audiences(&row),
                };
                self.audit
                    .record(tx, actor, AuditAction::ResourceTakeDown, Some(id.to_string()))
                    .await?;
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Notes a takedown, and asks for a new version of every pack that ever held the resource: its list says what is gone,
    /// and when. That is after every list that tells of it, whichever node's clock wrote that: mirrors go by it.
    async fn come_down(&self, tx: &impl ConnectionTrait, id: ResourceId, now: Timestamp) -> Result<Timestamp> {
        // A version that is just being made ready is waited for.
        changes::lock(tx).await?;
        let holders = packs::published_packs_of(tx, id).await?;
        let told_at = packs::last_published(tx, &holders).await?;
        let at = told_at.map_or(now, |told_at| told_at.max(now));
        takedowns::record(tx, id, at).await?;
        let subjects = holders.into_iter().map(|pack| pack.to_string()).collect();
        jobs::enqueue_ahead(tx, JobKind::RenewPack, subjects, now).await?;
        Ok(at)
    }

    async fn moved(
        &self,
        actor: &Actor,
        id: ResourceId,
        step: StatusTransition,
        note: Option<String>,
        seen: Option<i64>,
        at_once: bool,
    ) -> Result<Resource> {
        let member = who_may(actor, Act::Share)?;
        let row = self.resources.row(actor, id).await?;
        let before = as_moved(actor, &row, step);
        may_step(member, &before, step)?;
        let status = before.status.after(step).ok_or(Refusal::MoveNotPossible {
            from: before.status,
            step,
        })?;
        // Before what was seen is compared: who sends a move again saw the state before it.
        if status == before.status {
            return self.resources.resource(actor, id).await;
        }
        expect_seen(&before, step, seen)?;
        let now = self.clock.now();
        let is_submitted = status == Status::Submitted;
        let revision = row.revision + 1;
        let working = entity::resource::Model {
            status,
            // Submitted again, it still says why it was sent back: its reviewer looks whether that is mended.
            review_note: match step {
                StatusTransition::Return => note,
                StatusTransition::Submit => before.review_note.clone(),
                StatusTransition::Approve | StatusTransition::Publish | StatusTransition::Withdraw => None,
            },
            submitted_at: if is_submitted { Some(now) } else { before.submitted_at },
            submitted_revision: if is_submitted {
                Some(revision)
            } else {
                before.submitted_revision
            },
            published_at: if status == Status::Published {
                Some(now)
            } else {
                before.published_at
            },
            revision,
            updated_at: now,
            ..before
        };
        let after = approval::settled(&row, working.clone());
        self.db
            .write(async |tx| {
                let mut change = approval::change(&row, &after, now);
                resources::update(tx, after.clone(), row.revision).await?;
                match status {
                    Status::Published => {
                        takedowns::delete(tx, id).await?;
                        approval::note_approval(tx, &row, &after, member.id, now).await?;
                    }
                    Status::Withdrawn => approval::note_withdrawal(tx, id).await?,
                    Status::Draft | Status::Submitted | Status::Returned => {}
                }
                if at_once {
                    change.at = self.come_down(tx, id, now).await?;
                }
                let action = if at_once {
                    AuditAction::ResourceTakeDown
                } else {
                    action(step)
                };
                self.audit.record(tx, actor, action, Some(id.to_string())).await?;
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.signals.wake();
        // Its maker may no longer see it: what a city's reviewer sent back is its author's again.
        self.resources.shown(working).await
    }

    /// The moves that the actor could make now.
    pub async fn steps(&self, actor: &Actor, id: ResourceId) -> Result<Vec<StatusTransition>> {
        let Ok(member) = who_may(actor, Act::Share) else {
            return Ok(Vec::new());
        };
        let row = self.resources.row(actor, id).await?;
        let is_possible = |step: &StatusTransition| {
            let moved = as_moved(actor, &row, *step);
            let leads_on = moved.status.after(*step).is_some_and(|after| after != moved.status);
            leads_on && may_step(member, &moved, *step).is_ok()
        };
        let all = [
            StatusTransition::Submit,
            StatusTransition::Approve,
            StatusTransition::Return,
            StatusTransition::Publish,
            StatusTransition::Withdraw,
        ];
        Ok(all.into_iter().filter(is_possible).collect())
    }

    /// Publishes what an operator imports: the operator stands in for the review.
    pub(crate) async fn publish_imported(&self, actor: &Actor, id: ResourceId) -> Result<()> {
        let row = self.resources.row(actor, id).await?;
        let now = self.clock.now();
        let after = entity::resource::Model {
            status: Status::Published,
            published_at: Some(now),
            revision: row.revision + 1,
            updated_at: now,
            ..row.working_copy()
        };
        self.db
            .write(async |tx| {
                let change = approval::change(&row, &after, now);
                resources::update(tx, after.clone(), row.revision).await?;
                if let Some(by) = actor.id() {
                    approval::note_approval(tx, &row, &after, by, now).await?;
                }
                self.audit
                    .record(tx, actor, AuditAction::ResourcePublishImported, Some(id.to_string()))
                    .await?;
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }
}

/// What a move is about: a decision about the working copy, a withdrawal about what is published as well, whatever waits
/// beside it.
fn as_moved(actor: &Actor, row: &entity::resource::Model, step: StatusTransition) -> entity::resource::Model {
    let seen = visibility::as_seen(actor, row).unwrap_or_else(|| row.working_copy());
    if step == StatusTransition::Withdraw {
        return entity::resource::Model {
            status: row.status,
            ..seen
        };
    }
    seen
}

/// Nobody decides on what they have not seen. Whoever does not say what they saw decides on what was submitted, and is asked
/// to look again where that has changed since; what was not submitted they publish only as it was shared first, which is all
/// that there ever was of it.
fn expect_seen(before: &entity::resource::Model, step: StatusTransition, seen: Option<i64>) -> Result<()> {
    if let Some(seen) = seen {
        return if seen == before.revision {
            Ok(())
        } else {
            Err(Refusal::ChangedMeanwhile.into())
        };
    }
    let decides = matches!(
        step,
        StatusTransition::Approve | StatusTransition::Return | StatusTransition::Publish
    );
    let is_submitted = before.status == Status::Submitted;
    let is_as_it_was = if is_submitted {
        before.submitted_revision == Some(before.revision)
    } else {
        before.revision == FIRST_REVISION
    };
    match (decides, is_as_it_was, is_submitted) {
        (false, ..) | (_, true, _) => Ok(()),
        (true, false, true) => Err(Refusal::ChangedSinceSubmitted.into()),
        (true, false, false) => Err(Refusal::IfMatchRequired.into()),
    }
}

/// Authors submit and withdraw; reviewers do the rest, and nobody approves their own work.
fn may_step(member: &Member, row: &entity::resource::Model, step: StatusTransition) -> Result<()> {
    let act = match step {
        StatusTransition::Submit | StatusTransition::Withdraw => Act::Edit,
        StatusTransition::Approve => Act::Approve,
        StatusTransition::Return => Act::Review,
        StatusTransition::Publish => Act::Publish,
    };
    expect(member, act, edit::as_target(row))
}

fn action(step: StatusTransition) -> AuditAction {
    match step {
        StatusTransition::Submit => AuditAction::ResourceSubmit,
        StatusTransition::Approve => AuditAction::ResourceApprove,
        StatusTransition::Return => AuditAction::ResourceReturn,
        StatusTransition::Publish => AuditAction::ResourcePublish,
        StatusTransition::Withdraw => AuditAction::ResourceWithdraw,
    }
}
