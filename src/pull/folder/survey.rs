//! What is in a folder now, and which of it can be used for another version.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::Folder;
use super::state::{Kept, Looks, State};
use crate::domain::id::Sha256;
use crate::pack::manifest::Manifest;
use crate::pull::error::{Error, Result};
use crate::pull::hash;

/// What was found.
#[derive(Debug, Default)]
pub struct Survey {
    /// The pack's files that are as they were put there.
    pub intact: BTreeMap<String, Kept>,
    /// The pack's files that somebody changed.
    pub changed: Vec<PathBuf>,
    /// What somebody added: files, links, empty folders.
    pub own: Vec<PathBuf>,
    /// Where contents are, checked.
    pub(super) held: HashMap<Sha256, Place>,
    /// Everything that was there, to see later whether it still is.
    seen: Vec<Entry>,
}

/// Where a content is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    /// What it looked like when it was checked.
    pub(super) looks: Looks,
}

/// Something in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    path: PathBuf,
    /// None for what is no file: a link, an empty folder.
    looks: Option<Looks>,
}

impl Survey {
    /// Whether everything that the last pull put here is still as it was.
    pub fn is_whole(&self, state: &State) -> bool {
        self.changed.is_empty() && self.intact.len() == state.files.len()
    }

    /// Whether a content is held somewhere.
    pub fn holds(&self, sha256: &Sha256) -> bool {
        self.held.contains_key(sha256)
    }

    fn hold(&mut self, sha256: Sha256, path: PathBuf, looks: Looks) {
        self.held.entry(sha256).or_insert(Place { path, looks });
    }
}

impl Folder {
    /// Looks at what is here. Only files that look otherwise than they were left are read.
    pub fn survey(&self) -> Result<Survey> {
        let mut survey = Survey {
            seen: self.entries()?,
            ..Survey::default()
        };
        for entry in survey.seen.clone() {
            let known = entry
                .path
                .to_str()
                .and_then(|path| Some((path, self.state()?.files.get(path)?)));
            let Some((path, kept)) = known else {
                survey.own.push(entry.path);
                continue;
            };
            match self.looks_if_intact(&entry, kept)? {
                Some(looks) => {
                    let sha256 = kept.sha256.clone();
                    survey.hold(sha256.clone(), self.to.join(path), looks);
                    survey.intact.insert(path.to_owned(), Kept { sha256, looks });
                }
                None => survey.changed.push(entry.path),
            }
        }
        Ok(survey)
    }

    /// Finds what a version needs and the folder itself lacks: in the version before, and in what its user moved about.
    pub fn search(&self, survey: &mut Survey, manifest: &Manifest) -> Result<()> {
        self.search_previous(survey);
        let lengths = missing_lengths(survey, manifest);
        for path in survey.own.iter().chain(&survey.changed).cloned().collect::<Vec<_>>() {
            let path = self.to.join(path);
            let Some(looks) = Looks::at(&path).filter(|looks| lengths.contains(&looks.size)) else {
                continue;
            };
            let sha256 = hash::of(&path).map_err(Error::disk("read", &path))?;
            survey.hold(sha256, path, looks);
        }
        Ok(())
    }

    fn search_previous(&self, survey: &mut Survey) {
        let previous = self.previous();
        for (path, kept) in State::read(&previous).map(|state| state.files).unwrap_or_default() {
            let path = previous.join(path);
            let is_as_left = Looks::at(&path) == Some(kept.looks);
            if is_as_left {
                survey.hold(kept.sha256, path, kept.looks);
            }
        }
    }

    /// Whether nobody has written into the folder since it was looked at.
    pub(super) fn expect_unmoved(&self, survey: &Survey) -> Result<()> {
        let now = self.entries()?;
        if now == survey.seen {
            return Ok(());
        }
        let longer = if now.len() > survey.seen.len() {
            &now
        } else {
            &survey.seen
        };
        let same = survey.seen.iter().zip(&now).take_while(|(before, now)| before == now);
        let entry = &longer[same.count()];
        Err(Error::Moved {
            path: entry.path.display().to_string(),
        })
    }

    /// Files, links and empty folders, sorted.
    fn entries(&self) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let ours = self.ours();
        let walk = WalkDir::new(&self.to).min_depth(1).sort_by_file_name();
        for found in walk.into_iter().filter_entry(|found| found.path() != ours) {
            let found = match found {
                Ok(found) => found,
                Err(error) if is_missing(&error) => continue,
                Err(error) => return Err(Error::disk("read", &self.to)(error.into())),
            };
            if found.file_type().is_dir() && !is_empty(found.path()) {
                continue;
            }
            let path = found.path().strip_prefix(&self.to).expect("it was found there");
            entries.push(Entry {
                path: path.to_owned(),
                looks: Looks::at(found.path()),
            });
        }
        Ok(entries)
    }

    fn looks_if_intact(&self, entry: &Entry, kept: &Kept) -> Result<Option<Looks>> {
        let Some(looks) = entry.looks else { return Ok(None) };
        if looks == kept.looks {
            return Ok(Some(looks));
        }
        let path = self.to.join(&entry.path);
        let sha256 = hash::of(&path).map_err(Error::disk("read", &path))?;
        Ok((sha256 == kept.sha256).then_some(looks))
    }
}

/// Lengths of what a version needs and nobody has found yet.
fn missing_lengths(survey: &Survey, manifest: &Manifest) -> HashSet<u64> {
    let targets = manifest.targets.values();
    let missing = targets.filter(|target| !survey.holds(&target.hashes.sha256));
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
