//! Index writers: change the live index, and build another beside it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard, PoisonError};

use tantivy::Term;

use crate::domain::id::ResourceId;
use crate::domain::search::Document;

use super::document::{passage_entries, resource_entry};
use super::generation::{CommitMeta, IndexGeneration, Writers};
use super::schema::schema_hash;
use super::{Index, Position, SearchError};

/// Memory of the writer that follows the changes.
const WRITER_BYTES: usize = 32 << 20;
/// The memory of each thread that builds anew.
const BUILDER_BYTES: usize = 64 << 20;
/// More threads wait for the disk rather than work.
const MOST_BUILDERS: usize = 8;

/// A set of changes to the live index. All of it is visible after [`SearchWriter::commit`], nothing of it without.
pub struct SearchWriter<'a> {
    generation: Arc<IndexGeneration>,
    slot: MutexGuard<'a, Option<Writers>>,
    dirty: bool,
}

impl<'a> SearchWriter<'a> {
    /// Takes the one writer there is, waiting for whoever in this process has it.
    pub(super) fn open(index: &'a Index) -> Result<Self, SearchError> {
        let mut slot = index.writer.lock().unwrap_or_else(PoisonError::into_inner);
        index.claim(&mut slot)?;
        let generation = index.writable()?;
        if slot.is_none() {
            *slot = Some(generation.writers(1, WRITER_BYTES)?);
        }
        Ok(Self {
            generation,
            slot,
            dirty: false,
        })
    }

    /// Puts a resource in, in place of what was there of it.
    pub fn put(&mut self, document: &Document) -> Result<(), SearchError> {
        self.dirty = true;
        put(&self.generation, self.writer(), document)
    }

    /// Takes a resource out, with its passages.
    pub fn remove(&mut self, id: ResourceId) {
        self.dirty = true;
        remove(&self.generation, self.writer(), id);
    }

    /// Makes the changes durable and visible, and notes up to which change the index is true.
    pub fn commit(mut self, position: impl Into<Position>) -> Result<(), SearchError> {
        let commit_meta = CommitMeta {
            position: position.into(),
            ..self.generation.commit_meta()
        };
        let generation = Arc::clone(&self.generation);
        let writer = self.slot.as_mut().expect("`open` filled the slot");
        generation.commit(writer, commit_meta)?;
        self.dirty = false;
        Ok(())
    }

    fn writer(&self) -> &Writers {
        self.slot.as_ref().expect("`open` filled the slot")
    }
}

impl Drop for SearchWriter<'_> {
    fn drop(&mut self) {
        if !self.dirty {
            return;
        }
        // What is left would become visible with the next commit, whosever that is.
        let undone = self.slot.as_mut().map(Writers::rollback);
        if let Some(Err(error)) = undone {
            // The next session makes a new writer, which begins at the last commit.
            tracing::warn!("the search index writer could not go back to its last commit: {error}");
            *self.slot = None;
        }
    }
}

/// A new generation in the making. The live one serves, and may change, until [`Rebuild::finish`].
///
/// Documents can be handed in from several threads. Dropped before the end, it leaves nothing behind.
pub struct Rebuild<'a> {
    index: &'a Index,
    generation: Arc<IndexGeneration>,
    /// `None` once it is finished.
    writer: Option<Writers>,
}

impl<'a> Rebuild<'a> {
    /// Begins a new generation.
    pub(super) fn begin(index: &'a Index) -> Result<Self, SearchError> {
        let index_dir = index.index_dir()?;
        index.claim(&mut index.writer.lock().unwrap_or_else(PoisonError::into_inner))?;
        let generation = Arc::new(index_dir.create()?);
        let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_BUILDERS));
        let writer = Some(generation.writers(threads, threads * BUILDER_BYTES)?);
        Ok(Self {
            index,
            generation,
            writer,
        })
    }

    /// Adds a resource that has not been handed in before. Cheaper than [`Rebuild::put`].
    pub fn add(&self, document: &Document) -> Result<(), SearchError> {
        add(&self.generation, self.writer(), document)
    }

    /// Puts a resource in, in place of what was handed in of it: for changes that came while the rest was read.
    pub fn put(&self, document: &Document) -> Result<(), SearchError> {
        put(&self.generation, self.writer(), document)
    }

    /// Takes a resource out again.
    pub fn remove(&self, id: ResourceId) {
        remove(&self.generation, self.writer(), id);
    }

    /// Makes the new generation the live one, true up to a change, and removes the old one.
    ///
    /// The live index may have gone on to a later change in the meantime; follow the changes from
    /// [`Index::applied_change`] afterwards, or hand them in before.
    pub fn finish(mut self, position: impl Into<Position>) -> Result<(), SearchError> {
        let mut writer = self.writer.take().expect("taken only here, by value");
        let commit_meta = CommitMeta {
            schema: schema_hash(),
            position: position.into(),
            whole: true,
        };
        let built = self.generation.commit(&mut writer, commit_meta).and_then(|()| {
            writer.wait_merging_threads()?;
            self.generation.reload()
        });
        if let Err(error) = built {
            self.leave();
            return Err(error);
        }
        self.index.replace_live(&self.generation)
    }

    fn writer(&self) -> &Writers {
        self.writer.as_ref().expect("taken only by `finish`, by value")
    }

    /// Removes what was begun.
    fn leave(&self) {
        if let Some(index_dir) = &self.index.index_dir {
            index_dir.remove(&self.generation.name);
        }
    }
}

impl Drop for Rebuild<'_> {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            // First: it still writes into what is removed next.
            drop(writer);
            self.leave();
        }
    }
}

/// Whether the engine takes a document: tried on an index of its own, in memory. Costs as much as putting it in.
pub fn is_indexable(document: &Document) -> bool {
    let tried = || -> Result<(), SearchError> {
        let generation = IndexGeneration::in_memory()?;
        let mut writers = generation.writers(1, WRITER_BYTES)?;
        add(&generation, &writers, document)?;
        generation.commit(&mut writers, generation.commit_meta())
    };
    catch_unwind(AssertUnwindSafe(tried)).is_ok_and(|tried| tried.is_ok())
}

fn put(generation: &IndexGeneration, writers: &Writers, document: &Document) -> Result<(), SearchError> {
    remove(generation, writers, document.id);
    add(generation, writers, document)
}

fn add(generation: &IndexGeneration, writers: &Writers, document: &Document) -> Result<(), SearchError> {
    for entry in passage_entries(&generation.passage_fields, document) {
        writers.passages.add_document(entry)?;
    }
    writers
        .resources
        .add_document(resource_entry(&generation.fields, document))?;
    Ok(())
}

fn remove(generation: &IndexGeneration, writers: &Writers, id: ResourceId) {
    let id = id.to_string();
    writers
        .passages
        .delete_term(Term::from_field_text(generation.passage_fields.id, &id));
    writers
        .resources
        .delete_term(Term::from_field_text(generation.fields.id, &id));
}
