//! Entries: put forward by schools and teachers while a call is open, changed and withdrawn by those who entered them.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Map, Value};

use super::evidence::{self, Evidence, Shown, people_of};
use super::{MAX_ENTRIES, Recognition, RecognitionNames, held, refused};
use crate::actor::{Actor, Member};
use crate::db::entity::{recognition_call, recognition_entry};
use crate::db::recognition::entries::{self, EntriesSeen};
use crate::db::{curriculum, people};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach, Target};
use crate::domain::id::{AccountId, CourseId, MajorId, RecognitionCallId, RecognitionEntryId, SchoolId};
use crate::domain::recognition::entry::EntryForm;
use crate::domain::recognition::fault::RecognitionFault;
use crate::domain::recognition::{CallState, Entrants, read_revision};
use crate::domain::role::Scope;
use crate::domain::search::{NamedAccount, NamedCourse, NamedMajor, NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, may, who_may};
use crate::library::paging::{self, Page};

/// An entry as those see it who entered it, and those who hold the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RecognitionEntry {
    /// Its id.
    pub id: RecognitionEntryId,
    /// The call.
    pub call: RecognitionCallId,
    /// What the jury calls it, counted from 1.
    pub number: i32,
    /// The school that it is of.
    pub school: Option<NamedSchool>,
    /// Who entered it.
    pub entered_by: NamedAccount,
    /// The course that it is about.
    pub course: Option<NamedCourse>,
    /// The major that it is about.
    pub major: Option<NamedMajor>,
    /// Whose it is.
    pub person: Option<NamedAccount>,
    /// Its title.
    pub title: String,
    /// What is put forward and why.
    pub statement: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// Counts every change.
    pub revision: i32,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was withdrawn; `null` while it stands.
    pub withdrawn_at: Option<Timestamp>,
}

/// An entry as it is taken along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedEntry {
    /// The entry.
    pub entry: RecognitionEntry,
    /// The sign-in name of whose it is, for those who enter.
    pub person_name: Option<String>,
}

impl Recognition {
    /// Entries of a call by their number: all for those who see the whole city, those of the school for its administrators,
    /// one's own for everybody else.
    pub async fn entries(
        &self,
        actor: &Actor,
        call: RecognitionCallId,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<RecognitionEntry>> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let call = self.seen_call(actor, call).await?;
        let after: Option<i32> = paging::begin(cursor)?;
        let rows = entries::list(self.db.read(), call.id, seen_by(member), after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.number);
        Ok(Page {
            items: show(self.db.read(), rows).await?,
            next_cursor,
        })
    }

    /// All entries of a call that the actor sees, to take along.
    pub async fn export_entries(
        &self,
        actor: &Actor,
        call: RecognitionCallId,
        format: &str,
    ) -> Result<Vec<ExportedEntry>> {
        let page = self.entries(actor, call, None, MAX_ENTRIES).await?;
        let all = page.whole(MAX_ENTRIES)?;
        let told = AuditChanges::default().set("format", format);
        let subject = Some(call.to_string());
        self.audit
            .exported(actor, AuditAction::RecognitionExport, subject, &told);
        let enters = actor.may(Act::EnterRecognition);
        let of = all.iter().filter_map(|entry| Some(entry.person.as_ref()?.id));
        let of: BTreeSet<AccountId> = of.filter(|_| enters).collect();
        let rows = people::accounts_by_id(self.db.read(), of.into_iter().collect()).await?;
        let names: HashMap<AccountId, String> = rows.into_iter().map(|row| (row.id, row.name)).collect();
        let exported = all.into_iter().map(|entry| ExportedEntry {
            person_name: entry.person.as_ref().and_then(|person| names.get(&person.id).cloned()),
            entry,
        });
        Ok(exported.collect())
    }

