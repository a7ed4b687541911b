//! Library health: what each school gives, who builds on whom, and what lies unused, unread or twice. Counted once a night.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::db::entity::nightly_figure;
use crate::db::library_health::{self, SchoolCount};
use crate::db::{people, storage};
use crate::domain::id::SchoolId;
use crate::domain::search::{NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::administration::Administration;
use crate::library::administration::figures::FigureFrame;

/// What nobody has opened for so long counts as unused.
const UNUSED_AFTER: Duration = Duration::from_hours(365 * 24);
/// What the counts are kept as.
const NAME: &str = "library-health";

/// How the library stands, school by school.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LibraryHealth {
    /// Of what; `counted_at` is now, the counts are of `nightly_at`.
    #[serde(flatten)]
    pub frame: FigureFrame,
    /// When it was counted: once a night; `null` until the first time.
    pub nightly_at: Option<Timestamp>,
    /// Schools with something published, by code.
    pub schools: Vec<SchoolHealth>,
    /// Who built on whom, the most first.
    pub reuse: Vec<ReuseRow>,
}

/// What a school's published resources are like.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SchoolHealth {
    /// The school; `null`: resources of no school.
    pub school: Option<NamedSchool>,
    /// What they are like.
    #[serde(flatten)]
    pub counts: HealthCounts,
}

/// What published resources are like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HealthCounts {
    /// How many there are.
    pub published: i64,
    /// How many of them were made from others.
    pub adapted: i64,
    /// How many published resources of other schools were made from them.
    pub adapted_elsewhere: i64,
    /// How many were published more than a year ago, and opened or fetched by nobody but their authors since.
    pub unused: i64,
    /// Files of which no word is found by a search.
    pub unreadable: i64,
    /// How many hold a file that another one holds, too.
    pub duplicates: i64,
}

impl HealthCounts {
    /// All of them, in the order in which they are shown.
    pub fn all(&self) -> [i64; 6] {
        [
            self.published,
            self.adapted,
            self.adapted_elsewhere,
            self.unused,
            self.unreadable,
            self.duplicates,
        ]
    }
}

/// What one school made from another's.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReuseRow {
    /// Whose resources they were made from; `null`: of no school.
    pub from: Option<NamedSchool>,
    /// Who made them.
    pub by: Option<NamedSchool>,
    /// How many published resources.
    pub count: i64,
}

/// The counts as they are kept.
#[derive(Debug, Default, Serialize, Deserialize)]
struct KeptHealth {
    schools: Vec<(Option<SchoolId>, HealthCounts)>,
    reuse: Vec<(Option<SchoolId>, Option<SchoolId>, i64)>,
}

impl Administration {
    /// How the library stands: for the whole city, or of one school and whoever builds on it or is built on by it.
    pub async fn library_health(&self, actor: &Actor, school: Option<&str>) -> Result<LibraryHealth> {
        let frame = self.frame(actor, school).await?;
        let only = frame.school_id();
        let conn = self.db.read();
        let row = library_health::kept(conn, NAME).await?;
        let nightly_at = row.as_ref().map(|row| row.counted_at);
        let kept = row.map(|row| serde_json::from_value::<KeptHealth>(row.body));
        let kept = kept.transpose().map_err(Error::unexpected)?.unwrap_or_default();
        let names = people::schools(conn).await?.into_iter().map(|row| {
            let name = NamedRef {
                id: row.id,
                code: Some(row.code),
                name: row.name,
            };
            (row.id, name)
        });
        let names: HashMap<SchoolId, NamedSchool> = names.collect();
        let named = |id: Option<SchoolId>| id.and_then(|id| names.get(&id).cloned());
        let is_asked = |id: Option<SchoolId>| only.is_none() || id == only;
        let of_asked = kept.schools.into_iter().filter(|(id, _)| is_asked(*id));
        let mut schools: Vec<SchoolHealth> = of_asked
            .map(|(id, counts)| SchoolHealth {
                school: named(id),
                counts,
            })
            .collect();
        schools.sort_by(|one, other| code(one.school.as_ref()).cmp(&code(other.school.as_ref())));
        let pairs = kept.reuse.into_iter();
        let pairs = pairs.filter(|(from, by, _)| is_asked(*from) || is_asked(*by));
        let mut reuse: Vec<ReuseRow> = pairs
            .map(|(from, by, count)| ReuseRow {
                from: named(from),
                by: named(by),
                count,
            })
            .collect();
        reuse.sort_by_key(|row| -row.count);
        Ok(LibraryHealth {
            frame,
            nightly_at,
            schools,
            reuse,
        })
    }

    /// Counts how the library stands, and keeps it until the next night.
    pub(super) async fn count_health(&self) -> Result<()> {
        let now = self.clock.now();
        let kept = self.counted_health(now).await?;
        let row = nightly_figure::Model {
            name: NAME.to_owned(),
            counted_at: now,
            body: serde_json::to_value(kept).map_err(Error::unexpected)?,
        };
        self.db.write(async |tx| library_health::keep(tx, row).await).await
    }

    async fn counted_health(&self, now: Timestamp) -> Result<KeptHealth> {
        let conn = self.db.read();
        let mut schools: BTreeMap<Option<SchoolId>, HealthCounts> = BTreeMap::new();
        for sum in library_health::published(conn, now.minus(UNUSED_AFTER)).await? {
            let counts = schools.entry(sum.school_id).or_default();
            (counts.published, counts.adapted, counts.unused) = (sum.published, sum.adapted, sum.unused);
        }
        for SchoolCount { school_id, count } in storage::unfindable_by_school(conn).await? {
            schools.entry(school_id).or_default().unreadable = count;
        }
        for SchoolCount { school_id, count } in library_health::duplicates(conn).await? {
            schools.entry(school_id).or_default().duplicates = count;
        }
        let mut reuse = Vec::new();
        for pair in library_health::adaptations(conn).await? {
            if pair.from_id != pair.by_id {
                schools.entry(pair.from_id).or_default().adapted_elsewhere += pair.count;
            }
            reuse.push((pair.from_id, pair.by_id, pair.count));
        }
        Ok(KeptHealth {
            schools: schools.into_iter().collect(),
            reuse,
        })
    }
}

/// Schools by code, what belongs to none last.
fn code(school: Option<&NamedSchool>) -> (bool, Option<&str>) {
    (school.is_none(), school.and_then(|school| school.code.as_deref()))
}
