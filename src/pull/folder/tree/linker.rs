//! Puts files into the next tree: linked where the file system can, else copied.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use super::Placement;

/// Puts files into a tree by hard links, each source once; a second use is a copy.
#[derive(Debug, Default)]
pub(super) struct Linker {
    /// By device and inode: under another name a file is still the same one.
    pub(super) used: HashSet<(u64, u64)>,
    /// Folders that were made already.
    pub(super) folders: HashSet<PathBuf>,
    /// Where files were put.
    pub(super) placed: Vec<PathBuf>,
}

impl Linker {
    /// Links where that is possible, else copies. Two files of a tree never are one: who writes into one means one.
    pub(super) fn put(&mut self, from: &Path, about: &Metadata, to: &Path) -> io::Result<Placement> {
        if let Some(folder) = to.parent().filter(|folder| !self.folders.contains(*folder)) {
            fs::create_dir_all(folder)?;
            self.folders.insert(folder.to_owned());
        }
        // A file system that folds more than the list's author knew finds one name where there are two.
        if let Ok(there) = fs::symlink_metadata(to) {
            return Err(self.taken(&there));
        }
        self.placed.push(to.to_owned());
        let is_first = self.used.insert((about.dev(), about.ino()));
        if is_first && fs::hard_link(from, to).is_ok() {
            return Ok(Placement::Linked);
        }
        if about.is_symlink() {
            symlink(fs::read_link(from)?, to)?;
        } else {
            fs::copy(from, to)?;
        }
        Ok(Placement::Copied)
    }

    /// The error of a file whose place is taken. It names the other file, for whoever has to rename one of the two.
    fn taken(&self, there: &Metadata) -> io::Error {
        let identity = |about: &Metadata| (about.dev(), about.ino());
        let is_it = |path: &&PathBuf| fs::symlink_metadata(path).is_ok_and(|about| identity(&about) == identity(there));
        let why = match self.placed.iter().find(is_it) {
            Some(other) => format!(
                "this file system takes it for `{}`, another file of the pack",
                other.display()
            ),
            None => "this file system takes it for another file of the pack".to_owned(),
        };
        io::Error::new(io::ErrorKind::AlreadyExists, why)
    }
}
