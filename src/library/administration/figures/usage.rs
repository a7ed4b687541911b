//! Use: how often the resources of each school and major were opened or fetched by others than their authors.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::actor::Actor;
use crate::db::{curriculum, figures, people};
use crate::domain::id::{MajorId, SchoolId};
use crate::domain::search::{NamedMajor, NamedRef, NamedSchool};
use crate::error::Result;
use crate::library::administration::Administration;
use crate::library::administration::figures::progress::{last_months, month_name};
use crate::library::administration::figures::{FigureFrame, LedgerState};

/// What is used.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Usage)]
pub struct UsageReport {
    /// Of what and when.
    #[serde(flatten)]
    pub frame: FigureFrame,
    /// The last twelve months, the oldest first: what each row's `by_month` counts.
    pub months: Vec<String>,
    /// All uses since the library began.
    pub uses: i64,
    /// Schools and majors with something published or used, the most used first.
    pub rows: Vec<UsageRow>,
    /// How far the sums that these figures are taken from can be trusted.
    pub ledger: LedgerState,
}

/// A school's resources of one major.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UsageRow {
    /// The school they belong to.
    pub school: Option<NamedSchool>,
    /// Their major.
    pub major: Option<NamedMajor>,
    /// How many of them are published.
    pub resources: i64,
    /// How often they were used in all.
    pub uses: i64,
    /// How often in each of the last twelve months.
    pub by_month: Vec<i64>,
}

/// What one row has.
#[derive(Debug, Default)]
struct Sums {
    resources: i64,
    uses: i64,
    by_month: Vec<i64>,
}

impl Administration {
    /// How often resources were used, in the city or one school's.
    pub async fn usage(&self, actor: &Actor, school: Option<&str>) -> Result<UsageReport> {
        let frame = self.frame(actor, school).await?;
        let only = frame.school_id();
        let conn = self.db.read();
        let months = last_months(frame.counted_at);
        let mut sums: BTreeMap<(Option<SchoolId>, Option<MajorId>), Sums> = BTreeMap::new();
        for (school, major, count) in figures::by_school(conn, only).await? {
            sums.entry((school, major)).or_default().resources = count;
        }
        for (school, major, uses) in figures::uses(conn, only).await? {
            sums.entry((school, major)).or_default().uses += uses;
        }
        for (school, major, month, uses) in figures::uses_by_month(conn, only, months[0]).await? {
            let row = sums.entry((school, major)).or_default();
            row.by_month.resize(months.len(), 0);
            if let Ok(at) = months.binary_search(&month) {
                row.by_month[at] += uses;
            }
        }
        let schools = people::schools(conn).await?.into_iter();
        let schools: HashMap<SchoolId, NamedSchool> =
            schools.map(|row| named(row.id, Some(row.code), row.name)).collect();
        let majors = curriculum::majors(conn).await?.into_iter();
        let majors: HashMap<MajorId, NamedMajor> = majors.map(|row| named(row.id, row.code, row.name)).collect();
        let rows = sums.into_iter().map(|((school, major), mut sums)| {
            sums.by_month.resize(months.len(), 0);
            UsageRow {
                school: school.and_then(|id| schools.get(&id).cloned()),
                major: major.and_then(|id| majors.get(&id).cloned()),
                resources: sums.resources,
                uses: sums.uses,
                by_month: sums.by_month,
            }
        });
        let mut rows: Vec<UsageRow> = rows.collect();
        rows.sort_by_key(|row| (-row.uses, -row.resources));
        Ok(UsageReport {
            uses: rows.iter().map(|row| row.uses).sum(),
            months: months.into_iter().map(month_name).collect(),
            rows,
            ledger: self.ledger_state().await?,
            frame,
        })
    }
}

fn named<I: Copy>(id: I, code: Option<String>, name: String) -> (I, NamedRef<I>) {
    (id, NamedRef { id, code, name })
}
