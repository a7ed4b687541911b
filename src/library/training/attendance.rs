//! Who takes part in a session: enrolling, and signing in on the day.
//!
//! Whatever changes how somebody's part stands holds the session's row, so that of two who do it at once the second sees what
//! the first did.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::{Actor, Member};
use crate::db::entity::{account, training_attendance, training_correction, training_session, training_sign_in};
use crate::db::people;
use crate::db::training::{self, attendance, certificates};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach, Target};
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, AttendanceId, SchoolId, TrainingSessionId};
use crate::domain::training::attendance::{AttendanceState, MAX_PEOPLE, SignInWay, hours_for};
use crate::domain::training::fault::TrainingFault;
use crate::domain::training::{TrainingMode, TrainingState};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, may, reach, who_may};
use crate::library::paging::{self, Page};
use crate::library::training::corrections::with_state;
use crate::library::training::parts::{Attendance, show};
use crate::library::training::sessions::TrainingSession;
use crate::library::training::{Training, code};

/// One's own part in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OwnPart {
    /// How it stands.
    pub state: AttendanceState,
    /// Class hours that are counted.
    pub hours: i32,
    /// The days on which one took part.
    pub days: Vec<Day>,
}

/// The code that is shown in the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CodeOfDay {
    /// Eight digits.
    pub code: String,
    /// In how many seconds it changes.
    pub changes_in_seconds: u64,
    /// The page that takes it, as a path on this site; what the room's picture says.
    pub url: String,
}

