//! The index on disk: one folder a generation, a pointer to the live one, a lock for the one process that writes.
//!
//! ```text
//! index/lock            held by the process that writes, from its first write on
//! index/current         the name of the live generation
//! index/<generation>/   two tantivy indexes, `resources` and `passages`. The last commit of `resources` says by what rules both
//!                       were made and up to which change they are true; `passages` is always committed first
//! ```
//!
//! Everything here can be made again from the database and the stored passages, so nothing here is ever repaired: what
//! cannot be read is left aside, and a new generation is built beside what can.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentId;
use tantivy::schema::Schema;
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, SegmentReader};
use uuid::Uuid;

use super::fast_fields::FastFields;
use super::schema::{PassageFields, ResourceFields, of_passages, of_resources, register_analysis, schema_hash};
use super::{Position, SearchError};

const LOCK: &str = "lock";
const CURRENT: &str = "current";

/// The metadata of a commit: by which rules it was made and up to which change it is true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CommitMeta {
    /// The rules it was made by.
    pub(super) schema: String,
    /// Up to which change of which history it is true.
    #[serde(flatten)]
    pub(super) position: Position,
    /// It was built from everything there is; false for one that began empty in place of one that was lost.
    pub(super) whole: bool,
}

impl CommitMeta {
    /// The metadata of a generation that holds nothing yet.
    fn empty() -> Self {
        Self {
            schema: schema_hash(),
            position: Position::default(),
            whole: false,
        }
    }
}

/// The index folder: its generations, the pointer to the live one, and the lock.
#[derive(Debug)]
pub(super) struct IndexDir {
    dir: PathBuf,
    /// Held from the first write on: whoever only looks things up keeps nobody from writing.
    lock: Mutex<Option<File>>,
}

impl IndexDir {
    /// The folder, as it is: nothing is made and nothing is locked.
    pub(super) fn at(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            lock: Mutex::default(),
        }
    }

    /// Takes the lock unless this process has it; says whether it was taken just now.
    pub(super) fn lock(&self) -> Result<bool, SearchError> {
        let mut held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.dir.join(LOCK);
        if held.as_ref().is_some_and(|file| is_same(file, &path)) {
            return Ok(false);
        }
        // One whose file is gone locks nothing.
        *held = None;
        fs::create_dir_all(&self.dir).map_err(SearchError::Disk)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(SearchError::Disk)?;
        match file.try_lock() {
            Ok(()) => *held = Some(file),
            Err(TryLockError::WouldBlock) => return Err(SearchError::Locked(self.dir.clone())),
            Err(TryLockError::Error(error)) => return Err(SearchError::Disk(error)),
        }
        Ok(true)
    }

    /// Gives the lock back: what it was taken for could not be done.
    pub(super) fn unlock(&self) {
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether a generation is still here, and still the live one.
    pub(super) fn is_live(&self, name: &str) -> Result<bool, SearchError> {
        let has_list = |part: &str| {
            let list = fs::metadata(self.dir.join(name).join(part).join("meta.json"));
            Ok::<_, SearchError>(unless_absent(list)?.is_some_and(|list| list.is_file()))
        };
        Ok(self.live_name()?.as_deref() == Some(name) && has_list(RESOURCES)? && has_list(PASSAGES)?)
    }

    /// The name of the live generation, if there is a pointer that names one.
    fn live_name(&self) -> Result<Option<String>, SearchError> {
        let live_name = unless_absent(fs::read_to_string(self.dir.join(CURRENT)))?;
        // It names a folder here and nothing else, whatever may be written in it.
        let name = live_name.and_then(|name| name.trim().parse::<Uuid>().ok());
        Ok(name.map(|name| name.to_string()))
    }

    /// The folder.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The live generation; none where there is none, or one that is torn. A disk that only does not let us read says
    /// nothing of what is on it: then whoever asks must not put another in its place.
    pub(super) fn current(&self) -> Result<Option<IndexGeneration>, SearchError> {
        let Some(name) = self.live_name()? else { return Ok(None) };
        match IndexGeneration::open(&self.dir, &name) {
            Ok(generation) => Ok(Some(generation)),
            Err(error) => {
                if let Some(disk) = of_disk(&error) {
                    return Err(SearchError::Disk(disk));
                }
                tracing::warn!(generation = %name, "the search index cannot be read and will be built anew: {error:#}");
                Ok(None)
            }
        }
    }

    /// Makes a new, empty generation beside the live one.
    pub(super) fn create(&self) -> Result<IndexGeneration, SearchError> {
        IndexGeneration::create(&self.dir, &Uuid::now_v7().to_string())
    }

    /// Makes a generation the live one, as one step that is durable when this returns.
    pub(super) fn switch_to(&self, generation: &IndexGeneration) -> io::Result<()> {
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
    pub(super) fn remove_others(&self, keep: &str) -> io::Result<()> {
        for entry in fs::read_dir(&self.dir)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            // Whatever else lies in the folder is not ours.
            let is_generation = name.parse::<Uuid>().is_ok();
            if is_generation && name != keep {
                self.remove(&name);
            }
        }
        Ok(())
    }
}

