//! What is kept of an account in tables that have no form of their own in the copy: their rows by the names of their fields.
//!
//! [`in_copy`] says of every kind of data where it stands; a new kind does not compile until it is said.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::db::entity::company_member;
use crate::db::personal_data::own::{self, OwnAct, OwnRows};
use crate::domain::id::{AccountId, AttendanceId, CompanyId, RecognitionCallId, RecognitionEntryId};
use crate::domain::personal_data::PersonalDataKind as Kind;
use crate::error::Result;
use crate::library::accounts::Accounts;

/// Tables by the names of their members.
pub type OwnTables = BTreeMap<&'static str, Vec<Value>>;

/// Calls and numbers of entries.
type JudgedEntries = HashMap<RecognitionEntryId, (RecognitionCallId, i32)>;

/// Where a kind of data stands in the copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InCopy {
    /// In these members of `data.json`.
    As(&'static [&'static str]),
    /// Nowhere, for this reason.
    Not(&'static str),
}

/// Where a kind of data stands in the copy that its owner takes along.
pub fn in_copy(kind: Kind) -> InCopy {
    use InCopy::{As, Not};
    match kind {
        // Of passwords and second factors that there is one; no hash and no secret.
        Kind::Account | Kind::Password | Kind::SecondFactor => As(&["account"]),
        Kind::Session => As(&["sessions"]),
        Kind::KnownBrowser => As(&["browsers"]),
        Kind::SignInAttempt => Not("counts by hashes of places and names, of no account, for minutes"),
        Kind::Identity => As(&["identities"]),
        Kind::PendingSignOn => Not("gone when the browser is back, or after minutes"),
        Kind::Token => As(&["tokens"]),
        Kind::SavedSearch => As(&["saved_searches"]),
        Kind::Upload => As(&["uploads"]),
        Kind::Preview => As(&["previews"]),
        Kind::Answer => As(&["answers"]),
        Kind::Work => As(&["works", "files", "versions", "packs", "pack_versions"]),
        Kind::Comment => As(&["comments"]),
        Kind::Decision => As(&["decisions", "acts"]),
        Kind::NoticeSender => Not("guests, who have no account"),
        Kind::NoticeStep => As(&["notice_steps"]),
        Kind::Receipt => As(&["receipts"]),
        Kind::Training => As(&[
            "training",
            "training_days",
            "training_progress",
            "training_watches",
            "training_corrections",
        ]),
        Kind::Certificate => As(&["certificates"]),
        Kind::Recognition => As(&["recognition", "juries", "voices", "conflicts", "marks"]),
        Kind::CompanyMember => As(&["companies"]),
        // Who entered it and who was added by whom.
        Kind::Company => As(&["acts"]),
        Kind::Visit => As(&["visits"]),
        Kind::RateNotice => As(&["door_notices"]),
        Kind::AuditLog => As(&["records"]),
        Kind::Erasure => Not("of accounts that are there no more"),
        Kind::ServiceLog => Not("nothing of people is in it"),
    }
}

impl Accounts {
    /// The tables of an account, at most so many rows of each.
    pub(super) async fn own_tables(&self, id: AccountId, parts: &[AttendanceId], most: u64) -> Result<OwnTables> {
        let conn = self.db.read();
        let rows = OwnRows::load(conn, id, most).await?;
        let companies: Vec<CompanyId> = rows.memberships.iter().map(|row| row.company_id).collect();
        let companies = own::companies(conn, &companies).await?.into_iter();
        let names: HashMap<CompanyId, String> = companies.map(|row| (row.id, row.name)).collect();
        let voiced = rows.voices.iter().map(|row| row.entry_id);
        let judged: Vec<RecognitionEntryId> = voiced.chain(rows.conflicts.iter().map(|row| row.entry_id)).collect();
        let entries = own::entries(conn, &judged).await?.into_iter();
        let entries: JudgedEntries = entries.map(|row| (row.id, (row.call_id, row.number))).collect();
        let days = own::training_days(conn, parts).await?.into_iter();
        let corrections = own::training_corrections(conn, parts).await?.into_iter();
        let acts = own::acts(conn, id, most).await?.into_iter();
        let mut tables = of_the_account(&rows);
        tables.extend(of_works(&rows));
        tables.extend(of_training_and_visits(&rows));
        tables.extend(of_recognition(&rows, &entries));
        let member =
            |row: &company_member::Model| json!({"company": names.get(&row.company_id), "added_at": row.added_at});
        tables.insert("companies", rows.memberships.iter().map(member).collect());
        tables.insert(
            "training_days",
            days.map(|row| json!({"attendance": row.attendance_id, "day": row.day, "at": row.at}))
                .collect(),
        );
        let correction = corrections.map(|row| {
            json!({
                "attendance": row.attendance_id, "from": row.from_state, "to": row.to_state,
                "from_hours": row.from_hours, "to_hours": row.to_hours, "reason": row.reason, "at": row.at,
            })
        });
        tables.insert("training_corrections", correction.collect());
        let act = |act: OwnAct| json!({"what": act.what, "id": act.id, "at": act.at});
        tables.insert("acts", acts.map(act).collect());
        Ok(tables)
    }
}

