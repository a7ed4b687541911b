//! Atomic switch: the next tree takes the folder's place, or nothing changes; the old one becomes the version before.
//!
//! What was under way is seen from what is on the disk:
//!
//! | on the disk | what happened | what is done |
//! |---|---|---|
//! | `next/` without a state, or newer than the folder | it was not switched | `next/` goes; what was fetched is in `partial/` |
//! | `next/` older than the folder | it was exchanged | it becomes `previous/` |
//! | `old/`, and no folder | cut between two renames | `old/` goes back |
//! | `old/`, and the folder | it was switched | it becomes `previous/` |

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::scan::FolderScan;
use super::state::FolderState;
use super::tree::{BuiltTree, StagedTree};
use super::{PullFolder, remove_tree, sync_folder};
use crate::domain::id::Sha256;
use crate::pull::error::{Error, Result};
use crate::pull::source::update_session::Release;

/// How often the tree is built anew because its user was at work in the folder meanwhile; then the user is told.
const ATTEMPTS: usize = 3;

impl PullFolder {
    /// Puts a version in the folder's place, out of what is held and what was fetched. Fetching may have taken hours, so
    /// what is the user's is looked for again. `early` is the tree that grew meanwhile, if one did.
    pub fn replace(
        &self,
        release: &Release,
        gone: &BTreeSet<Sha256>,
        mut early: Option<StagedTree>,
    ) -> Result<BuiltTree> {
        for _ in 1..ATTEMPTS {
            match self.replace_once(release, gone, early.take()) {
                Err(Error::ChangedMeanwhile { .. }) => {}
                result => return result,
            }
        }
        self.replace_once(release, gone, None)
    }

    fn replace_once(&self, release: &Release, gone: &BTreeSet<Sha256>, early: Option<StagedTree>) -> Result<BuiltTree> {
        let mut scan = self.scan()?;
        self.search(&mut scan, &release.manifest)?;
        let tree = early.map_or_else(|| self.begin(release), Ok)?;
        let built = self.build(tree, release, &scan, gone)?;
        let taken_down = self.taken_down(&release.manifest);
        self.switch(&scan)?;
        // What was taken down at once does not even stay in the version before.
        taken_down.iter().try_for_each(|path| self.delete(path))?;
        Ok(built)
    }

    /// Puts a tree in its place, if nobody has written into the folder meanwhile.
    pub fn switch(&self, scan: &FolderScan) -> Result<()> {
        self.expect_unchanged(scan)?;
        let (next, to) = (self.next(), self.to.clone());
        let switched = if to.join(super::METADATA_DIR).exists() {
            self.exchange(&next, &to)
        } else {
            // There is no folder, or an empty one; a rename takes its place.
            fs::rename(&next, &to)
        };
        switched.map_err(Error::disk("switch", &to))?;
        self.retire()?;
        // Only now: until the tree stood in its place, this was all there was of it.
        for fetched in [self.partial(), self.saved_documents()] {
            remove_tree(&fetched)?;
        }
        for folder in to.parent().into_iter().chain([self.work.as_path()]) {
            sync_folder(folder).map_err(Error::disk("make last", folder))?;
        }
        Ok(())
    }

    /// Finishes or undoes a switch that was interrupted, by the table above.
    pub(super) fn recover(&self) -> Result<()> {
        let (next, old) = (self.next(), self.old());
        if old.exists() && !self.to.exists() {
            rename(&old, &self.to)?;
        }
        match (turn(&next), turn(&self.to)) {
            (Some(its), Some(here)) if its < here => rename(&next, &old)?,
            _ => remove_tree(&next)?,
        }
        self.retire()
    }

    fn old(&self) -> PathBuf {
        self.work.join("old")
    }

    fn exchange(&self, next: &Path, to: &Path) -> io::Result<()> {
        let old = self.old();
        match renameat_with(CWD, next, CWD, to, RenameFlags::EXCHANGE) {
            Ok(()) => fs::rename(next, &old),
            // Not every file system can; then there is a moment without the folder, which the next run would undo.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                fs::rename(to, &old)?;
                fs::rename(next, to).inspect_err(|_| _ = fs::rename(&old, to))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The tree that was replaced becomes the version before; of the same version nobody needs another copy.
    fn retire(&self) -> Result<()> {
        let (old, previous) = (self.old(), self.previous());
        if !old.exists() {
            return Ok(());
        }
        let version = |tree: &Path| FolderState::read(tree).map(|state| state.version);
        if version(&old) == version(&self.to) {
            return remove_tree(&old);
        }
        remove_tree(&previous)?;
        rename(&old, &previous)
    }
}

fn turn(tree: &Path) -> Option<u64> {
    FolderState::read(tree).map(|state| state.turn)
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(Error::disk("move", from))
}