/// What was read; none where nothing is there that could be.
fn unless_absent<T>(read: io::Result<T>) -> Result<Option<T>, SearchError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if is_trouble(&error) => Err(SearchError::Disk(error)),
        Err(_) => Ok(None),
    }
}

/// Whether the system did not let us read: too many open files, no permission, a failing disk. Without a number of the
/// system's it is what was read that is wrong.
fn is_trouble(error: &io::Error) -> bool {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    error.raw_os_error().is_some() && !matches!(error.kind(), NotFound | NotADirectory | IsADirectory)
}

/// The system's word in a failure of the engine, if it did not let us read.
fn of_disk(error: &SearchError) -> Option<io::Error> {
    use tantivy::TantivyError;
    use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
    let error: &io::Error = match error {
        SearchError::Disk(error) => error,
        SearchError::Engine(
            TantivyError::IoError(error)
            | TantivyError::LockFailure(LockError::IoError(error), _)
            | TantivyError::OpenDirectoryError(
                OpenDirectoryError::FailedToCreateTempDir(error) | OpenDirectoryError::IoError { io_error: error, .. },
            )
            | TantivyError::OpenReadError(OpenReadError::IoError { io_error: error, .. })
            | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: error, .. }),
        ) => error,
        _ => return None,
    };
    // The engine keeps it for itself; its number says the same.
    let number = error.raw_os_error().filter(|_| is_trouble(error))?;
    Some(io::Error::from_raw_os_error(number))
}

