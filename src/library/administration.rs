//! Seeing how things are run: how far each sees, and what needs somebody's attention.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::actor::Actor;
use crate::blob::Staging;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::{damage, door_notices, ocr_pages, people, storage};
use crate::domain::address::is_private;
use crate::domain::authority::{Act, Reach};
use crate::domain::daily_hours::DailyHours;
use crate::domain::ocr::OcrBacklog;
use crate::domain::rate::{NoticeKind, PROXY_SEEN_WITHIN};
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::Base;
use crate::library::Rules;
use crate::library::audit::Audit;
use crate::library::authority::reach;
use crate::library::operations::Operations;
use crate::library::uploads::storage_figures::{StorageUsage, room_of};

pub mod audit_log;
pub mod figures;

const AN_HOUR: Duration = Duration::from_hours(1);
const HOUR_MILLIS: u64 = 60 * 60 * 1000;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// So many days without a backup are worth a word.
const MANY_DAYS: u64 = 7;

/// How things stand, as far as the actor sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// The schools.
    pub schools: u64,
    /// Accounts that may do something.
    pub accounts: u64,
    /// Published resources.
    pub published: u64,
    /// Resources that wait for review.
    pub waiting: u64,
    /// Files that no search by their words finds.
    pub unfindable: u64,
    /// Jobs that wait or run; for those who see the whole city.
    pub working: Option<u64>,
    /// Jobs that failed too often; for those who see the whole city.
    pub dead: Option<u64>,
    /// Contents that are lost or damaged.
    pub damaged: u64,
    /// Since when every other object has been verified; for those who see the whole city.
    pub verified_since: Option<Timestamp>,
    /// Schools whose room is nearly used up.
    pub tight: Vec<StorageUsage>,
    /// Bytes free on the disk, if they are few; for those who see the whole city.
    pub short_of_disk: Option<u64>,
    /// Whole days since the last backup, or since the first school where there was none, if they are many; for those who see
    /// the whole city.
    pub days_without_backup: Option<u64>,
    /// Objects in the store that no row names, if they are so many that the sweep stopped; for those who see the whole city.
    pub orphans: Option<u64>,
    /// A proxy that `server.trusted_proxies` does not name and that requests came by within a day; for those who see the whole
    /// city.
    pub unknown_proxy: Option<String>,
    /// Pages that wait to be recognised, if any do.
    pub recognition: Option<OcrBacklog>,
}

/// What administrators and auditors see of the library.
#[derive(Debug, Clone)]
pub struct Administration {
    db: Db,
    clock: Clock,
    audit: Audit,
    rules: Arc<Rules>,
    staging: Staging,
    operations: Arc<Operations>,
}