fn of_the_account(rows: &OwnRows) -> OwnTables {
    let identities = rows.identities.iter().map(|row| {
        json!({
            "provider": row.provider, "subject": row.subject, "name": row.name,
            "created_at": row.created_at, "seen_at": row.seen_at,
        })
    });
    let browsers = rows.browsers.iter().map(|row| json!({"seen_at": row.seen_at}));
    let uploads = rows.uploads.iter().map(|row| {
        json!({
            "id": row.id, "path": row.path, "length": row.length, "offset": row.offset, "metadata": row.metadata,
            "created_at": row.created_at, "expires_at": row.expires_at,
        })
    });
    let previews = rows
        .previews
        .iter()
        .map(|row| json!({"name": row.name, "kind": row.kind, "expires_at": row.expires_at}));
    let answers = rows
        .answers
        .iter()
        .map(|row| json!({"key": row.key, "status": row.status, "created_at": row.created_at}));
    let door_notices = rows.door_notices.iter().map(|row| {
        json!({
            "what": row.what, "kind": row.kind, "address": row.address, "times": row.times,
            "first_at": row.first_at, "last_at": row.last_at,
        })
    });
    OwnTables::from([
        ("identities", identities.collect()),
        ("browsers", browsers.collect()),
        ("uploads", uploads.collect()),
        ("previews", previews.collect()),
        ("answers", answers.collect()),
        ("door_notices", door_notices.collect()),
    ])
}

fn of_works(rows: &OwnRows) -> OwnTables {
    let versions = rows
        .versions
        .iter()
        .map(|row| json!({"resource": row.resource_id, "number": row.number, "created_at": row.created_at}));
    let pack_versions = rows
        .pack_versions
        .iter()
        .map(|row| json!({"pack": row.pack_id, "number": row.number, "note": row.note, "created_at": row.created_at}));
    let decisions = rows.decisions.iter().map(|row| {
        json!({
            "resource": row.resource_id, "title": row.title, "version": row.version, "outcome": row.outcome,
            "note": row.note, "at": row.at,
        })
    });
    let steps = rows
        .notice_steps
        .iter()
        .map(|row| json!({"notice": row.notice_id, "step": row.step, "text": row.text, "at": row.at}));
    let receipts = rows.receipts.iter().map(|row| {
        json!({
            "pack": row.pack_id, "number": row.number, "holder": row.holder, "state": row.state, "at": row.at,
        })
    });
    OwnTables::from([
        ("versions", versions.collect()),
        ("pack_versions", pack_versions.collect()),
        ("decisions", decisions.collect()),
        ("notice_steps", steps.collect()),
        ("receipts", receipts.collect()),
    ])
}

fn of_training_and_visits(rows: &OwnRows) -> OwnTables {
    let progress = rows.progress.iter().map(|row| {
        json!({
            "item": row.item_id, "counted_ms": row.counted_ms, "reached": row.reached, "finished_at": row.finished_at,
        })
    });
    let watches = rows
        .watches
        .iter()
        .map(|row| json!({"item": row.item_id, "seen_at": row.seen_at}));
    let visits = rows.visits.iter().map(|row| {
        json!({
            "school": row.school_id, "day": row.day, "kind": row.kind, "asked": row.asked, "advice": row.advice,
            "done": row.done, "created_at": row.created_at,
        })
    });
    OwnTables::from([
        ("training_progress", progress.collect()),
        ("training_watches", watches.collect()),
        ("visits", visits.collect()),
    ])
}

/// Entries by the numbers under which a jury knows them: their ids would tell a juror whose a blind one is.
fn of_recognition(rows: &OwnRows, entries: &JudgedEntries) -> OwnTables {
    let juries = rows
        .juries
        .iter()
        .map(|row| json!({"call": row.call_id, "appointed_at": row.appointed_at, "dismissed_at": row.dismissed_at}));
    let voices = rows.voices.iter().map(|row| {
        let (call, number) = entries.get(&row.entry_id).copied().unzip();
        json!({
            "call": call, "number": number, "points": row.points.0, "comment": row.comment, "submitted_at": row.submitted_at,
        })
    });
    let conflicts = rows.conflicts.iter().map(|row| {
        let (call, number) = entries.get(&row.entry_id).copied().unzip();
        json!({"call": call, "number": number, "declared_at": row.declared_at})
    });
    let marks = rows.marks.iter().map(|row| {
        json!({
            "kind": row.kind, "award": row.award, "valid_from": row.valid_from, "valid_until": row.valid_until,
            "given_at": row.given_at, "ended_at": row.ended_at,
        })
    });
    OwnTables::from([
        ("juries", juries.collect()),
        ("voices", voices.collect()),
        ("conflicts", conflicts.collect()),
        ("marks", marks.collect()),
    ])
}
