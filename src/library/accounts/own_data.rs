//! All that is kept of an account, for its owner to take along.

use std::collections::HashMap;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::audit::list::{AuditLineFilter, LineActor, list};
use crate::db::entity::training_attendance;
use crate::db::recognition;
use crate::db::training::{self, attendance, certificates};
use crate::db::{erasures, passkeys, people, personal_data, second_factors};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::day::Day;
use crate::domain::id::{
    AccountId, AttendanceId, CommentId, FileId, PackId, RecognitionCallId, ResourceId, Sha256, TokenId,
    TrainingSessionId,
};
use crate::domain::resource::Status;
use crate::domain::role::{Role, Scope, TokenScope};
use crate::domain::time::Timestamp;
use crate::domain::training::attendance::AttendanceState;
use crate::domain::training::certificate::CertificateNumber;
use crate::error::{Refusal, Result, Thing};
use crate::library::accounts::Accounts;
use crate::library::accounts::passkeys::Passkey;
use crate::library::audit::{is_named_by_erased, people_in};
use crate::library::authority::who_may;

mod shown;
mod tables;

use self::shown::{certificate, comment, file, pack, record, saved_search, session, token, work};
pub use self::tables::{InCopy, OwnTables, in_copy};

/// Rows of each kind at most. The rest is listed by REST, page by page.
pub const MOST_ROWS: u64 = 20_000;
/// One more is asked for, so that it is known whether there are more.
const ONE_MORE: u64 = MOST_ROWS + 1;

/// All that is kept of an account. Files are told by address, size and hash: they are fetched as ever.
#[derive(Debug, Clone, Serialize)]
pub struct OwnData {
    /// When it was put together.
    pub at: Timestamp,
    /// The account.
    pub account: OwnAccount,
    /// The browsers that are signed in.
    pub sessions: Vec<OwnSession>,
    /// Tokens of programs, without the secrets, which are kept nowhere.
    pub tokens: Vec<OwnToken>,
    /// Searches that were saved.
    pub saved_searches: Vec<OwnSavedSearch>,
    /// Resources.
    pub works: Vec<OwnWork>,
    /// Their present files.
    pub files: Vec<OwnFile>,
    /// Packs.
    pub packs: Vec<OwnPack>,
    /// Comments.
    pub comments: Vec<OwnComment>,
    /// Sessions of training, newest first.
    pub training: Vec<OwnTraining>,
    /// Certificates of training, newest first.
    pub certificates: Vec<OwnCertificate>,
    /// What was entered for recognition by the account or about it, newest first.
    pub recognition: Vec<OwnEntry>,
    /// What the audit log says that the account did, newest first.
    pub records: Vec<OwnRecord>,
    /// All other tables, by name.
    #[serde(flatten)]
    pub tables: OwnTables,
    /// The names of those that have more rows than stand here.
    pub cut: Vec<&'static str>,
}

/// Takes the rows that have room, and notes where there are more.
fn fitting<T>(mut rows: Vec<T>, name: &'static str, cut: &mut Vec<&'static str>) -> Vec<T> {
    let most = usize::try_from(MOST_ROWS).unwrap_or(usize::MAX);
    if rows.len() > most {
        rows.truncate(most);
        cut.push(name);
    }
    rows
}

/// The account itself.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the account's field of that name")]
pub struct OwnAccount {
    pub name: String,
    pub display: String,
    pub role: Role,
    pub school: Option<String>,
    pub created_at: Timestamp,
    pub has_password: bool,
    pub has_second_factor: bool,
    pub passkeys: Vec<Passkey>,
}

