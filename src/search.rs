//! Finding: the index of all resources and their passages, and the answers from it.
//!
//! This room knows fields and terms, and nothing of the database. It is told what a resource says and who may see it
//! ([`Document`]), follows the numbered changes of the library, and answers a [`Question`]. What it keeps can be made
//! again at any time; see [`Index::needs_rebuild`].
//!
//! - `normalize`, `tokenize`, `phonetic`: one spelling, terms, and how they sound
//! - `schema`, `document`, `salient_terms`, `sketch`: what is kept of a resource
//! - `query`, `synonyms`, `analyzed_query`, `optional_filters`, `query_unit`, `proximity`, `plan`: what a person typed,
//!   and the conditions and leaves it becomes; `query_preview` shows it
//! - `fast_fields`, `visibility_filter`, `score`, `collector`, `top_k`, `facet_counters`: one pass over all
//!   resources, who may see them, how well they fit, the best, counts
//! - `rerank`, `usage_boost`, `featured_boost`, `spell_checker`, `near_duplicates`, `passages`: reranking the best, the
//!   often used and the featured first, corrections, near-duplicates, the best passages
//! - `query_executor`, `cursor`, `highlight`: pages and marks
//! - `suggest`, `similar`, `explain`: completions, resources like one another, why one is found or is not
//! - `generation`, `write`: the indexes on disk, changes, and building them anew beside the live ones
//!
//! Everything blocks; callers that must not wait go through a blocking thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::domain::id::{ResourceId, Sha256};
use crate::domain::search::{Answer, Completion, Document, Question, Similar, SimilarQuestion, SuggestQuestion};

mod analyzed_query;
mod collector;
mod cursor;
mod document;
mod explain;
mod facet_counters;
mod fast_fields;
mod featured_boost;
mod forward_only;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod generation;
mod highlight;
mod near_duplicates;
mod normalize;
mod optional_filters;
mod passages;
mod phonetic;
mod plan;
mod proximity;
mod query;
mod query_executor;
mod query_preview;
mod query_unit;
mod rerank;
mod salient_terms;
mod schema;
mod score;
mod similar;
mod sketch;
mod spell_checker;
mod suggest;
mod synonyms;
#[cfg(test)]
mod tests;
mod tokenize;
mod top_k;
mod usage_boost;
mod visibility_filter;
mod write;

pub use explain::{explain, matched};
pub use highlight::Highlighter;
pub use normalize::normalize;
pub use query_preview::preview;
pub use synonyms::Synonyms;
pub use write::{Rebuild, SearchWriter, is_indexable};

use generation::{IndexDir, IndexGeneration, Writers};
use query_executor::QueryExecutor;
use usage_boost::UsageBoost;

/// What can go wrong with the index. Nothing that a person types does.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The cursor is none of ours, or of another question.
    #[error("the cursor is not one that this search gave out")]
    Cursor,
    /// Another process writes this index.
    #[error("another process is writing the search index in `{}`; only one can", .0.display())]
    Locked(PathBuf),
    /// This process has no index.
    #[error("this process was opened without the search index")]
    Disabled,
    /// What was on disk is no longer there.
    #[error("the search index is gone from `{}`", .0.display())]
    Gone(PathBuf),
    /// The index lacks fields; it is of another program or time.
    #[error("the search index has other fields than this version knows")]
    Foreign,
    /// The index could not be read to the end; it needs to be built anew.
    #[error("the search index is damaged and needs to be rebuilt")]
    Damaged,
    /// The folder of the index cannot be used.
    #[error("the folder of the search index cannot be used")]
    Disk(#[source] std::io::Error),
    /// tantivy could not do it.
    #[error("the search index failed")]
    Engine(#[from] tantivy::TantivyError),
}

impl SearchError {
    /// Whether a thread of the engine ended before its time, as it does over a document that it cannot take.
    pub fn is_breakdown(&self) -> bool {
        matches!(self, Self::Engine(tantivy::TantivyError::ErrorInThread(_)))
    }
}

/// What to mark in texts for a question, other names included.
pub fn highlighter(asked: &str, synonyms: &Synonyms) -> Highlighter {
    let parsed = query::parse(asked);
    analyzed_query::AnalyzedQuery::of(&parsed, synonyms).highlighter(&parsed)
}

/// Where an index stands in what it follows. The index only keeps it; its follower knows what it means.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Position {
    /// Up to which change it is true.
    pub change: u64,
    /// Names that change among all that may bear its number: one library may have several pasts.
    pub digest: Option<Sha256>,
    /// The last demand to be built anew that it has met.
    pub epoch: i64,
}

