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

use std::fs::File;
use std::ops::Range;
use std::time::Duration;

use futures_util::stream::{StreamExt as _, TryStreamExt as _};

use crate::actor::Actor;
use crate::blob::{BlobError, DerivedKey, ObjectBody, ObjectInfo, ObjectKey};
use crate::db::{content, damage, derived, entity};
use crate::domain::damage::DamageKind;
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;
use crate::error::{Dependency, Error, Refusal, Result};
use crate::library::objects::{MAX_READ_BYTES, Objects, blob_key};

mod record_damage;
mod verdicts;
mod verify;

pub(crate) use self::verdicts::Verdicts;

/// How long a verified object is believed.
// What the archives of others promise as well: Invenio, and with it Zenodo, checks each file within 30 days.
pub const FRESH: Duration = Duration::from_hours(30 * 24);
/// Doubtful objects up to this size are hashed before they are given: a tenth of a second on a slow disk.
const CHECKED_FIRST: u64 = 16 << 20;
/// What many ask for and nobody mends is noted no more often than this.
const NOTED_AGAIN: Duration = Duration::from_mins(1);
/// Clocks of one library's machines differ by less than this. What was verified later than that was so by a clock that was
/// wrong, and is as doubtful as what nobody verified.
const AHEAD: Duration = Duration::from_mins(5);
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
