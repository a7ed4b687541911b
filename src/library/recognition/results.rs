//! Results: reckoned from the voices that count, published once, corrected with a reason; nothing that was said is lost.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::ConnectionTrait;
use serde::Serialize;
use sha2::Digest as _;

use super::entries::{places, show};
use super::evidence::people_of;
use super::jury::JuryTable;
use super::{MAX_ENTRIES, Recognition, RecognitionNames, held, refused};
use crate::actor::Actor;
use crate::db::entity::{recognition_call, recognition_entry, recognition_result};
use crate::db::recognition::{self, entries, results};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{RecognitionCallId, RecognitionEntryId, RecognitionResultId, Sha256};
use crate::domain::recognition::CallState;
use crate::domain::recognition::fault::RecognitionFault;
use crate::domain::recognition::results::{Award, Awards, ResultCorrection};
use crate::domain::recognition::score::{self, Total, ranks};
use crate::domain::search::{NamedAccount, NamedCourse, NamedMajor, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect_city, who_may};
use crate::library::recognition::entries::RecognitionEntry;
use crate::library::recognition::marks::{self, MarkPeriod};

/// How an entry stands by the voices that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EntryStanding {
    /// The entry.
    pub entry: RecognitionEntry,
    /// Its place; those that are equal share one. `null` without a voice.
    pub place: Option<i32>,
    /// Its score out of 100, rounded to two decimals to be shown.
    pub score: Option<String>,
    /// How many voices count.
    pub voices: u32,
    /// How many more it needs.
    pub lacking: u32,
    /// What the jury said, without who did.
    pub comments: Vec<String>,
}

/// How the entries of a call stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Standings {
    /// The entries, the best first.
    pub items: Vec<EntryStanding>,
    /// Tells these standings from all others: whoever publishes says which they read.
    pub digest: String,
}

/// A result as everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RecognitionResult {
    /// Its id.
    pub id: RecognitionResultId,
    /// The entry.
    pub entry: RecognitionEntryId,
    /// The entry's number.
    pub number: i32,
    /// The entry's title.
    pub title: String,
    /// The school.
    pub school: Option<NamedSchool>,
    /// The course.
    pub course: Option<NamedCourse>,
    /// The major.
    pub major: Option<NamedMajor>,
    /// Whose it is.
    pub person: Option<NamedAccount>,
    /// Its place by score; those that are equal share one.
    pub place: Option<i32>,
    /// Its score out of 100.
    pub score: Option<String>,
    /// What it was awarded; `null`: nothing.
    pub award: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// What it was before it was corrected, oldest first.
    pub earlier: Vec<EarlierResult>,
}

/// A result that another took the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EarlierResult {
    /// What was awarded.
    pub award: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// What the voices on the entries of a call come to.
struct Tally {
    table: JuryTable,
    totals: Vec<Option<Total>>,
    places: Vec<Option<i32>>,
}

impl Tally {
    async fn of(conn: &impl ConnectionTrait, call: &recognition_call::Model) -> Result<Self> {
        let table = JuryTable::of(conn, call.id).await?;
        let total = |entry: &recognition_entry::Model| {
            let voices: Vec<Vec<i32>> = table.counted(entry).map(|voice| voice.points.0.clone()).collect();
            Total::of(&call.criteria.0, &voices)
        };
        let totals: Vec<Option<Total>> = table.entries.iter().map(total).collect();
        Ok(Self {
            places: ranks(&totals),
            totals,
            table,
        })
    }

    fn voices(&self, at: usize) -> u32 {
        self.totals[at].map_or(0, |total| total.voices)
    }

    /// Another one as soon as an entry, its revision or a voice that counts is another.
    fn digest(&self) -> String {
        let mut digest = sha2::Sha256::new();
        for (entry, total) in self.table.entries.iter().zip(&self.totals) {
            let (given, voices) = total.map_or((0, 0), |total| (total.given, total.voices));
            digest.update(format!("{} {} {given} {voices}\n", entry.id, entry.revision));
        }
        Sha256::from_bytes(digest.finalize().into()).hex()
    }
}

impl Recognition {
    /// How the entries of a call stand, the best first: for those who see the whole city. It is noted that somebody looked.
    pub async fn standings(&self, actor: &Actor, call: RecognitionCallId) -> Result<Standings> {
        expect_city(actor, Act::SeeRecognition)?;
        let call = self.seen_call(actor, call).await?;
        let conn = self.db.read();
        let tally = Tally::of(conn, &call).await?;
        self.audit
            .read(actor, AuditAction::RecognitionRead, Some(call.id.to_string()));
        let shown = show(conn, tally.table.entries.clone()).await?;
        let needed = call.voices.unsigned_abs();
        let standing = |(at, entry): (usize, RecognitionEntry)| {
            let said = tally.table.counted(&tally.table.entries[at]);
            EntryStanding {
                place: tally.places[at],
                score: tally.totals[at].map(|total| score::shown(total.hundredths())),
                voices: tally.voices(at),
                lacking: needed.saturating_sub(tally.voices(at)),
                comments: said.filter_map(|voice| voice.comment.clone()).collect(),
                entry,
            }
        };
        let mut items: Vec<EntryStanding> = shown.into_iter().enumerate().map(standing).collect();
        items.sort_by_key(|row| (row.place.unwrap_or(i32::MAX), row.entry.number));
        Ok(Standings {
            items,
            digest: tally.digest(),
        })
    }