impl Training {
    /// Who takes part in a session, in the order in which they were enrolled: everybody for who trains for the city, the people
    /// of their school for a school's administrators. It is noted that somebody looked.
    pub async fn attendances(
        &self,
        actor: &Actor,
        id: TrainingSessionId,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<Attendance>> {
        let school = reach(actor, Act::SeeTrainees)?.school();
        let session = self.visible(actor, id).await?;
        let after: Option<AttendanceId> = paging::begin(cursor)?;
        let conn = self.db.read();
        let rows = attendance::list(conn, session.id, school, after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        self.audit.read(actor, AuditAction::TrainingRead, Some(id.to_string()));
        Ok(Page {
            items: show(conn, rows).await?,
            next_cursor,
        })
    }

    /// All who take part in a session, to take along.
    pub async fn export_attendances(
        &self,
        actor: &Actor,
        id: TrainingSessionId,
        format: &str,
    ) -> Result<Vec<Attendance>> {
        let page = self.attendances(actor, id, None, MAX_PEOPLE).await?;
        let all = page.whole(MAX_PEOPLE)?;
        let told = AuditChanges::default().set("format", format);
        self.audit
            .exported(actor, AuditAction::TrainingExport, Some(id.to_string()), &told);
        Ok(all)
    }

    /// The actor's own part in a session that they see, if they have one.
    pub async fn own_part(&self, actor: &Actor, id: TrainingSessionId) -> Result<Option<OwnPart>> {
        let Some(account) = actor.id() else { return Ok(None) };
        let conn = self.db.read();
        let Some(row) = attendance::of_accounts(conn, id, &[account]).await?.pop() else {
            return Ok(None);
        };
        let days = attendance::days(conn, &[row.id]).await?.remove(&row.id);
        Ok(Some(OwnPart {
            state: row.state,
            hours: row.hours,
            days: days.unwrap_or_default(),
        }))
    }

    /// Enrols the actor in a session. Enrolled already, it changes nothing.
    pub async fn join(&self, actor: &Actor, id: TrainingSessionId) -> Result<OwnPart> {
        let member = who_may(actor, Act::JoinTraining)?;
        self.visible(actor, id).await?;
        self.db
            .write(async |tx| {
                let session = self.open(tx, id).await?;
                let mine = attendance::of_accounts(tx, id, &[member.id]).await?.pop();
                if mine.as_ref().is_some_and(|row| row.state != AttendanceState::Withdrawn) {
                    return Ok(());
                }
                expect_seats(tx, &session, 1).await?;
                match mine {
                    Some(row) => {
                        let after = with_state(&row, AttendanceState::Enrolled, 0, None);
                        self.write_corrected(tx, member.id, &row, after, String::new()).await?;
                    }
                    None => attendance::add(tx, &[self.part(&session, member.id, member.school_id, member.id)]).await?,
                }
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::TrainingEnrol, subject).await
            })
            .await?;
        self.own(actor, id).await
    }

    /// Withdraws the actor from a session that they have not taken part in yet.
    pub async fn leave(&self, actor: &Actor, id: TrainingSessionId) -> Result<OwnPart> {
        let member = who_may(actor, Act::JoinTraining)?;
        self.visible(actor, id).await?;
        self.db
            .write(async |tx| {
                let session = self.open(tx, id).await?;
                let row = attendance::of_accounts(tx, id, &[member.id]).await?.pop();
                let row = row.ok_or(Refusal::NoSuch(Thing::Attendance))?;
                match row.state {
                    AttendanceState::Withdrawn => return Ok(()),
                    AttendanceState::Attended => return Err(Refusal::Training(TrainingFault::Attended).into()),
                    AttendanceState::Enrolled => {}
                }
                let after = with_state(&row, AttendanceState::Withdrawn, 0, None);
                self.write_corrected(tx, member.id, &row, after, String::new()).await?;
                let subject = Some(session.id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::TrainingWithdraw, subject)
                    .await
            })
            .await?;
        self.own(actor, id).await
    }

    /// Enrols people by their sign-in names: whoever holds the session anybody it is for, a school's administrator the people
    /// of the school. All of them, or nobody. Those who are enrolled already stay as they are.
    pub async fn enrol(&self, actor: &Actor, id: TrainingSessionId, names: &[String]) -> Result<Vec<Attendance>> {
        let member = who_may(actor, Act::HoldTraining)?;
        let session = self.session(actor, id).await?;
        let accounts = self.named(names).await?;
        let mut faults = Vec::new();
        for (at, (name, account)) in names.iter().zip(&accounts).enumerate() {
            let is_fit = account.as_ref().is_some_and(|row| enrols(member, &session, row));
            if !is_fit {
                let hint = "a sign-in name of somebody whom the session is for".to_owned();
                let kind = FaultKind::Unknown {
                    value: name.clone(),
                    hint,
                };
                faults.push(FieldFault::at(&format!("names/{at}"), kind));
            }
        }
        if !faults.is_empty() {
            return Err(Refusal::Fields(faults).into());
        }
        let accounts: Vec<account::Model> = accounts.into_iter().flatten().collect();
        let ids: Vec<AccountId> = accounts.iter().map(|row| row.id).collect();
        self.db
            .write(async |tx| {
                let session = self.open(tx, id).await?;
                let there = attendance::of_accounts(tx, id, &ids).await?.into_iter();
                let mut there: HashSet<AccountId> = there.map(|row| row.account_id).collect();
                let missing = accounts.iter().filter(|row| there.insert(row.id));
                let new: Vec<_> = missing
                    .map(|row| self.part(&session, row.id, row.school_id, member.id))
                    .collect();
                if new.is_empty() {
                    return Ok(());
                }
                expect_seats(tx, &session, new.len()).await?;
                attendance::add(tx, &new).await?;
                let told = AuditChanges::default().set("lines", new.len());
                let subject = Some(id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::TrainingEnrol, subject, &told)
                    .await
            })
            .await?;
        let rows = attendance::of_accounts(self.db.read(), id, &ids).await?;
        show(self.db.read(), rows).await
    }

    /// The code that is shown in the room now, on a day of the session.
    pub async fn code_of_day(&self, actor: &Actor, id: TrainingSessionId) -> Result<CodeOfDay> {
        let member = who_may(actor, Act::HoldTraining)?;
        let row = self.visible(actor, id).await?;
        expect(member, Act::HoldTraining, Target::Training { school: row.school_id })?;
        self.expect_held_today(&row)?;
        let (code, changes_in_seconds) = code::shown(&row.code_secret, self.clock.now())?;
        Ok(CodeOfDay {
            url: format!("/training/{id}/sign-in?code={code}"),
            code,
            changes_in_seconds,
        })
    }

    /// Signs the actor in to a session by the code that its room shows now. Once a day: sent again, it changes nothing.
    pub async fn sign_in(&self, actor: &Actor, id: TrainingSessionId, typed: &str) -> Result<OwnPart> {
        let member = who_may(actor, Act::JoinTraining)?;
        let seen = self.visible(actor, id).await?;
        self.expect_held_today(&seen)?;
        let now = self.clock.now();
        if !code::fits(&seen.code_secret, typed, now)? {
            return Err(Refusal::Training(TrainingFault::WrongCode).into());
        }
        let today = Day::of(now);
        self.db
            .write(async |tx| {
                let session = self.open(tx, id).await?;
                let mine = attendance::of_accounts(tx, id, &[member.id]).await?.pop();
                let is_new = mine.is_none();
                let row = mine.unwrap_or_else(|| self.part(&session, member.id, member.school_id, member.id));
                if is_new || row.state == AttendanceState::Withdrawn {
                    expect_seats(tx, &session, 1).await?;
                }
                if is_new {
                    attendance::add(tx, std::slice::from_ref(&row)).await?;
                }
                let day = training_sign_in::Model {
                    attendance_id: row.id,
                    day: today,
                    way: SignInWay::Code,
                    at: now,
                };
                if attendance::sign_in(tx, &[day]).await? == 0 {
                    return Ok(());
                }
                let subject = Some(id.to_string());
                let said = last_word_of_others(tx, &row).await?;
                let stands = said.is_some_and(|it| (it.to_state, it.to_hours) == (row.state, row.hours));
                if row.state != AttendanceState::Enrolled && stands {
                    // The day is kept; what the holder said of it stays.
                    return self.audit.record(tx, actor, AuditAction::TrainingSignIn, subject).await;
                }
                let days = attendance::days(tx, &[row.id])
                    .await?
                    .remove(&row.id)
                    .unwrap_or_default();
                // No fewer than a list counted.
                let hours = hours_for(session.hours, session.days, days.len() as u64).max(row.hours);
                let first = days.first().copied();
                let after = with_state(
                    &row,
                    AttendanceState::Attended,
                    hours,
                    row.attended_on.or(first).min(first),
                );
                if row.state == AttendanceState::Attended && hours != row.hours {
                    certificates::revoke_of(tx, row.id, now, member.id, "").await?;
                }
                if row.state == AttendanceState::Withdrawn {
                    self.write_corrected(tx, member.id, &row, after, String::new()).await?;
                } else {
                    attendance::update_all(tx, &[after]).await?;
                }
                self.audit.record(tx, actor, AuditAction::TrainingSignIn, subject).await
            })
            .await?;
        self.own(actor, id).await
    }

    /// Notes that somebody typed a wrong code where the answer is a form to be mended.
    pub fn note_wrong_code(&self, actor: &Actor, id: TrainingSessionId) {
        let code = TrainingFault::WrongCode.code();
        self.audit
            .refused(actor, AuditAction::TrainingSignIn, Some(id.to_string()), code);
    }

    /// Whether the actor sees who takes part in this session.
    pub fn sees_trainees(&self, actor: &Actor) -> bool {
        actor.may(Act::SeeTrainees)
    }

    /// Whether the actor may enrol themselves, as far as their role goes.
    pub fn may_join(&self, actor: &Actor) -> bool {
        actor.may(Act::JoinTraining)
    }

    /// Whether the actor may enrol others in this session.
    pub fn may_enrol(&self, actor: &Actor, session: &TrainingSession) -> bool {
        may(actor, Act::HoldTraining, session.as_target()) || session.school.is_none() && actor.may(Act::HoldTraining)
    }

    async fn own(&self, actor: &Actor, id: TrainingSessionId) -> Result<OwnPart> {
        let own = self.own_part(actor, id).await?;
        Ok(own.ok_or(Refusal::NoSuch(Thing::Attendance))?)
    }

    /// The session, which nobody else changes until the transaction ends, if people join and leave it still.
    async fn open(&self, tx: &impl ConnectionTrait, id: TrainingSessionId) -> Result<training_session::Model> {
        let row = training::session_for_update(tx, id).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::TrainingSession))?;
        match TrainingState::on(self.today(), row.from_day, row.until_day, row.cancelled_at.is_some()) {
            TrainingState::Cancelled => Err(Refusal::Training(TrainingFault::Cancelled).into()),
            TrainingState::Over => Err(Refusal::Training(TrainingFault::Over).into()),
            TrainingState::Planned | TrainingState::Running => Ok(row),
        }
    }

    fn expect_held_today(&self, row: &training_session::Model) -> Result<()> {
        if row.mode == TrainingMode::Online {
            return Err(Refusal::Training(TrainingFault::IsOnline).into());
        }
        match TrainingState::on(self.today(), row.from_day, row.until_day, row.cancelled_at.is_some()) {
            TrainingState::Running => Ok(()),
            TrainingState::Cancelled => Err(Refusal::Training(TrainingFault::Cancelled).into()),
            TrainingState::Planned | TrainingState::Over => Err(Refusal::Training(TrainingFault::NotToday).into()),
        }
    }

    /// A new part of somebody's in a session.
    pub(super) fn part(
        &self,
        session: &training_session::Model,
        account: AccountId,
        school: Option<SchoolId>,
        by: AccountId,
    ) -> training_attendance::Model {
        training_attendance::Model {
            id: AttendanceId::new(),
            session_id: session.id,
            account_id: account,
            school_id: school,
            state: AttendanceState::Enrolled,
            hours: 0,
            attended_on: None,
            enrolled_at: self.clock.now(),
            enrolled_by: by,
        }
    }

    /// The accounts with these sign-in names, in the order of the names.
    pub(super) async fn named(&self, names: &[String]) -> Result<Vec<Option<account::Model>>> {
        let keys: Vec<String> = names.iter().map(|name| name_key(name)).collect();
        let found = people::accounts_keyed(self.db.read(), &keys).await?.into_iter();
        let found: HashMap<String, account::Model> =
            found.filter_map(|row| Some((row.name_key.clone()?, row))).collect();
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }
}

