//! The lists of a version as they are signed, and what is made of contents when it is first asked for, and kept beside
//! them: a list compressed, the places where a file may be cut.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzEncoder;
use futures_util::stream;

use crate::actor::Actor;
use crate::blob::DerivedKey;
use crate::db::{content, derived, trust};
use crate::domain::id::{PackId, Sha256};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::blocking::blocking;
use crate::library::delivery::Delivery;
use crate::library::delivery::serve_files::ConcatenatedContent;
use crate::library::objects::integrity::ExpectedObject;
use crate::library::resources::download::Original;
use crate::pack::{canonical, chunks};

/// Raised when files are cut in another way.
const CHUNKS_VERSION: u32 = 1;
/// Raised when lists are compressed in another way.
const GZIP_VERSION: u32 = 1;

impl Delivery {
    /// The signed list of a version's files.
    pub async fn manifest(&self, actor: &Actor, pack: PackId, number: i32) -> Result<Original> {
        let row = self.packs.fetched_version(actor, pack, number).await?;
        let sha256 = row.manifest_sha256.ok_or(Refusal::PackNotReady)?;
        self.made(sha256, "manifest.json", "application/json").await
    }

    /// What turns the list of the version before into this one.
    pub async fn manifest_patch(&self, actor: &Actor, pack: PackId, number: i32) -> Result<Original> {
        let row = self.packs.visible_version(actor, pack, number).await?;
        // Whoever holds a version that is not shown to the caller gets nothing out of its difference either.
        let follows = row.patch_of.is_some_and(|before| before + 1 == number);
        let sha256 = row
            .patch_sha256
            .filter(|_| follows)
            .ok_or(Refusal::NoSuch(Thing::Version))?;
        self.packs.visible_version(actor, pack, number - 1).await?;
        self.made(sha256, "manifest.patch.json", "application/merge-patch+json")
            .await
    }

    /// The number of a pack's newest version.
    pub async fn newest_version(&self, actor: &Actor, pack: PackId) -> Result<i32> {
        let row = self.packs.visible_pack(actor, pack).await?;
        if row.version == 0 {
            return Err(Refusal::PackNotReady.into());
        }
        Ok(row.version)
    }

    /// What says which version of a pack is the newest, as it is served; signed anew when half its time is over.
    pub async fn timestamp(&self, actor: &Actor, pack: PackId) -> Result<String> {
        let row = self.packs.visible_pack(actor, pack).await?;
        let version = self.packs.visible_version(actor, pack, row.version).await;
        version.map_err(|error| match error {
            Error::Refused(refusal) if matches!(*refusal, Refusal::NoSuch(_)) => Refusal::PackNotReady.into(),
            // A database that is away says nothing of the pack.
            error => error,
        })?;
        let now = self.clock.now();
        let kept = trust::timestamp(self.db.read(), pack).await?;
        let kept = kept.ok_or(Refusal::PackNotReady)?;
        if kept.renew_at > now {
            return Ok(kept.body);
        }
        self.signing.renewed_timestamp(pack).await
    }

    /// The signed snapshot of a version.
    pub async fn snapshot(&self, actor: &Actor, pack: PackId, number: i32) -> Result<String> {
        let row = self.packs.visible_version(actor, pack, number).await?;
        Ok(row.snapshot.ok_or(Refusal::PackNotReady)?)
    }

    async fn made(&self, sha256: Sha256, name: &str, media_type: &str) -> Result<Original> {
        let row = content::blob(self.db.read(), &sha256).await?;
        let row = row.ok_or_else(|| anyhow::anyhow!("the list `{sha256}` has no row"))?;
        Original::of(&row, name, media_type)
    }

    /// A signed list as it travels compressed; made when it is first asked for, and kept. What is signed is the list as it
    /// was before.
    pub async fn compressed(&self, list: &Original) -> Result<ConcatenatedContent> {
        self.made_of(list, gzip_key(&list.sha256), |file| {
            let mut bytes = Vec::new();
            let mut packed = GzEncoder::new(BufReader::new(file), Compression::default());
            packed.read_to_end(&mut bytes)?;
            Ok(bytes)
        })
        .await
    }

    /// Where a file of a version may be cut, as JSON; made when it is first asked for, and kept.
    pub async fn chunks(
        &self,
        actor: &Actor,
        pack: PackId,
        number: i32,
        sha256: &Sha256,
    ) -> Result<ConcatenatedContent> {
        let original = self.pack_file(actor, pack, number, sha256).await?;
        self.made_of(&original, chunks_key(sha256), |file| {
            let list = chunks::cut(BufReader::new(file))?;
            serde_json::to_vec(&list).map_err(Error::unexpected)
        })
        .await
    }

    /// What is made of a content by reading it once, from its beginning to its end.
    async fn made_of(
        &self,
        original: &Original,
        key: DerivedKey,
        make: impl FnOnce(File) -> Result<Vec<u8>> + Send + 'static,
    ) -> Result<ConcatenatedContent> {
        let kept = match self.kept(&key).await? {
            Some(kept) => kept,
            None => self.make(original, &key, make).await?,
        };
        Ok(ConcatenatedContent {
            tag: canonical::sha256(key.to_string().as_bytes()),
            size: kept.size,
            parts: Arc::new(vec![kept]),
        })
    }

    /// What was made before, if it is there. What older versions made and nobody hashed is made again.
    async fn kept(&self, key: &DerivedKey) -> Result<Option<ExpectedObject>> {
        let Some(row) = derived::find(self.db.read(), &key.to_string()).await? else {
            return Ok(None);
        };
        let kept = ExpectedObject::made(key.clone(), &row);
        match self.blobs.head(key).await {
            Ok(_) => Ok(Some(kept)),
            Err(error) => self.objects.found_of(&kept, error).await.map(|_| None),
        }
    }

    async fn make(
        &self,
        original: &Original,
        key: &DerivedKey,
        make: impl FnOnce(File) -> Result<Vec<u8>> + Send + 'static,
    ) -> Result<ExpectedObject> {
        let _turn = self.cutting.acquire().await.map_err(Error::unexpected)?;
        // Whoever had the turn before may have made it.
        if let Some(kept) = self.kept(key).await? {
            return Ok(kept);
        }
        let file = self.objects.open_right(&original.kept).await?;
        let made = blocking(move || make(file)).await?;
        let body = stream::iter([Ok(Bytes::from(made))]);
        let row = self.objects.keep_derived(key, body).await?;
        Ok(ExpectedObject::made(key.clone(), &row))
    }
}

/// What is kept beside a content, and goes with it.
pub(in crate::library) fn kept_beside(sha256: &Sha256) -> [DerivedKey; 2] {
    [chunks_key(sha256), gzip_key(sha256)]
}

fn chunks_key(sha256: &Sha256) -> DerivedKey {
    DerivedKey::new(sha256.clone(), "chunks", CHUNKS_VERSION)
}

fn gzip_key(sha256: &Sha256) -> DerivedKey {
    DerivedKey::new(sha256.clone(), "gzip", GZIP_VERSION)
}