    /// The standings, to take along.
    pub async fn export_standings(
        &self,
        actor: &Actor,
        call: RecognitionCallId,
        format: &str,
    ) -> Result<Vec<EntryStanding>> {
        let rows = self.standings(actor, call).await?.items;
        let told = AuditChanges::default().set("format", format);
        let subject = Some(call.to_string());
        self.audit
            .exported(actor, AuditAction::RecognitionExport, subject, &told);
        Ok(rows)
    }

    /// Publishes the results of a call: every entry with its score, those awarded with their reason. Each needs its voices,
    /// and the jury is through or its last day is over. What is published are the standings that were read.
    pub async fn publish_results(
        &self,
        actor: &Actor,
        call: RecognitionCallId,
        Awards { standings, awards }: Awards,
    ) -> Result<Vec<RecognitionResult>> {
        let member = who_may(actor, Act::HoldRecognition)?;
        let seen = self.seen_call(actor, call).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let call = held(tx, seen.id).await?;
                match self.state(&call) {
                    CallState::Judging | CallState::Judged => {}
                    CallState::Published => return Err(refused(RecognitionFault::Published)),
                    CallState::Cancelled => return Err(refused(RecognitionFault::Cancelled)),
                    _ => return Err(refused(RecognitionFault::NotJudging)),
                }
                let tally = Tally::of(tx, &call).await?;
                if tally.table.involves(member.id) {
                    return Err(refused(RecognitionFault::Involved));
                }
                expect_complete(self.state(&call), &call, &tally)?;
                expect_standing(&tally, &awards)?;
                if standings != tally.digest() {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let mut awarded: HashMap<RecognitionEntryId, Award> =
                    awards.into_iter().map(|award| (award.entry, award)).collect();
                let result = |(at, entry): (usize, &recognition_entry::Model)| {
                    let award = awarded.remove(&entry.id);
                    let (award, reason) = award.map(|it| (it.award, it.reason)).unzip();
                    recognition_result::Model {
                        id: RecognitionResultId::new(),
                        call_id: call.id,
                        entry_id: entry.id,
                        place: tally.places[at],
                        score: tally.totals[at].map(Total::hundredths),
                        voices: i32::try_from(tally.voices(at)).unwrap_or(i32::MAX),
                        award,
                        reason,
                        decided_by: member.id,
                        decided_at: now,
                        replaced_at: None,
                    }
                };
                let rows: Vec<recognition_result::Model> = tally.table.entries.iter().enumerate().map(result).collect();
                results::add(tx, &rows).await?;
                let period = MarkPeriod::from_today(&call, now);
                marks::give(tx, &call, &tally.table.entries, &rows, period, now).await?;
                let id = call.id;
                let row = recognition_call::Model {
                    published_at: Some(now),
                    published_by: Some(member.id),
                    ..call
                };
                recognition::put_call(tx, row).await?;
                let told = AuditChanges::default().set("lines", rows.len());
                let subject = Some(id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::RecognitionPublish, subject, &told)
                    .await
            })
            .await?;
        self.results(actor, call).await
    }

    /// Corrects a result that stands: what it was stays beside it, with its reason.
    pub async fn correct_result(
        &self,
        actor: &Actor,
        id: RecognitionResultId,
        correction: ResultCorrection,
    ) -> Result<Vec<RecognitionResult>> {
        let member = who_may(actor, Act::HoldRecognition)?;
        let seen = results::result(self.db.read(), id).await?;
        let seen = seen.ok_or(Refusal::NoSuch(Thing::RecognitionResult))?;
        let call = seen.call_id;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let held = held(tx, call).await?;
                if JuryTable::of(tx, call).await?.involves(member.id) {
                    return Err(refused(RecognitionFault::Involved));
                }
                if !results::replace(tx, id, now).await? {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let told = AuditChanges::default().set("result", id).moved_option(
                    "award",
                    seen.award.as_ref(),
                    correction.award.as_ref(),
                );
                let row = recognition_result::Model {
                    id: RecognitionResultId::new(),
                    award: correction.award,
                    reason: Some(correction.reason),
                    decided_by: member.id,
                    decided_at: now,
                    replaced_at: None,
                    ..seen
                };
                results::add(tx, std::slice::from_ref(&row)).await?;
                let entries = entries::by_id(tx, &[row.entry_id]).await?;
                let period = marks::period_after(tx, &held, row.entry_id, now).await?;
                crate::db::recognition::marks::end_of_result(tx, id, now, member.id).await?;
                if let Some(period) = period {
                    marks::give(tx, &held, &entries, &[row], period, now).await?;
                }
                marks::bear(tx, entries.iter().filter_map(|entry| entry.resource_id), now).await?;
                let subject = Some(call.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::RecognitionCorrect, subject, &told)
                    .await
            })
            .await?;
        self.results(actor, call).await
    }

    /// The results of a call, by place: what was ever awarded for everybody, besides it one's own entries and those one sees.
    pub async fn results(&self, actor: &Actor, call: RecognitionCallId) -> Result<Vec<RecognitionResult>> {
        let call = self.seen_call(actor, call).await?;
        if call.published_at.is_none() {
            return Ok(Vec::new());
        }
        let conn = self.db.read();
        let rows = results::of_call(conn, call.id, MAX_ENTRIES * 10).await?;
        let mut history: BTreeMap<RecognitionEntryId, Vec<recognition_result::Model>> = BTreeMap::new();
        for row in rows {
            history.entry(row.entry_id).or_default().push(row);
        }
        let ids: Vec<RecognitionEntryId> = history.keys().copied().collect();
        let rows = entries::by_id(conn, &ids).await?;
        let seen = self.seen_among(actor, &call, &rows).await?;
        history.retain(|entry, rows| seen.contains(entry) || rows.iter().any(|row| row.award.is_some()));
        show_results(conn, rows, history).await
    }

    /// The results of a call, to take along.
    pub async fn export_results(
        &self,
        actor: &Actor,
        call: RecognitionCallId,
        format: &str,
    ) -> Result<Vec<RecognitionResult>> {
        let results = self.results(actor, call).await?;
        let told = AuditChanges::default().set("format", format);
        let subject = Some(call.to_string());
        self.audit
            .exported(actor, AuditAction::RecognitionExport, subject, &told);
        Ok(results)
    }

    /// Which of some entries of a call the actor sees besides what everybody does.
    async fn seen_among(
        &self,
        actor: &Actor,
        call: &recognition_call::Model,
        rows: &[recognition_entry::Model],
    ) -> Result<HashSet<RecognitionEntryId>> {
        if actor.account.is_none() || rows.is_empty() {
            return Ok(HashSet::new());
        }
        let own = self.entries(actor, call.id, None, MAX_ENTRIES).await?;
        Ok(own.items.into_iter().map(|entry| entry.id).collect())
    }
}

