//! What somebody was trained in, and how much a school's or the city's people were.

use std::collections::HashMap;

use serde::Serialize;

use super::schools_by_id;
use crate::actor::Actor;
use crate::db::entity::{account, training_certificate, training_session};
use crate::db::people;
use crate::db::training::{self, attendance, certificates};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach};
use crate::domain::day::Day;
use crate::domain::id::{AccountId, AttendanceId, TrainingSessionId};
use crate::domain::search::{NamedAccount, NamedRef, NamedSchool};
use crate::domain::training::attendance::AttendanceState;
use crate::domain::training::certificate::CertificateNumber;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::reach;
use crate::library::paging::{self, Page};
use crate::library::training::Training;

/// The most people of a table to take along.
const MAX_TRAINEES: u64 = 20_000;
/// The most certificates that are looked through for one's own record.
const MAX_CERTIFICATES: u64 = 1_000;

/// One's part in a session, as one's own record shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TrainingRecord {
    /// The session.
    pub session: TrainingSessionId,
    /// Its title.
    pub title: String,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub until: Day,
    /// How one's part stands.
    pub state: AttendanceState,
    /// Class hours that are counted.
    pub hours: i32,
    /// The first day on which one took part.
    pub attended_on: Option<Day>,
    /// The number of the valid certificate, if there is one.
    pub certificate: Option<CertificateNumber>,
}

/// How much somebody was trained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Trainee {
    /// Who.
    pub person: NamedAccount,
    /// Their school now.
    pub school: Option<NamedSchool>,
    /// In how many sessions they took part.
    pub sessions: i64,
    /// Of those, how many are counted for the plan.
    pub counted: i64,
    /// Class hours in all.
    pub hours: i64,
}

impl Training {
    /// The actor's own record, newest first.
    pub async fn own_record(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<TrainingRecord>> {
        let account = actor.id().ok_or(Refusal::NotSignedIn)?;
        let before: Option<AttendanceId> = paging::begin(cursor)?;
        let conn = self.db.read();
        let rows = attendance::of_account(conn, account, before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        let ids: Vec<TrainingSessionId> = rows.iter().map(|row| row.session_id).collect();
        let sessions = training::sessions_by_id(conn, &ids).await?.into_iter();
        let sessions: HashMap<TrainingSessionId, training_session::Model> = sessions.map(|row| (row.id, row)).collect();
        let own = certificates::of_account(conn, account, MAX_CERTIFICATES)
            .await?
            .into_iter();
        let valid = own.filter(|row| row.revoked_at.is_none());
        let valid: HashMap<AttendanceId, training_certificate::Model> =
            valid.map(|row| (row.attendance_id, row)).collect();
        let shown = rows.into_iter().filter_map(|row| {
            let session = sessions.get(&row.session_id)?;
            Some(TrainingRecord {
                session: session.id,
                title: session.title.clone(),
                from: session.from_day,
                until: session.until_day,
                state: row.state,
                hours: row.hours,
                attended_on: row.attended_on,
                certificate: valid.get(&row.id).map(|it| it.number.clone()),
            })
        });
        Ok(Page {
            items: shown.collect(),
            next_cursor,
        })
    }

    /// How much each of the people was trained whom the actor sees: a school's own for its administrators, everybody's or
    /// those of a school for who sees the whole city. By their accounts, newest first. It is noted that somebody looked.
    pub async fn trainees(
        &self,
        actor: &Actor,
        school: Option<&str>,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<Trainee>> {
        let reach = reach(actor, Act::SeeTrainees)?;
        let conn = self.db.read();
        let asked = match school {
            Some(given) => {
                let found = people::school_named(conn, given).await?;
                Some(found.ok_or(Refusal::NoSuch(Thing::School))?.id)
            }
            None => None,
        };
        let school = match reach {
            Reach::City => asked,
            Reach::School(own) if asked.is_none_or(|asked| asked == own) => Some(own),
            Reach::School(_) => return Err(Refusal::NotAllowed.into()),
        };
        let before: Option<AccountId> = paging::begin(cursor)?;
        let rows = attendance::totals(conn, school, before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.account);
        let named = people::accounts_by_id(conn, rows.iter().map(|row| row.account).collect()).await?;
        let named: HashMap<AccountId, account::Model> = named.into_iter().map(|it| (it.id, it)).collect();
        let schools = schools_by_id(conn).await?;
        self.audit.read(actor, AuditAction::TrainingRead, None);
        let shown = rows.into_iter().map(|row| {
            let person = named.get(&row.account);
            Trainee {
                person: NamedRef {
                    id: row.account,
                    code: None,
                    name: person.map(|it| it.display.clone()).unwrap_or_default(),
                },
                school: person
                    .and_then(|it| it.school_id)
                    .and_then(|id| schools.get(&id).cloned()),
                sessions: row.sessions,
                counted: row.counted,
                hours: row.hours,
            }
        });
        Ok(Page {
            items: shown.collect(),
            next_cursor,
        })
    }

    /// The same of everybody, to take along.
    pub async fn export_trainees(&self, actor: &Actor, school: Option<&str>, format: &str) -> Result<Vec<Trainee>> {
        let page = self.trainees(actor, school, None, MAX_TRAINEES).await?;
        let all = page.whole(MAX_TRAINEES)?;
        let told = AuditChanges::default().set("format", format);
        self.audit.exported(actor, AuditAction::TrainingExport, None, &told);
        Ok(all)
    }
}
