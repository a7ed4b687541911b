//! Folder state: what the last pull put into a folder, so that unchanged files need no reading.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::METADATA_DIR;
use crate::domain::id::{PackId, Sha256};
use crate::domain::time::Timestamp;
use crate::pack::manifest::Manifest;

/// The list of files that people read: the client's own, made from the manifest.
pub const INDEX: &str = crate::pack::archive::index::NAME;

/// The state's name.
pub(super) const STATE: &str = "state";

/// Files that a pull put into a folder. Written last: a tree that has one is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderState {
    /// Which pack.
    pub pack: PackId,
    /// Which version.
    pub version: u32,
    /// Rises with every tree that is built: of two trees it says which is the newer.
    pub turn: u64,
    /// The pack's files by path, what was made for it, and the index.
    pub files: BTreeMap<String, CheckedFile>,
    /// The names of what was made for a version that is evidence.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub made: BTreeSet<String>,
    /// Paths of the version that the hub could no longer share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// Paths of the version before that are to be deleted, and when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub leaving: BTreeMap<String, Timestamp>,
}

/// A file whose hash was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedFile {
    /// What its bytes are, as long as it looks like this.
    pub sha256: Sha256,
    /// What it looks like from outside.
    #[serde(flatten)]
    pub stat: FileStat,
}

/// Size and modification time of a file: while both are the same its content counts as unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStat {
    /// Bytes.
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub mtime_ns: i64,
}

impl FileStat {
    /// The stat of a regular file; none for anything else.
    pub fn of(about: &Metadata) -> Option<Self> {
        about.is_file().then(|| Self {
            size: about.len(),
            mtime_ns: about
                .mtime()
                .saturating_mul(1_000_000_000)
                .saturating_add(about.mtime_nsec()),
        })
    }

    /// The stat of what stands at a path; links are not followed.
    pub fn at(path: &Path) -> Option<Self> {
        Self::of(&fs::symlink_metadata(path).ok()?)
    }
}

impl FolderState {
    /// The state of a tree; none if it is not whole.
    pub fn read(tree: &Path) -> Option<Self> {
        let bytes = fs::read(tree.join(METADATA_DIR).join(STATE)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// A state in which every file has to be read again.
    pub(super) fn unread(manifest: &Manifest) -> Self {
        let stat = FileStat { size: 0, mtime_ns: 0 };
        let kept = |sha256: &Sha256| CheckedFile {
            sha256: sha256.clone(),
            stat,
        };
        let targets = manifest.targets.iter();
        let files = targets.map(|(path, target)| (path.clone(), kept(&target.hashes.sha256)));
        let made = manifest.evidence.iter().flat_map(|evidence| &evidence.documents);
        let documents = made
            .clone()
            .map(|(name, made)| (name.clone(), kept(&made.hashes.sha256)));
        Self {
            pack: manifest.pack.id,
            version: manifest.version,
            turn: 0,
            files: files.chain(documents).collect(),
            made: made.map(|(name, _)| name.clone()).collect(),
            left_out: Vec::new(),
            leaving: BTreeMap::new(),
        }
    }

    /// What the pack's files are, by path.
    pub fn contents(&self) -> BTreeMap<String, Sha256> {
        let files = self.files.iter();
        let files = files.filter(|(path, _)| *path != INDEX && !self.made.contains(*path));
        files.map(|(path, kept)| (path.clone(), kept.sha256.clone())).collect()
    }
}
