//! Scan of a folder: what is in it now, and which of it can be used for another version.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::PullFolder;
use super::state::{CheckedFile, FileStat, FolderState};
use crate::domain::id::Sha256;
use crate::pack::manifest::Manifest;
use crate::pull::error::{Error, Result};
use crate::pull::hash;

/// Result of scanning a folder.
#[derive(Debug, Default)]
pub struct FolderScan {
    /// The pack's files that are as they were put there.
    pub intact: BTreeMap<String, CheckedFile>,
    /// The pack's files that somebody changed.
    pub changed: Vec<PathBuf>,
    /// What somebody added: files, links, empty folders.
    pub own: Vec<PathBuf>,
    /// Where contents are, checked.
    pub(super) held: HashMap<Sha256, HeldContent>,
    /// Everything that was there, to see later whether it still is.
    seen: Vec<ScannedEntry>,
}

/// A local file that has a content of the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeldContent {
    pub(super) path: PathBuf,
    /// What it looked like when it was checked.
    pub(super) stat: FileStat,
}

/// An entry of the folder, to see later whether it has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ScannedEntry {
    path: PathBuf,
    /// None for what is no file: a link, an empty folder.
    stat: Option<FileStat>,
}

impl FolderScan {
    /// Whether everything that the last pull put here is still as it was.
    pub fn is_whole(&self, state: &FolderState) -> bool {
        self.changed.is_empty() && self.intact.len() == state.files.len()
    }

    /// Whether a content is held somewhere.
    pub fn holds(&self, sha256: &Sha256) -> bool {
        self.held.contains_key(sha256)
    }

    fn hold(&mut self, sha256: Sha256, path: PathBuf, stat: FileStat) {
        // The first place stays: the pack's own files come before copies elsewhere.
        self.held.entry(sha256).or_insert(HeldContent { path, stat });
    }
}

impl PullFolder {
    /// Scans the folder. Only files whose size or time has changed are read.
    pub fn scan(&self) -> Result<FolderScan> {
        let mut scan = FolderScan {
            seen: self.entries()?,
            ..FolderScan::default()
        };
        for entry in scan.seen.clone() {
            let known = entry
                .path
                .to_str()
                .and_then(|path| Some((path, self.state()?.files.get(path)?)));
            let Some((path, kept)) = known else {
                scan.own.push(entry.path);
                continue;
            };
            match self.stat_if_intact(&entry, kept)? {
                Some(stat) => {
                    let sha256 = kept.sha256.clone();
                    scan.hold(sha256.clone(), self.to.join(path), stat);
                    scan.intact.insert(path.to_owned(), CheckedFile { sha256, stat });
                }
                None => scan.changed.push(entry.path),
            }
        }
        Ok(scan)
    }

    /// Looks for contents that a version needs and the folder lacks: in the version before, and in what its user moved
    /// about.
    pub fn search(&self, scan: &mut FolderScan, manifest: &Manifest) -> Result<()> {
        self.search_previous(scan);
        let lengths = missing_lengths(scan, manifest);
        for path in scan.own.iter().chain(&scan.changed).cloned().collect::<Vec<_>>() {
            let path = self.to.join(path);
            // Only what has a length that is missing is read.
            let Some(stat) = FileStat::at(&path).filter(|stat| lengths.contains(&stat.size)) else {
                continue;
            };
            let sha256 = hash::sha256_of(&path).map_err(Error::disk("read", &path))?;
            scan.hold(sha256, path, stat);
        }
        Ok(())
    }

    fn search_previous(&self, scan: &mut FolderScan) {
        let previous = self.previous();
        for (path, kept) in FolderState::read(&previous)
            .map(|state| state.files)
            .unwrap_or_default()
        {
            let path = previous.join(path);
            let is_as_left = FileStat::at(&path) == Some(kept.stat);
            if is_as_left {
                scan.hold(kept.sha256, path, kept.stat);
            }
        }
    }

    /// Refuses if somebody has written into the folder since the scan.
    pub(super) fn expect_unchanged(&self, scan: &FolderScan) -> Result<()> {
        let now = self.entries()?;
        if now == scan.seen {
            return Ok(());
        }
        let longer = if now.len() > scan.seen.len() { &now } else { &scan.seen };
        let same = scan.seen.iter().zip(&now).take_while(|(before, now)| before == now);
        let entry = &longer[same.count()];
        Err(Error::ChangedMeanwhile {
            path: entry.path.display().to_string(),
        })
    }

    /// Files, links and empty folders, sorted.
    fn entries(&self) -> Result<Vec<ScannedEntry>> {
        let mut entries = Vec::new();
        let metadata_dir = self.metadata_dir();
        let walk = WalkDir::new(&self.to).min_depth(1).sort_by_file_name();
        for found in walk.into_iter().filter_entry(|found| found.path() != metadata_dir) {
            let found = match found {
                Ok(found) => found,
                // Gone since its folder was read.
                Err(error) if is_missing(&error) => continue,
                Err(error) => return Err(Error::disk("read", &self.to)(error.into())),
            };
            if found.file_type().is_dir() && !is_empty(found.path()) {
                continue;
            }
            let path = found.path().strip_prefix(&self.to).expect("it was found there");
            entries.push(ScannedEntry {
                path: path.to_owned(),
                stat: FileStat::at(found.path()),
            });
        }
        Ok(entries)
    }

    fn stat_if_intact(&self, entry: &ScannedEntry, kept: &CheckedFile) -> Result<Option<FileStat>> {
        let Some(stat) = entry.stat else { return Ok(None) };
        if stat == kept.stat {
            return Ok(Some(stat));
        }
        let path = self.to.join(&entry.path);
        let sha256 = hash::sha256_of(&path).map_err(Error::disk("read", &path))?;
        Ok((sha256 == kept.sha256).then_some(stat))
    }
}

/// Lengths of what a version needs and nobody has found yet.
fn missing_lengths(scan: &FolderScan, manifest: &Manifest) -> HashSet<u64> {
    let targets = manifest.targets.values();
    let missing = targets.filter(|target| !scan.holds(&target.hashes.sha256));
    missing.map(|target| target.length).collect()
}

fn is_missing(error: &walkdir::Error) -> bool {
    error
        .io_error()
        .is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}