    /// Who enters for a call that is open, and for which school; refused for whom it is not.
    pub(in crate::library) async fn entering<'a>(
        &self,
        actor: &'a Actor,
        call: RecognitionCallId,
    ) -> Result<(&'a Member, recognition_call::Model, SchoolId)> {
        let member = who_may(actor, Act::EnterRecognition)?;
        let call = self.seen_call(actor, call).await?;
        let school = entering_school(member, &call)?;
        self.expect_open(&call)?;
        Ok((member, call, school))
    }

    /// An entry that the actor sees.
    pub async fn entry(&self, actor: &Actor, id: RecognitionEntryId) -> Result<RecognitionEntry> {
        let row = self.seen_entry(actor, id).await?;
        let shown = show(self.db.read(), vec![row]).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::RecognitionEntry))?)
    }

    /// Enters something for a call that is open: a school by its administrators, a teacher for themselves.
    pub async fn enter(
        &self,
        actor: &Actor,
        call: RecognitionCallId,
        fields: &Map<String, Value>,
    ) -> Result<RecognitionEntry> {
        let member = who_may(actor, Act::EnterRecognition)?;
        let seen = self.seen_call(actor, call).await?;
        let school = entering_school(member, &seen)?;
        let form = EntryForm::parse(seen.kind, fields).map_err(Refusal::Fields)?;
        let found = self.found(actor, member, &seen, school, (&form, None)).await?;
        let now = self.clock.now();
        let id = self
            .db
            .write(async |tx| {
                let call = held(tx, seen.id).await?;
                self.expect_open(&call)?;
                let key = found.subject.key();
                // Whoever withdraws and enters again takes no other place, and no place of others.
                let before = entries::withdrawn(tx, call.id, &key).await?;
                let (id, number, revision) = match &before {
                    Some(before) => (before.id, before.number, before.revision + 1),
                    None => (RecognitionEntryId::new(), next_number(tx, call.id).await?, 1),
                };
                let of_school = entries::count_of_school(tx, call.id, school).await?;
                if call
                    .per_school
                    .is_some_and(|most| of_school >= u64::from(most.unsigned_abs()))
                {
                    return Err(refused(RecognitionFault::SchoolFull));
                }
                let row = recognition_entry::Model {
                    id,
                    call_id: call.id,
                    number,
                    school_id: school,
                    entered_by: member.id,
                    course_id: found.subject.course,
                    major_id: found.subject.major,
                    person_id: found.subject.person,
                    resource_id: found.subject.resource,
                    subject_key: key,
                    title: form.title,
                    statement: form.statement,
                    revision,
                    created_at: now,
                    updated_at: now,
                    withdrawn_at: None,
                };
                entries::put(tx, row, before.is_none()).await?;
                entries::set_evidence(tx, id, &evidence::rows(id, found.evidence)).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::RecognitionEnter, subject)
                    .await?;
                Ok(id)
            })
            .await?;
        self.entry(actor, id).await
    }

    /// Changes an entry while its call is open: what is given replaces, `null` empties, the rest stays. What shows it is kept
    /// at the version that it has now. With the revision that was read, another is not overwritten.
    pub async fn edit_entry(
        &self,
        actor: &Actor,
        id: RecognitionEntryId,
        fields: &Map<String, Value>,
    ) -> Result<RecognitionEntry> {
        let member = who_may(actor, Act::EnterRecognition)?;
        let seen = self.seen_entry(actor, id).await?;
        expect(member, Act::EnterRecognition, as_target(&seen))?;
        let call = self.seen_call(actor, seen.call_id).await?;
        let (fields, read) = read_revision(fields).map_err(Refusal::Fields)?;
        if read.is_some_and(|read| read != seen.revision) {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let kept = seen.person_id.filter(|_| !fields.contains_key("person"));
        let form = self.form_of(&seen).await?;
        let form = form.patched(call.kind, &fields).map_err(Refusal::Fields)?;
        let found = self.found(actor, member, &call, seen.school_id, (&form, kept)).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let call = held(tx, seen.call_id).await?;
                self.expect_open(&call)?;
                let before = entries::entry(tx, id).await?;
                let before = before.ok_or(Refusal::NoSuch(Thing::RecognitionEntry))?;
                if before.withdrawn_at.is_some() {
                    return Err(refused(RecognitionFault::Withdrawn));
                }
                if before != seen {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let row = recognition_entry::Model {
                    course_id: found.subject.course,
                    major_id: found.subject.major,
                    person_id: found.subject.person,
                    resource_id: found.subject.resource,
                    subject_key: found.subject.key(),
                    title: form.title,
                    statement: form.statement,
                    revision: before.revision + 1,
                    updated_at: now,
                    ..before
                };
                entries::put(tx, row, false).await?;
                entries::set_evidence(tx, id, &evidence::rows(id, found.evidence)).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::RecognitionEntryEdit, subject)
                    .await
            })
            .await?;
        self.entry(actor, id).await
    }

    /// Withdraws an entry before the results are out: those who entered it, or those who hold the call. Its voices are kept
    /// and not counted. Withdrawn already, it changes nothing.
    pub async fn withdraw_entry(&self, actor: &Actor, id: RecognitionEntryId) -> Result<RecognitionEntry> {
        let seen = self.seen_entry(actor, id).await?;
        if !self.may_withdraw(actor, &seen) {
            who_may(actor, Act::EnterRecognition)?;
            return Err(Refusal::NotAllowed.into());
        }
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let call = held(tx, seen.call_id).await?;
                self.expect_unsettled(self.state(&call))?;
                let before = entries::entry(tx, id).await?;
                let before = before.ok_or(Refusal::NoSuch(Thing::RecognitionEntry))?;
                if before.withdrawn_at.is_some() {
                    return Ok(());
                }
                let row = recognition_entry::Model {
                    revision: before.revision + 1,
                    updated_at: now,
                    withdrawn_at: Some(now),
                    ..before
                };
                entries::put(tx, row, false).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::RecognitionWithdraw, subject)
                    .await
            })
            .await?;
        self.entry(actor, id).await
    }

    /// Whether the actor changes this entry, as far as rights go.
    pub fn may_edit_entry(&self, actor: &Actor, entry: &RecognitionEntry) -> bool {
        let target = Target::Work {
            owner: entry.entered_by.id,
            school: entry.school.as_ref().map(|school| school.id),
            scope: Scope::City,
        };
        may(actor, Act::EnterRecognition, target)
    }

    fn may_withdraw(&self, actor: &Actor, row: &recognition_entry::Model) -> bool {
        may(actor, Act::EnterRecognition, as_target(row)) || who_may(actor, Act::HoldRecognition).is_ok()
    }

    /// An entry's row, if the actor sees it.
    pub(super) async fn seen_entry(&self, actor: &Actor, id: RecognitionEntryId) -> Result<recognition_entry::Model> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let row = entries::entry(self.db.read(), id).await?;
        let row = row.filter(|row| match seen_by(member) {
            EntriesSeen::All => true,
            EntriesSeen::School(school) => row.school_id == school || row.entered_by == member.id,
            EntriesSeen::Own(account) => row.entered_by == account || row.person_id == Some(account),
        });
        Ok(row.ok_or(Refusal::NoSuch(Thing::RecognitionEntry))?)
    }

    /// Refuses a call that takes no entries today.
    pub(in crate::library) fn expect_open(&self, call: &recognition_call::Model) -> Result<()> {
        match self.state(call) {
            CallState::Open => Ok(()),
            CallState::Cancelled => Err(refused(RecognitionFault::Cancelled)),
            _ => Err(refused(RecognitionFault::NotOpen)),
        }
    }
}

