//! Finding: the index of all resources and their passages, and the answers from it.
//!
//! This room knows fields and terms, and nothing of the database. It is told what a resource says and who may see it
//! ([`Document`]), follows the numbered changes of the library, and answers a [`Question`]. What it keeps can be made
//! again at any time; see [`Index::needs_rebuild`].
//!
//! - `fold`, `tokenize`, `sound`: one spelling, terms, and how they sound
//! - `schema`, `document`, `gist`, `sketch`: what is kept of a resource
//! - `query`, `synonyms`, `reading`, `soft`, `thing`, `together`, `plan`: what a person typed, and the conditions and leaves it
//!   becomes; `trial` shows it
//! - `facts`, `gate`, `score`, `sweep`, `kept`, `tally`: one pass over all resources; who may see them, how well they
//!   fit, the best, counts
//! - `rerank`, `uses`, `spelling`, `family`, `passages`: a second look at the best, the tried first, mending slips,
//!   near-copies, places
//! - `answer`, `cursor`, `highlight`: pages and marks
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

use crate::domain::id::{Id, Sha256};
use crate::domain::search::{Answer, Completion, Document, Question, Similar, SimilarQuestion, SuggestQuestion};

mod answer;
mod cursor;
mod document;
mod explain;
mod facts;
mod family;
mod fold;
mod gate;
mod generation;
mod gist;
mod highlight;
mod kept;
mod models;
mod passages;
mod plan;
mod query;
mod reading;
mod rerank;
mod schema;
mod score;
mod similar;
mod sketch;
mod soft;
mod sound;
mod spelling;
mod steady;
mod suggest;
mod sweep;
mod synonyms;
mod tally;
#[cfg(test)]
mod tests;
mod thing;
mod together;
mod tokenize;
mod trial;
mod uses;
mod write;

pub use explain::{explain, matched};
pub use fold::fold_to_string as folded;
pub use highlight::Marks;
pub use synonyms::Synonyms;
pub use trial::read;
pub use write::{Rebuild, Writer, takes};

