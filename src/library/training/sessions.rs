//! Sessions 培训班: what is held, when, by whom, and for whom.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Map, Value};

use super::names::{KnownNames, NamedBySession};
use super::{schools_by_id, seeing};
use crate::actor::{Actor, Member};
use crate::db::entity::training_session::Model;
use crate::db::people;
use crate::db::training::{self, SessionFilter};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach, Target};
use crate::domain::day::Day;
use crate::domain::id::{AccountId, SchoolId, TrainingBaseId, TrainingSessionId};
use crate::domain::search::{NamedRef, NamedSchool, NamedTrainingBase};
use crate::domain::time::Timestamp;
use crate::domain::training::fault::TrainingFault;
use crate::domain::training::{TrainingCursor, TrainingMode, TrainingSessionForm, TrainingState};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, may, who_may};
use crate::library::paging::{self, Page};
use crate::library::training::{Training, code};

/// For how many days after a session its holders are reminded of those who are neither there nor not there.
pub const REMINDED_DAYS: i64 = 60;

/// The most sessions that are taken along at once.
const MAX_EXPORTED: u64 = 10_000;

/// A session as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TrainingSession {
    /// Its id.
    pub id: TrainingSessionId,
    /// The school whose it is; `null` for the city's.
    pub school: Option<NamedSchool>,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub topic: Option<String>,
    /// The base that holds it.
    pub base: Option<NamedTrainingBase>,
    /// On site or online.
    pub mode: TrainingMode,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub until: Day,
    /// On how many days it is held.
    pub days: i32,
    /// Class hours, all days together.
    pub hours: i32,
    /// Where it is held.
    pub place: Option<String>,
    /// Who holds it.
    pub holder: Option<String>,
    /// The schools that it is for; all schools when empty.
    pub schools: Vec<NamedSchool>,
    /// How many can take part; `null`: no limit.
    pub capacity: Option<i32>,
    /// How many take part; those who withdrew are not counted.
    pub people: u64,
    /// Whether those trained are counted for the city's plan.
    pub counts: bool,
    /// How much of what an online session shows must be seen, in hundredths.
    pub share: i32,
    /// What else is to be known.
    pub note: Option<String>,
    /// How far it is today.
    pub state: TrainingState,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a list of sessions is limited to, by whatever names were given; empty fields limit nothing.
#[derive(Debug, Clone, Default)]
pub struct TrainingQuery {
    /// The school whose they are.
    pub school: Option<String>,
    /// The base that holds them.
    pub base: Option<String>,
    /// On site or online.
    pub mode: Option<TrainingMode>,
    /// How far they are.
    pub state: Option<TrainingState>,
    /// Whether they are counted for the plan.
    pub counts: Option<bool>,
    /// Only those of the actor's own to hold that ended of late, and of somebody it is not said whether they came.
    pub attendance_open: bool,
    /// Words of the title or the topic.
    pub text: String,
}

/// What no form changes of a session.
pub(in crate::library) struct SessionMade {
    pub(in crate::library) id: TrainingSessionId,
    pub(in crate::library) code_secret: String,
    pub(in crate::library) by: AccountId,
    pub(in crate::library) at: Timestamp,
}

impl TrainingSession {
    /// It as a form.
    pub(in crate::library) fn as_form(&self) -> TrainingSessionForm {
        // A school's own is for its people alone, which is not chosen.
        let chosen = self.schools.iter().filter(|_| self.school.is_none());
        TrainingSessionForm {
            title: self.title.clone(),
            topic: self.topic.clone(),
            base: self.base.as_ref().map(|base| base.id.to_string()),
            mode: self.mode,
            from: self.from,
            until: self.until,
            days: self.days,
            hours: self.hours,
            place: self.place.clone(),
            holder: self.holder.clone(),
            schools: chosen.map(|school| school.id.to_string()).collect(),
            capacity: self.capacity,
            counts: self.counts,
            share: self.share,
            note: self.note.clone(),
        }
    }

    /// What a right to it is asked about.
    pub fn as_target(&self) -> Target {
        Target::Training {
            school: self.school.as_ref().map(|school| school.id),
        }
    }
}

