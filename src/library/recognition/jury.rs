//! The jury of a call: appointed and dismissed by those who hold it; who has something to do with what; which voices count.

use std::collections::{BTreeMap, HashMap};

use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::evidence::people_of;
use super::{MAX_ENTRIES, Recognition, RecognitionNames, held, refused};
use crate::actor::Actor;
use crate::db::entity::{account, recognition_call, recognition_entry, recognition_juror, recognition_voice};
use crate::db::people;
use crate::db::recognition::{self, entries, jury};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, RecognitionCallId, RecognitionEntryId, SchoolId};
use crate::domain::recognition::CallState;
use crate::domain::recognition::fault::RecognitionFault;
use crate::domain::recognition::jury::{CallInterests, ConflictKind, Interests};
use crate::domain::search::{NamedAccount, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect_city, who_may};

/// The most members of a jury.
pub const MAX_JURY: usize = 200;

/// A member of the jury as those see it who hold the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Juror {
    /// Who.
    pub account: NamedAccount,
    /// Their school.
    pub school: Option<NamedSchool>,
    /// When they were appointed.
    pub appointed_at: Timestamp,
    /// When they were dismissed; their voices are kept and not counted.
    pub dismissed_at: Option<Timestamp>,
    /// Whether their account may do nothing any more: what they gave before counts, nothing more comes.
    pub is_disabled: bool,
    /// Whether they take part in the call, by an entry or by their work that shows one: they score nothing of it.
    pub competes: bool,
    /// The entries that they may not score for a reason of its own.
    pub excluded: Vec<Exclusion>,
    /// How many entries they scored, of those that stand and that they may score.
    pub given: u64,
    /// How many they may score.
    pub due: u64,
}

/// A member of the jury as they are taken along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedJuror {
    /// The member.
    pub juror: Juror,
    /// Their sign-in name, for those who appoint.
    pub name: Option<String>,
}

/// An entry that somebody may not score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Exclusion {
    /// The entry.
    pub entry: RecognitionEntryId,
    /// Its number.
    pub number: i32,
    /// Why.
    pub why: ConflictKind,
}

/// What a call's jury is reckoned from: its standing entries, its people, what they have to do with each other, all voices.
pub(super) struct JuryTable {
    pub(super) entries: Vec<recognition_entry::Model>,
    pub(super) jurors: Vec<recognition_juror::Model>,
    members: HashMap<AccountId, recognition_juror::Model>,
    accounts: HashMap<AccountId, account::Model>,
    interests: CallInterests,
    voices: HashMap<RecognitionEntryId, BTreeMap<AccountId, recognition_voice::Model>>,
}

impl JuryTable {
    /// Reads it by six queries.
    pub(super) async fn of(conn: &impl ConnectionTrait, call: RecognitionCallId) -> Result<Self> {
        let entries = entries::standing(conn, call, MAX_ENTRIES).await?;
        let ids: Vec<RecognitionEntryId> = entries.iter().map(|row| row.id).collect();
        let jurors = jury::members(conn, call).await?;
        let accounts = jurors.iter().map(|row| row.account_id).collect();
        let accounts = people::accounts_by_id(conn, accounts).await?.into_iter();
        let mut voices: HashMap<_, BTreeMap<_, _>> = HashMap::new();
        for voice in jury::voices(conn, &ids).await? {
            voices
                .entry(voice.entry_id)
                .or_default()
                .insert(voice.account_id, voice);
        }
        let members = jurors.iter().filter(|row| row.dismissed_at.is_none());
        Ok(Self {
            interests: interests(conn, &entries).await?,
            accounts: accounts.map(|row| (row.id, row)).collect(),
            members: members.map(|row| (row.account_id, row.clone())).collect(),
            voices,
            entries,
            jurors,
        })
    }

    fn voice(&self, entry: RecognitionEntryId, juror: AccountId) -> Option<&recognition_voice::Model> {
        self.voices.get(&entry)?.get(&juror)
    }

