//! The scrub: every object is read and compared with its hash, again and again, before somebody needs it.
//!
//! The rows are its memory: an object that was verified long ago is due, the oldest first, so that whoever goes on goes on
//! where the last one stopped, after a crash and on another machine alike. Objects that are read by people and were
//! hashed on that way are not due. One that cannot be looked at is skipped and counted; the pass goes on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use tokio::time::Instant;

use crate::blob::store::ObjectKind;
use crate::blob::{DerivedKey, ObjectKey};
use crate::db::damage::FIRST_CURSOR;
use crate::db::{content, damage, derived, entity};
use crate::domain::damage::DamageKind;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::objects::integrity::{ExpectedObject, FRESH};
use crate::library::operations::Operations;
use crate::library::texts;

/// The rolling scrub reads an object again this long before nobody would believe it any more.
const MARGIN: Duration = Duration::from_hours(10 * 24);
/// The rolling scrub goes through a whole library in this time of work, and not faster: an old library, of which all is due
/// at the first start of a version that looks, is not read in one go, nor again in one go when all of it is due again.
const SPREAD: Duration = Duration::from_hours(5 * 24);
/// Slower than this nothing is gained.
const SLOWEST: u64 = 4 << 20;
/// A round of the rolling scrub takes about this long: what was damaged is looked at again at the beginning of each.
const ROUND: Duration = Duration::from_hours(1);
/// A pass that was cut off longer ago is not gone on with.
const CUT_OFF: Duration = Duration::from_hours(7 * 24);
/// What was read is written down after so many bytes.
const WRITTEN_AFTER: u64 = 64 << 20;
/// Rows that are looked at together.
const AT_ONCE: u64 = 100;

/// What a pass came upon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Scrubbed {
    /// Objects that were looked at.
    pub objects: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Contents that are lost or damaged.
    pub damaged: u64,
    /// Objects made from contents that were lost or damaged, and are made again.
    pub made_again: u64,
    /// Objects that were damaged and are right again.
    pub mended: u64,
    /// Objects that could not be looked at; the log says why.
    pub skipped: u64,
}

/// No faster than so many bytes a second; 0: as fast as it goes. And no more than is enough.
pub(in crate::library) struct Pace {
    rate: u64,
    enough: u64,
    began: Instant,
    taken: AtomicU64,
}

impl Pace {
    pub(in crate::library) fn new(rate: u64) -> Self {
        Self {
            rate,
            enough: u64::MAX,
            began: Instant::now(),
            taken: AtomicU64::new(0),
        }
    }

    fn until(self, enough: u64) -> Self {
        Self { enough, ..self }
    }

    fn is_spent(&self) -> bool {
        self.taken.load(Ordering::Relaxed) >= self.enough
    }

    pub(in crate::library) async fn take(&self, bytes: u64) {
        let taken = self.taken.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if let Some(millis) = taken.saturating_mul(1000).checked_div(self.rate) {
            tokio::time::sleep_until(self.began + Duration::from_millis(millis)).await;
        }
    }
}

impl Operations {
    /// Reads what is due for the rolling scrub.
    pub async fn scrub_due(&self) -> Result<()> {
        if self.rules.scrub_bytes_per_sec == 0 {
            return Ok(());
        }
        let since = self.clock.now().minus(FRESH.saturating_sub(MARGIN));
        // All there is and not what is due: the time is for a whole library.
        let (_, bytes) = damage::sum_due(self.db.read(), self.clock.now(), self.objects.latest_believed()).await?;
        let rate = spread(bytes, self.rules.scrub_bytes_per_sec);
        let enough = rate.saturating_mul(ROUND.as_secs());
        let done = self.scrub(since, rate, enough, |_| {}).await?;
        if done.damaged + done.made_again + done.skipped > 0 {
            tracing::warn!("the scrub found damage: {done:?}");
        }
        Ok(())
    }

    /// Reads everything once, or goes on with a pass that was cut off; no faster than so many bytes a second, 0: as fast as
    /// it goes. `told` hears how far it is.
    pub async fn scrub_pass(
        &self,
        anew: bool,
        bytes_per_sec: u64,
        told: impl FnMut(&Scrubbed),
    ) -> Result<(Timestamp, Scrubbed)> {
        let now = self.clock.now();
        let open = damage::unfinished_pass(self.db.read(), now.minus(CUT_OFF), now).await?;
        let began = open.filter(|_| !anew).unwrap_or(now);
        self.db.write(async |tx| damage::begin_pass(tx, began).await).await?;
        let done = self.scrub(began, bytes_per_sec, u64::MAX, told).await?;
        self.db
            .write(async |tx| damage::end_pass(tx, began, self.clock.now()).await)
            .await?;
        Ok((began, done))
    }