/// What a right to an entry is asked about.
fn as_target(row: &recognition_entry::Model) -> Target {
    Target::Work {
        owner: row.entered_by,
        school: Some(row.school_id),
        scope: Scope::City,
    }
}

/// The number of the next entry, as far as there is room.
async fn next_number(tx: &impl ConnectionTrait, call: RecognitionCallId) -> Result<i32> {
    let count = entries::count(tx, call).await?;
    if count >= MAX_ENTRIES {
        let (thing, limit) = (Thing::RecognitionEntry, MAX_ENTRIES);
        return Err(Refusal::LimitReached { thing, limit }.into());
    }
    Ok(i32::try_from(count + 1).unwrap_or(i32::MAX))
}

/// Whose entries a member sees.
fn seen_by(member: &Member) -> EntriesSeen {
    match member.authority().reach(Act::SeeRecognition) {
        Some(Reach::City) => EntriesSeen::All,
        Some(Reach::School(school)) => EntriesSeen::School(school),
        None => EntriesSeen::Own(member.id),
    }
}

/// The school that somebody enters for; a call for schools is for their administrators.
fn entering_school(member: &Member, call: &recognition_call::Model) -> Result<SchoolId> {
    let is_admin = member.authority().reach(Act::EnterRecognition).is_some();
    let school = member
        .school_id
        .filter(|_| is_admin || call.entrants == Entrants::Teachers);
    school.ok_or_else(|| refused(RecognitionFault::NotForThem))
}

