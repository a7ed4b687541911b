//! Review: the moves between an author's desk and the readers.

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::db::{changes, entity, resources, review_paths, review_rounds, takedowns, versions};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::id::ResourceId;
use crate::domain::resource::{Status, StatusTransition};
use crate::domain::review::ReviewOutcome;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::authority::{expect, who_may};
use crate::library::curriculum::CurriculumIds;
use crate::library::curriculum::place::hold_place;
use crate::library::resource_view::Resource;
use crate::library::resources::{approval, edit, visibility};
use crate::library::review_steps::{self, ReviewStanding, authors};
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
        if step == StatusTransition::Approve {
            return self.approve(actor, id, note, seen).await;
        }
        self.moved(actor, id, step, note, seen, false).await
    }

    pub(super) async fn moved(
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
        // What nobody else has seen is not taken down: its author takes it back.
        let is_recall = step == StatusTransition::Withdraw && before.status == Status::Submitted && !at_once;
        let step = if is_recall { StatusTransition::Recall } else { step };
        may_step(member, &before, step)?;
        let status = before.status.after(step).ok_or(Refusal::MoveNotPossible {
            from: before.status,
            step,
        })?;
        // Before what was seen is compared: who sends a move again saw the state before it.
        if status == before.status {
            self.expect_same_decision(&row, step, note.as_deref(), seen).await?;
            return self.resources.resource(actor, id).await;
        }
        expect_seen(self.db.read(), &row, &before, step, seen).await?;
        let said = self.said(member, &before, step, note.clone()).await?;
        let now = self.clock.now();
        let working = moved_to(&row, before.clone(), step, status, note, now);
        self.db
            .write(async |tx| {
                if matches!(status, Status::Submitted | Status::Published) {
                    expect_place(tx, &row, &before).await?;
                }
                review_paths::hold(tx).await?;
                self.write(tx, actor, &row, working.clone(), action(step, at_once), at_once)
                    .await?;
                match said {
                    Some(said) => said.write(tx, &before, now).await?,
                    None if step == StatusTransition::Submit => {
                        review_steps::begin(tx, &working, ReviewOutcome::Submitted, Some(member.id), now).await?;
                    }
                    None => review_rounds::drop_state(tx, id).await?,
                }
                Ok(())
            })
            .await?;
        self.signals.wake();
        self.resources.shown(working).await
    }

    /// Writes a resource as a decision leaves it, and tells of it.
    pub(super) async fn write(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        row: &entity::resource::Model,
        working: entity::resource::Model,
        action: AuditAction,
        at_once: bool,
    ) -> Result<()> {
        let (id, now, status) = (row.id, working.updated_at, working.status);
        let after = approval::settled(row, working);
        let mut change = approval::change(row, &after, now);
        if status == Status::Published {
            self.expect_not_held(tx, id).await?;
        }
        resources::update(tx, after.clone(), row.revision).await?;
        match status {
            Status::Published => {
                takedowns::delete(tx, id).await?;
                review_rounds::drop_authors(tx, id).await?;
                if let Some(by) = actor.id() {
                    approval::note_approval(tx, row, &after, by, now).await?;
                }
            }
            Status::Withdrawn => approval::note_withdrawal(tx, row, now).await?,
            Status::Draft | Status::Submitted | Status::Returned => {}
        }
        if at_once {
            change.at = self.come_down(tx, id, now).await?;
        }
        // What was meant for a school may be the city's from now on.
        let told = AuditChanges::default().moved("scope", row.scope.code(), after.scope.code());
        self.audit
            .record_changes(tx, actor, action, Some(id.to_string()), &told)
            .await?;
        changes::append(tx, vec![change]).await
    }

    /// Refuses a decision that looks like one that was made, and is another: what was seen has been discarded since, or was
    /// sent back by somebody else, for another reason.
    pub(super) async fn expect_same_decision(
        &self,
        row: &entity::resource::Model,
        step: StatusTransition,
        note: Option<&str>,
        seen: Option<i64>,
    ) -> Result<()> {
        let Some(seen) = seen.filter(|seen| *seen != row.revision) else {
            return Ok(());
        };
        let is_same = match step {
            StatusTransition::Approve | StatusTransition::Publish => {
                let shown = versions::version(self.db.read(), row.id, row.version).await?;
                shown.and_then(|shown| shown.approved_revision) == Some(seen)
            }
            StatusTransition::Return => row.working_copy().review_note.as_deref() == note,
            StatusTransition::Submit
            | StatusTransition::Withdraw
            | StatusTransition::Reject
            | StatusTransition::Recall => true,
        };
        if is_same {
            return Ok(());
        }
        Err(Refusal::ChangedMeanwhile.into())
    }

    /// The moves that the actor could make now.
    pub async fn steps(&self, actor: &Actor, id: ResourceId) -> Result<Vec<StatusTransition>> {
        let Ok(member) = who_may(actor, Act::Share) else {
            return Ok(Vec::new());
        };
        let row = self.resources.row(actor, id).await?;
        let working = as_moved(actor, &row, StatusTransition::Submit);
        let waits = working.status == Status::Submitted;
        let standing = match waits {
            true => Some(ReviewStanding::of(self.db.read(), &working).await?),
            false => None,
        };
        let route = review_steps::route(self.db.read(), &working).await?;
        let is_rejected = self.expect_not_rejected(&working).await.is_err();
        let is_own = authors::is_work_of(self.db.read(), &working, member.id).await?;
        let has_voice = |standing: &ReviewStanding| {
            let here = standing.step().map(|step| standing.round.has_voice(step.id, member.id));
            here.unwrap_or(false)
        };
        let is_asked = standing
            .as_ref()
            .is_some_and(|standing| standing.taker(member, &working).is_ok());
        let may_approve = is_asked && !standing.as_ref().is_some_and(has_voice);
        let is_possible = |step: &StatusTransition| {
            let moved = as_moved(actor, &row, *step);
            let leads_on = moved.status.after(*step).is_some_and(|after| after != moved.status);
            let is_open = match step {
                StatusTransition::Submit => !is_rejected,
                StatusTransition::Approve => may_approve,
                StatusTransition::Return => is_asked,
                StatusTransition::Reject => is_asked && route.may_reject,
                StatusTransition::Publish => route.may_publish && !is_own,
                StatusTransition::Recall => waits,
                StatusTransition::Withdraw => moved.status != Status::Submitted,
            };
            is_open && leads_on && may_step(member, &moved, *step).is_ok()
        };
        let all = [
            StatusTransition::Submit,
            StatusTransition::Approve,
            StatusTransition::Return,
            StatusTransition::Reject,
            StatusTransition::Publish,
            StatusTransition::Recall,
            StatusTransition::Withdraw,
        ];
        Ok(all.into_iter().filter(is_possible).collect())
    }

    /// Publishes what an operator imports: the operator stands in for the review.
    pub(crate) async fn publish_imported(&self, actor: &Actor, id: ResourceId) -> Result<()> {
        let row = self.resources.row(actor, id).await?;
        let now = self.clock.now();
        let before = row.working_copy();
        let after = published(&before, now);
        self.db
            .write(async |tx| {
                let action = AuditAction::ResourcePublishImported;
                self.write(tx, actor, &row, after, action, false).await?;
                review_steps::write_published(tx, &before, actor.id(), now).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }
}

/// A working copy after its last step.
pub(super) fn published(before: &entity::resource::Model, now: Timestamp) -> entity::resource::Model {
    entity::resource::Model {
        status: Status::Published,
        review_note: None,
        published_at: Some(now),
        revision: before.revision + 1,
        updated_at: now,
        ..before.clone()
    }
}

/// A working copy after a move that is no approval.
fn moved_to(
    row: &entity::resource::Model,
    before: entity::resource::Model,
    step: StatusTransition,
    status: Status,
    note: Option<String>,
    now: Timestamp,
) -> entity::resource::Model {
    let revision = before.revision + 1;
    if status == Status::Published {
        return published(&before, now);
    }
    let is_submitted = status == Status::Submitted;
    // Taken back, it is again what it was: a draft, what was sent back, or what waits beside something published.
    let was_returned = row.has_waiting() || before.review_note.is_some();
    let is_returned = step == StatusTransition::Recall && was_returned;
    entity::resource::Model {
        status: if is_returned { Status::Returned } else { status },
        // Submitted again, it still says why it was sent back: its reviewer looks whether that is mended.
        review_note: match step {
            StatusTransition::Return | StatusTransition::Reject => note,
            StatusTransition::Submit | StatusTransition::Recall => before.review_note.clone(),
            StatusTransition::Approve | StatusTransition::Publish | StatusTransition::Withdraw => None,
        },
        submitted_at: if is_submitted { Some(now) } else { before.submitted_at },
        submitted_revision: if is_submitted {
            Some(revision)
        } else {
            before.submitted_revision
        },
        revision,
        updated_at: now,
        ..before
    }
}

/// What a move is about: a decision about the working copy, a withdrawal about what is published as well, whatever waits
/// beside it.
pub(super) fn as_moved(
    actor: &Actor,
    row: &entity::resource::Model,
    step: StatusTransition,
) -> entity::resource::Model {
    let seen = visibility::as_seen(actor, row).unwrap_or_else(|| row.working_copy());
    if step == StatusTransition::Withdraw {
        return entity::resource::Model {
            status: row.status,
            ..seen
        };
    }
    seen
}

/// Nobody decides on what they have not seen. Whoever does not say what they saw decides on what was submitted first, and is
/// asked to look where that has changed since; what was not submitted they publish only as it was shared first, which is all
/// that there ever was of it. A change of what is published, and what was taken back in between, they have to name.
pub(super) async fn expect_seen(
    conn: &impl ConnectionTrait,
    row: &entity::resource::Model,
    before: &entity::resource::Model,
    step: StatusTransition,
    seen: Option<i64>,
) -> Result<()> {
    if let Some(seen) = seen {
        return if seen == before.revision {
            Ok(())
        } else {
            Err(Refusal::ChangedMeanwhile.into())
        };
    }
    let decides = matches!(
        step,
        StatusTransition::Approve | StatusTransition::Return | StatusTransition::Reject | StatusTransition::Publish
    );
    let is_submitted = before.status == Status::Submitted;
    let is_as_it_was = if is_submitted {
        before.submitted_revision == Some(before.revision)
    } else {
        before.revision == FIRST_REVISION
    };
    if !decides {
        return Ok(());
    }
    if !is_as_it_was {
        let refusal = match is_submitted {
            true => Refusal::ChangedSinceSubmitted,
            false => Refusal::IfMatchRequired,
        };
        return Err(refusal.into());
    }
    // Sent back or rejected, it is shown to nobody.
    let shows = is_submitted && matches!(step, StatusTransition::Approve | StatusTransition::Publish);
    if shows && (row.has_waiting() || was_recalled(conn, row.id).await?) {
        return Err(Refusal::IfMatchRequired.into());
    }
    Ok(())
}

/// Whether an author took a resource back while it waited, and may have changed it between two looks of its reviewer.
async fn was_recalled(conn: &impl ConnectionTrait, id: ResourceId) -> Result<bool> {
    /// Far more than there are of what was never published.
    const NEWEST: u64 = 50;
    let decisions = review_rounds::decisions(conn, id, NEWEST).await?;
    Ok(decisions.iter().any(|row| row.outcome == ReviewOutcome::Recalled))
}

/// Refuses what would come to stand where nothing new does: a standard has retired the place since the change was made that
/// waits, or while the resource was withdrawn. What others see there already stays.
pub(super) async fn expect_place(
    tx: &impl ConnectionTrait,
    row: &entity::resource::Model,
    before: &entity::resource::Model,
) -> Result<()> {
    let standing = match row.status {
        Status::Withdrawn => CurriculumIds::default(),
        Status::Draft | Status::Submitted | Status::Returned | Status::Published => edit::place_of(row),
    };
    hold_place(tx, edit::place_of(before), standing).await
}

/// Authors submit and withdraw; reviewers do the rest, and nobody approves their own work.
pub(super) fn may_step(member: &Member, row: &entity::resource::Model, step: StatusTransition) -> Result<()> {
    let act = match step {
        StatusTransition::Submit | StatusTransition::Withdraw | StatusTransition::Recall => Act::Edit,
        StatusTransition::Approve | StatusTransition::Reject => Act::Approve,
        StatusTransition::Return => Act::Review,
        StatusTransition::Publish => Act::Publish,
    };
    expect(member, act, edit::as_target(row))
}

fn action(step: StatusTransition, at_once: bool) -> AuditAction {
    match step {
        _ if at_once => AuditAction::ResourceTakeDown,
        StatusTransition::Submit => AuditAction::ResourceSubmit,
        StatusTransition::Approve => AuditAction::ResourceApprove,
        StatusTransition::Return => AuditAction::ResourceReturn,
        StatusTransition::Reject => AuditAction::ResourceReject,
        StatusTransition::Recall => AuditAction::ResourceRecall,
        StatusTransition::Publish => AuditAction::ResourcePublish,
        StatusTransition::Withdraw => AuditAction::ResourceWithdraw,
    }
}