/// What was said last about a part, if it was somebody else who said it.
pub(super) async fn last_word_of_others(
    tx: &impl ConnectionTrait,
    row: &training_attendance::Model,
) -> Result<Option<training_correction::Model>> {
    let corrections = attendance::corrections(tx, &[row.id]).await?;
    let last = corrections.into_iter().max_by_key(|it| it.id);
    Ok(last.filter(|it| it.corrected_by != row.account_id))
}

/// Refuses more people than there are seats.
async fn expect_seats(tx: &impl ConnectionTrait, session: &training_session::Model, more: usize) -> Result<()> {
    expect_room(tx, session.id, more).await?;
    let more = more as u64;
    let Some(seats) = session.capacity else { return Ok(()) };
    let taken = attendance::counts(tx, &[session.id]).await?.remove(&session.id);
    if taken.unwrap_or(0).unsigned_abs() + more > u64::from(seats.unsigned_abs()) {
        return Err(Refusal::Training(TrainingFault::Full).into());
    }
    Ok(())
}

/// Refuses more people than a session's lists hold.
pub(super) async fn expect_room(tx: &impl ConnectionTrait, session: TrainingSessionId, more: usize) -> Result<()> {
    if attendance::count_all(tx, session).await? + more as u64 > MAX_PEOPLE {
        return Err(Refusal::LimitReached {
            thing: Thing::Attendance,
            limit: MAX_PEOPLE,
        }
        .into());
    }
    Ok(())
}

/// Whether a session is for an account, and whoever enrols may enrol it: the holder of the session anybody, others the people
/// of their school. Nobody is enrolled by a list who may not take part.
pub(super) fn enrols(member: &Member, session: &TrainingSession, account: &account::Model) -> bool {
    let is_invited = match (&session.school, session.schools.is_empty()) {
        (Some(own), _) => account.school_id == Some(own.id),
        (None, true) => true,
        (None, false) => session
            .schools
            .iter()
            .any(|school| account.school_id == Some(school.id)),
    };
    let reach = member.authority().reach(Act::HoldTraining);
    let is_theirs = match reach {
        Some(Reach::City) => true,
        Some(Reach::School(own)) => account.school_id == Some(own),
        None => false,
    };
    account.authority().may_at_all(Act::JoinTraining) && is_invited && is_theirs
}
