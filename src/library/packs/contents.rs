//! What a version holds, and what changed between two, for people to look at.
//!
//! A list of a hundred thousand files is some fifty megabytes of JSON. What pages show of it is read once and kept on a
//! small cache, so that walking through the folders of a large pack reads it no second time.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::actor::Actor;
use crate::db::packs;
use crate::domain::file::Kind;
use crate::domain::id::{FileId, PackId, ResourceId, Sha256};
use crate::domain::rights::AiUse;
use crate::error::{Error, Refusal, Result};
use crate::library::blocking::blocking;
use crate::library::packs::PackVersion;
use crate::library::packs::Packs;
use crate::pack::difference::Difference;
use crate::pack::manifest::{FileFragment, Gone, GoneReason, Hashes, Manifest, Stub};

/// What a file takes in memory, roughly.
const FILE_WEIGHT: usize = 300;

/// What pages show of a version's list of files.
#[derive(Debug, Default, Deserialize)]
pub struct Contents {
    /// Its files by path.
    #[serde(rename = "targets")]
    pub files: BTreeMap<String, ContentsFile>,
    /// The resources that they belong to.
    pub resources: BTreeMap<ResourceId, ContentsCard>,
    /// By path: what belongs here and may not be shared with this audience.
    #[serde(default)]
    pub stubs: BTreeMap<String, Stub>,
    /// What the version before had and this one has not.
    #[serde(default)]
    pub gone: BTreeMap<ResourceId, Gone>,
}

/// A file.
#[derive(Debug, Clone, Deserialize)]
pub struct ContentsFile {
    /// Bytes.
    pub length: u64,
    /// What the bytes are.
    pub hashes: Hashes,
    /// What else pages need.
    #[serde(rename = "custom")]
    pub of: ContentsItem,
}

/// Whose file it is, and of which kind.
#[derive(Debug, Clone, Deserialize)]
pub struct ContentsItem {
    /// The family of readers it needs.
    pub kind: Kind,
    /// The resource it belongs to.
    pub resource: ResourceId,
    /// The file's id.
    pub file: FileId,
}

/// A resource.
#[derive(Debug, Clone, Deserialize)]
pub struct ContentsCard {
    /// Its title.
    pub title: String,
    /// Its type's code.
    #[serde(rename = "type")]
    pub kind: String,
    /// How much of it AI made.
    #[serde(default)]
    pub ai_use: Option<AiUse>,
    /// The folder that its files lie in.
    pub folder: String,
    /// The company under whose name it was given.
    #[serde(default)]
    pub company: Option<String>,
    /// For the teacher.
    #[serde(default)]
    pub note: String,
    /// Places that the pack points at.
    #[serde(default)]
    pub fragments: Vec<FileFragment>,
}

/// A version with what it holds.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The version.
    pub version: PackVersion,
    /// What it holds; nothing before it is ready.
    pub contents: Arc<Contents>,
    /// Paths of files that may no longer be given.
    pub refused: HashSet<String>,
}

/// What changed between two versions.
#[derive(Debug, Clone)]
pub struct Compared {
    /// File by file.
    pub files: Difference,
    /// The resources that are no longer there: their titles, why, and how long holders keep them.
    pub gone: Vec<(String, Gone)>,
}

/// A signed list, of which only what is signed is read: we signed it.
#[derive(Deserialize)]
pub(in crate::library) struct Envelope<T> {
    pub(in crate::library) signed: T,
}

impl Packs {
    /// Opens a version to look into it.
    pub async fn open_pack_version(&self, actor: &Actor, pack: PackId, number: i32) -> Result<Opened> {
        let version = self.pack_version(actor, pack, number).await?;
        let row = self.visible_version(actor, pack, number).await?;
        let contents = match row.manifest_sha256 {
            Some(sha256) => self.read_contents(sha256).await?,
            None => Arc::default(),
        };
        let gone = packs::gone_items(self.db.read(), pack, number).await?;
        let refused = gone.into_iter().filter_map(|at| usize::try_from(at).ok());
        let refused: HashSet<usize> = refused.collect();
        let paths = contents.files.keys().enumerate();
        let refused = paths.filter(|(at, _)| refused.contains(at));
        Ok(Opened {
            version,
            refused: refused.map(|(_, path)| path.clone()).collect(),
            contents,
        })
    }

    async fn read_contents(&self, sha256: Sha256) -> Result<Arc<Contents>> {
        if let Some(contents) = self.lists.get(&sha256) {
            return Ok(contents);
        }
        let contents: Arc<Contents> = Arc::new(self.signed(&sha256).await?);
        self.lists
            .insert(sha256, contents.clone(), contents.files.len() * FILE_WEIGHT);
        Ok(contents)
    }

    /// Reads what is signed in a list that we made, as much of it as is wanted.
    pub(super) async fn signed<T: DeserializeOwned + Send + 'static>(&self, sha256: &Sha256) -> Result<T> {
        let bytes = self.made_bytes(sha256).await?;
        let read = move || serde_json::from_slice::<Envelope<T>>(&bytes).map_err(Error::unexpected);
        Ok(blocking(read).await?.signed)
    }

    /// Says what changed from one version of a pack to another; the actor must see both.
    pub async fn compare_pack_versions(&self, actor: &Actor, pack: PackId, from: i32, to: i32) -> Result<Compared> {
        let before = self.list_of(actor, pack, from).await?;
        let after = self.list_of(actor, pack, to).await?;
        blocking(move || Ok(compare(&before, &after))).await
    }

    async fn list_of(&self, actor: &Actor, pack: PackId, number: i32) -> Result<Manifest> {
        let row = self.visible_version(actor, pack, number).await?;
        let sha256 = row.manifest_sha256.ok_or(Refusal::PackNotReady)?;
        self.signed(&sha256).await
    }
}

fn compare(before: &Manifest, after: &Manifest) -> Compared {
    let missing = before
        .resources
        .iter()
        .filter(|(id, _)| !after.resources.contains_key(id));
    let gone = missing.map(|(id, card)| {
        // A version in between may have named it; then all that is known here is that it is not there.
        let left_out = Gone {
            at_once: false,
            reason: GoneReason::LeftOut,
            at: after.pack.published_at,
            keep_until: after.pack.published_at,
        };
        (
            card.metadata.title.clone(),
            after.gone.get(id).cloned().unwrap_or(left_out),
        )
    });
    Compared {
        gone: gone.collect(),
        files: Difference::between(before, after),
    }
}
