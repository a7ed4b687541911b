//! The index on disk: one folder a generation, a pointer to the live one, a lock for the one process that writes.
//!
//! ```text
//! index/lock            held by the process that writes
//! index/current         the name of the live generation
//! index/<generation>/   a tantivy index; its last commit says by what rules it was made and up to which change it is true
//! ```
//!
//! Everything here can be made again from the database and the stored passages, so nothing here is ever repaired: what
//! cannot be read is left aside, and a new generation is built beside what can.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher};

use crate::domain::id::Id;

use super::SearchError;
use super::schema::{Fields, register_analysis, schema, schema_hash};

const LOCK: &str = "lock";
const CURRENT: &str = "current";

/// What a commit says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Standing {
    /// The rules it was made by.
    pub(super) schema: String,
    /// Up to which change it is true.
    pub(super) change: u64,
    /// It was built from everything there is; false for one that began empty in place of one that was lost.
    pub(super) whole: bool,
}

impl Standing {
    /// The standing of a generation that holds nothing yet.
    fn empty() -> Self {
        Self {
            schema: schema_hash(),
            change: 0,
            whole: false,
        }
    }
}

/// The folder that the generations live in.
#[derive(Debug)]
pub(super) struct Home {
    dir: PathBuf,
    /// Held as long as this process may write.
    lock: Option<File>,
}

impl Home {
    /// Opens the folder, for writing if no other process does.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join(LOCK))?;
        let lock = match file.try_lock() {
            Ok(()) => Some(file),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(error)) => return Err(error),
        };
        Ok(Self {
            dir: dir.to_owned(),
            lock,
        })
    }

    /// Whether this process may write.
    pub(super) fn may_write(&self) -> bool {
        self.lock.is_some()
    }

    /// The folder.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The live generation, if there is one that can be read.
    pub(super) fn current(&self) -> Option<Generation> {
        let name = fs::read_to_string(self.dir.join(CURRENT)).ok()?;
        // The pointer names a folder here and nothing else, whatever may be written in it.
        let name: Id = name.trim().parse().ok()?;
        match Generation::open(&self.dir, &name.to_string()) {
            Ok(generation) => Some(generation),
            Err(error) => {
                tracing::warn!(generation = %name, "the search index cannot be read and will be built anew: {error:#}");
                None
            }
        }
    }

    /// Makes a new, empty generation beside the live one.
    pub(super) fn create(&self) -> Result<Generation, SearchError> {
        Generation::create(&self.dir, &Id::new().to_string())
    }

    /// Makes a generation the live one, as one step that is durable when this returns.
    pub(super) fn point_to(&self, generation: &Generation) -> io::Result<()> {
        let coming = self.dir.join("current.new");
        let mut file = File::create(&coming)?;
        file.write_all(generation.name.as_bytes())?;
        file.sync_all()?;
        fs::rename(&coming, self.dir.join(CURRENT))?;
        File::open(&self.dir)?.sync_all()
    }

    /// Removes a generation. What is still being read stays readable until it is let go.
    pub(super) fn remove(&self, name: &str) {
        if let Err(error) = fs::remove_dir_all(self.dir.join(name)) {
            tracing::warn!("an old search index `{name}` could not be removed: {error}");
        }
    }

    /// Removes every generation but one: those replaced, broken or never finished.
    pub(super) fn sweep(&self, keep: &str) -> io::Result<()> {
        for entry in fs::read_dir(&self.dir)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let is_generation = name.parse::<Id>().is_ok();
            if is_generation && name != keep {
                self.remove(&name);
            }
        }
        Ok(())
    }
}

/// An index that can be asked.
pub(super) struct Generation {
    /// Its folder's name.
    pub(super) name: String,
    /// Its fields.
    pub(super) fields: Fields,
    index: Index,
    reader: IndexReader,
    standing: RwLock<Standing>,
}

impl Generation {
    fn create(dir: &Path, name: &str) -> Result<Self, SearchError> {
        let path = dir.join(name);
        fs::create_dir_all(&path).map_err(SearchError::Disk)?;
        let directory = MmapDirectory::open(&path).map_err(tantivy::TantivyError::from)?;
        let index = Index::create(directory, schema(), IndexSettings::default())?;
        Self::with(name, index)
    }

    fn open(dir: &Path, name: &str) -> Result<Self, SearchError> {
        Self::with(name, Index::open_in_dir(dir.join(name))?)
    }

    /// Something to ask while there is nothing on disk and another process is to make it.
    pub(super) fn in_memory() -> Result<Self, SearchError> {
        Self::with("", Index::create_in_ram(schema()))
    }

    fn with(name: &str, index: Index) -> Result<Self, SearchError> {
        register_analysis(&index);
        let fields = Fields::of(&index.schema()).ok_or(SearchError::Foreign)?;
        let payload = index.load_metas()?.payload;
        let standing = payload.and_then(|payload| serde_json::from_str(&payload).ok());
        // Reloaded by hand after each commit: who commits here also says when it is to be seen.
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            name: name.to_owned(),
            fields,
            reader,
            standing: RwLock::new(standing.unwrap_or_else(Standing::empty)),
            index,
        })
    }

    /// A writer with its own threads.
    pub(super) fn writer(&self, threads: usize, memory_bytes: usize) -> Result<IndexWriter, SearchError> {
        Ok(self.index.writer_with_num_threads(threads, memory_bytes)?)
    }

    /// What can be searched now.
    pub(super) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// What the last commit says about itself.
    pub(super) fn standing(&self) -> Standing {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Commits what a writer holds, together with its standing, and shows it.
    pub(super) fn commit(&self, writer: &mut IndexWriter, standing: Standing) -> Result<(), SearchError> {
        let payload = serde_json::to_string(&standing).expect("a standing is plain data");
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        self.show(standing)
    }

    fn show(&self, standing: Standing) -> Result<(), SearchError> {
        self.reader.reload()?;
        *self.standing.write().unwrap_or_else(PoisonError::into_inner) = standing;
        Ok(())
    }

    /// Shows what merging made of the last commit.
    pub(super) fn reload(&self) -> Result<(), SearchError> {
        Ok(self.reader.reload()?)
    }

    /// Reads everything and compares checksums; the names of the files that are not as they were written.
    pub(super) fn damaged_files(&self) -> Result<Vec<String>, SearchError> {
        let damaged = self.index.validate_checksum()?;
        Ok(damaged.into_iter().map(|path| path.display().to_string()).collect())
    }
}
