//! Corrections: what was counted is never changed silently, and by nobody for themselves.

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::entity::{training_attendance, training_correction, training_session};
use crate::db::training::{self, attendance, certificates};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Target};
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, AttendanceId, CorrectionId, TrainingSessionId};
use crate::domain::time::Timestamp;
use crate::domain::training::attendance::{AttendanceCorrection, AttendanceState, hours_for};
use crate::domain::training::fault::TrainingFault;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, who_may};
use crate::library::training::Training;
use crate::library::training::parts::{Attendance, show};

impl Training {
    /// Corrects somebody's part in a session, with a reason that is kept for good. Nobody corrects their own.
    pub async fn correct(
        &self,
        actor: &Actor,
        id: TrainingSessionId,
        part: AttendanceId,
        correction: AttendanceCorrection,
    ) -> Result<Attendance> {
        let member = who_may(actor, Act::HoldTraining)?;
        let seen = self.visible(actor, id).await?;
        expect(member, Act::HoldTraining, Target::Training { school: seen.school_id })?;
        let after = self
            .db
            .write(async |tx| {
                let session = training::session_for_update(tx, id).await?;
                let session = session.ok_or(Refusal::NoSuch(Thing::TrainingSession))?;
                let before = attendance::of_session(tx, id, part).await?;
                let before = before.ok_or(Refusal::NoSuch(Thing::Attendance))?;
                if before.account_id == member.id {
                    return Err(Refusal::OwnWork.into());
                }
                let after = self.corrected(tx, &session, &before, &correction).await?;
                if after == before {
                    return Ok(after);
                }
                let changes = AuditChanges::default()
                    .moved("state", before.state.code(), after.state.code())
                    .moved("hours", before.hours, after.hours);
                let reason = correction.reason.clone();
                // What was certified is not so any more; a new certificate says what is.
                certificates::revoke_of(tx, part, self.clock.now(), member.id, &reason).await?;
                self.write_corrected(tx, member.id, &before, after.clone(), reason)
                    .await?;
                let subject = Some(format!("{id}/attendance/{part}"));
                self.audit
                    .record_changes(tx, actor, AuditAction::TrainingCorrect, subject, &changes)
                    .await?;
                Ok(after)
            })
            .await?;
        let shown = show(self.db.read(), vec![after]).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::Attendance))?)
    }

    /// A part as it is after a correction.
    async fn corrected(
        &self,
        tx: &impl ConnectionTrait,
        session: &training_session::Model,
        before: &training_attendance::Model,
        correction: &AttendanceCorrection,
    ) -> Result<training_attendance::Model> {
        let state = correction.state.unwrap_or(before.state);
        if state != AttendanceState::Attended {
            if correction.hours.is_some_and(|hours| hours > 0) {
                return Err(hours_fault("no hours for somebody who did not take part").into());
            }
            return Ok(with_state(before, state, 0, None));
        }
        let days = attendance::days(tx, &[before.id])
            .await?
            .remove(&before.id)
            .unwrap_or_default();
        let signed = hours_for(session.hours, session.days, days.len() as u64);
        let usual = if before.state == AttendanceState::Attended {
            before.hours
        } else if days.is_empty() {
            session.hours
        } else {
            signed
        };
        let hours = correction.hours.unwrap_or(usual);
        if hours > session.hours {
            return Err(hours_fault("no more hours than the session has").into());
        }
        if self.today() < session.from_day {
            return Err(Refusal::Training(TrainingFault::NotToday).into());
        }
        let first = before.attended_on.or(days.first().copied());
        let on = first.unwrap_or_else(|| self.today().min(session.until_day));
        Ok(with_state(before, state, hours, Some(on)))
    }

    /// Writes a changed part, and keeps what it was before.
    pub(super) async fn write_corrected(
        &self,
        tx: &impl ConnectionTrait,
        by: AccountId,
        before: &training_attendance::Model,
        after: training_attendance::Model,
        reason: String,
    ) -> Result<()> {
        let kept = correction(before, &after, by, reason, self.clock.now());
        attendance::update_all(tx, &[after]).await?;
        attendance::add_corrections(tx, &[kept]).await
    }
}

/// What is kept of a change.
pub(super) fn correction(
    before: &training_attendance::Model,
    after: &training_attendance::Model,
    by: AccountId,
    reason: String,
    at: Timestamp,
) -> training_correction::Model {
    training_correction::Model {
        id: CorrectionId::new(),
        attendance_id: before.id,
        from_state: before.state,
        to_state: after.state,
        from_hours: before.hours,
        to_hours: after.hours,
        reason,
        corrected_by: by,
        at,
    }
}

fn hours_fault(expected: &'static str) -> Refusal {
    Refusal::Fields(vec![FieldFault::at("hours", FaultKind::Malformed { expected })])
}

pub(super) fn with_state(
    row: &training_attendance::Model,
    state: AttendanceState,
    hours: i32,
    on: Option<Day>,
) -> training_attendance::Model {
    training_attendance::Model {
        state,
        hours,
        attended_on: on,
        ..row.clone()
    }
}
