//! Integrity: nobody is given other bytes than were kept.
//!
//! The rule, for every way out (downloads, ranges, contents by hash, bundles, archives, what readers and painters open):
//!
//! - An object that was verified within [`FRESH`], by a clock that was not ahead, and not written to since is given as it is: the rolling scrub keeps
//!   all objects so, and this path costs no question and no hashing.
//! - Any other one is *doubtful*. Up to [`CHECKED_FIRST`] it is read and hashed before its first byte is given.
//! - A larger one that is asked for whole is hashed as it is given. The last piece is held back until the hash is known: if
//!   it is wrong, the connection breaks off and nobody takes what came for the whole.
//! - A part of a larger one is given at once, and not vouched for (no `Repr-Digest`); the whole is hashed in the background, so
//!   that the next who asks gets verified bytes or the refusal. Hashing gigabytes first would stop every film.
//! - What is known to be lost or damaged is refused until other bytes are found in its place.
//!
//! Verdicts of streams wait in memory and are written together every few seconds.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sha2::Digest as _;
use tokio::sync::Notify;

use crate::actor::Actor;
use crate::blob::{BlobError, DerivedKey, ObjectBody, ObjectInfo, ObjectKey};
use crate::db::{content, damage, derived, entity, jobs, renditions};
use crate::domain::damage::DamageKind;
use crate::domain::id::Sha256;
use crate::domain::job::JobKind;
use crate::domain::time::Timestamp;
use crate::error::{Dependency, Error, Refusal, Result};
use crate::library::catch_panic::catch_panic;
use crate::library::objects::Objects;
use crate::library::objects::{MAX_READ_BYTES, blob_key};
use crate::library::operations::scrub::Pace;
use crate::library::reading::films;
use crate::library::texts;

/// How long a verified object is believed.
// What the archives of others promise as well: Invenio, and with it Zenodo, checks each file within 30 days.
pub const FRESH: Duration = Duration::from_hours(30 * 24);
/// Doubtful objects up to this size are hashed before they are given: a tenth of a second on a slow disk.
const CHECKED_FIRST: u64 = 16 << 20;
/// What is hashed at once away from the async threads.
const PIECE: usize = 1 << 20;
/// What many ask for and nobody mends is noted no more often than this.
const NOTED_AGAIN: Duration = Duration::from_mins(1);
/// Clocks of one library's machines differ by less than this. What was verified later than that was so by a clock that was
/// wrong, and is as doubtful as what nobody verified.
const AHEAD: Duration = Duration::from_mins(5);
/// Stores tell the time of writing by the second.
const STAMPS: Duration = Duration::from_secs(1);
/// Objects that wait to be looked at, at most; whoever finds no room asks again with the next reader.
const MOST_ASKED: usize = 1_000;
/// Verdicts that wait to be written at most; a good one that finds no room is found again.
const MOST_WAITING: usize = 50_000;
/// Nobody waits longer for an object to be hashed before it is given: it may be gigabytes, or behind those of others.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often what was read is compared with a row that may have changed meanwhile.
const ROUNDS: usize = 3;

/// An object, with what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::library) struct ExpectedObject {
    pub(in crate::library) key: ObjectKey,
    pub(in crate::library) digest: Sha256,
    pub(in crate::library) size: u64,
    pub(in crate::library) verified_at: Timestamp,
}

impl ExpectedObject {
    /// A copy of a content.
    pub(in crate::library) fn copy(row: &entity::blob::Model) -> Result<Self> {
        Ok(Self {
            key: (&blob_key(row)?).into(),
            digest: row.sha256.clone(),
            size: u64::try_from(row.size).unwrap_or(0),
            verified_at: row.verified_at,
        })
    }

    /// Something that was made from a content.
    pub(in crate::library) fn made(key: DerivedKey, row: &entity::derived::Model) -> Self {
        Self {
            key: ObjectKey::Derived(key),
            digest: row.sha256.clone(),
            size: u64::try_from(row.size).unwrap_or(0),
            verified_at: row.verified_at,
        }
    }
}