    /// How many objects a pass would read, and their bytes.
    pub async fn scrub_ahead(&self, anew: bool) -> Result<(u64, u64)> {
        let now = self.clock.now();
        let open = damage::unfinished_pass(self.db.read(), now.minus(CUT_OFF), now).await?;
        let since = open.filter(|_| !anew).unwrap_or(now);
        damage::sum_due(self.db.read(), since, self.objects.latest_believed()).await
    }

    /// Reads what nobody verified since a moment, until that is enough.
    async fn scrub(
        &self,
        since: Timestamp,
        bytes_per_sec: u64,
        enough: u64,
        mut told: impl FnMut(&Scrubbed),
    ) -> Result<Scrubbed> {
        let pace = Pace::new(bytes_per_sec);
        let mut done = Scrubbed::default();
        self.db.write(async |tx| damage::make_unverified_due(tx).await).await?;
        self.take_in_unhashed(&pace).await?;
        self.look_at_damaged(&pace, &mut done, &mut told).await?;
        // What is damaged and large is not to take the place of all else.
        let pace = Pace::new(bytes_per_sec).until(enough);
        let mut after = FIRST_CURSOR;
        loop {
            let rows =
                damage::blobs_due(self.db.read(), since, self.objects.latest_believed(), &after, AT_ONCE).await?;
            let Some(last) = rows.last() else { break };
            after = (last.verified_at, last.sha256.hex());
            let kept = copies(&rows, &mut done);
            self.look_at(kept, &pace, &mut done, &mut told).await?;
            if pace.is_spent() {
                return Ok(done);
            }
        }
        let mut after = FIRST_CURSOR;
        loop {
            let rows =
                damage::derived_due(self.db.read(), since, self.objects.latest_believed(), &after, AT_ONCE).await?;
            let Some(last) = rows.last() else { break };
            after = (last.verified_at, last.key.clone());
            let kept = rows.iter().filter_map(made).collect();
            self.look_at(kept, &pace, &mut done, &mut told).await?;
            if pace.is_spent() {
                break;
            }
        }
        Ok(done)
    }

    /// Looks again at what is known to be damaged: somebody may have put it back.
    async fn look_at_damaged(&self, pace: &Pace, done: &mut Scrubbed, told: &mut impl FnMut(&Scrubbed)) -> Result<()> {
        let mut after = None;
        loop {
            let rows = damage::damaged_blobs(self.db.read(), after.as_ref(), AT_ONCE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.sha256.clone());
            let kept = copies(&rows, done);
            self.look_at(kept, pace, done, told).await?;
        }
        let rows = damage::damaged_derived(self.db.read(), AT_ONCE).await?;
        self.look_at(rows.iter().filter_map(made).collect(), pace, done, told)
            .await
    }

    async fn look_at(
        &self,
        these: Vec<ExpectedObject>,
        pace: &Pace,
        done: &mut Scrubbed,
        told: &mut impl FnMut(&Scrubbed),
    ) -> Result<()> {
        let mut unwritten = 0;
        for kept in these {
            if pace.is_spent() {
                break;
            }
            let began = self.clock.now();
            match self.objects.examine(&kept, |bytes| pace.take(bytes)).await {
                Ok(found) => self.count(&kept, found, began, done).await?,
                Err(error) => {
                    tracing::error!(object.key = %kept.key, "`{}` could not be looked at: {error:?}", kept.key);
                    done.skipped += 1;
                }
            }
            told(done);
            // Whoever is killed has not to read it all again.
            unwritten += kept.size;
            if unwritten >= WRITTEN_AFTER {
                self.objects.write_right_ones().await?;
                unwritten = 0;
            }
        }
        self.objects.write_right_ones().await
    }

    async fn count(
        &self,
        kept: &ExpectedObject,
        found: Option<DamageKind>,
        began: Timestamp,
        done: &mut Scrubbed,
    ) -> Result<()> {
        done.objects += 1;
        done.bytes += kept.size;
        // Another copy may have come while this one was read.
        if found.is_some() && self.objects.newer(kept).await?.is_some() {
            return Ok(());
        }
        self.objects.note(kept, found, began).await?;
        match (found, &kept.key) {
            (Some(_), ObjectKey::Blob(_)) => done.damaged += 1,
            (Some(_), ObjectKey::Derived(_)) => done.made_again += 1,
            (None, _) if kept.verified_at.0 == 0 => done.mended += 1,
            (None, _) => {}
        }
        Ok(())
    }

