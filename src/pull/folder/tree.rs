//! Builds the next tree: the pack's files out of what is held and what was fetched, and the user's own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::scan::{FolderScan, HeldContent};
use super::state::{CheckedFile, FileStat, FolderState, INDEX, STATE};
use super::{
    MANIFEST, METADATA_DIR, PullFolder, ROOT, SNAPSHOT, TIMESTAMP, manifest_of, remove_tree, sync_folder, write,
};
use crate::domain::id::{ResourceId, Sha256};
use crate::domain::time::Timestamp;
use crate::pack::archive::index;
use crate::pack::canonical;
use crate::pack::manifest::{Manifest, Target};
use crate::pull::error::{Error, Result};
use crate::pull::source::update_session::Release;

mod linker;
mod taken_names;

use self::linker::Linker;
use self::taken_names::TakenNames;

/// What stands behind the name of a file that its user changed.
const CHANGED_HERE: &str = "本机修改";

/// A file of the user's that could not stay under its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// Its path before.
    pub path: String,
    /// Its path now.
    pub now: String,
}

/// A tree that is complete and synced, not yet in its place.
#[derive(Debug)]
pub struct BuiltTree {
    /// How many files of the user's are in it.
    pub local: usize,
    /// Those of them that could not stay under their names.
    pub aside: Vec<Conflict>,
    /// Paths that are not in it, because they may no longer be shared.
    pub left_out: Vec<String>,
}

impl PullFolder {
    /// Path of the next tree.
    pub(super) fn next(&self) -> PathBuf {
        self.work.join("next")
    }

    /// Begins the tree of a version beside the folder, with what its files do not change.
    pub fn begin(&self, release: &Release) -> Result<StagedTree> {
        let next = self.next();
        remove_tree(&next)?;
        let metadata_dir = next.join(METADATA_DIR);
        fs::create_dir_all(&metadata_dir).map_err(Error::disk("make", &metadata_dir))?;
        if let Ok(about) = fs::metadata(&self.to) {
            // Whoever may look into the folder may look into the next one.
            fs::set_permissions(&next, about.permissions()).map_err(Error::disk("open up", &next))?;
        }
        self.place_documents(release)?;
        Ok(StagedTree {
            index: index::xlsx(&release.manifest),
            files: HashMap::new(),
            links: Linker::default(),
        })
    }

    /// Puts a file of the version into the tree.
    pub(super) fn place(&self, tree: &mut StagedTree, scan: &FolderScan, path: &str, target: &Target) -> Result<()> {
        match self.place_file(&mut tree.links, scan, path, target) {
            Ok(kept) => {
                tree.files.insert(path.to_owned(), kept);
                Ok(())
            }
            // What stands there is another file.
            Err(error) if error.is_taken() => Err(error),
            Err(error) => {
                self.take_back(path)?;
                Err(error)
            }
        }
    }

    /// Finishes a tree: what was placed early is looked at once more, and what was not is placed. What may no longer be
    /// shared is left out.
    pub fn build(
        &self,
        mut tree: StagedTree,
        release: &Release,
        scan: &FolderScan,
        gone: &BTreeSet<Sha256>,
    ) -> Result<BuiltTree> {
        let mut state = self.new_state(&release.manifest);
        for (path, target) in &release.manifest.targets {
            if gone.contains(&target.hashes.sha256) {
                state.left_out.push(path.clone());
                continue;
            }
            if !self.is_as_placed(&tree, path) {
                if tree.files.remove(path).is_some() {
                    self.take_back(path)?;
                }
                self.place(&mut tree, scan, path, target)?;
            }
            state.files.extend(tree.files.remove_entry(path));
        }
        let aside = self.carry_over_local(&mut tree.links, scan, &release.manifest)?;
        for (name, bytes) in &release.made {
            state.made.insert(name.clone());
            self.place_made(name, bytes, &mut state)?;
        }
        self.place_made(INDEX, &tree.index, &mut state)?;
        self.seal(&state)?;
        Ok(BuiltTree {
            local: scan.own.len() + scan.changed.len(),
            aside,
            left_out: state.left_out,
        })
    }

