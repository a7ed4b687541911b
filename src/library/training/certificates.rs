//! Certificates: issued to those who took part, verified by anyone who knows a number, revoked with a reason.
//!
//! A certificate says what was counted when it was issued. What is corrected afterwards revokes it, and a new one can be issued.

use std::collections::HashSet;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::entity::{self, training_attendance, training_certificate};
use crate::db::people;
use crate::db::training::{self, attendance, certificates};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Target};
use crate::domain::day::Day;
use crate::domain::id::{AccountId, AttendanceId, CertificateId, TrainingSessionId};
use crate::domain::time::Timestamp;
use crate::domain::training::attendance::{AttendanceState, MAX_PEOPLE};
use crate::domain::training::certificate::CertificateNumber;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::authority::{expect, may, who_may};
use crate::library::training::Training;

/// A certificate as everybody sees it who knows its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Certificate {
    /// Its number.
    pub number: CertificateNumber,
    /// The name of whoever took part, when it was issued; 已注销用户 after they erased their account.
    pub holder: String,
    /// The session's title, when it was issued.
    pub session: String,
    /// Who trained: a school, or the city where it is `null`.
    pub school: Option<String>,
    /// Class hours.
    pub hours: i32,
    /// The first day on which they took part.
    pub attended_on: Day,
    /// When it was issued.
    pub issued_on: Day,
    /// Whether it is valid today.
    pub is_valid: bool,
    /// When it was revoked.
    pub revoked_on: Option<Day>,
}

impl Training {
    /// The certificate with a number, for anyone.
    pub async fn certificate(&self, number: &str) -> Result<Certificate> {
        let row = self.numbered(number).await?;
        let conn = self.db.read();
        let session = training::sessions_by_id(conn, &[row.session_id]).await?.pop();
        let session = session.ok_or(Refusal::NoSuch(Thing::Certificate))?;
        let school = people::schools_by_id(conn, session.school_id.into_iter().collect()).await?;
        Ok(Certificate {
            number: row.number,
            holder: row.holder,
            session: row.title,
            school: school.into_iter().next().map(|row| row.name),
            hours: row.hours,
            attended_on: row.attended_on,
            issued_on: Day::of(row.issued_at),
            is_valid: row.revoked_at.is_none(),
            revoked_on: row.revoked_at.map(Day::of),
        })
    }

    /// Issues a certificate to everybody who took part in a session and has no valid one; returns how many. Nobody certifies
    /// themselves.
    pub async fn certify(&self, actor: &Actor, id: TrainingSessionId) -> Result<u64> {
        let member = who_may(actor, Act::HoldTraining)?;
        let seen = self.visible(actor, id).await?;
        expect(member, Act::HoldTraining, Target::Training { school: seen.school_id })?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                // Nobody certifies the same people meanwhile.
                let held = training::session_for_update(tx, id).await?;
                let held = held.ok_or(Refusal::NoSuch(Thing::TrainingSession))?;
                let all = attendance::list(tx, id, None, None, MAX_PEOPLE).await?.into_iter();
                let took_part = |row: &training_attendance::Model| {
                    row.state == AttendanceState::Attended && row.hours > 0 && row.account_id != member.id
                };
                let all: Vec<training_attendance::Model> = all.filter(took_part).collect();
                let ids: Vec<AttendanceId> = all.iter().map(|row| row.id).collect();
                let there = certificates::of_attendances(tx, &ids).await?.into_iter();
                let valid = there.filter(|row| row.revoked_at.is_none());
                let valid: HashSet<AttendanceId> = valid.map(|row| row.attendance_id).collect();
                let missing: Vec<_> = all.into_iter().filter(|row| !valid.contains(&row.id)).collect();
                let named = missing.iter().map(|row| row.account_id).collect();
                // Nobody erases their account between this and the certificate, which would keep their name.
                let people = people::kept_accounts(tx, named).await?;
                let mut new = Vec::with_capacity(missing.len());
                for row in missing {
                    // Whoever erased their account has no name to certify.
                    let person = people.iter().find(|it| it.id == row.account_id && !it.disabled);
                    if let Some(person) = person {
                        new.push(issued(row, &held.title, person, member.id, now)?);
                    }
                }
                if new.is_empty() {
                    return Ok(0);
                }
                certificates::add(tx, &new).await?;
                let told = AuditChanges::default().set("lines", new.len());
                let subject = Some(id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::TrainingCertify, subject, &told)
                    .await?;
                Ok(new.len() as u64)
            })
            .await
    }

    /// Revokes a certificate, with a reason that is kept. Revoked already, it changes nothing.
    pub async fn revoke(&self, actor: &Actor, number: &str, reason: &str) -> Result<Certificate> {
        let member = who_may(actor, Act::HoldTraining)?;
        let row = self.numbered(number).await?;
        let session = self.visible(actor, row.session_id).await?;
        expect(
            member,
            Act::HoldTraining,
            Target::Training {
                school: session.school_id,
            },
        )?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                if certificates::revoke(tx, row.id, now, member.id, reason).await? {
                    let subject = Some(format!("{}/certificates/{}", row.session_id, row.id));
                    self.audit
                        .record(tx, actor, AuditAction::TrainingRevoke, subject)
                        .await?;
                }
                Ok(())
            })
            .await?;
        self.certificate(number).await
    }

    /// Whether the actor revokes this certificate.
    pub async fn may_revoke(&self, actor: &Actor, number: &str) -> Result<bool> {
        if !actor.may(Act::HoldTraining) {
            return Ok(false);
        }
        let row = self.numbered(number).await?;
        let session = training::sessions_by_id(self.db.read(), &[row.session_id]).await?.pop();
        let school = session.and_then(|row| row.school_id);
        Ok(row.revoked_at.is_none() && may(actor, Act::HoldTraining, Target::Training { school }))
    }

    async fn numbered(&self, number: &str) -> Result<training_certificate::Model> {
        let number: CertificateNumber = number.parse().map_err(|_| Refusal::NoSuch(Thing::Certificate))?;
        let row = certificates::numbered(self.db.read(), &number).await?;
        Ok(row.ok_or(Refusal::NoSuch(Thing::Certificate))?)
    }
}

fn issued(
    row: training_attendance::Model,
    title: &str,
    person: &entity::account::Model,
    by: AccountId,
    now: Timestamp,
) -> Result<training_certificate::Model> {
    let mut random = [0; 12];
    getrandom::fill(&mut random)
        .map_err(|error| Error::unexpected(anyhow::anyhow!("ask for random bytes: {error}")))?;
    let today = Day::of(now);
    Ok(training_certificate::Model {
        id: CertificateId::new(),
        number: CertificateNumber::new(today.year(), random),
        attendance_id: row.id,
        session_id: row.session_id,
        account_id: row.account_id,
        holder: person.display.clone(),
        title: title.to_owned(),
        hours: row.hours,
        attended_on: row.attended_on.unwrap_or(today),
        issued_at: now,
        issued_by: by,
        revoked_at: None,
        revoked_by: None,
        reason: None,
    })
}