/// Whether an open file is the one that a path names.
fn is_same(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

/// A pair of indexes that can be asked.
pub(super) struct IndexGeneration {
    /// Its folder's name.
    pub(super) name: String,
    pub(super) fields: ResourceFields,
    pub(super) passage_fields: PassageFields,
    resources: OpenIndex,
    passages: OpenIndex,
    /// What questions are answered from; `None` before the first.
    snapshot: Mutex<Option<Arc<SearchSnapshot>>>,
    commit_meta: RwLock<CommitMeta>,
}

/// A snapshot of the resources that can be searched, with their fast fields.
pub(super) struct SearchSnapshot {
    pub(super) resources: Searcher,
    /// What is known of them, by segment.
    pub(super) fast_fields: Vec<Arc<FastFields>>,
}

impl SearchSnapshot {
    /// Reads what is not known from an earlier state.
    fn of(resources: Searcher, earlier: Option<&Self>) -> Result<Self, SearchError> {
        let readers = earlier.iter().flat_map(|snapshot| snapshot.resources.segment_readers());
        let fast_fields = earlier.iter().flat_map(|snapshot| &snapshot.fast_fields);
        let known: HashMap<SegmentId, &Arc<FastFields>> =
            readers.map(SegmentReader::segment_id).zip(fast_fields).collect();
        let mut fast_fields = Vec::with_capacity(resources.segment_readers().len());
        for reader in resources.segment_readers() {
            fast_fields.push(match known.get(&reader.segment_id()) {
                Some(known) => Arc::clone(known),
                None => Arc::new(FastFields::read(reader)?),
            });
        }
        Ok(Self { resources, fast_fields })
    }
}

/// An opened tantivy index with its reader.
struct OpenIndex {
    index: Index,
    reader: IndexReader,
}

/// Writes both indexes of a generation.
pub(super) struct Writers {
    pub(super) resources: IndexWriter,
    pub(super) passages: IndexWriter,
}

const RESOURCES: &str = "resources";
const PASSAGES: &str = "passages";

impl IndexGeneration {
    fn create(dir: &Path, name: &str) -> Result<Self, SearchError> {
        let create = |part: &str, schema: Schema| {
            let path = dir.join(name).join(part);
            fs::create_dir_all(&path).map_err(SearchError::Disk)?;
            let directory = MmapDirectory::open(&path).map_err(tantivy::TantivyError::from)?;
            Ok::<_, SearchError>(Index::create(directory, schema, IndexSettings::default())?)
        };
        let resources = create(RESOURCES, of_resources())?;
        Self::with(name, resources, create(PASSAGES, of_passages())?)
    }

    fn open(dir: &Path, name: &str) -> Result<Self, SearchError> {
        let open = |part: &str| {
            let path = dir.join(name).join(part);
            // The engine takes a folder that it may not look at for one that is not there.
            fs::metadata(&path).map_err(SearchError::Disk)?;
            Ok::<_, SearchError>(Index::open_in_dir(path)?)
        };
        Self::with(name, open(RESOURCES)?, open(PASSAGES)?)
    }

    /// Something to ask while there is nothing on disk.
    pub(super) fn in_memory() -> Result<Self, SearchError> {
        let create = |schema: Schema| Index::create_in_ram(schema);
        Self::with("", create(of_resources()), create(of_passages()))
    }

    fn with(name: &str, resources: Index, passages: Index) -> Result<Self, SearchError> {
        let fields = ResourceFields::of(&resources.schema()).ok_or(SearchError::Foreign)?;
        let passage_fields = PassageFields::of(&passages.schema()).ok_or(SearchError::Foreign)?;
        let payload = resources.load_metas()?.payload;
        // What cannot be read is of another version: as empty metadata it says that the index is to be built anew.
        let commit_meta = payload.and_then(|payload| serde_json::from_str(&payload).ok());
        Ok(Self {
            name: name.to_owned(),
            fields,
            passage_fields,
            resources: OpenIndex::new(resources)?,
            passages: OpenIndex::new(passages)?,
            snapshot: Mutex::default(),
            commit_meta: RwLock::new(commit_meta.unwrap_or_else(CommitMeta::empty)),
        })
    }

    /// Whether it was never on disk.
    pub(super) fn is_in_memory(&self) -> bool {
        self.name.is_empty()
    }

    /// Writers with threads of their own.
    pub(super) fn writers(&self, threads: usize, memory_bytes: usize) -> Result<Writers, SearchError> {
        let writer = |index: &Index| index.writer_with_num_threads(threads, memory_bytes);
        Ok(Writers {
            resources: writer(&self.resources.index)?,
            passages: writer(&self.passages.index)?,
        })
    }

    /// The resources that can be searched now.
    pub(super) fn resources(&self) -> Searcher {
        self.resources.reader.searcher()
    }

    /// What questions are answered from.
    pub(super) fn snapshot(&self) -> Result<Arc<SearchSnapshot>, SearchError> {
        let mut slot = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(snapshot) = &*slot {
            return Ok(Arc::clone(snapshot));
        }
        let snapshot = Arc::new(SearchSnapshot::of(self.resources(), None)?);
        *slot = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// The passages that can be searched now.
    pub(super) fn passages(&self) -> Searcher {
        self.passages.reader.searcher()
    }

    /// What the last commit says about itself.
    pub(super) fn commit_meta(&self) -> CommitMeta {
        self.commit_meta.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Commits what the writers hold, together with its metadata, and shows it. The resources' commit is the last word:
    /// cut off before it, the same changes come again, and twice does no harm.
    pub(super) fn commit(&self, writers: &mut Writers, commit_meta: CommitMeta) -> Result<(), SearchError> {
        let payload = serde_json::to_string(&commit_meta).expect("commit metadata is plain data");
        let Writers { resources, passages } = writers;
        let (passages, commit) = std::thread::scope(|scope| {
            // Side by side, since both wait for the disk; the resources' last word is still to come.
            let passages = scope.spawn(|| passages.commit());
            let commit = resources.prepare_commit();
            (passages.join(), commit)
        });
        passages.map_err(|_| SearchError::Damaged)??;
        let mut commit = commit?;
        commit.set_payload(&payload);
        commit.commit()?;
        // Shown before it is said: whoever waits for a change looks at its number and then searches.
        self.reload()?;
        *self.commit_meta.write().unwrap_or_else(PoisonError::into_inner) = commit_meta;
        Ok(())
    }

    /// Shows the last commit, and what merging made of it.
    pub(super) fn reload(&self) -> Result<(), SearchError> {
        // Passages first: no resource is to be found before its passages can be shown.
        self.passages.reader.reload()?;
        self.resources.reader.reload()?;
        // Read while questions are still answered from the state before: none of them waits for it.
        let earlier = self.snapshot()?;
        let snapshot = Arc::new(SearchSnapshot::of(self.resources(), Some(&earlier))?);
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
        Ok(())
    }

    /// Reads everything and compares checksums; the names of the files that are not as they were written.
    pub(super) fn damaged_files(&self) -> Result<Vec<String>, SearchError> {
        let mut damaged = Vec::new();
        for (part, open_index) in [(RESOURCES, &self.resources), (PASSAGES, &self.passages)] {
            let files = open_index.index.validate_checksum()?;
            damaged.extend(files.into_iter().map(|path| format!("{part}/{}", path.display())));
        }
        Ok(damaged)
    }
}

impl OpenIndex {
    fn new(index: Index) -> Result<Self, SearchError> {
        register_analysis(&index);
        // Reloaded by hand after each commit: who commits here also says when it is to be seen.
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader })
    }
}

impl Writers {
    /// Forgets what was not committed.
    pub(super) fn rollback(&mut self) -> Result<(), SearchError> {
        self.passages.rollback()?;
        self.resources.rollback()?;
        Ok(())
    }

    /// Waits until merging is done.
    pub(super) fn wait_merging_threads(self) -> Result<(), SearchError> {
        self.passages.wait_merging_threads()?;
        Ok(self.resources.wait_merging_threads()?)
    }
}
