//! The folder that a pack is pulled into, and the work area beside it.
//!
//! | file | what it is about |
//! |---|---|
//! | [`state`] | what the last pull put there, so that unchanged files need no reading |
//! | [`scan`] | what is there now, and which of it can be used |
//! | [`tree`] | the next tree, out of what is held and what was fetched |
//! | [`staging`] | stages it while files are fetched |
//! | [`switch`] | the next tree takes the folder's place, at once or not at all |
//!
//! ```text
//! 数控车床/                 the pack's files, and what its user put beside them
//! 数控车床/.gongxue/        root, timestamp, snapshot, manifest, state
//! .数控车床.gongxue/        lock · trust.json · arriving/ (documents) · partial/ (half files) · next/ · previous/
//! ```
//!
//! Files of the next tree are hard links to what is held, so a version costs only what is new in it. A program that writes
//! into a file in place, instead of beside it, changes the copy in `previous/` as well.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rustix::fs::{FlockOperation, flock, statvfs};

use self::state::FolderState;
pub use self::tree::{BuiltTree, Conflict, StagedTree};
use super::error::{Error, ForeignContent, Result};
use super::fetch::WantedFile;
use super::source::update_session::{HeldDocuments, Release, TrustState};
use crate::domain::id::PackId;
use crate::domain::time::Timestamp;
use crate::pack::manifest::Manifest;

pub mod scan;
mod staging;
pub mod state;
mod switch;
mod tree;

/// Folder of the client's own files inside the pulled folder.
const METADATA_DIR: &str = ".gongxue";
const MANIFEST: &str = "manifest.json";
const SNAPSHOT: &str = "snapshot.json";
const TIMESTAMP: &str = "timestamp.json";
const ROOT: &str = "root.json";

/// A folder that a pack is pulled into.
#[derive(Debug)]
pub struct PullFolder {
    to: PathBuf,
    work: PathBuf,
    pack: PackId,
    state: Option<FolderState>,
    /// Held until it is dropped; none if nothing will be written.
    lock: Option<File>,
}

impl PullFolder {
    /// Opens a folder for one pull at a time, and finishes or undoes what an interrupted one left.
    pub fn open(to: &Path, pack: PackId) -> Result<Self> {
        let mut folder = Self::at(to, pack)?;
        let partial = folder.partial();
        fs::create_dir_all(&partial).map_err(Error::disk("make", &partial))?;
        // Before anything is mended: what looks cut off may be another pull at work.
        folder.lock = Some(folder.exclude_others()?);
        folder.recover()?;
        folder.read()
    }

    /// Opens a folder without writing to it, for a dry run.
    pub fn open_read_only(to: &Path, pack: PackId) -> Result<Self> {
        Self::at(to, pack)?.read()
    }

    fn at(to: &Path, pack: PackId) -> Result<Self> {
        // Through links, so that the folder is switched and not a link to it.
        let absolute = fs::canonicalize(to).or_else(|_| std::path::absolute(to));
        let to = absolute.map_err(Error::disk("find", to))?;
        let Some(name) = to.file_name() else {
            let holds = ForeignContent::Something;
            return Err(Error::Foreign { to, holds });
        };
        // Beside the folder, because links and renames reach no farther than one file system.
        let work = to.with_file_name(format!(".{}{METADATA_DIR}", name.to_string_lossy()));
        Ok(Self {
            to,
            work,
            pack,
            state: None,
            lock: None,
        })
    }

    fn read(mut self) -> Result<Self> {
        self.expect_pull_folder()?;
        self.state = FolderState::read(&self.to).or_else(|| self.state_of_manifest());
        match &self.state {
            Some(state) if state.pack != self.pack => Err(self.foreign(ForeignContent::Pack(state.pack))),
            _ => Ok(self),
        }
    }

