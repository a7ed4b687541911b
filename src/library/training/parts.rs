//! People's parts in a session as they are shown: who, on which days, with which corrections.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::schools_by_id;
use crate::db::entity::{account, training_attendance};
use crate::db::people;
use crate::db::training::{attendance, certificates};
use crate::domain::day::Day;
use crate::domain::id::{AccountId, AttendanceId};
use crate::domain::search::{NamedAccount, NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::domain::training::attendance::AttendanceState;
use crate::domain::training::certificate::CertificateNumber;
use crate::error::Result;

/// Somebody's part in a session, as those see it who hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Attendance {
    /// Its id.
    pub id: AttendanceId,
    /// Who.
    pub person: NamedAccount,
    /// The sign-in name.
    pub login: String,
    /// The school that they had when they were enrolled.
    pub school: Option<NamedSchool>,
    /// How it stands.
    pub state: AttendanceState,
    /// Class hours that are counted.
    pub hours: i32,
    /// The first day on which they took part.
    pub attended_on: Option<Day>,
    /// The days on which they took part.
    pub days: Vec<Day>,
    /// The number of the valid certificate, if there is one.
    pub certificate: Option<CertificateNumber>,
    /// What was corrected, oldest first.
    pub corrections: Vec<PartCorrection>,
}

/// A correction as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PartCorrection {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: NamedAccount,
    /// How it stood.
    pub from_state: AttendanceState,
    /// How it stands.
    pub to_state: AttendanceState,
    /// Hours that were counted.
    pub from_hours: i32,
    /// Hours that are counted.
    pub to_hours: i32,
    /// Why; empty where they did it themselves.
    pub reason: String,
}

/// Shows parts, in the order given, by five queries more.
pub(super) async fn show(
    conn: &impl ConnectionTrait,
    rows: Vec<training_attendance::Model>,
) -> Result<Vec<Attendance>> {
    let ids: Vec<AttendanceId> = rows.iter().map(|row| row.id).collect();
    let schools = schools_by_id(conn).await?;
    let mut days = attendance::days(conn, &ids).await?;
    let corrections = attendance::corrections(conn, &ids).await?;
    let issued = certificates::of_attendances(conn, &ids).await?.into_iter();
    let valid = issued.filter(|row| row.revoked_at.is_none());
    let valid: HashMap<AttendanceId, CertificateNumber> = valid.map(|row| (row.attendance_id, row.number)).collect();
    let named = rows.iter().map(|row| row.account_id);
    let mut named: Vec<AccountId> = named.chain(corrections.iter().map(|row| row.corrected_by)).collect();
    named.sort_unstable();
    named.dedup();
    let people = people::accounts_by_id(conn, named).await?.into_iter();
    let people: HashMap<AccountId, account::Model> = people.map(|row| (row.id, row)).collect();
    let person = |id: AccountId| NamedRef {
        id,
        code: None,
        name: people.get(&id).map(|row| row.display.clone()).unwrap_or_default(),
    };
    let mut corrected: HashMap<AttendanceId, Vec<PartCorrection>> = HashMap::new();
    for row in corrections {
        let shown = PartCorrection {
            at: row.at,
            by: person(row.corrected_by),
            from_state: row.from_state,
            to_state: row.to_state,
            from_hours: row.from_hours,
            to_hours: row.to_hours,
            reason: row.reason,
        };
        corrected.entry(row.attendance_id).or_default().push(shown);
    }
    let shown = rows.into_iter().map(|row| Attendance {
        id: row.id,
        person: person(row.account_id),
        login: people
            .get(&row.account_id)
            .map(|it| it.name.clone())
            .unwrap_or_default(),
        school: row.school_id.and_then(|id| schools.get(&id).cloned()),
        state: row.state,
        hours: row.hours,
        attended_on: row.attended_on,
        days: days.remove(&row.id).unwrap_or_default(),
        certificate: valid.get(&row.id).cloned(),
        corrections: corrected.remove(&row.id).unwrap_or_default(),
    });
    Ok(shown.collect())
}
