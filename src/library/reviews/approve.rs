//! Approving: one voice at the step where something waits, carried on as far as it goes.

use crate::actor::{Actor, Member};
use crate::db::{entity, resources, review_paths};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::id::ResourceId;
use crate::domain::resource::{Status, StatusTransition};
use crate::domain::review::ReviewStep;
use crate::error::{Refusal, Result};
use crate::library::authority::who_may;
use crate::library::resource_view::Resource;
use crate::library::resources::approval;
use crate::library::review_steps::{self, ReviewStanding};
use crate::library::reviews::Reviews;
use crate::library::reviews::decision::{as_moved, expect_place, expect_seen, may_step, published};

impl Reviews {
    /// Accepts what waits at a step that the actor may take, and carries that on as far as the actor may take what follows
    /// alone. After the last step others see it.
    pub(super) async fn approve(
        &self,
        actor: &Actor,
        id: ResourceId,
        note: Option<String>,
        seen: Option<i64>,
    ) -> Result<Resource> {
        let approve = StatusTransition::Approve;
        let member = who_may(actor, Act::Share)?;
        let row = self.resources.row(actor, id).await?;
        let before = as_moved(actor, &row, approve);
        may_step(member, &before, approve)?;
        let after = before.status.after(approve).ok_or(Refusal::MoveNotPossible {
            from: before.status,
            step: approve,
        })?;
        // Before what was seen is compared: who sends a decision again saw the state before it.
        if after == before.status {
            self.expect_same_decision(&row, approve, note.as_deref(), seen).await?;
            return self.resources.resource(actor, id).await;
        }
        if self.has_approved(member, &before).await? {
            return self.resources.resource(actor, id).await;
        }
        expect_seen(self.db.read(), &row, &before, approve, seen).await?;
        let now = self.clock.now();
        let working = self
            .db
            .write(async |tx| {
                expect_place(tx, &row, &before).await?;
                review_paths::hold(tx).await?;
                // Under its lock: of two at once the second finds what the first has said.
                let locked = resources::find_for_update(tx, id).await?;
                if locked.is_none_or(|locked| locked.revision != row.revision) {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let mut standing = ReviewStanding::of(tx, &before).await?;
                standing.taker(member, &before)?;
                let waited_at = standing.state.as_ref().map(|state| state.step_id);
                let moved = standing.approve(member, &before);
                let (by, note) = (Some(member.id), note.as_deref());
                review_steps::write_move(tx, &before, standing.number, &moved, by, note, now).await?;
                let working = match &moved.waits_at {
                    None => published(&before, now),
                    Some(step) if Some(step.id) == waited_at => before.clone(),
                    Some(_) => carried_on(&before),
                };
                let action = AuditAction::ResourceApprove;
                if working.status == Status::Published {
                    self.write(tx, actor, &row, working.clone(), action, false).await?;
                } else {
                    resources::update(tx, approval::settled(&row, working.clone()), row.revision).await?;
                    self.audit.record(tx, actor, action, Some(id.to_string())).await?;
                    review_steps::tell_if_left(tx, &row, now).await?;
                }
                Ok(working)
            })
            .await?;
        self.signals.wake();
        // Its maker may no longer see it: what a city's reviewer sent back is its author's again.
        self.resources.shown(working).await
    }

    /// Whether somebody has said yes already, and nobody asks them for more.
    async fn has_approved(&self, member: &Member, before: &entity::resource::Model) -> Result<bool> {
        let standing = ReviewStanding::of(self.db.read(), before).await?;
        let has_voice_here = |step: ReviewStep| standing.round.has_voice(step.id, member.id);
        let is_asked = standing.taker(member, before).is_ok();
        Ok(standing.step().is_some_and(has_voice_here) || !is_asked && standing.has_voice_of(member.id))
    }
}

/// A working copy that goes on to the next step as it is: whoever decides there without saying what they saw decides on what was
/// submitted.
fn carried_on(before: &entity::resource::Model) -> entity::resource::Model {
    let revision = before.revision + 1;
    let is_as_submitted = before.submitted_revision == Some(before.revision);
    entity::resource::Model {
        revision,
        submitted_revision: if is_as_submitted {
            Some(revision)
        } else {
            before.submitted_revision
        },
        ..before.clone()
    }
}
