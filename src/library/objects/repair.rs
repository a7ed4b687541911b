//! Repair: bytes of lost or damaged contents are taken from wherever somebody says they are, once they prove to be right.

use bytes::Bytes;
use futures_util::Stream;
use serde::Serialize;

use crate::blob::{Append, Finished, WriteLock};
use crate::db::damage;
use crate::domain::id::{Sha256, UploadId};
use crate::error::{Error, Result};
use crate::library::objects::Objects;
use crate::library::objects::keep::ReceivedContent;

/// Contents that are asked for together.
const AT_ONCE: u64 = 200;

/// A content whose bytes are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingContent {
    /// Its hash.
    pub sha256: Sha256,
    /// Bytes.
    pub size: u64,
}

impl Objects {
    /// Every content that is known to be lost or damaged.
    pub async fn wanted_contents(&self) -> Result<Vec<MissingContent>> {
        let mut wanted: Vec<MissingContent> = Vec::new();
        loop {
            let after = wanted.last().map(|last| last.sha256.clone());
            let rows = damage::damaged_blobs(self.db.read(), after.as_ref(), AT_ONCE).await?;
            if rows.is_empty() {
                return Ok(wanted);
            }
            wanted.extend(rows.into_iter().map(|row| MissingContent {
                size: u64::try_from(row.size).unwrap_or(0),
                sha256: row.sha256,
            }));
        }
    }

    /// Takes bytes that may be those of a content; says whether they were, and are kept.
    pub async fn offer_bytes<S, E>(&self, wanted: &MissingContent, body: S) -> Result<bool>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    {
        let id = UploadId::new();
        self.staging.create(id).await.map_err(Error::unexpected)?;
        let lock = self.staging.lock(id).await.map_err(Error::unexpected)?;
        let taken = self.take_offered(&lock, wanted, body).await;
        self.staging.remove(&lock).await.map_err(Error::unexpected)?;
        taken
    }

    async fn take_offered<S, E>(&self, lock: &WriteLock, wanted: &MissingContent, body: S) -> Result<bool>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    {
        let order = Append {
            offset: 0,
            room: wanted.size,
            checksum: None,
            stall: self.rules.stall,
        };
        let appended = self.staging.append(lock, order, body, async |_| Ok(())).await;
        let offset = appended.map_err(Error::unexpected)?.offset;
        let finished = self.staging.finish(lock, offset).await.map_err(Error::unexpected)?;
        if finished.sha256 != wanted.sha256 {
            return Ok(false);
        }
        self.keep_offered(&finished).await.map(|()| true)
    }

    async fn keep_offered(&self, finished: &Finished) -> Result<()> {
        let came = ReceivedContent {
            sha256: &finished.sha256,
            size: finished.size,
            crc32: finished.crc32,
        };
        let put = async || self.blobs.put_upload(finished).await;
        self.keep_content(&came, put, Error::unexpected, async |_| Ok(())).await
    }
}