    /// What somebody of the jury has to do with an entry, by the school that they have now and those that they had when they
    /// were appointed and when they scored it.
    fn conflict(&self, juror: &recognition_juror::Model, entry: RecognitionEntryId) -> Option<ConflictKind> {
        let id = juror.account_id;
        let present = self.accounts.get(&id).and_then(|row| row.school_id);
        let scored = self.voice(entry, id).and_then(|voice| voice.school_id);
        let schools: Vec<SchoolId> = [present, juror.school_id, scored].into_iter().flatten().collect();
        self.interests.conflict(entry, id, &schools)
    }

    fn is_disabled(&self, juror: AccountId) -> bool {
        self.accounts.get(&juror).is_none_or(|row| row.disabled)
    }

    /// Whether a voice counts: of a member who was not dismissed and has nothing to do with the entry, about the entry as it
    /// stands.
    fn counts(&self, entry: &recognition_entry::Model, voice: &recognition_voice::Model) -> bool {
        let is_free = |juror: &recognition_juror::Model| self.conflict(juror, entry.id).is_none();
        voice.entry_revision == entry.revision && self.members.get(&voice.account_id).is_some_and(is_free)
    }

    /// The voices on an entry that count.
    pub(super) fn counted<'a>(
        &'a self,
        entry: &'a recognition_entry::Model,
    ) -> impl Iterator<Item = &'a recognition_voice::Model> {
        let of_entry = self.voices.get(&entry.id).into_iter().flat_map(BTreeMap::values);
        of_entry.filter(move |voice| self.counts(entry, voice))
    }

    /// Whether somebody who may still score has not scored everything that they may. Nobody waits for whoever may not judge any
    /// more.
    pub(super) fn is_at_work(&self) -> bool {
        let may_score = |id: &AccountId| {
            let of = self.accounts.get(id);
            of.is_some_and(|row| !row.disabled && may_judge(row))
        };
        let mut active = self.members.values().filter(|row| may_score(&row.account_id));
        active.any(|juror| {
            let (given, due) = self.progress(juror);
            given < due
        })
    }

    /// Whether somebody entered something of the call, is whom it is about, or scored it.
    pub(super) fn involves(&self, account: AccountId) -> bool {
        let is_own = |entry: &recognition_entry::Model| people_of(entry).any(|id| id == account);
        let scored = |entry: &recognition_entry::Model| self.voice(entry.id, account).is_some();
        self.entries.iter().any(|entry| is_own(entry) || scored(entry))
    }

    /// How many entries somebody may score and has not scored.
    fn due(&self, account: AccountId) -> u64 {
        let progress = self.members.get(&account).map(|juror| self.progress(juror));
        progress.map_or(0, |(given, due)| due - given)
    }

    /// How many entries a member scored, and how many they may score.
    fn progress(&self, juror: &recognition_juror::Model) -> (u64, u64) {
        let may = |entry: &&recognition_entry::Model| self.conflict(juror, entry.id).is_none();
        let due = self.entries.iter().filter(may);
        let is_given = |entry: &&recognition_entry::Model| {
            let voice = self.voice(entry.id, juror.account_id);
            voice.is_some_and(|voice| self.counts(entry, voice))
        };
        (due.clone().filter(is_given).count() as u64, due.count() as u64)
    }

    /// What somebody may not score; that they compete is said once and not of each entry.
    fn excluded(&self, juror: &recognition_juror::Model) -> Vec<Exclusion> {
        let of = |entry: &recognition_entry::Model| {
            let why = self.conflict(juror, entry.id)?;
            Some(Exclusion {
                entry: entry.id,
                number: entry.number,
                why,
            })
        };
        let each = self.entries.iter().filter_map(of);
        each.filter(|it| it.why != ConflictKind::Competitor).collect()
    }
}

