//! Judging: what a member of the jury sees of entries, and the points that they give.
//!
//! A member sees entries once a call takes no more, and never the voices of others before the results are out. In a blind
//! call neither schools nor people are named, nor the names that evidence and its files carry.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::blind::BlindEvidence;
use super::entries::{places, show};
use super::evidence::{Shown, people_of};
use super::jury::interests;
use super::{MAX_ENTRIES, Recognition, held, refused};
use crate::actor::{Actor, Member};
use crate::db::entity::{
    recognition_call, recognition_conflict, recognition_entry, recognition_juror, recognition_voice,
};
use crate::db::people;
use crate::db::recognition::{entries, jury, packed};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::id::{AccountId, PackId, RecognitionCallId, RecognitionEntryId, SchoolId};
use crate::domain::recognition::CallState;
use crate::domain::recognition::blind::masked;
use crate::domain::recognition::fault::RecognitionFault;
use crate::domain::recognition::jury::ConflictKind;
use crate::domain::recognition::results::ScoreForm;
use crate::domain::search::{NamedCourse, NamedMajor};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::authority::who_may;
use crate::library::recognition::entries::RecognitionEntry;

/// An entry as a member of the jury sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct JudgedEntry {
    /// Its id.
    pub id: RecognitionEntryId,
    /// The call.
    pub call: RecognitionCallId,
    /// What the jury calls it.
    pub number: i32,
    /// Its title.
    pub title: String,
    /// What is put forward and why.
    pub statement: String,
    /// The course that it is about.
    pub course: Option<NamedCourse>,
    /// The major that it is about.
    pub major: Option<NamedMajor>,
    /// All that is known of it; `null` in a blind call.
    pub entry: Option<RecognitionEntry>,
    /// In a blind call what shows it, without names; not in a list.
    pub evidence: Vec<BlindEvidence>,
    /// What a voice is about.
    pub revision: i32,
    /// Why the asker may not score it; `null` for whoever may.
    pub excluded: Option<ConflictKind>,
    /// What the asker gave.
    pub voice: Option<OwnVoice>,
}

/// What the asker gave an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OwnVoice {
    /// Hundredths of points by criterion, in the order of the call.
    pub hundredths: Vec<i32>,
    /// What was said.
    pub comment: Option<String>,
    /// When.
    pub submitted_at: Timestamp,
}

impl Recognition {
    /// What the actor judges of a call: every entry that stands, with what they gave. Nothing while it takes entries.
    pub async fn judging(&self, actor: &Actor, call: RecognitionCallId) -> Result<Vec<JudgedEntry>> {
        let (member, call) = self.judged_call(actor, call).await?;
        let rows = entries::standing(self.db.read(), call.id, MAX_ENTRIES).await?;
        self.audit
            .read(actor, AuditAction::RecognitionRead, Some(call.id.to_string()));
        self.judged(member, &call, rows, false).await
    }