/// Shows entries, in the order given, by seven queries more.
pub(super) async fn show(
    conn: &impl ConnectionTrait,
    rows: Vec<recognition_entry::Model>,
) -> Result<Vec<RecognitionEntry>> {
    let ids: Vec<RecognitionEntryId> = rows.iter().map(|row| row.id).collect();
    let names = RecognitionNames::of(conn, rows.iter().flat_map(people_of).collect()).await?;
    let (courses, majors) = places(conn, &rows).await?;
    let mut evidence = entries::evidence(conn, &ids).await?;
    let shown = Shown::of(conn, evidence.values().flatten()).await?;
    let entry = |row: recognition_entry::Model| {
        let evidence = evidence.remove(&row.id).unwrap_or_default();
        RecognitionEntry {
            id: row.id,
            call: row.call_id,
            number: row.number,
            school: names.schools.get(&row.school_id).cloned(),
            entered_by: names.person(row.entered_by),
            course: row.course_id.and_then(|id| courses.get(&id).cloned()),
            major: row.major_id.and_then(|id| majors.get(&id).cloned()),
            person: row.person_id.map(|id| names.person(id)),
            title: row.title,
            statement: row.statement,
            evidence: evidence.iter().map(|row| shown.show(row)).collect(),
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
            withdrawn_at: row.withdrawn_at,
        }
    };
    Ok(rows.into_iter().map(entry).collect())
}

type CoursesAndMajors = (HashMap<CourseId, NamedCourse>, HashMap<MajorId, NamedMajor>);

/// The courses and majors that some entries are about, by two queries.
pub(super) async fn places(conn: &impl ConnectionTrait, rows: &[recognition_entry::Model]) -> Result<CoursesAndMajors> {
    let mut courses: Vec<CourseId> = rows.iter().filter_map(|row| row.course_id).collect();
    courses.sort_unstable();
    courses.dedup();
    let mut majors: Vec<MajorId> = rows.iter().filter_map(|row| row.major_id).collect();
    majors.sort_unstable();
    majors.dedup();
    let courses = curriculum::courses_by_id(conn, courses).await?.into_iter();
    let courses = courses.map(|row| {
        let named = NamedRef {
            id: row.id,
            code: None,
            name: row.name,
        };
        (row.id, named)
    });
    let majors = curriculum::majors_by_id(conn, majors).await?.into_iter();
    let majors = majors.map(|row| {
        let named = NamedRef {
            id: row.id,
            code: row.code,
            name: row.name,
        };
        (row.id, named)
    });
    Ok((courses.collect(), majors.collect()))
}