impl From<u64> for Position {
    fn from(change: u64) -> Self {
        Self {
            change,
            ..Self::default()
        }
    }
}

/// How an index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// All there should be.
    Whole,
    /// A question met a fault in it: it answers, and is to be looked through for damage.
    Suspected,
    /// It answers, but is of other rules than this version's, or its files are gone: it is to be built anew.
    Outdated,
    /// It was lost, or is known to be damaged: it is to be built anew, and its answers are not to be relied on.
    Unusable,
}

/// After an index was found whole, the next look for damage comes not sooner than this: one question that always fails
/// must not have all of it read for ever.
const VERIFY_INTERVAL: Duration = Duration::from_mins(10);

/// The search index of one node.
pub struct Index {
    /// `None` for a process that looks nothing up.
    index_dir: Option<IndexDir>,
    live: RwLock<Arc<IndexGeneration>>,
    /// The writer of the live generation, once it is needed. Always locked before `live`.
    writer: Mutex<Option<Writers>>,
    damaged: AtomicBool,
    /// A question met a fault.
    suspected: AtomicBool,
    /// When it was last found whole.
    found_whole: Mutex<Option<Instant>>,
    /// Its files are no longer where they were put.
    gone: AtomicBool,
    uses: UsageBoost,
}

impl Index {
    /// Opens the index in a folder, whatever state it is in: what can be read is served, and
    /// [`Index::needs_rebuild`] tells whether that is all there should be. Only a disk that does not let us look is an error.
    ///
    /// Nothing is written and nothing is locked before the first write; then the first process to write is the one that
    /// writes, until it closes the index.
    pub fn open(dir: &Path) -> Result<Self, SearchError> {
        let index_dir = IndexDir::at(dir);
        let live = match index_dir.current()? {
            Some(live) => live,
            None => IndexGeneration::in_memory()?,
        };
        load_tables_in_background();
        Ok(Self::of(Some(index_dir), live))
    }

    /// An index for a process that looks nothing up: it touches no disk, holds nothing and takes nothing.
    pub fn disabled() -> Result<Self, SearchError> {
        Ok(Self::of(None, IndexGeneration::in_memory()?))
    }

    fn of(index_dir: Option<IndexDir>, live: IndexGeneration) -> Self {
        Self {
            index_dir,
            live: RwLock::new(Arc::new(live)),
            writer: Mutex::new(None),
            damaged: AtomicBool::new(false),
            suspected: AtomicBool::new(false),
            found_whole: Mutex::default(),
            gone: AtomicBool::new(false),
            uses: UsageBoost::default(),
        }
    }

    /// Up to which change of the library the answers are true.
    pub fn applied_change(&self) -> u64 {
        self.position().change
    }

    /// Up to which change of which library the answers are true.
    pub fn position(&self) -> Position {
        self.live().commit_meta().position
    }

    /// How it is, as far as is known.
    pub fn health(&self) -> Health {
        let commit_meta = self.live().commit_meta();
        if self.damaged.load(Ordering::Relaxed) || !commit_meta.whole {
            return Health::Unusable;
        }
        if self.gone.load(Ordering::Relaxed) || commit_meta.schema != schema::schema_hash() {
            return Health::Outdated;
        }
        if self.suspected.load(Ordering::Relaxed) {
            return Health::Suspected;
        }
        Health::Whole
    }

    /// Whether the index is not all there should be: lost, damaged, or made by the rules of another version.
    pub fn needs_rebuild(&self) -> bool {
        matches!(self.health(), Health::Outdated | Health::Unusable)
    }

