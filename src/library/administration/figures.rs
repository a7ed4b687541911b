//! Figures for the bureau and the schools: what is covered, how far the plan has come, what is used.
//!
//! The database adds up; here its sums are laid over the curriculum. A figure costs a handful of queries, however large
//! the library is.

use serde::Serialize;

use crate::actor::Actor;
use crate::db::people;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::SchoolId;
use crate::domain::search::{NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::administration::Administration;
use crate::library::authority::reach;

mod coverage;
mod evidence;
mod health;
mod ledger;
mod progress;
mod task_usage;
mod usage;

pub use coverage::{CourseCoverage, CoverageReport, MajorCoverage, SchoolCoverage, TaskCoverage, TypeCounts};
pub use evidence::{EvidenceReport, NamedDocument, TaskEvidence};
pub use health::{HealthCounts, LibraryHealth, ReuseRow, SchoolHealth};
pub use ledger::LedgerState;
pub(in crate::library) use ledger::count_wrong_sums;
pub use progress::{Goal, MonthCount, PhaseProgress, Progress};
pub use task_usage::{TaskUsageReport, TaskUsageRow};
pub use usage::{UsageReport, UsageRow};

/// Of what and when a figure is.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Frame)]
pub struct FigureFrame {
    /// When it was counted.
    pub counted_at: Timestamp,
    /// The school whose figures these are; `null`: those of the whole city.
    pub school: Option<NamedSchool>,
}

impl FigureFrame {
    fn school_id(&self) -> Option<SchoolId> {
        self.school.as_ref().map(|school| school.id)
    }
}

impl Administration {
    /// Whose figures the actor may see: a school's own for its administrators, everyone's for bureau, experts and
    /// auditors, who may ask for one school's.
    async fn frame(&self, actor: &Actor, school: Option<&str>) -> Result<FigureFrame> {
        let asked = match school {
            Some(given) => Some(
                people::school_named(self.db.read(), given)
                    .await?
                    .ok_or(Refusal::NoSuch(Thing::School))?,
            ),
            None => None,
        };
        let reach = reach(actor, Act::SeeFigures)?;
        let school = match reach {
            Reach::City => asked,
            Reach::School(own) if asked.as_ref().is_none_or(|asked| asked.id == own) => {
                people::schools_by_id(self.db.read(), vec![own]).await?.pop()
            }
            Reach::School(_) => return Err(Refusal::NotAllowed.into()),
        };
        Ok(FigureFrame {
            counted_at: self.clock.now(),
            school: school.map(|row| NamedRef {
                id: row.id,
                code: Some(row.code),
                name: row.name,
            }),
        })
    }
}