impl Training {
    /// Sessions that the actor sees, by their first day, the last first.
    pub async fn sessions(
        &self,
        actor: &Actor,
        query: &TrainingQuery,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<TrainingSession>> {
        let seen = seeing(actor)?;
        let after: Option<TrainingCursor> = paging::begin(cursor)?;
        let conn = self.db.read();
        let Some(mut filter) = filter(conn, query).await? else {
            return Ok(Page::only(Vec::new()));
        };
        let today = self.today();
        if query.attendance_open {
            let Some(reach) = actor.reach(Act::HoldTraining) else {
                return Ok(Page::only(Vec::new()));
            };
            filter.attendance_open = Some((reach, today.plus_days(-REMINDED_DAYS)));
        }
        let rows = training::sessions(conn, &filter, seen, today, after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| TrainingCursor {
            from: row.from_day,
            id: row.id,
        });
        Ok(Page {
            items: show_sessions(conn, rows, today).await?,
            next_cursor,
        })
    }

    /// All sessions that the actor sees of a query, to take along, by their first day, the last first; cancelled ones only
    /// where they are asked for.
    pub async fn export_sessions(
        &self,
        actor: &Actor,
        query: &TrainingQuery,
        format: &str,
    ) -> Result<Vec<TrainingSession>> {
        let page = self.sessions(actor, query, None, MAX_EXPORTED).await?;
        let mut sessions = page.whole(MAX_EXPORTED)?;
        let told = AuditChanges::default().set("format", format);
        self.audit.exported(actor, AuditAction::TrainingExport, None, &told);
        let is_asked = query.state == Some(TrainingState::Cancelled);
        sessions.retain(|session| is_asked || session.state != TrainingState::Cancelled);
        Ok(sessions)
    }

    /// A session that the actor sees.
    pub async fn session(&self, actor: &Actor, id: TrainingSessionId) -> Result<TrainingSession> {
        let row = self.visible(actor, id).await?;
        self.shown(row).await
    }

    /// Makes a session: the bureau for the city, an administrator for their school.
    pub async fn add_session(&self, actor: &Actor, form: TrainingSessionForm) -> Result<TrainingSession> {
        let member = who_may(actor, Act::HoldTraining)?;
        let school = member.authority().reach(Act::HoldTraining).and_then(Reach::school);
        expect(member, Act::HoldTraining, Target::Training { school })?;
        let found = KnownNames::load(self.db.read()).await?.found(school, &form)?;
        expect_to_count(member, false, form.counts)?;
        let made = SessionMade {
            id: TrainingSessionId::new(),
            code_secret: code::secret()?,
            by: member.id,
            at: self.clock.now(),
        };
        let id = made.id;
        let row = laid_out(form, &found, made);
        let told = AuditChanges::default()
            .set("mode", row.mode.code())
            .set("hours", row.hours)
            .set("counts", row.counts);
        self.db
            .write(async |tx| {
                training::add_session(tx, row).await?;
                training::set_audience(tx, id, &found.schools).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::TrainingAdd, subject, &told)
                    .await
            })
            .await?;
        self.session(actor, id).await
    }

    /// Changes a session: what is given replaces, `null` empties, the rest stays.
    pub async fn edit_session(
        &self,
        actor: &Actor,
        id: TrainingSessionId,
        fields: &Map<String, Value>,
    ) -> Result<TrainingSession> {
        let member = who_may(actor, Act::HoldTraining)?;
        let seen = self.visible(actor, id).await?;
        let shown = self.shown(seen.clone()).await?;
        expect(member, Act::HoldTraining, shown.as_target())?;
        let form = shown.as_form().patched(fields).map_err(Refusal::Fields)?;
        let school = shown.school.as_ref().map(|school| school.id);
        let found = KnownNames::load(self.db.read()).await?.found(school, &form)?;
        expect_to_count(member, shown.counts, form.counts)?;
        self.db
            .write(async |tx| {
                let before = training::session_for_update(tx, id).await?;
                let before = before.ok_or(Refusal::NoSuch(Thing::TrainingSession))?;
                if before.cancelled_at.is_some() {
                    return Err(Refusal::Training(TrainingFault::Cancelled).into());
                }
                let invited = training::audiences(tx, &[id]).await?.remove(&id).unwrap_or_default();
                let invited: BTreeSet<SchoolId> = invited.into_iter().collect();
                if before != seen || invited != shown.schools.iter().map(|school| school.id).collect() {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let made = SessionMade {
                    id,
                    code_secret: seen.code_secret,
                    by: seen.created_by,
                    at: seen.created_at,
                };
                let after = laid_out(form, &found, made);
                let changes = changed(&before, &after);
                training::update_session(tx, after).await?;
                training::set_audience(tx, id, &found.schools).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::TrainingEdit, subject, &changes)
                    .await
            })
            .await?;
        self.session(actor, id).await
    }

    /// Says that a session is not held. What was counted of it stays. Said already, it changes nothing.
    pub async fn cancel_session(&self, actor: &Actor, id: TrainingSessionId) -> Result<TrainingSession> {
        let member = who_may(actor, Act::HoldTraining)?;
        let shown = self.session(actor, id).await?;
        expect(member, Act::HoldTraining, shown.as_target())?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let row = training::session_for_update(tx, id).await?;
                if row.is_none_or(|row| row.cancelled_at.is_some()) {
                    return Ok(());
                }
                training::cancel_session(tx, id, now).await?;
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::TrainingCancel, subject).await
            })
            .await?;
        self.session(actor, id).await
    }

    /// Whether the actor changes this session.
    pub fn may_hold(&self, actor: &Actor, session: &TrainingSession) -> bool {
        may(actor, Act::HoldTraining, session.as_target())
    }

    pub(super) async fn visible(&self, actor: &Actor, id: TrainingSessionId) -> Result<Model> {
        let row = training::session(self.db.read(), id, seeing(actor)?).await?;
        Ok(row.ok_or(Refusal::NoSuch(Thing::TrainingSession))?)
    }

    async fn shown(&self, row: Model) -> Result<TrainingSession> {
        let shown = show_sessions(self.db.read(), vec![row], self.today()).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::TrainingSession))?)
    }
}

