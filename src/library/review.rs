//! Review: the moves between an author's desk and the readers.

use super::view::Resource;
use super::{Library, edit, may_write};
use crate::actor::{Actor, Member};
use crate::db::{changes, entity, resources};
use crate::domain::id::Id;
use crate::domain::resource::{Move, Status};
use crate::domain::role::{Role, Scope};
use crate::error::{Refusal, Result, Thing};

impl Library {
    /// Makes a move. Made already, it changes nothing and is no fault, so that a repeated request does no harm. `seen` is the
    /// revision the actor looked at, for those who looked: nobody decides on what they have not seen.
    pub async fn step(
        &self,
        actor: &Actor,
        id: Id,
        step: Move,
        note: Option<String>,
        seen: Option<i64>,
    ) -> Result<Resource> {
        let member = may_write(actor)?;
        let before = self.visible(actor, id).await?;
        may_step(member, &before, step)?;
        let status = before.status.after(step).ok_or(Refusal::MoveNotPossible {
            from: before.status,
            step,
        })?;
        if status == before.status {
            return self.resource(actor, id).await;
        }
        if seen.is_some_and(|seen| seen != before.revision) {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let now = self.clock.now();
        let after = entity::resource::Model {
            status,
            // Submitted again, it still says why it was sent back: its reviewer looks whether that is mended.
            review_note: match step {
                Move::Return => note,
                Move::Submit => before.review_note.clone(),
                Move::Approve | Move::Publish | Move::Withdraw => None,
            },
            submitted_at: if status == Status::Submitted {
                Some(now)
            } else {
                before.submitted_at
            },
            published_at: if status == Status::Published {
                Some(now)
            } else {
                before.published_at
            },
            revision: before.revision + 1,
            updated_at: now,
            ..before.clone()
        };
        self.db
            .write(async |tx| {
                let change = edit::change(&before, &after, now);
                resources::update(tx, after, before.revision).await?;
                self.record(tx, actor, action(step), Some(id.to_string())).await?;
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.wake();
        self.after_step(id).await
    }

    /// What a move led to, which its maker may no longer see: what a city's reviewer sent back is its author's again.
    async fn after_step(&self, id: Id) -> Result<Resource> {
        let row = resources::resource(self.db.read(), id).await?;
        self.with_files(row.ok_or(Refusal::NoSuch(Thing::Resource))?).await
    }

    /// The moves that the actor could make now.
    pub async fn steps(&self, actor: &Actor, id: Id) -> Result<Vec<Move>> {
        let Ok(member) = may_write(actor) else {
            return Ok(Vec::new());
        };
        let row = self.visible(actor, id).await?;
        let leads_on = |step: Move| row.status.after(step).is_some_and(|after| after != row.status);
        let all = [Move::Submit, Move::Approve, Move::Return, Move::Publish, Move::Withdraw];
        let possible = all
            .into_iter()
            .filter(|step| leads_on(*step) && may_step(member, &row, *step).is_ok());
        Ok(possible.collect())
    }

    /// Publishes what an operator imports: the operator stands in for the review.
    pub(crate) async fn publish_imported(&self, actor: &Actor, id: Id) -> Result<()> {
        let before = self.visible(actor, id).await?;
        let now = self.clock.now();
        let after = entity::resource::Model {
            status: Status::Published,
            published_at: Some(now),
            revision: before.revision + 1,
            updated_at: now,
            ..before.clone()
        };
        self.db
            .write(async |tx| {
                let change = edit::change(&before, &after, now);
                resources::update(tx, after, before.revision).await?;
                self.record(tx, actor, "resource.publish-imported", Some(id.to_string()))
                    .await?;
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.wake();
        Ok(())
    }
}

/// Whether the member reviews for more than one school, and this is meant for that.
pub(super) fn reviews_for_city(member: &Member, row: &entity::resource::Model) -> bool {
    matches!(member.role, Role::Expert | Role::Bureau) && row.scope > Scope::School
}

/// Authors submit and withdraw; reviewers do the rest, and nobody approves their own work.
fn may_step(member: &Member, row: &entity::resource::Model, step: Move) -> Result<()> {
    let own = row.owner_id == member.id;
    let reviews = edit::reviews(member, row);
    let allowed = match step {
        Move::Submit | Move::Withdraw => own || reviews,
        Move::Approve | Move::Return => reviews || reviews_for_city(member, row),
        Move::Publish => reviews,
    };
    if !allowed {
        return Err(Refusal::NotAllowed.into());
    }
    if own && matches!(step, Move::Approve | Move::Publish) {
        return Err(Refusal::OwnWork.into());
    }
    Ok(())
}

fn action(step: Move) -> &'static str {
    match step {
        Move::Submit => "resource.submit",
        Move::Approve => "resource.approve",
        Move::Return => "resource.return",
        Move::Publish => "resource.publish",
        Move::Withdraw => "resource.withdraw",
    }
}