/// Who has something to do with entries of a call, all that stand among them, by two queries.
pub(super) async fn interests(conn: &impl ConnectionTrait, rows: &[recognition_entry::Model]) -> Result<CallInterests> {
    let ids: Vec<RecognitionEntryId> = rows.iter().map(|row| row.id).collect();
    let evidence = entries::evidence(conn, &ids).await?;
    let mut found: HashMap<RecognitionEntryId, Interests> = HashMap::new();
    for row in rows {
        let shown = evidence.get(&row.id).into_iter().flatten();
        let interests = Interests {
            school: Some(row.school_id),
            own: people_of(row).collect(),
            authors: shown.flat_map(|row| row.authors.0.iter().copied()).collect(),
            declared: Vec::new(),
        };
        found.insert(row.id, interests);
    }
    for row in jury::conflicts(conn, &ids).await? {
        if let Some(interests) = found.get_mut(&row.entry_id) {
            interests.declared.push(row.account_id);
        }
    }
    let standing = rows.iter().filter(|row| row.withdrawn_at.is_none());
    Ok(CallInterests::of(found, &standing.map(|row| row.id).collect()))
}

impl Recognition {
    /// How many entries wait for somebody's points, in all calls whose jury is at work.
    pub(in crate::library) async fn scores_due(&self, account: AccountId) -> Result<u64> {
        let conn = self.db.read();
        let calls = jury::calls_of(conn, account).await?;
        let calls = recognition::calls_by_id(conn, &calls).await?;
        let mut due = 0;
        // Somebody is of few juries at once.
        for call in calls.iter().filter(|call| self.state(call) == CallState::Judging) {
            due += JuryTable::of(conn, call.id).await?.due(account);
        }
        Ok(due)
    }

    /// Everybody who was ever of a call's jury, with what they may not score. It is noted that somebody looked.
    pub async fn jury(&self, actor: &Actor, call: RecognitionCallId) -> Result<Vec<Juror>> {
        expect_city(actor, Act::SeeRecognition)?;
        let call = self.seen_call(actor, call).await?;
        let conn = self.db.read();
        let table = JuryTable::of(conn, call.id).await?;
        let names = RecognitionNames::of(conn, table.jurors.iter().map(|row| row.account_id).collect()).await?;
        self.audit
            .read(actor, AuditAction::RecognitionRead, Some(call.id.to_string()));
        let shown = table.jurors.iter().map(|row| {
            let (given, due) = table.progress(row);
            let school = table.accounts.get(&row.account_id).and_then(|row| row.school_id);
            Juror {
                account: names.person(row.account_id),
                school: school.and_then(|id| names.schools.get(&id).cloned()),
                appointed_at: row.appointed_at,
                dismissed_at: row.dismissed_at,
                is_disabled: table.is_disabled(row.account_id),
                competes: table.interests.competes(row.account_id),
                excluded: table.excluded(row),
                given,
                due,
            }
        });
        Ok(shown.collect())
    }

    /// The jury of a call, to take along.
    pub async fn export_jury(
        &self,
        actor: &Actor,
        call: RecognitionCallId,
        format: &str,
    ) -> Result<Vec<ExportedJuror>> {
        let jury = self.jury(actor, call).await?;
        let told = AuditChanges::default().set("format", format);
        let subject = Some(call.to_string());
        self.audit
            .exported(actor, AuditAction::RecognitionExport, subject, &told);
        let appoints = actor.may(Act::HoldRecognition);
        let of = jury.iter().map(|juror| juror.account.id).filter(|_| appoints);
        let rows = people::accounts_by_id(self.db.read(), of.collect()).await?.into_iter();
        let names: HashMap<AccountId, String> = rows.map(|row| (row.id, row.name)).collect();
        let exported = jury.into_iter().map(|juror| ExportedJuror {
            name: names.get(&juror.account.id).cloned(),
            juror,
        });
        Ok(exported.collect())
    }

    /// Refuses a call that the actor does not see, or whose jury is settled.
    pub(in crate::library) async fn expect_unsettled_call(&self, actor: &Actor, call: RecognitionCallId) -> Result<()> {
        let call = self.seen_call(actor, call).await?;
        self.expect_unsettled_row(&call)
    }

    /// Refuses a call whose jury is settled.
    pub(in crate::library) fn expect_unsettled_row(&self, call: &recognition_call::Model) -> Result<()> {
        self.expect_unsettled(self.state(call))
    }