/// A browser that is signed in.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the session's field of that name")]
pub struct OwnSession {
    pub address: Option<String>,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A token.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the token's field of that name")]
pub struct OwnToken {
    pub id: TokenId,
    pub name: String,
    pub scope: TokenScope,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

/// A saved search.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the search's field of that name")]
pub struct OwnSavedSearch {
    pub name: String,
    pub query: String,
    pub created_at: Timestamp,
}

/// A resource.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the resource's field of that name")]
pub struct OwnWork {
    pub id: ResourceId,
    pub title: String,
    pub description: String,
    pub authors: Vec<String>,
    pub status: Status,
    pub scope: Scope,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Its page, as a path on this site.
    pub url: String,
}

/// A file of a resource.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the file's field of that name")]
pub struct OwnFile {
    pub id: FileId,
    pub resource: ResourceId,
    pub path: String,
    pub size: i64,
    pub sha256: Sha256,
    /// Where it is fetched, as a path on this site.
    pub url: String,
}

/// A pack.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the pack's field of that name")]
pub struct OwnPack {
    pub id: PackId,
    pub title: String,
    pub description: String,
    pub scope: Scope,
    pub version: i32,
    pub created_at: Timestamp,
}

/// A comment.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the comment's field of that name")]
pub struct OwnComment {
    pub id: CommentId,
    pub resource: ResourceId,
    pub text: String,
    pub created_at: Timestamp,
}

/// A part in a session of training.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the part's field of that name")]
pub struct OwnTraining {
    pub session: String,
    pub state: AttendanceState,
    pub hours: i32,
    pub attended_on: Option<Day>,
    pub enrolled_at: Timestamp,
}

/// An entry for recognition.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the entry's field of that name")]
pub struct OwnEntry {
    pub call: String,
    pub title: String,
    pub statement: String,
    pub created_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
}

/// A certificate of training.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the certificate's field of that name")]
pub struct OwnCertificate {
    pub number: CertificateNumber,
    pub holder: String,
    pub session: String,
    pub hours: i32,
    pub attended_on: Day,
    pub issued_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub reason: Option<String>,
    /// The page where anyone verifies it, as a path on this site.
    pub url: String,
}

/// A line of the audit log.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the line's field of that name")]
pub struct OwnRecord {
    pub at: Timestamp,
    pub action: String,
    pub subject: Option<String>,
    pub title: Option<String>,
    pub outcome: String,
    pub address: Option<String>,
    pub times: i32,
}

impl Accounts {
    /// All that is kept of the actor. That it was taken is recorded.
    pub async fn own_data(&self, actor: &Actor) -> Result<OwnData> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        let account = people::account(self.db.read(), member.id).await?;
        let account = account.ok_or(Refusal::NoSuch(Thing::Account))?;
        self.audit.did(actor, AuditAction::AccountExport, None).await?;
        let conn = self.db.read();
        let mut cut = Vec::new();
        let works = personal_data::works(conn, account.id, ONE_MORE).await?;
        let works = fitting(works, "works", &mut cut);
        let ids: Vec<ResourceId> = works.iter().map(|row| row.id).collect();
        let files = personal_data::files(conn, &ids, usize::try_from(ONE_MORE).unwrap_or(usize::MAX)).await?;
        let packs = personal_data::packs(conn, account.id, ONE_MORE).await?;
        let comments = personal_data::comments(conn, account.id, ONE_MORE).await?;
        let certificates = certificates::of_account(conn, account.id, ONE_MORE).await?;
        let parts = attendance::of_account(conn, account.id, None, ONE_MORE).await?;
        let parts = fitting(parts, "training", &mut cut);
        let attendances: Vec<AttendanceId> = parts.iter().map(|row| row.id).collect();
        let mut tables = self.own_tables(account.id, &attendances, ONE_MORE).await?;
        for (name, rows) in &mut tables {
            *rows = fitting(std::mem::take(rows), name, &mut cut);
        }
        let schools = people::schools_by_id(conn, account.school_id.into_iter().collect()).await?;
        let factor = second_factors::of(conn, account.id).await?;
        self.audit.keep_noted(false).await?;
        let (records, is_cut) = self.own_records(account.id).await?;
        cut.extend(is_cut.then_some("records"));
        Ok(OwnData {
            at: self.clock.now(),
            sessions: people::sessions(conn, account.id)
                .await?
                .into_iter()
                .map(session)
                .collect(),
            tokens: people::tokens(conn, account.id).await?.into_iter().map(token).collect(),
            saved_searches: personal_data::saved_searches(conn, account.id)
                .await?
                .into_iter()
                .map(saved_search)
                .collect(),
            works: works.into_iter().map(work).collect(),
            files: fitting(files, "files", &mut cut).into_iter().map(file).collect(),
            packs: fitting(packs, "packs", &mut cut).into_iter().map(pack).collect(),
            comments: fitting(comments, "comments", &mut cut)
                .into_iter()
                .map(comment)
                .collect(),
            training: self.own_training(parts).await?,
            certificates: fitting(certificates, "certificates", &mut cut)
                .into_iter()
                .map(certificate)
                .collect(),
            recognition: fitting(self.own_entries(account.id).await?, "recognition", &mut cut),
            records,
            tables,
            cut,
            account: OwnAccount {
                school: schools.into_iter().next().map(|row| row.name),
                has_password: account.password_hash.is_some(),
                has_second_factor: factor.is_some_and(|row| row.confirmed_at.is_some()),
                passkeys: passkeys::of(conn, account.id)
                    .await?
                    .into_iter()
                    .map(Passkey::from)
                    .collect(),
                name: account.name,
                display: account.display,
                role: account.role,
                created_at: account.created_at,
            },
        })
    }