    /// What older versions made has no hash of its own: texts that rows know are noted, and the rest is taken as it is found
    /// the first time. Once in the life of a process, for what is made now is hashed at once.
    async fn take_in_unhashed(&self, pace: &Pace) -> Result<()> {
        if self.objects.verdicts().are_all_hashed() {
            return Ok(());
        }
        let mut listed = self.blobs.list(ObjectKind::Derived).try_chunks(500);
        while let Some(objects) = listed.next().await {
            let objects = objects.map_err(|error| crate::error::Error::unexpected(error.1))?;
            let keys = objects.iter().filter_map(|object| match &object.key {
                Some(ObjectKey::Derived(key)) => Some((key.clone(), object.size)),
                _ => None,
            });
            let keys: Vec<(DerivedKey, u64)> = keys.collect();
            let names = keys.iter().map(|(key, _)| key.to_string()).collect();
            let known = derived::find_all(self.db.read(), names).await?;
            for (key, size) in keys {
                if !known.contains_key(&key.to_string()) {
                    self.take_in_one(&key, size, pace).await?;
                }
            }
        }
        self.objects.verdicts().all_are_hashed();
        Ok(())
    }

    async fn take_in_one(&self, key: &DerivedKey, size: u64, pace: &Pace) -> Result<()> {
        // Left over from a content that is gone.
        if content::blob(self.db.read(), &key.sha256).await?.is_none() {
            return Ok(());
        }
        let began = self.clock.now();
        let hash = match self.objects.hash_of(key, size, |bytes| pace.take(bytes)).await {
            Ok(hash) => hash,
            Err(error) => {
                tracing::warn!(object.key = %key, "`{key}` could not be looked at: {error:?}");
                return Ok(());
            }
        };
        // What the passages were when they were kept is known for many: then rot since is seen.
        let texts = content::texts(self.db.read(), vec![key.sha256.clone()]).await?;
        let was = texts
            .iter()
            .find(|((sha256, kind), text)| texts::passages_key(sha256, *kind, text.version) == *key);
        let row = entity::derived::Model {
            key: key.to_string(),
            content: key.sha256.clone(),
            sha256: was.map_or(hash, |(_, text)| text.sha256.clone()),
            size: i64::try_from(was.map_or(size, |(_, text)| text.bytes)).unwrap_or(i64::MAX),
            // Due at once where something else was expected.
            verified_at: if was.is_none() { began } else { Timestamp(1) },
        };
        self.db.write(async |tx| derived::upsert(tx, row).await).await
    }

    /// Since when every object that is not known to be damaged has been verified: the age of the last full scrub.
    pub async fn all_verified_since(&self) -> Result<Option<Timestamp>> {
        damage::all_verified_since(self.db.read(), self.objects.latest_believed()).await
    }
}

/// How fast so many bytes are gone through.
fn spread(bytes: u64, most: u64) -> u64 {
    (bytes / SPREAD.as_secs()).max(SLOWEST).min(most)
}

/// The copies that rows name. A row that names none is told and counted, and keeps nothing behind it from being read.
fn copies(rows: &[entity::blob::Model], done: &mut Scrubbed) -> Vec<ExpectedObject> {
    let mut copies = Vec::with_capacity(rows.len());
    for row in rows {
        match ExpectedObject::copy(row) {
            Ok(kept) => copies.push(kept),
            Err(error) => {
                tracing::error!("the row of content `{}` names no object: {error:?}", row.sha256);
                done.skipped += 1;
            }
        }
    }
    copies
}

fn made(row: &entity::derived::Model) -> Option<ExpectedObject> {
    Some(ExpectedObject::made(row.key.parse().ok()?, row))
}

#[cfg(test)]
mod tests {
    use crate::library::operations::scrub::{Pace, SLOWEST, spread};

    const MOST: u64 = 32 << 20;

    /// A library of some years is due whole at the first start of a version that looks.
    #[tokio::test]
    async fn a_large_old_library_is_read_over_days_and_not_in_one_go() {
        let days = |bytes: u64| bytes / spread(bytes, MOST) / 86_400;

        assert!((4..=5).contains(&days(4 << 40)));
        assert_eq!(spread(20 << 30, MOST), SLOWEST, "a small one is done in a round or two");
        assert_eq!(spread(50 << 40, MOST), MOST, "never faster than the setting");

        let pace = Pace::new(0).until(100);
        pace.take(99).await;
        assert!(!pace.is_spent());
        pace.take(1).await;
        assert!(pace.is_spent(), "the rest is for the next round");
    }
}