/// Only who trains for the whole city says what is counted for the city's plan.
fn expect_to_count(member: &Member, before: bool, after: bool) -> Result<()> {
    let is_city = member.authority().reach(Act::HoldTraining) == Some(Reach::City);
    if before == after || is_city {
        return Ok(());
    }
    Err(Refusal::NotAllowed.into())
}

/// A session's row as a form describes it.
pub(in crate::library) fn laid_out(form: TrainingSessionForm, named: &NamedBySession, made: SessionMade) -> Model {
    Model {
        id: made.id,
        school_id: named.school,
        title: form.title,
        topic: form.topic,
        base_id: named.base,
        mode: form.mode,
        from_day: form.from,
        until_day: form.until,
        days: form.days,
        hours: form.hours,
        place: form.place,
        holder: form.holder,
        is_for_some: !named.schools.is_empty(),
        capacity: form.capacity,
        counts: form.counts,
        share: form.share,
        note: form.note,
        code_secret: made.code_secret,
        created_by: made.by,
        created_at: made.at,
        cancelled_at: None,
    }
}

fn changed(before: &Model, after: &Model) -> AuditChanges {
    AuditChanges::default()
        .moved("mode", before.mode.code(), after.mode.code())
        .moved("from", before.from_day, after.from_day)
        .moved("until", before.until_day, after.until_day)
        .moved("days", before.days, after.days)
        .moved("hours", before.hours, after.hours)
        .moved_option("capacity", before.capacity, after.capacity)
        .moved("counts", before.counts, after.counts)
        .moved("share", before.share, after.share)
        .named("title", before.title != after.title)
        .named("schools", before.is_for_some || after.is_for_some)
}

/// The ids of what a list is limited to; nothing when one of the names is unknown.
async fn filter(conn: &impl ConnectionTrait, query: &TrainingQuery) -> Result<Option<SessionFilter>> {
    let mut filter = SessionFilter {
        mode: query.mode,
        state: query.state,
        counts: query.counts,
        text: query.text.trim().to_owned(),
        ..SessionFilter::default()
    };
    if let Some(given) = &query.school {
        let Some(found) = people::school_named(conn, given).await? else {
            return Ok(None);
        };
        filter.school = Some(found.id);
    }
    if let Some(given) = &query.base {
        let Some(found) = training::base_named(conn, given).await? else {
            return Ok(None);
        };
        filter.base = Some(found.id);
    }
    Ok(Some(filter))
}

/// Shows sessions, in the order given, by four queries more.
pub(in crate::library) async fn show_sessions(
    conn: &impl ConnectionTrait,
    rows: Vec<Model>,
    today: Day,
) -> Result<Vec<TrainingSession>> {
    let ids: Vec<TrainingSessionId> = rows.iter().map(|row| row.id).collect();
    let schools = schools_by_id(conn).await?;
    let audiences = training::audiences(conn, &ids).await?;
    let people = training::attendance::counts(conn, &ids).await?;
    let mut bases: Vec<TrainingBaseId> = rows.iter().filter_map(|row| row.base_id).collect();
    bases.sort_unstable();
    bases.dedup();
    let bases = training::bases_by_id(conn, &bases).await?.into_iter();
    let bases: HashMap<TrainingBaseId, NamedTrainingBase> = bases
        .map(|row| {
            let shown = NamedRef {
                id: row.id,
                code: None,
                name: row.name,
            };
            (row.id, shown)
        })
        .collect();
    let shown = rows.into_iter().map(|row| {
        let invited = audiences.get(&row.id).map_or(&[][..], Vec::as_slice);
        TrainingSession {
            id: row.id,
            school: row.school_id.and_then(|id| schools.get(&id).cloned()),
            title: row.title,
            topic: row.topic,
            base: row.base_id.and_then(|id| bases.get(&id).cloned()),
            mode: row.mode,
            from: row.from_day,
            until: row.until_day,
            days: row.days,
            hours: row.hours,
            place: row.place,
            holder: row.holder,
            schools: invited.iter().filter_map(|id| schools.get(id).cloned()).collect(),
            capacity: row.capacity,
            people: people.get(&row.id).map_or(0, |n| n.unsigned_abs()),
            counts: row.counts,
            share: row.share,
            note: row.note,
            state: TrainingState::on(today, row.from_day, row.until_day, row.cancelled_at.is_some()),
            created_at: row.created_at,
        }
    });
    Ok(shown.collect())
}