/// Bytes on their way out.
pub(in crate::library) struct ServedBytes {
    pub(in crate::library) body: ObjectBody,
    /// Whether they are those of the digest, or the body breaks off.
    pub(in crate::library) is_vouched: bool,
}

/// Verdicts that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    waiting: Mutex<ScrubBatch>,
    /// Rings when a bad one came.
    rung: Notify,
    /// Rings when there is something to look at.
    asked: Notify,
    /// Whether everything that was made from contents has a hash of its own.
    hashed: AtomicBool,
}

#[derive(Debug, Default)]
struct ScrubBatch {
    right: HashMap<ObjectKey, Timestamp>,
    wrong: Vec<(ExpectedObject, DamageKind)>,
    asked: VecDeque<ExpectedObject>,
}

impl Verdicts {
    fn right(&self, key: &ObjectKey, at: Timestamp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.right.len() < MOST_WAITING {
            waiting.right.insert(key.clone(), at);
        }
    }

    fn wrong(&self, kept: ExpectedObject, found: DamageKind) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // Written down after the bad one, an earlier good word would undo it.
        waiting.right.remove(&kept.key);
        let is_known = waiting.wrong.iter().any(|(known, _)| known.key == kept.key);
        if !is_known && waiting.wrong.len() < MOST_WAITING {
            waiting.wrong.push((kept, found));
        }
        self.rung.notify_one();
    }

    fn ask(&self, kept: ExpectedObject) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_asked = waiting.asked.iter().any(|asked| asked.key == kept.key);
        if !is_asked && waiting.asked.len() < MOST_ASKED {
            waiting.asked.push_back(kept);
            self.asked.notify_one();
        }
    }

    /// When an object was verified according to what waits here.
    fn verified_at(&self, key: &ObjectKey) -> Option<Timestamp> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.right.get(key).copied()
    }

    fn is_wrong(&self, key: &ObjectKey) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.wrong.iter().any(|(kept, _)| kept.key == *key)
    }

    pub(in crate::library) fn are_all_hashed(&self) -> bool {
        self.hashed.load(Ordering::Relaxed)
    }

    pub(in crate::library) fn all_are_hashed(&self) {
        self.hashed.store(true, Ordering::Relaxed);
    }

    /// The good ones, which stay until they are written down: whoever is cut off before that would read them all again.
    fn right_ones(&self) -> HashMap<ObjectKey, Timestamp> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.right.clone()
    }

    fn right_ones_are_written(&self, written: &HashMap<ObjectKey, Timestamp>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // One that was read once more meanwhile waits with its later moment.
        waiting.right.retain(|key, at| written.get(key) != Some(at));
    }

    /// The bad ones, which stay until they are written down: a reader who came between would believe the object.
    fn wrong_ones(&self) -> Vec<(ExpectedObject, DamageKind)> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.wrong.clone()
    }

    fn is_written(&self, key: &ObjectKey) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.wrong.retain(|(kept, _)| kept.key != *key);
    }

    fn next_asked(&self) -> Option<ExpectedObject> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.asked.pop_front()
    }
}

impl Objects {
    /// Opens a range of an object for somebody, or for work of our own, by the rule of this module.
    pub(in crate::library) async fn give(
        &self,
        kept: &ExpectedObject,
        range: Range<u64>,
        asker: Option<&Actor>,
    ) -> Result<ServedBytes> {
        let mut kept = kept.clone();
        for _ in 0..ROUNDS {
            // Before it is opened: what is written to it from here on is not covered by the verdict.
            let began = self.clock.now();
            let opened = self.blobs.head_and_read(&kept.key, range.clone()).await;
            match &opened {
                Ok((seen, _)) if self.is_right(&kept, *seen) => {}
                // Trouble of the whole store says nothing of this object, and no newer row would help.
                Err(error) if !(error.is_damage() || error.is_refused()) => {}
                // What the caller knows may be older than another copy, or a check.
                _ => {
                    if let Some(newer) = self.newer(&kept).await? {
                        kept = newer;
                        continue;
                    }
                }
            }
            return match opened {
                Ok((seen, body)) if self.is_right(&kept, seen) => Ok(vouched(self.watched(kept, body))),
                Ok((seen, body)) => self.give_doubtful(kept, (seen, body), range, asker, began).await,
                Err(error) => Err(self.refuse_damaged(&kept, error).await?),
            };
        }
        Err(Refusal::Busy.into())
    }