    /// Whether a file stands in the tree as it was put there: whoever writes into one that is linked changes both.
    fn is_as_placed(&self, tree: &StagedTree, path: &str) -> bool {
        let placed = tree.files.get(path);
        placed.is_some_and(|kept| FileStat::at(&self.next().join(path)) == Some(kept.stat))
    }

    /// Removes a file from the tree. A copy laid over it would be written into whatever it is a hard link to.
    fn take_back(&self, path: &str) -> Result<()> {
        let to = self.next().join(path);
        match fs::remove_file(&to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::disk("write", &to)(error)),
            _ => Ok(()),
        }
    }

    /// Writes something that was made for the version, such as the list of files that people read. One that the user has made
    /// or changed stays.
    fn place_made(&self, name: &str, bytes: &[u8], state: &mut FolderState) -> Result<()> {
        let to = self.next().join(name);
        if to.exists() {
            return Ok(());
        }
        fs::write(&to, bytes).map_err(Error::disk("write", &to))?;
        let kept = FileStat::at(&to).map(|stat| CheckedFile {
            sha256: canonical::sha256(bytes),
            stat,
        });
        state.files.extend(kept.map(|kept| (name.to_owned(), kept)));
        Ok(())
    }

    fn new_state(&self, manifest: &Manifest) -> FolderState {
        FolderState {
            pack: manifest.pack.id,
            version: manifest.version,
            turn: self.state.as_ref().map_or(0, |state| state.turn) + 1,
            files: BTreeMap::new(),
            made: BTreeSet::new(),
            left_out: Vec::new(),
            leaving: self.leaving(manifest),
        }
    }

    /// What the version that is held now has of resources that are to be deleted later.
    fn leaving(&self, manifest: &Manifest) -> BTreeMap<String, Timestamp> {
        let held = fs::read(self.metadata_dir().join(MANIFEST)).ok();
        let Some(held) = held.and_then(|bytes| manifest_of(&bytes)) else {
            return BTreeMap::new();
        };
        let targets = held.targets.into_iter();
        targets
            .filter_map(|(path, target)| Some((path, manifest.gone.get(&target.custom.resource)?.keep_until)))
            .collect()
    }

    /// What the version that is held now has of resources that were taken down at once.
    pub(super) fn taken_down(&self, manifest: &Manifest) -> Vec<String> {
        let held = fs::read(self.metadata_dir().join(MANIFEST)).ok();
        let held = held.and_then(|bytes| manifest_of(&bytes));
        let is_taken_down = |resource: &ResourceId| manifest.gone.get(resource).is_some_and(|gone| gone.at_once);
        let targets = held.into_iter().flat_map(|held| held.targets);
        let paths = targets.filter_map(|(path, target)| is_taken_down(&target.custom.resource).then_some(path));
        paths.collect()
    }

    fn place_file(&self, links: &mut Linker, scan: &FolderScan, path: &str, target: &Target) -> Result<CheckedFile> {
        let to = self.next().join(path);
        let sha256 = &target.hashes.sha256;
        let place = self.find(scan, path, sha256);
        let moved = || Error::ChangedMeanwhile { path: path.to_owned() };
        let about = fs::symlink_metadata(&place.path).map_err(|_| moved())?;
        let before = FileStat::of(&about).filter(|stat| stat.size == target.length);
        let is_as_checked = before.is_some_and(|before| place.stat.is_none_or(|checked| checked == before));
        if !is_as_checked {
            return Err(moved());
        }
        let put = links.put(&place.path, &about, &to).map_err(Error::disk("write", &to))?;
        // Whoever writes into a file between the check and this moment changes how it looks; of a link both look the same.
        let is_as_before = |path: &Path| FileStat::at(path) == before;
        let stat = match put {
            Placement::Linked => before.filter(|_| is_as_before(&to)),
            Placement::Copied => {
                FileStat::at(&to).filter(|stat| stat.size == target.length && is_as_before(&place.path))
            }
        };
        stat.map(|stat| CheckedFile {
            sha256: sha256.clone(),
            stat,
        })
        .ok_or_else(moved)
    }

    /// Where a content is: best under its own path, else anywhere, else it has just been fetched.
    fn find(&self, scan: &FolderScan, path: &str, sha256: &Sha256) -> ContentSource {
        if let Some(kept) = scan.intact.get(path).filter(|kept| kept.sha256 == *sha256) {
            return ContentSource {
                path: self.to.join(path),
                stat: Some(kept.stat),
            };
        }
        match scan.held.get(sha256) {
            Some(HeldContent { path, stat }) => ContentSource {
                path: path.clone(),
                stat: Some(*stat),
            },
            None => ContentSource {
                path: self.partial().join(sha256.hex()),
                stat: None,
            },
        }
    }

    /// Takes over what is the user's: added files under their names, changed ones beside the pack's.
    fn carry_over_local(&self, links: &mut Linker, scan: &FolderScan, manifest: &Manifest) -> Result<Vec<Conflict>> {
        let mut names = TakenNames::of(manifest);
        let mut aside = Vec::new();
        for path in scan.own.iter().chain(&scan.changed) {
            let from = self.to.join(path);
            let about = fs::symlink_metadata(&from).map_err(Error::disk("read", &from))?;
            if self.is_in_its_place(&from, path, manifest) {
                continue;
            }
            let now = names.place(path, about.is_dir());
            let to = self.next().join(&now);
            let carried = if about.is_dir() {
                fs::create_dir_all(&to)
            } else {
                links.put(&from, &about, &to).map(drop)
            };
            carried.map_err(Error::disk("write", &to))?;
            if now != *path {
                let [path, now] = [path, &now].map(|path| path.display().to_string());
                aside.push(Conflict { path, now });
            }
        }
        Ok(aside)
    }

    /// Whether a file that the user put here is just the one that the version has under this path.
    fn is_in_its_place(&self, from: &Path, path: &Path, manifest: &Manifest) -> bool {
        let Some(target) = path.to_str().and_then(|path| manifest.targets.get(path)) else {
            return false;
        };
        let next = FileStat::at(&self.next().join(path));
        let is_the_same_length = FileStat::at(from).is_some_and(|stat| stat.size == target.length);
        let is_the_same = || crate::pull::hash::sha256_of(from).is_ok_and(|sha256| sha256 == target.hashes.sha256);
        next.is_some() && is_the_same_length && is_the_same()
    }

    fn place_documents(&self, release: &Release) -> Result<()> {
        let metadata_dir = self.next().join(METADATA_DIR);
        write(&metadata_dir.join(ROOT), &release.root)?;
        write(&metadata_dir.join(SNAPSHOT), &release.snapshot)?;
        write(&metadata_dir.join(MANIFEST), &release.manifest_bytes)?;
        match &release.timestamp {
            Some(timestamp) => write(&metadata_dir.join(TIMESTAMP), timestamp),
            None => Ok(()),
        }
    }

    /// Syncs what was placed so far: one `syncfs` costs less than an `fsync` for each file.
    pub(super) fn sync(&self) -> Result<()> {
        let next = self.next();
        let failed = || Error::disk("make last", &next);
        let folder = File::open(&next).map_err(failed())?;
        rustix::fs::syncfs(&folder).map_err(|error| failed()(error.into()))
    }

    /// Syncs everything, and only then writes the state that says the tree is whole.
    fn seal(&self, state: &FolderState) -> Result<()> {
        self.sync()?;
        let next = self.next();
        let failed = || Error::disk("make last", &next);
        let bytes = serde_json::to_vec(state).expect("a state can be written as JSON");
        let path = next.join(METADATA_DIR).join(STATE);
        write(&path, &bytes)?;
        let synced = File::open(&path).and_then(|file| file.sync_all());
        synced
            .and_then(|()| sync_folder(&next.join(METADATA_DIR)))
            .map_err(failed())
    }
}

/// The next tree while it is staged.
#[derive(Debug)]
pub struct StagedTree {
    /// The list of files that people read.
    index: Vec<u8>,
    /// What was placed, by path.
    files: HashMap<String, CheckedFile>,
    links: Linker,
}

/// Where a content is taken from.
struct ContentSource {
    path: PathBuf,
    /// What it looked like when it was checked; none for what has just been fetched, and checked as it came.
    stat: Option<FileStat>,
}

/// How a file came into a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placement {
    Linked,
    Copied,
}
