//! What becomes of a visit that was recorded: changed, answered, closed; or removed.

use serde_json::{Map, Value};

use super::{NamedByVisits, Visit, Visits};
use crate::actor::Actor;
use crate::db::entity::expert_visit;
use crate::db::{people, visits};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::id::VisitId;
use crate::domain::visit::{VisitForm, VisitState};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;

impl Visits {
    /// Changes a visit until the school answers: those who record such visits. `seen` is the revision that the actor looked
    /// at; none: whichever is there.
    pub async fn edit_visit(
        &self,
        actor: &Actor,
        id: VisitId,
        seen: Option<i64>,
        fields: &Map<String, Value>,
    ) -> Result<Visit> {
        let member = who_may(actor, Act::RecordVisits)?;
        let shown = self.visit(actor, id).await?;
        let form = self.form_of(&shown).await?.patched(fields).map_err(Refusal::Fields)?;
        let named = NamedByVisits::of(self.db.read(), std::slice::from_ref(&form)).await?;
        // Who came is known by who they were: their account may be erased or of another role by now.
        let kept = (!fields.contains_key("expert")).then_some(shown.expert.id);
        let found = self.found(member, form, &named, kept).map_err(Refusal::Fields)?;
        self.db
            .write(async |tx| {
                let before = visits::visit_for_update(tx, id).await?;
                let before = before.ok_or(Refusal::NoSuch(Thing::Visit))?;
                if before.state() != VisitState::Open {
                    return Err(Refusal::VisitClosed.into());
                }
                // What the fields were laid over must still be so, even for those who say no revision.
                expect_seen(&before, Some(seen.unwrap_or(shown.revision)))?;
                let row = expert_visit::Model {
                    id,
                    revision: before.revision + 1,
                    created_by: before.created_by,
                    created_at: before.created_at,
                    ..found
                };
                visits::update(tx, row).await?;
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::VisitEdit, subject).await
            })
            .await?;
        self.visit(actor, id).await
    }

    /// Says what the school did: its administrators, until the visit is closed. `seen` is the revision that the actor looked
    /// at. Said already, it changes nothing.
    pub async fn answer_visit(&self, actor: &Actor, id: VisitId, seen: Option<i64>, done: String) -> Result<Visit> {
        let member = who_may(actor, Act::AnswerVisits)?;
        self.visit(actor, id).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let before = visits::visit_for_update(tx, id).await?;
                let before = before.ok_or(Refusal::NoSuch(Thing::Visit))?;
                if before.state() == VisitState::Closed {
                    return Err(Refusal::VisitClosed.into());
                }
                if before.done.as_ref() == Some(&done) {
                    return Ok(());
                }
                expect_seen(&before, seen)?;
                let row = expert_visit::Model {
                    done: Some(done),
                    answered_by: Some(member.id),
                    answered_at: Some(now),
                    revision: before.revision + 1,
                    ..before
                };
                visits::update(tx, row).await?;
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::VisitAnswer, subject).await
            })
            .await?;
        self.visit(actor, id).await
    }

    /// Closes a visit that was answered: those who record such visits. `seen` is the revision that the actor looked at. Closed
    /// already, it changes nothing.
    pub async fn close_visit(&self, actor: &Actor, id: VisitId, seen: Option<i64>) -> Result<Visit> {
        let member = who_may(actor, Act::RecordVisits)?;
        self.visit(actor, id).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let before = visits::visit_for_update(tx, id).await?;
                let before = before.ok_or(Refusal::NoSuch(Thing::Visit))?;
                match before.state() {
                    VisitState::Open => return Err(Refusal::VisitNotAnswered.into()),
                    VisitState::Closed => return Ok(()),
                    VisitState::Answered => {}
                }
                expect_seen(&before, seen)?;
                let row = expert_visit::Model {
                    closed_by: Some(member.id),
                    closed_at: Some(now),
                    revision: before.revision + 1,
                    ..before
                };
                visits::update(tx, row).await?;
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::VisitClose, subject).await
            })
            .await?;
        self.visit(actor, id).await
    }

    /// Removes a visit that was recorded by mistake, until the school answers: those who record such visits.
    pub async fn remove_visit(&self, actor: &Actor, id: VisitId) -> Result<()> {
        who_may(actor, Act::RecordVisits)?;
        self.visit(actor, id).await?;
        self.db
            .write(async |tx| {
                let before = visits::visit_for_update(tx, id).await?;
                let before = before.ok_or(Refusal::NoSuch(Thing::Visit))?;
                if before.state() != VisitState::Open {
                    return Err(Refusal::VisitAnswered.into());
                }
                visits::remove(tx, id).await?;
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::VisitRemove, subject).await
            })
            .await
    }

    async fn form_of(&self, shown: &Visit) -> Result<VisitForm> {
        let expert = people::account(self.db.read(), shown.expert.id).await?;
        let school = shown.school.as_ref().map(|school| school.id.to_string());
        Ok(VisitForm {
            school: school.unwrap_or_default(),
            expert: expert.map(|row| row.name),
            day: shown.day,
            kind: shown.kind,
            asked: shown.asked.clone(),
            advice: shown.advice.clone(),
            resources: shown.resources.iter().map(|it| it.url.clone()).collect(),
        })
    }
}

/// Refuses whoever looked at another revision than the present one.
fn expect_seen(before: &expert_visit::Model, seen: Option<i64>) -> Result<()> {
    if seen.is_some_and(|seen| seen != before.revision) {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    Ok(())
}