    /// Appoints people by their sign-in names: all of them, or nobody. Whoever has something to do with an entry is
    /// appointed all the same, and may not score that one; whoever competes may score none. What is answered says so.
    pub async fn appoint(&self, actor: &Actor, call: RecognitionCallId, names: &[String]) -> Result<Vec<Juror>> {
        let member = who_may(actor, Act::HoldRecognition)?;
        let seen = self.seen_call(actor, call).await?;
        let accounts = self.jurors_named(names).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let call = held(tx, seen.id).await?;
                self.expect_unsettled(self.state(&call))?;
                let there = jury::members(tx, call.id).await?;
                if there.len() + accounts.len() > MAX_JURY {
                    let thing = Thing::Account;
                    let limit = MAX_JURY as u64;
                    return Err(Refusal::LimitReached { thing, limit }.into());
                }
                let is_there = |id: &AccountId| {
                    let of = there.iter().find(|row| row.account_id == *id);
                    of.is_some_and(|row| row.dismissed_at.is_none())
                };
                let mut told = AuditChanges::default();
                for (id, school) in accounts.iter().filter(|(id, _)| !is_there(id)) {
                    let row = recognition_juror::Model {
                        call_id: call.id,
                        account_id: *id,
                        appointed_by: member.id,
                        appointed_at: now,
                        dismissed_at: None,
                        school_id: *school,
                    };
                    jury::appoint(tx, row).await?;
                    told = told.set("account", id);
                }
                let subject = Some(call.id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::RecognitionAppoint, subject, &told)
                    .await
            })
            .await?;
        self.jury(actor, call).await
    }

    /// Dismisses somebody from the jury: what they gave is kept and not counted.
    pub async fn dismiss(&self, actor: &Actor, call: RecognitionCallId, account: AccountId) -> Result<()> {
        who_may(actor, Act::HoldRecognition)?;
        let seen = self.seen_call(actor, call).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let call = held(tx, seen.id).await?;
                self.expect_unsettled(self.state(&call))?;
                if !jury::dismiss(tx, call.id, account, now).await? {
                    return Err(Refusal::NoSuch(Thing::Account).into());
                }
                let subject = Some(format!("{}/jury/{account}", call.id));
                self.audit
                    .record(tx, actor, AuditAction::RecognitionDismiss, subject)
                    .await
            })
            .await
    }

    pub(super) fn expect_unsettled(&self, state: CallState) -> Result<()> {
        match state {
            CallState::Published => Err(refused(RecognitionFault::Published)),
            CallState::Cancelled => Err(refused(RecognitionFault::Cancelled)),
            _ => Ok(()),
        }
    }

    /// The accounts with these names, with their schools; all faults at once.
    async fn jurors_named(&self, names: &[String]) -> Result<Vec<(AccountId, Option<SchoolId>)>> {
        let keys: Vec<String> = names.iter().map(|name| name_key(name)).collect();
        let found = people::accounts_keyed(self.db.read(), &keys).await?.into_iter();
        let found: HashMap<String, account::Model> =
            found.filter_map(|row| Some((row.name_key.clone()?, row))).collect();
        let mut faults = Vec::new();
        let mut accounts = Vec::with_capacity(names.len());
        for (at, (name, key)) in names.iter().zip(&keys).enumerate() {
            match found.get(key).filter(|row| may_judge(row)) {
                Some(row) if accounts.contains(&(row.id, row.school_id)) => {}
                Some(row) => accounts.push((row.id, row.school_id)),
                None => {
                    let hint = "the sign-in name of an expert, a teacher or a school's administrator".to_owned();
                    let value = name.clone();
                    faults.push(FieldFault::at(
                        &format!("names/{at}"),
                        FaultKind::Unknown { value, hint },
                    ));
                }
            }
        }
        if names.is_empty() {
            faults.push(FieldFault::at("names", FaultKind::Required));
        }
        if faults.is_empty() {
            Ok(accounts)
        } else {
            Err(Refusal::Fields(faults).into())
        }
    }
}

/// Whether an account can be of a jury. Those who hold calls are not: whoever publishes has not scored.
pub(in crate::library) fn may_judge(row: &account::Model) -> bool {
    row.authority().may_at_all(Act::JudgeRecognition)
}