    /// Whether an object is believed without being read.
    pub(in crate::library) fn is_right(&self, kept: &ExpectedObject, seen: ObjectInfo) -> bool {
        let is_fresh = kept.verified_at.0 > 0
            && kept.verified_at <= self.latest_believed()
            && self.clock.now() < kept.verified_at.plus(FRESH);
        is_fresh && seen.size == kept.size && seen.modified <= kept.verified_at && !self.verdicts.is_wrong(&kept.key)
    }

    /// No clock that is right has verified anything later than this.
    pub(in crate::library) fn latest_believed(&self) -> Timestamp {
        self.clock.now().plus(AHEAD)
    }

    async fn give_doubtful(
        &self,
        kept: ExpectedObject,
        (seen, body): (ObjectInfo, ObjectBody),
        range: Range<u64>,
        asker: Option<&Actor>,
        began: Timestamp,
    ) -> Result<ServedBytes> {
        if self.verdicts.is_wrong(&kept.key) {
            return Err(refusal_of(&kept, DamageKind::Bytes));
        }
        let is_whole = range == (0..kept.size);
        if seen.size != kept.size {
            return Err(self.refuse_found(&kept, DamageKind::Size).await?);
        }
        // What was found to be wrong is never given unread, however large it is.
        if kept.size <= CHECKED_FIRST || kept.verified_at.0 == 0 {
            self.expect_right(&kept, seen, asker).await?;
            return Ok(vouched(body));
        }
        if is_whole {
            return Ok(vouched(self.checking(kept, body, began)));
        }
        self.verdicts.ask(kept);
        Ok(ServedBytes {
            body,
            is_vouched: false,
        })
    }

    /// Expects a doubtful object to be what it should be. People do not wait for that longer than [`PATIENCE`]; then it is
    /// looked at in the background, and they may come again.
    async fn expect_right(&self, kept: &ExpectedObject, seen: ObjectInfo, asker: Option<&Actor>) -> Result<()> {
        let Some(actor) = asker else {
            let _turn = self.verifying.acquire_own().await?;
            return self.expect_right_now(kept, seen).await;
        };
        let looked = async {
            let _turn = self.verifying.acquire(actor).await?;
            self.expect_right_now(kept, seen).await
        };
        tokio::time::timeout(PATIENCE, looked).await.unwrap_or_else(|_| {
            self.verdicts.ask(kept.clone());
            Err(Refusal::Busy.into())
        })
    }

    /// Reads and hashes a doubtful object, and refuses it if it is not what it should be.
    async fn expect_right_now(&self, kept: &ExpectedObject, seen: ObjectInfo) -> Result<()> {
        // Whoever had the turn before may have looked at the same.
        if let Some(newer) = self.newer(kept).await?
            && self.is_right(&newer, seen)
        {
            return Ok(());
        }
        // Not written to since somebody read it and found it wrong: to read it again would find the same.
        if let Some(known) = damage::find(self.db.read(), &kept.key.to_string()).await?
            && matches!(known.found, DamageKind::Bytes | DamageKind::Unreadable)
            && seen.modified.plus(STAMPS) < known.looked_at
            && known.looked_at <= self.latest_believed()
        {
            return Err(refusal_of(kept, known.found));
        }
        match self.verify(kept).await? {
            None => Ok(()),
            Some(found) => Err(refusal_of(kept, found)),
        }
    }

    /// Reads and hashes an object, notes what came of it, and says what is wrong with it.
    pub(in crate::library) async fn verify(&self, kept: &ExpectedObject) -> Result<Option<DamageKind>> {
        let began = self.clock.now();
        let found = self.examine(kept, |_| async {}).await?;
        self.note(kept, found, began).await?;
        Ok(found)
    }