    /// One entry as the jury sees it.
    pub async fn judged_entry(&self, actor: &Actor, id: RecognitionEntryId) -> Result<JudgedEntry> {
        let (member, call, row) = self.judged_row(actor, id).await?;
        let shown = self.judged(member, &call, vec![row], true).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::RecognitionEntry))?)
    }

    /// The calls whose jury the actor is of.
    pub async fn judges(&self, actor: &Actor) -> Result<Vec<RecognitionCallId>> {
        match actor.id() {
            Some(id) => jury::calls_of(self.db.read(), id).await,
            None => Ok(Vec::new()),
        }
    }

    /// Gives an entry points, in place of those the actor gave before, until the jury's last day is over.
    pub async fn score(
        &self,
        actor: &Actor,
        id: RecognitionEntryId,
        fields: &Map<String, Value>,
    ) -> Result<JudgedEntry> {
        let (member, seen, _) = self.judged_row(actor, id).await?;
        let form = ScoreForm::parse(&seen.criteria.0, fields).map_err(Refusal::Fields)?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let call = held(tx, seen.id).await?;
                match self.state(&call) {
                    CallState::Judging => {}
                    CallState::Published => return Err(refused(RecognitionFault::Published)),
                    CallState::Cancelled => return Err(refused(RecognitionFault::Cancelled)),
                    _ => return Err(refused(RecognitionFault::NotJudging)),
                }
                // Once more, in the transaction: both may have ended since the page was opened.
                let account = people::account(tx, member.id).await?.filter(|row| !row.disabled);
                let account = account.ok_or(Refusal::NotAllowed)?;
                let juror = jury::member(tx, call.id, member.id).await?;
                let juror = juror.ok_or(Refusal::NotAllowed)?;
                let entry = entries::entry(tx, id).await?;
                let entry = entry.ok_or(Refusal::NoSuch(Thing::RecognitionEntry))?;
                if entry.withdrawn_at.is_some() {
                    return Err(refused(RecognitionFault::Withdrawn));
                }
                if entry.revision != form.revision {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let standing = entries::standing(tx, call.id, MAX_ENTRIES).await?;
                let interests = interests(tx, &standing).await?;
                let schools = schools_of(&juror, account.school_id);
                if interests.conflict(id, account.id, &schools).is_some() {
                    return Err(refused(RecognitionFault::Conflict));
                }
                let voice = recognition_voice::Model {
                    entry_id: id,
                    account_id: member.id,
                    points: recognition_voice::PointsColumn(form.points),
                    entry_revision: form.revision,
                    comment: form.comment,
                    submitted_at: now,
                    school_id: account.school_id,
                };
                let before = jury::voice(tx, id, member.id).await?;
                let is_same = |before: &recognition_voice::Model| {
                    before.points == voice.points
                        && before.comment == voice.comment
                        && before.entry_revision == voice.entry_revision
                };
                if before.as_ref().is_some_and(is_same) {
                    return Ok(());
                }
                jury::put_voice(tx, voice).await?;
                // Under the call: in a blind one the entry would tell the log's readers, and the juror, whose it is.
                let told = AuditChanges::default().set("entry", entry.number);
                let subject = Some(call.id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::RecognitionScore, subject, &told)
                    .await
            })
            .await?;
        self.judged_entry(actor, id).await
    }

    /// Declares that somebody has something to do with an entry: a member of the jury themselves, or whoever holds the call
    /// for any of them. It cannot be taken back: a voice that was given is kept and not counted.
    pub async fn declare_conflict(&self, actor: &Actor, id: RecognitionEntryId, of: Option<AccountId>) -> Result<()> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let entry = match of {
            Some(_) => {
                who_may(actor, Act::HoldRecognition)?;
                self.seen_entry(actor, id).await?
            }
            None => self.judged_row(actor, id).await?.2,
        };
        let account = of.unwrap_or(member.id);
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let call = held(tx, entry.call_id).await?;
                self.expect_unsettled(self.state(&call))?;
                if jury::member(tx, call.id, account).await?.is_none() {
                    return Err(Refusal::NoSuch(Thing::Account).into());
                }
                let row = recognition_conflict::Model {
                    entry_id: id,
                    account_id: account,
                    declared_by: member.id,
                    declared_at: now,
                };
                if !jury::declare(tx, row).await? {
                    return Ok(());
                }
                let told = AuditChanges::default()
                    .set("entry", entry.number)
                    .set("account", account);
                let subject = Some(call.id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::RecognitionConflict, subject, &told)
                    .await
            })
            .await
    }

    /// A call that the actor is of the jury of.
    async fn judged_call<'a>(
        &self,
        actor: &'a Actor,
        id: RecognitionCallId,
    ) -> Result<(&'a Member, recognition_call::Model)> {
        let member = who_may(actor, Act::JudgeRecognition)?;
        let call = self.seen_call(actor, id).await?;
        if jury::member(self.db.read(), call.id, member.id).await?.is_none() {
            return Err(Refusal::NotAllowed.into());
        }
        Ok((member, call))
    }

    pub(super) async fn judged_row<'a>(
        &self,
        actor: &'a Actor,
        id: RecognitionEntryId,
    ) -> Result<(&'a Member, recognition_call::Model, recognition_entry::Model)> {
        who_may(actor, Act::JudgeRecognition)?;
        let row = entries::entry(self.db.read(), id).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::RecognitionEntry))?;
        // Whoever is not of the jury is not told that there is such an entry.
        let (member, call) = match self.judged_call(actor, row.call_id).await {
            Err(Error::Refused(_)) => return Err(Refusal::NoSuch(Thing::RecognitionEntry).into()),
            found => found?,
        };
        if !is_judged(self.state(&call)) {
            return Err(refused(RecognitionFault::NotJudging));
        }
        Ok((member, call, row))
    }

    /// Shows entries to a member of the jury; in a blind call the files only of one, because each asks for its own.
    pub(super) async fn judged(
        &self,
        member: &Member,
        call: &recognition_call::Model,
        rows: Vec<recognition_entry::Model>,
        with_files: bool,
    ) -> Result<Vec<JudgedEntry>> {
        if !is_judged(self.state(call)) {
            return Ok(Vec::new());
        }
        let conn = self.db.read();
        let ids: Vec<RecognitionEntryId> = rows.iter().map(|row| row.id).collect();
        let mut all = entries::standing(conn, call.id, MAX_ENTRIES).await?;
        all.extend(rows.iter().filter(|row| row.withdrawn_at.is_some()).cloned());
        let interests = interests(conn, &all).await?;
        let juror = jury::member(conn, call.id, member.id)
            .await?
            .ok_or(Refusal::NotAllowed)?;
        let own = jury::voices(conn, &ids).await?.into_iter();
        let mut own: HashMap<RecognitionEntryId, recognition_voice::Model> = own
            .filter(|row| row.account_id == member.id)
            .map(|row| (row.entry_id, row))
            .collect();
        let mut shown = if call.blind {
            self.blind(rows, with_files).await?
        } else {
            let known = show(conn, rows).await?;
            known.into_iter().map(openly).collect()
        };
        for entry in &mut shown {
            let voice = own.remove(&entry.id);
            let mut schools = schools_of(&juror, member.school_id);
            schools.extend(voice.as_ref().and_then(|voice| voice.school_id));
            entry.excluded = interests.conflict(entry.id, member.id, &schools);
            let voice = voice.filter(|voice| voice.entry_revision == entry.revision);
            entry.voice = voice.map(|voice| OwnVoice {
                hundredths: voice.points.0,
                comment: voice.comment,
                submitted_at: voice.submitted_at,
            });
        }
        Ok(shown)
    }

    /// Entries without the names that tell whose they are.
    async fn blind(&self, rows: Vec<recognition_entry::Model>, with_files: bool) -> Result<Vec<JudgedEntry>> {
        let conn = self.db.read();
        let ids: Vec<RecognitionEntryId> = rows.iter().map(|row| row.id).collect();
        let evidence = entries::evidence(conn, &ids).await?;
        let of = Shown::of(conn, evidence.values().flatten()).await?;
        let (courses, majors) = places(conn, &rows).await?;
        let authors = evidence
            .values()
            .flatten()
            .flat_map(|row| row.authors.0.iter().copied());
        let mut named: Vec<AccountId> = rows.iter().flat_map(people_of).chain(authors).collect();
        named.sort_unstable();
        named.dedup();
        let people = people::accounts_by_id(conn, named).await?.into_iter();
        let people: HashMap<AccountId, [String; 2]> = people.map(|row| (row.id, [row.name, row.display])).collect();
        let schools = people::schools(conn).await?;
        let packs = evidence.values().flatten();
        let packs: Vec<(PackId, i32)> = packs.filter_map(|row| Some((row.pack_id?, row.version))).collect();
        let makers = packed::makers(conn, &packs).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let pieces = evidence.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            let authors = pieces.iter().flat_map(|piece| piece.authors.0.iter().copied());
            let who = people_of(&row).chain(authors);
            let mut names: Vec<String> = who.filter_map(|id| people.get(&id).cloned()).flatten().collect();
            let school = schools.iter().filter(|school| school.id == row.school_id);
            names.extend(school.flat_map(|school| [school.name.clone(), school.code.clone()]));
            let resources = pieces.iter().filter_map(|piece| of.resources.get(&piece.resource_id?));
            names.extend(resources.flat_map(|resource| resource.authors.0.iter().cloned()));
            let packs = pieces
                .iter()
                .filter_map(|piece| makers.get(&(piece.pack_id?, piece.version)));
            names.extend(packs.flatten().cloned());
            shown.push(JudgedEntry {
                id: row.id,
                call: row.call_id,
                number: row.number,
                title: masked(&row.title, &names),
                statement: masked(&row.statement, &names),
                course: row.course_id.and_then(|id| courses.get(&id).cloned()),
                major: row.major_id.and_then(|id| majors.get(&id).cloned()),
                entry: None,
                evidence: if with_files {
                    self.blind_evidence(pieces, &of, &names).await?
                } else {
                    Vec::new()
                },
                revision: row.revision,
                excluded: None,
                voice: None,
            });
        }
        Ok(shown)
    }
}

/// Whether a jury sees what it judges: not while entries still change.
fn is_judged(state: CallState) -> bool {
    matches!(state, CallState::Judging | CallState::Judged | CallState::Published)
}

fn openly(entry: RecognitionEntry) -> JudgedEntry {
    JudgedEntry {
        id: entry.id,
        call: entry.call,
        number: entry.number,
        title: entry.title.clone(),
        statement: entry.statement.clone(),
        course: entry.course.clone(),
        major: entry.major.clone(),
        revision: entry.revision,
        entry: Some(entry),
        evidence: Vec::new(),
        excluded: None,
        voice: None,
    }
}

/// The schools of somebody of the jury: the one that they have, and the one that they had when they were appointed.
fn schools_of(juror: &recognition_juror::Model, present: Option<SchoolId>) -> Vec<SchoolId> {
    [present, juror.school_id].into_iter().flatten().collect()
}
