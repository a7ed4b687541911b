//! Finding: the index of all resources and their passages, and the answers from it.
//!
//! This room knows fields and terms, and nothing of the database. It is told what a resource says and who may see it
//! ([`Document`]), follows the numbered changes of the library, and answers a [`Question`]. What it keeps can be made
//! again at any time; see [`Index::needs_rebuild`].
//!
//! - `fold`, `tokenize`, `sound`: one spelling, terms, and how they sound
//! - `schema`, `document`, `gist`, `sketch`: what is kept of a resource
//! - `query`, `synonyms`, `reading`, `soft`, `plan`: what a person typed, and the conditions and leaves it becomes; `trial` shows it
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

use crate::domain::id::Id;
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
mod tokenize;
mod trial;
mod uses;
mod write;

pub use explain::explain;
pub use fold::fold_to_string as folded;
pub use highlight::Marks;
pub use synonyms::Synonyms;
pub use trial::read;
pub use write::{Rebuild, Writer};

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

/// What to mark in texts for a question, other names included.
pub fn marks(asked: &str, synonyms: &Synonyms) -> Marks {
    let parsed = query::parse(asked);
    reading::Reading::of(&parsed, synonyms).marks(&parsed)
}

/// The search index of one node.
pub struct Index {
    home: Home,
    live: RwLock<Arc<Generation>>,
    /// The writer of the live generation, once it is needed. Always locked before `live`.
    writer: Mutex<Option<Writers>>,
    damaged: AtomicBool,
    uses: Uses,
}

impl Index {
    /// Opens the index in a folder, whatever state it is in: what can be read is served, and
    /// [`Index::needs_rebuild`] tells whether that is all there should be. Fails only if the folder itself cannot be used.
    ///
    /// The first process to open it may write; the others can only search.
    pub fn open(dir: &Path) -> Result<Self, SearchError> {
        let home = Home::open(dir).map_err(SearchError::Disk)?;
        let live = serving(&home)?;
        if home.may_write() {
            home.sweep(&live.name).map_err(SearchError::Disk)?;
        }
        load_tables_in_background();
        Ok(Self {
            home,
            live: RwLock::new(Arc::new(live)),
            writer: Mutex::new(None),
            damaged: AtomicBool::new(false),
            uses: Uses::default(),
        })
    }

    /// Up to which change of the library the answers are true.
    pub fn applied_change(&self) -> u64 {
        self.live().standing().change
    }

    /// Whether the index is not all there should be: lost, damaged, or made by the rules of another version.
    pub fn needs_rebuild(&self) -> bool {
        let standing = self.live().standing();
        let as_it_should_be = standing.whole && standing.schema == schema::schema_hash();
        !as_it_should_be || self.damaged.load(Ordering::Relaxed)
    }

    /// Whether this process is the one that writes this index.
    pub fn may_write(&self) -> bool {
        self.home.may_write()
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

    /// Reads from the live generation, and notes when it turns out to be damaged. The files are mapped into memory,
    /// unchecked: flipped bits there can make the engine panic at any point.
    fn unharmed<T>(&self, read: impl FnOnce(&Generation) -> Result<T, SearchError>) -> Result<T, SearchError> {
        let live = self.live();
        let answer = catch_unwind(AssertUnwindSafe(|| read(&live))).unwrap_or(Err(SearchError::Damaged));
        if matches!(answer, Err(SearchError::Damaged | SearchError::Engine(_))) {
            self.damaged.store(true, Ordering::Relaxed);
        }
        answer
    }

    /// Begins a set of changes; waits while another is open.
    pub fn writer(&self) -> Result<Writer<'_>, SearchError> {
        Writer::open(self)
    }

    /// Replaces and removes resources in one commit, visible and true up to `change` when this returns.
    pub fn apply<D: std::borrow::Borrow<Document>>(
        &self,
        documents: impl IntoIterator<Item = D>,
        gone: impl IntoIterator<Item = Id>,
        change: u64,
    ) -> Result<(), SearchError> {
        let mut writer = self.writer()?;
        for document in documents {
            writer.put(document.borrow())?;
        }
        for id in gone {
            writer.remove(id);
        }
        writer.commit(change)
    }

    /// Begins to build the index anew, beside the live one.
    pub fn rebuild(&self) -> Result<Rebuild<'_>, SearchError> {
        Rebuild::begin(self)
    }

    /// Reads the whole index and compares checksums: the names of damaged files. Takes as long as reading it takes.
    pub fn verify(&self) -> Result<Vec<String>, SearchError> {
        let damaged = self.live().damaged_files()?;
        if !damaged.is_empty() {
            self.damaged.store(true, Ordering::Relaxed);
        }
        Ok(damaged)
    }

    fn live(&self) -> Arc<Generation> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Swaps the live generation: first on disk, then for those who search.
    fn replace_live(&self, generation: &Arc<Generation>) -> Result<(), SearchError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // Before its folder goes, or it would write into what is no longer there.
        *writer = None;
        self.home.point_to(generation).map_err(SearchError::Disk)?;
        let old = {
            let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *live, Arc::clone(generation))
        };
        self.damaged.store(false, Ordering::Relaxed);
        self.home.remove(&old.name);
        Ok(())
    }
}

/// The generation to serve: the live one, or an empty one in its place.
fn serving(home: &Home) -> Result<Generation, SearchError> {
    if let Some(generation) = home.current() {
        return Ok(generation);
    }
    if !home.may_write() {
        return Generation::in_memory();
    }
    let generation = home.create()?;
    home.point_to(&generation).map_err(SearchError::Disk)?;
    Ok(generation)
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
            .field("dir", &self.home.dir())
            .field("applied_change", &self.applied_change())
            .finish_non_exhaustive()
    }
}