use answer::Desk;
use generation::{Generation, Home, Writers};
use uses::Uses;

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
    Nowhere,
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
pub fn marks(asked: &str, synonyms: &Synonyms) -> Marks {
    let parsed = query::parse(asked);
    reading::Reading::of(&parsed, synonyms).marks(&parsed)
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
const LOOK_AGAIN: Duration = Duration::from_mins(10);

/// The search index of one node.
pub struct Index {
    /// `None` for a process that looks nothing up.
    home: Option<Home>,
    live: RwLock<Arc<Generation>>,
    /// The writer of the live generation, once it is needed. Always locked before `live`.
    writer: Mutex<Option<Writers>>,
    damaged: AtomicBool,
    /// A question met a fault.
    suspected: AtomicBool,
    /// When it was last found whole.
    found_whole: Mutex<Option<Instant>>,
    /// Its files are no longer where they were put.
    gone: AtomicBool,
    uses: Uses,
}

impl Index {
    /// Opens the index in a folder, whatever state it is in: what can be read is served, and
    /// [`Index::needs_rebuild`] tells whether that is all there should be. Only a disk that does not let us look is an error.
    ///
    /// Nothing is written and nothing is locked before the first write; then the first process to write is the one that
    /// writes, until it closes the index.
    pub fn open(dir: &Path) -> Result<Self, SearchError> {
        let home = Home::at(dir);
        let live = match home.current()? {
            Some(live) => live,
            None => Generation::in_memory()?,
        };
        load_tables_in_background();
        Ok(Self::of(Some(home), live))
    }

    /// An index for a process that looks nothing up: it touches no disk, holds nothing and takes nothing.
    pub fn nowhere() -> Result<Self, SearchError> {
        Ok(Self::of(None, Generation::in_memory()?))
    }

    fn of(home: Option<Home>, live: Generation) -> Self {
        Self {
            home,
            live: RwLock::new(Arc::new(live)),
            writer: Mutex::new(None),
            damaged: AtomicBool::new(false),
            suspected: AtomicBool::new(false),
            found_whole: Mutex::default(),
            gone: AtomicBool::new(false),
            uses: Uses::default(),
        }
    }

    /// Up to which change of the library the answers are true.
    pub fn applied_change(&self) -> u64 {
        self.position().change
    }

    /// Up to which change of which library the answers are true.
    pub fn position(&self) -> Position {
        self.live().standing().position
    }

    /// How it is, as far as is known.
    pub fn health(&self) -> Health {
        let standing = self.live().standing();
        if self.damaged.load(Ordering::Relaxed) || !standing.whole {
            return Health::Unusable;
        }
        if self.gone.load(Ordering::Relaxed) || standing.schema != schema::schema_hash() {
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
            let is_gone = !live.is_in_memory() && !self.home()?.holds(&live.name)?;
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
        found_whole.is_none_or(|moment| moment.elapsed() > LOOK_AGAIN)
    }

    /// Becomes the process that writes, if no other is. Whoever wrote until now may have gone on, or swapped the live
    /// generation: it is opened again.
    fn claim(&self, writer: &mut Option<Writers>) -> Result<(), SearchError> {
        let home = self.home()?;
        if !home.lock()? {
            return Ok(());
        }
        *writer = None;
        let there = match home.current() {
            Ok(Some(there)) => there,
            Ok(None) => return Ok(()),
            Err(error) => {
                // So that it is looked for again: what we know may not be what is there.
                home.unlock();
                return Err(error);
            }
        };
        home.sweep(&there.name).map_err(SearchError::Disk)?;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(there);
        Ok(())
    }

    /// The live generation, to be written to; where nothing was on disk, an empty one that is.
    fn writable(&self) -> Result<Arc<Generation>, SearchError> {
        let (home, live) = (self.home()?, self.live());
        if home.holds(&live.name)? {
            return Ok(live);
        }
        if !live.is_in_memory() {
            self.gone.store(true, Ordering::Relaxed);
            return Err(SearchError::Gone(home.dir().to_owned()));
        }
        let fresh = Arc::new(home.create()?);
        home.point_to(&fresh).map_err(SearchError::Disk)?;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }

    fn home(&self) -> Result<&Home, SearchError> {
        self.home.as_ref().ok_or(SearchError::Nowhere)
    }

    /// How many entries there are, resources and passages together.
    pub fn entries(&self) -> u64 {
        let live = self.live();
        live.resources().num_docs() + live.passages().num_docs()
    }

    /// Answers a question, read with the synonyms of whoever asks. Whatever was typed is a question; only a cursor can
    /// be refused.
    pub fn search(&self, question: &Question, synonyms: &Synonyms) -> Result<Answer, SearchError> {
        self.unharmed(|live| {
            let view = live.view()?;
            let desk = Desk {
                facts: &view.facts,
                resources: &view.resources,
                passages: &live.passages(),
                fields: &live.fields,
                passage_fields: &live.passage_fields,
                uses: &self.uses,
                synonyms,
            };
            desk.answer(question)
        })
    }

    /// Takes in how often some resources were used by now: of what fits alike, the tried comes first. It is not kept, and
    /// has to be told again after [`Index::open`]. Between two pages of an answer an order may change by it.
    pub fn set_uses(&self, counted: impl Iterator<Item = (Id, u64)>) {
        self.uses.set(counted);
    }

    /// Names that go on from what was typed, those a teacher would pick first. Whatever was typed is an answerable question.
    pub fn suggest(&self, question: &SuggestQuestion) -> Result<Vec<Completion>, SearchError> {
        self.unharmed(|live| {
            let view = live.view()?;
            Ok(suggest::answer(&view.resources, &view.facts, &live.fields, question)?)
        })
    }

    /// Resources that say what one resource says, the most like it first, and never itself.
    pub fn similar(&self, question: &SimilarQuestion) -> Result<Vec<Similar>, SearchError> {
        self.unharmed(|live| {
            let view = live.view()?;
            Ok(similar::answer(&view.resources, &view.facts, &live.fields, question)?)
        })
    }

    /// Reads from the live generation, and notes when it may be damaged. The files are mapped into memory, unchecked:
    /// flipped bits there can make the engine panic at any point. It may as well be one failed read, or a fault of ours
    /// that one question meets: only [`Index::verify`] tells.
    fn unharmed<T>(&self, read: impl FnOnce(&Generation) -> Result<T, SearchError>) -> Result<T, SearchError> {
        let live = self.live();
        let answer = catch_unwind(AssertUnwindSafe(|| read(&live))).unwrap_or(Err(SearchError::Damaged));
        if matches!(answer, Err(SearchError::Damaged | SearchError::Engine(_))) {
            self.suspected.store(true, Ordering::Relaxed);
        }
        answer
    }

    /// Begins a set of changes; waits while another is open.
    pub fn writer(&self) -> Result<Writer<'_>, SearchError> {
        Writer::open(self)
    }

    /// Replaces and removes resources in one commit, visible and true up to a change when this returns.
    pub fn apply<D: std::borrow::Borrow<Document>>(
        &self,
        documents: impl IntoIterator<Item = D>,
        gone: impl IntoIterator<Item = Id>,
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

    fn live(&self) -> Arc<Generation> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Swaps the live generation: first on disk, then for those who search.
    fn replace_live(&self, generation: &Arc<Generation>) -> Result<(), SearchError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // Before its folder goes, or it would write into what is no longer there.
        *writer = None;
        let home = self.home()?;
        home.point_to(generation).map_err(SearchError::Disk)?;
        let old = {
            let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *live, Arc::clone(generation))
        };
        for fault in [&self.damaged, &self.suspected, &self.gone] {
            fault.store(false, Ordering::Relaxed);
        }
        if home.dir().join(&old.name).is_dir() && !old.is_in_memory() {
            home.remove(&old.name);
        }
        Ok(())
    }
}

/// The dictionary takes a tenth of a second; the first question should not have to wait for it, nor the start.
fn load_tables_in_background() {
    let tables = std::thread::Builder::new().name("search-tables".to_owned());
    let started = tables.spawn(|| {
        tokenize::warm_up();
        sound::warm_up();
    });
    if let Err(error) = started {
        tracing::debug!("the dictionary will be loaded by the first question: {error}");
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("dir", &self.home.as_ref().map(Home::dir))
            .field("applied_change", &self.applied_change())
            .finish_non_exhaustive()
    }
}