    /// Makes ready to write, for whoever follows the changes: becomes the process that writes, looks whether all is
    /// still where it was put, and looks for damage where a question met a fault.
    pub fn prepare(&self) -> Result<(), SearchError> {
        let claimed = self.claim(&mut self.writer.lock().unwrap_or_else(PoisonError::into_inner));
        // Whoever waits for another process knows nothing of what that one does to its files.
        if !matches!(claimed, Err(SearchError::Locked(_))) {
            let live = self.live();
            let is_gone = !live.is_in_memory() && !self.index_dir()?.is_live(&live.name)?;
            self.gone.store(is_gone, Ordering::Relaxed);
        }
        claimed?;
        if self.suspected.load(Ordering::Relaxed) && self.is_due() {
            self.verify()?;
        }
        Ok(())
    }

    fn is_due(&self) -> bool {
        let found_whole = self.found_whole.lock().unwrap_or_else(PoisonError::into_inner);
        found_whole.is_none_or(|moment| moment.elapsed() > VERIFY_INTERVAL)
    }

    /// Becomes the process that writes, if no other is. Whoever wrote until now may have gone on, or swapped the live
    /// generation: it is opened again.
    fn claim(&self, writer: &mut Option<Writers>) -> Result<(), SearchError> {
        let index_dir = self.index_dir()?;
        if !index_dir.lock()? {
            return Ok(());
        }
        // A writer of before belongs to a generation that another process may have removed meanwhile.
        *writer = None;
        let there = match index_dir.current() {
            Ok(Some(there)) => there,
            Ok(None) => return Ok(()),
            Err(error) => {
                // So that it is looked for again: what we know may not be what is there.
                index_dir.unlock();
                return Err(error);
            }
        };
        // Under the lock only: what another process builds beside the live one looks just like this.
        index_dir.remove_others(&there.name).map_err(SearchError::Disk)?;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(there);
        Ok(())
    }

    /// The live generation, to be written to; where nothing was on disk, an empty one that is.
    fn writable(&self) -> Result<Arc<IndexGeneration>, SearchError> {
        let (index_dir, live) = (self.index_dir()?, self.live());
        if index_dir.is_live(&live.name)? {
            return Ok(live);
        }
        if !live.is_in_memory() {
            // Not begun anew here: an empty index would answer as if that were all there is.
            self.gone.store(true, Ordering::Relaxed);
            return Err(SearchError::Gone(index_dir.dir().to_owned()));
        }
        let fresh = Arc::new(index_dir.create()?);
        index_dir.switch_to(&fresh).map_err(SearchError::Disk)?;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }

    fn index_dir(&self) -> Result<&IndexDir, SearchError> {
        self.index_dir.as_ref().ok_or(SearchError::Disabled)
    }

    /// How many entries there are, resources and passages together.
    pub fn entries(&self) -> u64 {
        let live = self.live();
        live.resources().num_docs() + live.passages().num_docs()
    }

    /// Answers a question, read with the synonyms of whoever asks. Whatever was typed is a question; only a cursor can
    /// be refused.
    pub fn search(&self, question: &Question, synonyms: &Synonyms) -> Result<Answer, SearchError> {
        self.guarded(|live| {
            let snapshot = live.snapshot()?;
            let executor = QueryExecutor {
                fast_fields: &snapshot.fast_fields,
                resources: &snapshot.resources,
                passages: &live.passages(),
                fields: &live.fields,
                passage_fields: &live.passage_fields,
                uses: &self.uses,
                synonyms,
            };
            executor.execute(question)
        })
    }

    /// Takes in how often some resources were used by now: of what fits alike, the tried comes first. It is not kept, and
    /// has to be told again after [`Index::open`]. Between two pages of an answer an order may change by it.
    pub fn set_uses(&self, counted: impl Iterator<Item = (ResourceId, u64)>) {
        self.uses.set(counted);
    }

    /// Names that go on from what was typed, those a teacher would pick first. Whatever was typed is an answerable question.
    pub fn suggest(&self, question: &SuggestQuestion) -> Result<Vec<Completion>, SearchError> {
        self.guarded(|live| {
            let snapshot = live.snapshot()?;
            Ok(suggest::complete(
                &snapshot.resources,
                &snapshot.fast_fields,
                &live.fields,
                question,
            )?)
        })
    }

