//! Tidying: what is over, orphaned or half-made goes, after its time of grace and never before.

use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt as _;

use super::{Library, once, read};
use crate::blob::store::Part;
use crate::blob::{BlobKey, ObjectKey};
use crate::db::{content, people};
use crate::domain::id::Id;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

/// Rows that one statement looks at.
const AT_ONCE: u64 = 200;
/// A staged file without a row is a leftover of a crash once it is this old.
const LEFTOVER: Duration = Duration::from_hours(1);

impl Library {
    /// Removes what is over: uploads, sessions, kept answers, content that nothing refers to.
    pub async fn tidy(&self) -> Result<()> {
        let now = self.clock.now();
        self.drop_expired_uploads(now).await?;
        self.drop_leftovers(now).await?;
        self.db
            .write(async |tx| {
                people::drop_old_sessions(tx, now, now.minus(self.rules.session_idle)).await?;
                crate::db::once::forget_before(tx, now.minus(once::KEPT)).await
            })
            .await?;
        self.collect(now).await
    }

    async fn drop_expired_uploads(&self, now: Timestamp) -> Result<()> {
        loop {
            // Looked for inside the transaction: one that has just got a byte more lives on.
            let over = self.db.write(async |tx| {
                let over = content::expired_uploads(tx, now, AT_ONCE).await?;
                content::drop_uploads(tx, over.clone()).await?;
                Ok(over)
            });
            let over = over.await?;
            if over.is_empty() {
                return Ok(());
            }
            for id in over {
                self.drop_staged(id).await?;
            }
        }
    }

    async fn drop_staged(&self, id: Id) -> Result<()> {
        let turn = self.staging.turn(id).await.map_err(Error::unexpected)?;
        self.staging.remove(&turn).await.map_err(Error::unexpected)
    }

    /// Removes staged files whose row is gone.
    async fn drop_leftovers(&self, now: Timestamp) -> Result<()> {
        let staged = self.staging.list().await.map_err(Error::unexpected)?;
        let old = staged
            .into_iter()
            .filter(|staged| moment(staged.modified).plus(LEFTOVER) < now);
        for staged in old {
            if content::upload(self.db.read(), staged.id).await?.is_none() {
                self.drop_staged(staged.id).await?;
            }
        }
        Ok(())
    }

    /// Collects content that nothing refers to: first its row goes, then its object. A copy that is uploaded again at
    /// that moment has a key of its own.
    async fn collect(&self, now: Timestamp) -> Result<()> {
        loop {
            let rows = content::unreferenced(self.db.read(), now, AT_ONCE).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let key = read::blob_key(&row)?;
                self.db
                    .write(async |tx| {
                        let Some(kinds) = content::forget_blob(tx, &row.sha256, now).await? else {
                            return Ok(());
                        };
                        content::add_garbage(tx, key.to_string(), now).await?;
                        for kind in kinds {
                            content::add_garbage(tx, read::passages_key(&row.sha256, kind).to_string(), now).await?;
                        }
                        Ok(())
                    })
                    .await?;
            }
        }
        self.empty_garbage().await
    }

    async fn empty_garbage(&self) -> Result<()> {
        loop {
            let waiting = content::garbage(self.db.read(), AT_ONCE).await?;
            if waiting.is_empty() {
                return Ok(());
            }
            for row in waiting {
                if let Ok(key) = row.key.parse::<ObjectKey>()
                    && !self.is_needed_again(&key).await?
                {
                    self.blobs.delete(key).await.map_err(Error::unexpected)?;
                }
                self.db
                    .write(async |tx| content::drop_garbage(tx, &row.key).await)
                    .await?;
            }
        }
    }

    /// What was made from content has one name for all its copies: if the content came back, so may this have.
    async fn is_needed_again(&self, key: &ObjectKey) -> Result<bool> {
        match key {
            ObjectKey::Blob(_) => Ok(false),
            ObjectKey::Derived(key) => Ok(content::blob(self.db.read(), &key.sha256).await?.is_some()),
        }
    }

    /// Looks through the whole store for copies that no row names, leftovers of crashes, and removes those older than
    /// the time of grace. Returns how many went.
    pub async fn drop_orphans(&self) -> Result<u64> {
        let now = self.clock.now();
        let mut listed = self.blobs.list(Part::Blobs);
        let mut dropped = 0;
        while let Some(object) = listed.try_next().await.map_err(Error::unexpected)? {
            let Some(ObjectKey::Blob(key)) = object.key else {
                continue;
            };
            let is_old = object.modified.plus(self.rules.orphan_grace) < now;
            if is_old && self.is_orphan(&key).await? {
                self.blobs.delete(&key).await.map_err(Error::unexpected)?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }

    async fn is_orphan(&self, key: &BlobKey) -> Result<bool> {
        let row = content::blob(self.db.read(), &key.sha256).await?;
        Ok(row.is_none_or(|row| row.generation != key.generation.as_str()))
    }
}

/// A file's time, as the clock counts.
fn moment(time: SystemTime) -> Timestamp {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(0).plus(since)
}