    async fn own_training(&self, parts: Vec<training_attendance::Model>) -> Result<Vec<OwnTraining>> {
        let conn = self.db.read();
        let sessions: Vec<TrainingSessionId> = parts.iter().map(|row| row.session_id).collect();
        let sessions = training::sessions_by_id(conn, &sessions).await?.into_iter();
        let titles: HashMap<TrainingSessionId, String> = sessions.map(|row| (row.id, row.title)).collect();
        let shown = parts.into_iter().map(|row| OwnTraining {
            session: titles.get(&row.session_id).cloned().unwrap_or_default(),
            state: row.state,
            hours: row.hours,
            attended_on: row.attended_on,
            enrolled_at: row.enrolled_at,
        });
        Ok(shown.collect())
    }

    async fn own_entries(&self, id: AccountId) -> Result<Vec<OwnEntry>> {
        let conn = self.db.read();
        let entries = recognition::entries::of_account(conn, id, ONE_MORE).await?;
        let calls: Vec<RecognitionCallId> = entries.iter().map(|row| row.call_id).collect();
        let calls = recognition::calls_by_id(conn, &calls).await?.into_iter();
        let titles: HashMap<RecognitionCallId, String> = calls.map(|row| (row.id, row.title)).collect();
        let shown = entries.into_iter().map(|row| OwnEntry {
            call: titles.get(&row.call_id).cloned().unwrap_or_default(),
            title: row.title,
            statement: row.statement,
            created_at: row.created_at,
            withdrawn_at: row.withdrawn_at,
        });
        Ok(shown.collect())
    }

    /// What the log says that somebody did, and whether it says more.
    async fn own_records(&self, id: AccountId) -> Result<(Vec<OwnRecord>, bool)> {
        let own = AuditLineFilter {
            actor: Some(LineActor::Accounts(vec![id])),
            ..AuditLineFilter::default()
        };
        let conn = self.db.read();
        let found = list(conn, &own, None, MOST_ROWS).await?;
        let erased = erasures::among(conn, people_in(&found.rows)).await?;
        // What they asked for in vain is not theirs to know of.
        let hidden = AuditAction::AccessHidden.code();
        let known = found.rows.into_iter().filter(|row| row.action != hidden);
        let records = known.map(|row| match is_named_by_erased(&row, &erased) {
            true => OwnRecord {
                title: None,
                ..record(row)
            },
            false => record(row),
        });
        Ok((records.collect(), found.next.is_some()))
    }
}
