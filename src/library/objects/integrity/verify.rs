//! Verifies objects: reads and hashes them before they are given, as they are given, or behind them.

use std::fs::File;
use std::io::Read as _;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sha2::Digest as _;

use super::{ExpectedObject, refusal_of};
use crate::actor::Actor;
use crate::blob::{BlobError, DerivedKey, ObjectBody, ObjectInfo};
use crate::db::damage;
use crate::domain::damage::DamageKind;
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};
use crate::library::objects::Objects;

/// What is hashed at once away from the async threads.
const PIECE: usize = 1 << 20;
/// Nobody waits longer for an object to be hashed before it is given: it may be gigabytes, or behind those of others.
const PATIENCE: Duration = Duration::from_secs(20);
/// Stores tell the time of writing by the second.
const STAMPS: Duration = Duration::from_secs(1);

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

impl Objects {
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

    /// Expects a doubtful object to be what it should be. People do not wait for that longer than [`PATIENCE`]; then it is
    /// looked at in the background, and they may come again.
    pub(super) async fn expect_right(
        &self,
        kept: &ExpectedObject,
        seen: ObjectInfo,
        asker: Option<&Actor>,
    ) -> Result<()> {
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

    /// Hashes an open file, which is at hand whole: what is read is what was hashed.
    pub(super) async fn expect_right_file(
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

    /// The same bytes; the last piece comes only if all of them were right.
    pub(super) fn checking(&self, kept: ExpectedObject, body: ObjectBody, began: Timestamp) -> ObjectBody {
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
}

fn stopped(kept: &ExpectedObject) -> BlobError {
    BlobError::Damaged {
        key: kept.key.to_string(),
        why: "nobody is left to hash it",
    }
}

/// Hashes a piece where it holds nobody up.
async fn add_to(mut tally: sha2::Sha256, bytes: Bytes) -> Result<(sha2::Sha256, Bytes)> {
    let adding = tokio::task::spawn_blocking(move || {
        tally.update(&bytes);
        (tally, bytes)
    });
    adding.await.map_err(Error::unexpected)
}

pub(super) fn digest(tally: sha2::Sha256) -> Sha256 {
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