    fn exclude_others(&self) -> Result<File> {
        let path = self.work.join("lock");
        let file = File::create(&path).map_err(Error::disk("open", &path))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => Err(Error::Busy { to: self.to.clone() }),
            // Some network file systems have no locks; then nobody is kept out.
            Ok(()) | Err(_) => Ok(file),
        }
    }

    /// Refuses a folder with files that no pull has put there: its whole tree would be moved.
    fn expect_pull_folder(&self) -> Result<()> {
        if self.metadata_dir().is_dir() {
            return Ok(());
        }
        match fs::read_dir(&self.to) {
            Ok(mut entries) => match entries.next() {
                None => Ok(()),
                Some(_) => Err(self.foreign(ForeignContent::Something)),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotADirectory => Err(self.foreign(ForeignContent::AFile)),
            Err(error) => Err(Error::disk("read", &self.to)(error)),
        }
    }

    fn foreign(&self, holds: ForeignContent) -> Error {
        Error::Foreign {
            to: self.to.clone(),
            holds,
        }
    }

    /// If the state was lost: what the manifest says, to be read again file by file.
    fn state_of_manifest(&self) -> Option<FolderState> {
        let bytes = fs::read(self.metadata_dir().join(MANIFEST)).ok()?;
        manifest_of(&bytes).map(|manifest| FolderState::unread(&manifest))
    }

    /// The folder's own path.
    pub fn path(&self) -> &Path {
        &self.to
    }

    /// Where the version before is kept.
    pub fn previous(&self) -> PathBuf {
        self.work.join("previous")
    }

    /// Folder of partial files.
    pub fn partial(&self) -> PathBuf {
        self.work.join("partial")
    }

    fn metadata_dir(&self) -> PathBuf {
        self.to.join(METADATA_DIR)
    }

    fn saved_documents(&self) -> PathBuf {
        self.work.join("arriving")
    }

    /// What the last pull put here.
    pub fn state(&self) -> Option<&FolderState> {
        self.state.as_ref()
    }

    /// Trust state of the last update session.
    pub fn trust_state(&self) -> Option<TrustState> {
        let bytes = fs::read(self.work.join("trust.json")).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Saves the trust state for the next update session.
    pub fn save_trust_state(&self, trust_state: &TrustState) -> Result<()> {
        let bytes = serde_json::to_vec(trust_state).expect("a memory can be written as JSON");
        write(&self.work.join("trust.json"), &bytes)
    }

    /// Documents that are held: those of a pull that was cut off, else those of the version that is here.
    pub fn held(&self) -> HeldDocuments {
        let read = |name| {
            let places = [self.saved_documents().join(name), self.metadata_dir().join(name)];
            places.iter().find_map(|path| fs::read(path).ok()).map(Bytes::from)
        };
        HeldDocuments {
            snapshot: read(SNAPSHOT),
            manifest: read(MANIFEST),
        }
    }

    /// Keeps the documents of the version that is being fetched, so that they are not asked for again after a cut.
    pub fn save_documents(&self, release: &Release) -> Result<()> {
        let folder = self.saved_documents();
        fs::create_dir_all(&folder).map_err(Error::disk("make", &folder))?;
        write(&folder.join(MANIFEST), &release.manifest_bytes)?;
        write(&folder.join(SNAPSHOT), &release.snapshot)
    }

    /// Bytes that are to be fetched of a file, after what a cut left of it.
    pub fn missing(&self, wanted: &WantedFile) -> u64 {
        let half = fs::metadata(self.partial().join(wanted.sha256.hex()));
        wanted.length.saturating_sub(half.map_or(0, |about| about.len()))
    }

    /// Refuses if the disk has no room for so many bytes more.
    pub fn expect_room(&self, needed: u64) -> Result<()> {
        expect_room(&self.work, needed)
    }

    /// Deletes from the version before what its holders were asked to delete by now.
    pub fn delete_expired(&self, now: Timestamp) -> Result<()> {
        let leaving = self.state.iter().flat_map(|state| &state.leaving);
        let over = leaving.filter(|(_, until)| **until <= now);
        over.map(|(path, _)| path).try_for_each(|path| self.delete(path))
    }

    /// Deletes a file of the version before.
    fn delete(&self, path: &str) -> Result<()> {
        let path = self.previous().join(path);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::disk("delete", &path)(error)),
            _ => Ok(()),
        }
    }
}

/// Refuses if a disk has no room for so many bytes more.
pub(super) fn expect_room(folder: &Path, needed: u64) -> Result<()> {
    let about = statvfs(folder).map_err(|error| Error::disk("look at", folder)(error.into()))?;
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    if needed <= free {
        return Ok(());
    }
    let path = folder.to_owned();
    Err(Error::NoRoom { path, needed, free })
}

/// Reads a manifest out of its signed document without checking signatures: for comparing only. One to act on comes from
/// an [`UpdateSession`](super::source::update_session::UpdateSession).
fn manifest_of(bytes: &[u8]) -> Option<Manifest> {
    #[derive(serde::Deserialize)]
    struct SignedManifest {
        signed: Manifest,
    }
    let document: SignedManifest = serde_json::from_slice(bytes).ok()?;
    Some(document.signed)
}

/// Writes a file atomically: beside its place, then renamed.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = path.with_extension("new");
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(Error::disk("write", path))
}

/// Removes a tree if it is there.
fn remove_tree(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::disk("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Syncs a folder's entries to the disk.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
