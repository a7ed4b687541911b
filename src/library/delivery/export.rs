//! Exporting: a version in a folder, as its addresses are, for a stick. Whoever takes it from there believes it no more
//! than a line: everything is signed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use futures_util::{Stream, StreamExt as _};
use tokio::io::AsyncWriteExt as _;

use crate::actor::Actor;
use crate::db::{content, pack_documents, packs, trust};
use crate::domain::id::{PackId, Sha256};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::delivery::Delivery;
use crate::library::delivery::serve_files::{ArchiveSegment, text_of};
use crate::library::objects::integrity::ExpectedObject;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Exported {
    /// The version.
    pub version: i32,
    /// Files in it.
    pub files: usize,
    /// Files that were there already.
    pub kept: usize,
    /// Files that may no longer be given, and are not there.
    pub gone: usize,
    /// Bytes written.
    pub bytes: u64,
}

impl Delivery {
    /// Writes the newest version of a pack into a folder. What is there already stays; cut off, it goes on. `watch` is told
    /// the bytes of each file that is there.
    pub async fn export_pack(&self, pack: PackId, folder: &Path, watch: impl Fn(u64)) -> Result<Exported> {
        let operator = self.operator_of(pack).await?;
        let row = packs::pack(self.db.read(), pack)
            .await?
            .ok_or(Refusal::NoSuch(Thing::Pack))?;
        let number = row.version;
        let issue = self.issue(&operator, pack, number).await?;
        let gone: HashSet<i32> = packs::gone_items(self.db.read(), pack, number)
            .await?
            .into_iter()
            .collect();
        let mut exported = Exported {
            version: number,
            files: issue.len(),
            kept: 0,
            gone: gone.len(),
            bytes: 0,
        };
        let contents = (0..issue.len()).map(|at| issue.item(at).digest).collect();
        let texts = content::texts(self.db.read(), contents).await?;
        for at in 0..issue.len() {
            let (kept, kind) = (issue.item(at), issue.kind(at));
            let (sha256, size) = (kept.digest.clone(), kept.size);
            if i32::try_from(at).is_ok_and(|at| gone.contains(&at)) {
                continue;
            }
            if self.export_object(kept, &folder.join(place("files", &sha256))).await? {
                exported.bytes += size;
            } else {
                exported.kept += 1;
            }
            if let Some(text) = texts.get(&(sha256.clone(), kind)) {
                let target = folder.join(place("passages", &text.sha256));
                let kept = text_of(&sha256, kind, text, None);
                self.export_object(kept, &target).await?;
            }
            watch(size);
        }
        self.export_documents(&operator, pack, number, folder).await?;
        Ok(exported)
    }

    /// The lists come last: a folder that names a version has all of it. The timestamp is signed anew, so that the stick
    /// may travel for as long as one holds.
    async fn export_documents(&self, operator: &Actor, pack: PackId, number: i32, folder: &Path) -> Result<()> {
        let versions = folder.join(format!("packs/{pack}/versions/{number}"));
        let manifest = self.manifest(operator, pack, number).await?;
        let list = self.packs.made_bytes(&manifest.sha256).await?;
        for row in pack_documents::of_version(self.db.read(), pack, number).await? {
            let made = self.packs.made_bytes(&row.sha256).await?;
            write(&versions.join("evidence").join(&row.name), &made).await?;
        }
        write(&versions.join("manifest.json"), &list).await?;
        write(
            &versions.join("snapshot.json"),
            self.snapshot(operator, pack, number).await?.as_bytes(),
        )
        .await?;
        let newest = self.signing.root().await?;
        write(&folder.join("trust/root.json"), newest.as_bytes()).await?;
        let mut version = 1;
        while let Some(row) = trust::root(self.db.read(), version).await? {
            write(&folder.join(format!("trust/{version}.root.json")), row.body.as_bytes()).await?;
            version += 1;
        }
        let timestamp = self.signing.renewed_timestamp(pack).await?;
        write(
            &folder.join(format!("packs/{pack}/timestamp.json")),
            timestamp.as_bytes(),
        )
        .await?;
        let list = serde_json::to_vec(&packs_in(&folder.join("packs")).await?).map_err(Error::unexpected)?;
        write(&folder.join("packs/list.json"), &list).await
    }

    /// Writes an object under another name and moves it into place; says whether it was not there.
    async fn export_object(&self, kept: ExpectedObject, target: &Path) -> Result<bool> {
        let size = kept.size;
        // By its size alone: whoever takes it from the stick compares every hash.
        let is_there = tokio::fs::metadata(target).await.is_ok_and(|about| about.len() == size);
        if is_there {
            return Ok(false);
        }
        let bytes = self
            .stream(None, [ArchiveSegment::Stored(kept, 0..size)].into_iter())
            .await?;
        write_stream(target, bytes).await?;
        Ok(true)
    }

    /// The pack's owner, in whose name an operator exports it.
    async fn operator_of(&self, pack: PackId) -> Result<Actor> {
        let row = packs::pack(self.db.read(), pack)
            .await?
            .ok_or(Refusal::NoSuch(Thing::Pack))?;
        let owner = crate::db::people::account(self.db.read(), row.owner_id).await?;
        let owner = owner.ok_or(Refusal::NoSuch(Thing::Account))?;
        let member = crate::library::accounts::member(&owner, crate::domain::role::TokenScope::Read, None);
        Ok(Actor {
            account: Some(member),
            address: None,
            once: None,
        })
    }
}

/// The packs that lie in a folder, by id.
async fn packs_in(folder: &Path) -> Result<Vec<PackId>> {
    let mut entries = tokio::fs::read_dir(folder).await.map_err(full)?;
    let mut packs = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(full)? {
        packs.extend(entry.file_name().to_str().and_then(|name| name.parse::<PackId>().ok()));
    }
    packs.sort();
    Ok(packs)
}

fn place(kind: &str, sha256: &Sha256) -> PathBuf {
    let hex = sha256.hex();
    PathBuf::from(format!("{kind}/{}/{hex}", &hex[..2]))
}

async fn write(target: &Path, bytes: &[u8]) -> Result<()> {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    write_stream(target, futures_util::stream::iter([Ok(bytes)])).await
}

async fn write_stream(target: &Path, bytes: impl Stream<Item = Result<bytes::Bytes>>) -> Result<()> {
    let folder = target.parent().unwrap_or(target);
    tokio::fs::create_dir_all(folder).await.map_err(full)?;
    // Under another name until it is durable: sticks are pulled out.
    let half = target.with_extension("half");
    let mut file = tokio::fs::File::create(&half).await.map_err(full)?;
    let mut bytes = std::pin::pin!(bytes);
    while let Some(piece) = bytes.next().await {
        file.write_all(&piece?).await.map_err(full)?;
    }
    file.flush().await.map_err(full)?;
    file.sync_all().await.map_err(full)?;
    tokio::fs::rename(&half, target).await.map_err(full)
}

fn full(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Refusal::DiskFull.into(),
        _ => Error::unexpected(error),
    }
}