impl Administration {
    pub(super) fn new(base: &Base, operations: Arc<Operations>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            rules: Arc::clone(&base.rules),
            staging: base.staging.clone(),
            operations,
        }
    }

    /// How far the actor sees how things are run.
    pub fn reach(&self, actor: &Actor) -> Result<Reach> {
        reach(actor, Act::Oversee)
    }

    /// How things stand, as far as the actor sees.
    pub async fn overview(&self, actor: &Actor) -> Result<Overview> {
        let reach = reach(actor, Act::Oversee)?;
        let school = reach.school();
        let conn = self.db.read();
        let is_seen = |id| school.is_none() || id == school;
        let schools = people::schools(conn).await?;
        let accounts = people::accounts_of_schools(conn).await?;
        let rooms = schools
            .iter()
            .filter(|row| is_seen(Some(row.id)))
            .map(|row| room_of(row, self.rules.school_quota_bytes));
        let rooms: Vec<StorageUsage> = rooms.collect();
        let (working, dead) = match reach {
            Reach::City => {
                let (queued, running, dead) = self.operations.job_counts().await?;
                (Some(queued + running), Some(dead))
            }
            Reach::School(_) => (None, None),
        };
        Ok(Overview {
            schools: rooms.len() as u64,
            accounts: accounts
                .iter()
                .filter(|(id, _)| is_seen(*id))
                .map(|(_, n)| n.unsigned_abs())
                .sum(),
            published: storage::in_status(conn, school, Status::Published).await?,
            waiting: storage::in_status(conn, school, Status::Submitted).await?,
            unfindable: storage::count_unfindable(conn, school).await?,
            damaged: damage::count_originals(conn, school).await?,
            verified_since: match reach {
                Reach::City => self.operations.all_verified_since().await?,
                Reach::School(_) => None,
            },
            working,
            dead,
            tight: rooms.into_iter().filter(StorageUsage::is_tight).collect(),
            short_of_disk: self.short_of_disk(reach)?,
            days_without_backup: self
                .days_without_backup(reach, schools.iter().map(|row| row.created_at).min())
                .await?,
            orphans: self.alarming_orphans(reach).await?,
            unknown_proxy: self.unknown_proxy(reach).await?,
            recognition: self.recognition(reach).await?,
        })
    }

    async fn days_without_backup(&self, reach: Reach, begun: Option<Timestamp>) -> Result<Option<u64>> {
        let since = self.operations.last_backup().await?.or(begun);
        let Some(since) = since.filter(|_| reach == Reach::City) else {
            return Ok(None);
        };
        let days = self.clock.now().0.saturating_sub(since.0) / DAY_MILLIS;
        Ok(u64::try_from(days).ok().filter(|days| *days >= MANY_DAYS))
    }

    async fn alarming_orphans(&self, reach: Reach) -> Result<Option<u64>> {
        let sweep = self
            .operations
            .last_sweep()
            .await?
            .filter(|sweep| sweep.needs_attention() && reach == Reach::City);
        Ok(sweep.map(|sweep| sweep.orphans + sweep.held))
    }

    async fn unknown_proxy(&self, reach: Reach) -> Result<Option<String>> {
        if reach != Reach::City {
            return Ok(None);
        }
        let since = self.clock.now().minus(PROXY_SEEN_WITHIN);
        let row = door_notices::last_of(self.db.read(), NoticeKind::UnknownProxy.code(), since).await?;
        // Anybody can send such headers from outside; inside it is a proxy.
        Ok(row.and_then(|row| row.address).filter(|address| is_private(address)))
    }

    async fn recognition(&self, reach: Reach) -> Result<Option<OcrBacklog>> {
        let conn = self.db.read();
        let waiting = ocr_pages::count_waiting(conn, reach.school()).await?;
        if waiting == 0 {
            return Ok(None);
        }
        let last = ocr_pages::last_done(conn, AN_HOUR).await?;
        Ok(Some(OcrBacklog {
            waiting,
            pages_per_hour: last.and_then(|(pages, first, last)| pace(pages, last.0 - first.0)),
        }))
    }

    /// The hours in which pages are recognised.
    pub fn recognition_hours(&self) -> DailyHours {
        self.rules.ocr.hours
    }

    fn short_of_disk(&self, reach: Reach) -> Result<Option<u64>> {
        let free = self.staging.free_space().map_err(Error::unexpected)?;
        // Uploads are refused below the least that stays free; the warning comes a good while before.
        let is_short = free < self.rules.min_free_bytes.saturating_mul(3);
        Ok(Some(free).filter(|_| is_short && reach == Reach::City))
    }
}

/// Pages an hour, where so many were done and the last so many milliseconds after the first.
fn pace(pages: u64, millis: i64) -> Option<u64> {
    let millis = u64::try_from(millis).ok().filter(|millis| *millis > 0)?;
    // The first stands at the beginning of that time, and was worked on before it.
    Some(pages.saturating_sub(1).saturating_mul(HOUR_MILLIS).div_ceil(millis)).filter(|pace| *pace > 0)
}

#[cfg(test)]
mod tests {
    use super::pace;

    #[test]
    fn a_pace_needs_two_pages() {
        assert_eq!(pace(1, 0), None);
        assert_eq!(pace(0, 5), None);
        assert_eq!(pace(11, 60_000), Some(600));
    }
}