    /// Resources that say what one resource says, the most like it first, and never itself.
    pub fn similar(&self, question: &SimilarQuestion) -> Result<Vec<Similar>, SearchError> {
        self.guarded(|live| {
            let snapshot = live.snapshot()?;
            Ok(similar::find_similar(
                &snapshot.resources,
                &snapshot.fast_fields,
                &live.fields,
                question,
            )?)
        })
    }

    /// Reads from the live generation, and notes when it may be damaged. The files are mapped into memory, unchecked:
    /// flipped bits there can make the engine panic at any point. It may as well be one failed read, or a fault of ours
    /// that one question meets: only [`Index::verify`] tells.
    fn guarded<T>(&self, read: impl FnOnce(&IndexGeneration) -> Result<T, SearchError>) -> Result<T, SearchError> {
        let live = self.live();
        let answer = catch_unwind(AssertUnwindSafe(|| read(&live))).unwrap_or(Err(SearchError::Damaged));
        if matches!(answer, Err(SearchError::Damaged | SearchError::Engine(_))) {
            self.suspected.store(true, Ordering::Relaxed);
        }
        answer
    }

    /// Begins a set of changes; waits while another is open.
    pub fn writer(&self) -> Result<SearchWriter<'_>, SearchError> {
        SearchWriter::open(self)
    }

    /// Replaces and removes resources in one commit, visible and true up to a change when this returns.
    pub fn apply<D: std::borrow::Borrow<Document>>(
        &self,
        documents: impl IntoIterator<Item = D>,
        gone: impl IntoIterator<Item = ResourceId>,
        position: impl Into<Position>,
    ) -> Result<(), SearchError> {
        let mut writer = self.writer()?;
        for document in documents {
            writer.put(document.borrow())?;
        }
        for id in gone {
            writer.remove(id);
        }
        writer.commit(position)
    }

    /// Begins to build the index anew, beside the live one.
    pub fn rebuild(&self) -> Result<Rebuild<'_>, SearchError> {
        Rebuild::begin(self)
    }

    /// Reads the whole index and compares checksums: the names of damaged files. Takes as long as reading it takes.
    pub fn verify(&self) -> Result<Vec<String>, SearchError> {
        let live = self.live();
        // Asked twice: a read that failed once says nothing of what is on the disk.
        let damaged = live.damaged_files().or_else(|_| live.damaged_files());
        let is_whole = matches!(&damaged, Ok(files) if files.is_empty());
        let mut found_whole = self.found_whole.lock().unwrap_or_else(PoisonError::into_inner);
        *found_whole = is_whole.then(Instant::now);
        self.damaged.store(!is_whole, Ordering::Relaxed);
        self.suspected.store(false, Ordering::Relaxed);
        damaged
    }

    fn live(&self) -> Arc<IndexGeneration> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Swaps the live generation: first on disk, then for those who search.
    fn replace_live(&self, generation: &Arc<IndexGeneration>) -> Result<(), SearchError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // Before its folder goes, or it would write into what is no longer there.
        *writer = None;
        let index_dir = self.index_dir()?;
        index_dir.switch_to(generation).map_err(SearchError::Disk)?;
        let old = {
            let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *live, Arc::clone(generation))
        };
        for fault in [&self.damaged, &self.suspected, &self.gone] {
            fault.store(false, Ordering::Relaxed);
        }
        if index_dir.dir().join(&old.name).is_dir() && !old.is_in_memory() {
            index_dir.remove(&old.name);
        }
        Ok(())
    }
}

/// The dictionary takes a tenth of a second; the first question should not have to wait for it, nor the start.
fn load_tables_in_background() {
    let tables = std::thread::Builder::new().name("search-tables".to_owned());
    let started = tables.spawn(|| {
        tokenize::warm_up();
        phonetic::warm_up();
    });
    if let Err(error) = started {
        tracing::debug!("the dictionary will be loaded by the first question: {error}");
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("dir", &self.index_dir.as_ref().map(IndexDir::dir))
            .field("applied_change", &self.applied_change())
            .finish_non_exhaustive()
    }
}