    /// Reads and hashes an object whose hash nobody knows.
    pub(in crate::library) async fn hash_of<P: Future<Output = ()>>(
        &self,
        key: &DerivedKey,
        size: u64,
        pace: impl Fn(u64) -> P,
    ) -> Result<Sha256> {
        let mut body = self.blobs.read(key, 0..size).await.map_err(Error::unexpected)?;
        let mut tally = sha2::Sha256::new();
        while let Some(bytes) = body.try_next().await.map_err(Error::unexpected)? {
            pace(bytes.len() as u64).await;
            tally = add_to(tally, bytes).await?.0;
        }
        Ok(digest(tally))
    }

    /// Reads and hashes an object; says what is wrong with it. `pace` is told of every piece, and may take its time.
    pub(in crate::library) async fn examine<P: Future<Output = ()>>(
        &self,
        kept: &ExpectedObject,
        pace: impl Fn(u64) -> P,
    ) -> Result<Option<DamageKind>> {
        let opened = self.blobs.head_and_read(&kept.key, 0..kept.size).await;
        let (seen, mut body) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.found_of(kept, error).await.map(Some),
        };
        if seen.size != kept.size {
            return Ok(Some(DamageKind::Size));
        }
        let mut tally = sha2::Sha256::new();
        loop {
            match body.try_next().await {
                Ok(Some(bytes)) => {
                    pace(bytes.len() as u64).await;
                    tally = add_to(tally, bytes).await?.0;
                }
                Ok(None) => break,
                Err(error) => return self.found_of(kept, error).await.map(Some),
            }
        }
        Ok((digest(tally) != kept.digest).then_some(DamageKind::Bytes))
    }

    /// Writes down what came of reading an object.
    pub(in crate::library) async fn note(
        &self,
        kept: &ExpectedObject,
        found: Option<DamageKind>,
        began: Timestamp,
    ) -> Result<()> {
        match found {
            Some(found) => self.note_damage(kept, found).await,
            None if kept.verified_at.0 > 0 => {
                self.verdicts.right(&kept.key, began);
                Ok(())
            }
            None => self.note_right_again(kept, began).await,
        }
    }

    /// An object that was doubted is right: somebody put it back.
    async fn note_right_again(&self, kept: &ExpectedObject, began: Timestamp) -> Result<()> {
        let key = kept.key.to_string();
        self.db
            .write(async |tx| {
                match &kept.key {
                    ObjectKey::Blob(copy) => {
                        damage::clear_blob_suspicion(tx, &copy.sha256, &copy.generation.to_string(), began).await?;
                        if damage::mark_repaired(tx, &key, began).await? {
                            self.ask_for_reading(tx, &copy.sha256).await?;
                        }
                    }
                    ObjectKey::Derived(_) => {
                        damage::clear_derived_suspicion(tx, &key, began).await?;
                        damage::mark_repaired(tx, &key, began).await?;
                    }
                }
                Ok(())
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Remembers that an object is lost or damaged. What can be made again is asked for.
    ///
    /// A store that has nothing at all has not lost this one object: it is away, and nothing is noted.
    pub(in crate::library) async fn note_damage(&self, kept: &ExpectedObject, found: DamageKind) -> Result<()> {
        if found == DamageKind::Missing && !self.blobs.holds_anything().await.map_err(Error::unexpected)? {
            return Err(Refusal::Unavailable(Dependency::Store).into());
        }
        let key = kept.key.to_string();
        let now = self.clock.now();
        if let Some(known) = damage::find(self.db.read(), &key).await?
            && known.found == found
            && (known.looked_at..known.looked_at.plus(NOTED_AGAIN)).contains(&now)
        {
            return Ok(());
        }
        let is_ours = self.db.write(async |tx| {
            match &kept.key {
                ObjectKey::Blob(copy) => {
                    if !damage::mark_blob_suspect(tx, &copy.sha256, &copy.generation.to_string()).await? {
                        // Another copy took its place meanwhile.
                        return Ok(false);
                    }
                    damage::record(tx, &key, &copy.sha256, false, found, now).await?;
                }
                ObjectKey::Derived(made) => {
                    damage::record(tx, &key, &made.sha256, true, found, now).await?;
                    self.make_again(tx, made, now).await?;
                }
            }
            Ok(true)
        });
        if is_ours.await? {
            tracing::error!(object.key = %key, ?found, "`{key}` is not what was kept: {found:?}");
            self.signals.wake();
        }
        Ok(())
    }

    /// Asks for something that was made from a content to be made again: texts at once, for searching needs them; the rest
    /// is forgotten, and made when somebody looks.
    async fn make_again(&self, tx: &impl sea_orm::ConnectionTrait, made: &DerivedKey, now: Timestamp) -> Result<()> {
        let key = made.to_string();
        if let Some(subject) = texts::subject_of(made) {
            damage::mark_derived_suspect(tx, &key).await?;
            return jobs::enqueue(tx, JobKind::Extract, vec![subject], now).await;
        }
        derived::delete(tx, &key).await?;
        damage::mark_repaired(tx, &key, now).await?;
        if films::made_of(&made.sha256).contains(made) {
            return crate::db::films::delete(tx, &made.sha256).await;
        }
        if texts::is_of_pages(made) {
            renditions::delete(tx, &made.sha256).await?;
        }
        Ok(())
    }

    /// Asks for contents to be read that could not be while they were damaged.
    pub(in crate::library) async fn ask_for_reading(
        &self,
        tx: &impl sea_orm::ConnectionTrait,
        sha256: &Sha256,
    ) -> Result<()> {
        let rows = content::extractions(tx, sha256).await?;
        let unread = rows
            .into_iter()
            .filter(|row| row.state != crate::domain::file::ExtractionState::Ready);
        let subjects = unread.map(|row| texts::subject(&row.sha256, row.kind)).collect();
        jobs::enqueue(tx, JobKind::Extract, subjects, self.clock.now()).await
    }

    /// Looks whether what was made from a content is where it should be, and asks for what is not.
    pub(in crate::library) async fn look_after_made(&self, sha256: &Sha256) -> Result<()> {
        for kept in self.made_from(sha256).await? {
            let seen = self.blobs.head(&kept.key).await;
            let found = match seen {
                Ok(seen) if seen.size == kept.size && kept.verified_at.0 > 0 => continue,
                Ok(seen) if seen.size == kept.size => DamageKind::Bytes,
                Ok(_) => DamageKind::Size,
                Err(error) => self.found_of(&kept, error).await?,
            };
            self.note_damage(&kept, found).await?;
        }
        Ok(())
    }

    /// What was made from a content, as far as rows know.
    async fn made_from(&self, sha256: &Sha256) -> Result<Vec<ExpectedObject>> {
        let rows = derived::of_content(self.db.read(), sha256).await?;
        let kept = rows
            .iter()
            .filter_map(|row| Some(ExpectedObject::made(row.key.parse().ok()?, row)));
        Ok(kept.collect())
    }

    /// What the rows say of an object now, if that is other than the caller knows.
    pub(in crate::library) async fn newer(&self, kept: &ExpectedObject) -> Result<Option<ExpectedObject>> {
        let now = match &kept.key {
            ObjectKey::Blob(copy) => {
                let row = content::blob(self.db.read(), &copy.sha256).await?;
                row.map(|row| ExpectedObject::copy(&row)).transpose()?
            }
            ObjectKey::Derived(made) => {
                let row = derived::find(self.db.read(), &made.to_string()).await?;
                row.map(|row| ExpectedObject::made(made.clone(), &row))
            }
        };
        let now = now.map(|now| {
            // A verdict may not be in its row yet; a row that a clock ahead has dated counts for nothing.
            let lately = self.verdicts.verified_at(&now.key).filter(|_| now.verified_at.0 > 0);
            let of_row = Some(now.verified_at).filter(|at| *at <= self.latest_believed());
            let verified_at = lately.max(of_row).unwrap_or(now.verified_at);
            ExpectedObject { verified_at, ..now }
        });
        Ok(now.filter(|now| now != kept))
    }

    /// The same bytes; an object that turns out to be cut short or unreadable is looked at.
    fn watched(&self, kept: ExpectedObject, body: ObjectBody) -> ObjectBody {
        let verdicts = self.verdicts.clone();
        let look = move |error: &BlobError| {
            if error.is_damage() || error.is_refused() {
                verdicts.ask(kept.clone());
            }
        };
        body.inspect_err(look).boxed()
    }

    /// The same bytes; the last piece comes only if all of them were right.
    fn checking(&self, kept: ExpectedObject, body: ObjectBody, began: Timestamp) -> ObjectBody {
        let checking = Checking {
            objects: self.clone(),
            kept,
            began,
            body,
            tally: sha2::Sha256::new(),
            held_back: None,
        };
        stream::try_unfold(Some(checking), async |checking| match checking {
            Some(checking) => checking.next().await,
            None => Ok(None),
        })
        .boxed()
    }

    async fn refuse_damaged(&self, kept: &ExpectedObject, error: BlobError) -> Result<Error> {
        let found = self.found_of(kept, error).await?;
        self.refuse_found(kept, found).await
    }

    /// What an error says of an object. One that is refused to us while the store answers otherwise is that object's own
    /// trouble; trouble of the whole store stays an error.
    pub(in crate::library) async fn found_of(&self, kept: &ExpectedObject, error: BlobError) -> Result<DamageKind> {
        if error.is_refused() && (self.is_unreadable_lately(kept).await? || self.blobs.check().await.is_ok()) {
            return Ok(DamageKind::Unreadable);
        }
        found_in(error)
    }

    /// Whether that was noted a moment ago: not every reader has the store asked again.
    async fn is_unreadable_lately(&self, kept: &ExpectedObject) -> Result<bool> {
        let known = damage::find(self.db.read(), &kept.key.to_string()).await?;
        let now = self.clock.now();
        Ok(known.is_some_and(|known| {
            known.found == DamageKind::Unreadable && (known.looked_at..known.looked_at.plus(NOTED_AGAIN)).contains(&now)
        }))
    }

    /// Whether what stopped some work is the fault of what it was about: the store and the disk are asked whether they are
    /// well.
    pub(in crate::library) async fn is_of_one_object(&self, error: &Error) -> bool {
        let Error::Refused(refusal) = error else { return false };
        **refusal == Refusal::Unavailable(Dependency::Store)
            && self.blobs.check().await.is_ok()
            // A full scratch folder fails as the store does, and is no object's fault.
            && self.blobs.check_scratch().await.is_ok()
    }

    async fn refuse_found(&self, kept: &ExpectedObject, found: DamageKind) -> Result<Error> {
        self.note_damage(kept, found).await?;
        Ok(refusal_of(kept, found))
    }

    /// Opens an object as a file whose bytes are right. Whoever does that for people lets only so many of them in.
    pub(in crate::library) async fn open_right(&self, kept: &ExpectedObject) -> Result<File> {
        let mut kept = kept.clone();
        for _ in 0..ROUNDS {
            let began = self.clock.now();
            let opened = self.blobs.open_file(&kept.key, MAX_READ_BYTES).await;
            match &opened {
                Ok((seen, _)) if self.is_right(&kept, *seen) => {}
                Err(error) if !(error.is_damage() || error.is_refused()) => {}
                _ => {
                    if let Some(newer) = self.newer(&kept).await? {
                        kept = newer;
                        continue;
                    }
                }
            }
            let (seen, file) = match opened {
                Ok(opened) => opened,
                Err(error) => return Err(self.refuse_damaged(&kept, error).await?),
            };
            if self.is_right(&kept, seen) {
                return Ok(file);
            }
            return self.expect_right_file(&kept, seen, file, began).await;
        }
        Err(Refusal::Busy.into())
    }

    /// Hashes an open file, which is at hand whole: what is read is what was hashed.
    async fn expect_right_file(
        &self,
        kept: &ExpectedObject,
        seen: ObjectInfo,
        file: File,
        began: Timestamp,
    ) -> Result<File> {
        if seen.size != kept.size {
            return Err(self.refuse_found(kept, DamageKind::Size).await?);
        }
        let _turn = self.verifying.acquire_own().await?;
        let reading = tokio::task::spawn_blocking(move || hash_file(file));
        let (file, digest) = match reading.await.map_err(Error::unexpected)? {
            Ok(read) => read,
            Err(error) if error.raw_os_error() == Some(EIO) => {
                return Err(self.refuse_found(kept, DamageKind::Unreadable).await?);
            }
            Err(error) => return Err(error.into()),
        };
        let found = (digest != kept.digest).then_some(DamageKind::Bytes);
        self.note(kept, found, began).await?;
        match found {
            None => Ok(file),
            Some(found) => Err(refusal_of(kept, found)),
        }
    }

    /// Writes down the verdicts that wait. A bad one that cannot be written down is refused to readers until it is.
    pub async fn keep_verdicts(&self) -> Result<()> {
        // Its failure is told last: what is wrong must be written down whatever became of the rest.
        let written = self.write_right_ones().await;
        for (kept, found) in self.verdicts.wrong_ones() {
            match catch_panic(self.note_damage(&kept, found)).await {
                Ok(()) => self.verdicts.is_written(&kept.key),
                Err(error) => {
                    tracing::error!(object.key = %kept.key, "that `{}` is damaged could not be written down: {error:?}", kept.key);
                }
            }
        }
        written
    }

    /// Looks at what somebody asked for, no faster than the scrub reads. It may take hours; whoever stops it loses nothing,
    /// for the next reader asks again.
    pub async fn look_at_asked(&self) {
        let pace = Pace::new(self.rules.scrub_bytes_per_sec);
        while let Some(kept) = self.verdicts.next_asked() {
            if let Err(error) = catch_panic(self.look_at_one(&kept, &pace)).await {
                tracing::error!(object.key = %kept.key, "`{}` could not be looked at: {error:?}", kept.key);
            }
        }
    }

    async fn look_at_one(&self, kept: &ExpectedObject, pace: &Pace) -> Result<()> {
        // Somebody looked at it or replaced it since it was asked for.
        let is_done = self.newer(kept).await?.is_some();
        if is_done {
            return Ok(());
        }
        let began = self.clock.now();
        let found = self.examine(kept, |bytes| pace.take(bytes)).await?;
        self.note(kept, found, began).await
    }

    /// Waits until somebody asks for an object to be looked at.
    pub async fn look_is_asked(&self) {
        self.verdicts.asked.notified().await;
    }

    /// Waits until there is a verdict that must not wait.
    pub async fn verdict_rings(&self) {
        self.verdicts.rung.notified().await;
    }

    /// Writes down what was right; what was wrong waits its turn.
    pub(in crate::library) async fn write_right_ones(&self) -> Result<()> {
        let right = self.verdicts.right_ones();
        self.write_right(&right).await?;
        self.verdicts.right_ones_are_written(&right);
        Ok(())
    }

    async fn write_right(&self, right: &HashMap<ObjectKey, Timestamp>) -> Result<()> {
        // Of several moments the earliest is true of all.
        let Some(at) = right.values().min().copied() else {
            return Ok(());
        };
        let latest = self.latest_believed();
        let (mut contents, mut made) = (Vec::new(), Vec::new());
        for key in right.keys() {
            match key {
                ObjectKey::Blob(copy) => contents.push(copy.sha256.clone()),
                ObjectKey::Derived(key) => made.push(key.to_string()),
            }
        }
        self.db
            .write(async |tx| {
                damage::mark_blobs_verified(tx, &contents, at, latest).await?;
                damage::mark_derived_verified(tx, &made, at, latest).await
            })
            .await
    }
}

/// `EIO`: the disk cannot read what it wrote.
const EIO: i32 = 5;

struct Checking {
    objects: Objects,
    kept: ExpectedObject,
    began: Timestamp,
    body: ObjectBody,
    tally: sha2::Sha256,
    held_back: Option<Bytes>,
}

impl Checking {
    async fn next(mut self) -> std::result::Result<Option<(Bytes, Option<Self>)>, BlobError> {
        loop {
            let piece = match self.body.try_next().await {
                Ok(piece) => piece,
                Err(error) => {
                    self.objects.verdicts.ask(self.kept);
                    return Err(error);
                }
            };
            let Some(bytes) = piece else { return self.end() };
            let (tally, bytes) = add_to(self.tally, bytes).await.map_err(|_| stopped(&self.kept))?;
            self.tally = tally;
            if let Some(ready) = self.held_back.replace(bytes) {
                return Ok(Some((ready, Some(self))));
            }
        }
    }

    fn end(self) -> std::result::Result<Option<(Bytes, Option<Self>)>, BlobError> {
        let key = self.kept.key.to_string();
        if digest(self.tally) == self.kept.digest {
            self.objects.verdicts.right(&self.kept.key, self.began);
            return Ok(self.held_back.map(|last| (last, None)));
        }
        self.objects.verdicts.wrong(self.kept, DamageKind::Bytes);
        Err(BlobError::Damaged {
            key,
            why: "its bytes have another hash",
        })
    }
}

fn stopped(kept: &ExpectedObject) -> BlobError {
    BlobError::Damaged {
        key: kept.key.to_string(),
        why: "nobody is left to hash it",
    }
}

fn vouched(body: ObjectBody) -> ServedBytes {
    ServedBytes { body, is_vouched: true }
}

/// Whether an act was stopped because what it needs is lost or damaged, which trying again does not mend.
pub(in crate::library) fn is_damage(error: &Error) -> bool {
    let Error::Refused(refusal) = error else { return false };
    matches!(**refusal, Refusal::ContentLost | Refusal::ContentDamaged)
}

/// The same of what was made from a content, which has been asked for anew.
pub(in crate::library) fn is_made_again(error: &Error) -> bool {
    matches!(error, Error::Refused(refusal) if **refusal == Refusal::BeingMade)
}

/// What is said to whoever asked for a damaged object. What was made from a content is being made again.
fn refusal_of(kept: &ExpectedObject, found: DamageKind) -> Error {
    match (&kept.key, found) {
        (ObjectKey::Derived(_), _) => Refusal::BeingMade.into(),
        (ObjectKey::Blob(_), DamageKind::Missing) => Refusal::ContentLost.into(),
        (ObjectKey::Blob(_), _) => Refusal::ContentDamaged.into(),
    }
}

/// What an error says of an object; other trouble stays an error.
fn found_in(error: BlobError) -> Result<DamageKind> {
    if !error.is_damage() {
        return Err(Error::unexpected(error));
    }
    Ok(match error {
        BlobError::Missing { .. } => DamageKind::Missing,
        BlobError::Truncated { .. } => DamageKind::Size,
        BlobError::Disk { .. } => DamageKind::Unreadable,
        _ => DamageKind::Bytes,
    })
}

/// Hashes a piece where it holds nobody up.
async fn add_to(mut tally: sha2::Sha256, bytes: Bytes) -> Result<(sha2::Sha256, Bytes)> {
    let adding = tokio::task::spawn_blocking(move || {
        tally.update(&bytes);
        (tally, bytes)
    });
    adding.await.map_err(Error::unexpected)
}

fn digest(tally: sha2::Sha256) -> Sha256 {
    Sha256::from_bytes(tally.finalize().into())
}

fn hash_file(mut file: File) -> std::io::Result<(File, Sha256)> {
    use std::io::Seek as _;
    let mut tally = sha2::Sha256::new();
    let mut piece = vec![0; PIECE];
    file.rewind()?;
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            break;
        }
        tally.update(&piece[..count]);
    }
    file.rewind()?;
    Ok((file, digest(tally)))
}