/// Refuses results while voices are missing.
fn expect_complete(state: CallState, call: &recognition_call::Model, tally: &Tally) -> Result<()> {
    if tally.table.entries.is_empty() {
        return Err(refused(RecognitionFault::NoEntries));
    }
    if state == CallState::Judging && tally.table.is_at_work() {
        return Err(refused(RecognitionFault::JuryAtWork));
    }
    let needed = call.voices.unsigned_abs();
    let is_lacking = (0..tally.table.entries.len()).any(|at| tally.voices(at) < needed);
    if is_lacking {
        return Err(refused(RecognitionFault::TooFewVoices));
    }
    Ok(())
}

/// Refuses awards for what does not stand.
fn expect_standing(tally: &Tally, awards: &[Award]) -> Result<()> {
    let standing: HashSet<RecognitionEntryId> = tally.table.entries.iter().map(|row| row.id).collect();
    let numbered = awards.iter().enumerate();
    let faults = numbered
        .filter(|(_, award)| !standing.contains(&award.entry))
        .map(|(at, award)| {
            let kind = FaultKind::Unknown {
                value: award.entry.to_string(),
                hint: "an entry of the call that was not withdrawn".to_owned(),
            };
            FieldFault::at(&format!("awards/{at}/entry"), kind)
        });
    let faults: Vec<FieldFault> = faults.collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Fields(faults).into())
    }
}

async fn show_results(
    conn: &impl ConnectionTrait,
    rows: Vec<recognition_entry::Model>,
    mut history: BTreeMap<RecognitionEntryId, Vec<recognition_result::Model>>,
) -> Result<Vec<RecognitionResult>> {
    let names = RecognitionNames::of(conn, rows.iter().flat_map(people_of).collect()).await?;
    let (courses, majors) = places(conn, &rows).await?;
    let mut shown = Vec::with_capacity(history.len());
    for row in rows {
        let Some(mut of_entry) = history.remove(&row.id) else {
            continue;
        };
        let Some(at) = of_entry.iter().position(|result| result.replaced_at.is_none()) else {
            continue;
        };
        let result = of_entry.remove(at);
        let earlier = of_entry.into_iter().map(|result| EarlierResult {
            award: result.award,
            reason: result.reason,
            decided_at: result.decided_at,
        });
        shown.push(RecognitionResult {
            id: result.id,
            entry: row.id,
            number: row.number,
            title: row.title,
            school: names.schools.get(&row.school_id).cloned(),
            course: row.course_id.and_then(|id| courses.get(&id).cloned()),
            major: row.major_id.and_then(|id| majors.get(&id).cloned()),
            person: row.person_id.map(|id| names.person(id)),
            place: result.place,
            score: result.score.map(score::shown),
            award: result.award,
            reason: result.reason,
            decided_at: result.decided_at,
            earlier: earlier.collect(),
        });
    }
    shown.sort_by_key(|row| (row.award.is_none(), row.place.unwrap_or(i32::MAX), row.number));
    Ok(shown)
}
