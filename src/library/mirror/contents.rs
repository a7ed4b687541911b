//! Contents and texts that a mirror takes over, each verified before.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;

use super::AT_ONCE;
use crate::blob::Finished;
use crate::db::{content, entity};
use crate::domain::file::Kind;
use crate::domain::id::{Id, Sha256};
use crate::error::{Error, Result};
use crate::library::{Library, read};
use crate::pack::manifest::Text;

impl Library {
    /// Which of some contents are not in the store. Those that are stay long enough to be taken.
    pub async fn missing_contents(&self, wanted: Vec<Sha256>) -> Result<HashSet<Sha256>> {
        let until = self.clock.now().plus(self.rules.orphan_grace);
        let here = content::blobs(self.db.read(), wanted.clone()).await?;
        let mut missing: HashSet<Sha256> = wanted.into_iter().collect();
        for chunk in here.chunks(AT_ONCE) {
            let held = self.db.write(async |tx| {
                let mut held = Vec::with_capacity(chunk.len());
                for row in chunk {
                    if content::hold(tx, &row.sha256, until).await? {
                        held.push(row.sha256.clone());
                    }
                }
                Ok(held)
            });
            for sha256 in held.await? {
                missing.remove(&sha256);
            }
        }
        Ok(missing)
    }

    /// Puts a verified file into the store. The file stays where it is.
    pub async fn take_content(&self, file: PathBuf, sha256: &Sha256, crc32: u32, size: u64) -> Result<()> {
        let finished = Finished {
            id: Id::new(),
            path: file,
            sha256: sha256.clone(),
            crc32,
            size,
            head: bytes::Bytes::new(),
        };
        let now = self.clock.now();
        let until = now.plus(self.rules.orphan_grace);
        if self.db.write(async |tx| content::hold(tx, sha256, until).await).await? {
            return Ok(());
        }
        let key = self.blobs.keep(&finished).await.map_err(Error::unexpected)?;
        let copy = entity::blob::Model {
            sha256: sha256.clone(),
            generation: key.generation.to_string(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            crc32: i64::from(crc32),
            created_at: now,
            kept_until: until,
        };
        self.db
            .write(async |tx| {
                if content::add_blob(tx, copy).await? {
                    return Ok(());
                }
                content::add_garbage(tx, key.to_string(), now).await
            })
            .await
    }

    /// Which texts are not kept here yet, by content and kind.
    pub async fn missing_texts(&self, wanted: Vec<(Sha256, Kind)>) -> Result<HashSet<(Sha256, Kind)>> {
        let contents = wanted.iter().map(|(sha256, _)| sha256.clone()).collect();
        let here = content::texts(self.db.read(), contents).await?;
        Ok(wanted.into_iter().filter(|text| !here.contains_key(text)).collect())
    }

    /// Keeps the text of a content, as the hub read it.
    pub async fn take_text(&self, sha256: &Sha256, kind: Kind, text: &Text, file: &Path) -> Result<()> {
        let bytes = tokio::fs::read(file).await?;
        let body = futures_util::stream::iter([Ok(bytes::Bytes::from(bytes))]).boxed();
        self.blobs
            .put_derived(&read::passages_key(sha256, kind), body)
            .await
            .map_err(Error::unexpected)?;
        let now = self.clock.now();
        let kept = content::KeptText {
            sha256: text.sha256.clone(),
            bytes: text.length,
        };
        self.db
            .write(async |tx| {
                content::expect_extractions(tx, vec![(sha256.clone(), kind)], now).await?;
                content::set_extraction(tx, sha256, kind, text.state, Some(text.report.clone()), now).await?;
                content::set_text(tx, sha256, kind, &kept).await
            })
            .await
    }
}
