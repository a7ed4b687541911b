//! Keeping this node's index true: it follows the change log, and can be built anew from the stored passages.
//!
//! Nothing is queued for it. The index says up to which change of which history it is true, and the log says what came
//! after; whatever was interrupted is done again from there, and twice does no harm. A database that was put back to an
//! older state does not have that change any more, or another in its place: then the index is built anew.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use tokio::sync::mpsc;

use crate::db::{Db, changes, files, reindex, resources};
use crate::domain::id::ResourceId;
use crate::domain::search::Document;
use crate::error::{Error, Result};
use crate::library::Base;
use crate::library::signals::Signals;
use crate::library::synonyms::SynonymStore;
use crate::library::texts::Texts;
use crate::search::{self, Index, Position, SearchError};

mod follower;

pub(crate) use self::follower::IndexFollower;
pub(super) use self::follower::IndexTrouble;

/// Changes that go into one commit of the index at most.
const BATCH: u64 = 500;
/// Resources whose rows are read at once.
const AT_ONCE: usize = 50;
/// Files whose rows are read at once, unless one resource has more.
const FILES_AT_ONCE: i64 = 1000;
/// Documents that wait for the writer; each is in memory with all its text.
const WAITING: usize = 2;
/// What is in by then is shown while the rest is fetched: nobody's publish waits for another's 5,000 files.
const SHOW_AFTER: Duration = Duration::from_secs(1);
/// Another node's commits are not heard here; the log is looked at this often.
const TICK: Duration = Duration::from_millis(500);
/// After a failure the index is left alone for this long.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// One step for the index.
enum IndexStep {
    Put(Box<Document>),
    Remove(ResourceId),
    /// Shows what is in so far; the index is no truer by it than before.
    Show,
    /// That was all of it, up to a change. Without this last word nothing is true: whoever sends may fail half way.
    Done(Position),
}

/// Why the index must be built anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebuildReason {
    /// It is lost, damaged, or of another version.
    Unfit,
    /// It follows another history of this library, or another library.
    OtherHistory,
    /// It was demanded of all nodes.
    Demanded,
}

impl fmt::Display for RebuildReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unfit => "it is missing, damaged or of another version",
            Self::OtherHistory => "the database is not the one that it followed, or was put back to an older state",
            Self::Demanded => "`gongxue reindex` demanded it of all nodes",
        })
    }
}

/// How far the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexReach {
    /// So many changes behind.
    Behind(u64),
    /// It has to be built anew; so many changes there are.
    Anew(RebuildReason, u64),
}

/// Whether an act failed only because another process writes this index.
pub fn waits_for_writer(error: &Error) -> bool {
    let Error::Unexpected(source) = error else { return false };
    let mut causes = source.chain().filter_map(|cause| cause.downcast_ref::<SearchError>());
    causes.any(|cause| matches!(cause, SearchError::Locked(_)))
}

/// Keeps the index at the state of the rows, by the change log.
#[derive(Debug, Clone)]
pub struct Indexer {
    db: Db,
    signals: Signals,
    index: Arc<Index>,
    texts: Arc<Texts>,
    synonyms: Arc<SynonymStore>,
    /// What following the changes has met.
    following: Arc<IndexFollower>,
}

impl Indexer {
    pub(super) fn new(
        base: &Base,
        index: Arc<Index>,
        texts: Arc<Texts>,
        synonyms: Arc<SynonymStore>,
        following: Arc<IndexFollower>,
    ) -> Self {
        Self {
            db: base.db.clone(),
            signals: base.signals.clone(),
            index,
            texts,
            synonyms,
            following,
        }
    }

    /// What following the changes has met.
    pub(super) fn following(&self) -> &IndexFollower {
        &self.following
    }

    /// Keeps the index and the synonyms true until `stop`.
    pub async fn follow(&self, stop: impl Future<Output = ()>) {
        tokio::select! {
            () = self.follow_changes() => {}
            // Beside it: building the index anew takes minutes, and words are not to wait for that.
            () = self.follow_synonyms() => {}
            () = stop => {}
        }
    }

    async fn follow_changes(&self) {
        let mut changed = self.signals.changes();
        loop {
            // Marked as heard before looking, so that a change that comes meanwhile rings again.
            changed.borrow_and_update();
            let pause = match self.catch_up().await {
                Ok(()) => {
                    self.following.is_well();
                    TICK
                }
                Err(error) => {
                    self.following.met(&error);
                    if waits_for_writer(&error) { TICK } else { AFTER_FAILURE }
                }
            };
            // Whether it rang or the time is up: the next round looks.
            let _ = tokio::time::timeout(pause, changed.changed()).await;
        }
    }

    async fn follow_synonyms(&self) {
        loop {
            let pause = match self.synonyms.reload_synonyms().await {
                Ok(()) => TICK,
                Err(error) => {
                    tracing::error!("the synonyms could not be followed: {error:?}");
                    AFTER_FAILURE
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Brings the index up to the newest change; builds it anew first where it must be.
    pub async fn catch_up(&self) -> Result<()> {
        self.prepare_index().await?;
        if let IndexReach::Anew(why, changes) = self.index_reach().await? {
            // A library that begins has none yet.
            if changes > 0 {
                tracing::warn!("the search index is built anew: {why}");
            }
            self.rebuild_index(|_, _| {}).await?;
        }
        loop {
            let stands = self.index.position();
            let applied = i64::try_from(stands.change).unwrap_or(i64::MAX);
            let rows = changes::after(self.db.read(), applied, BATCH).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            let reached = Position {
                change: last.seq.unsigned_abs(),
                digest: Some(changes::digest(last)),
                ..stands.clone()
            };
            let mut ids: Vec<ResourceId> = rows.iter().map(|row| row.resource_id).collect();
            // What changed ten times goes in once, as it is now.
            ids.sort_unstable();
            ids.dedup();
            self.apply(ids, stands, reached).await?;
        }
    }

    /// Becomes the process that writes this index, and looks whether it is still where it was put.
    pub async fn prepare_index(&self) -> Result<()> {
        let index = Arc::clone(&self.index);
        let prepared = tokio::task::spawn_blocking(move || index.prepare()).await;
        prepared.map_err(Error::unexpected)?.map_err(Error::unexpected)
    }

    /// How far the index is, and whether it follows what is in the database at all.
    pub async fn index_reach(&self) -> Result<IndexReach> {
        let stands = self.index.position();
        let conn = self.db.read();
        let last = changes::last(conn).await?.unsigned_abs();
        // Without a digest nothing shows which history it followed.
        let is_of_earlier_version = stands.change > 0 && stands.digest.is_none();
        if self.index.needs_rebuild() || is_of_earlier_version {
            return Ok(IndexReach::Anew(RebuildReason::Unfit, last));
        }
        if !self.is_in_history(&stands).await? {
            return Ok(IndexReach::Anew(RebuildReason::OtherHistory, last));
        }
        if stands.epoch != reindex::epoch(conn).await? {
            return Ok(IndexReach::Anew(RebuildReason::Demanded, last));
        }
        Ok(IndexReach::Behind(last.saturating_sub(stands.change)))
    }

    /// Whether the change that the index is true up to is one of this database's.
    async fn is_in_history(&self, stands: &Position) -> Result<bool> {
        if stands.change == 0 {
            return Ok(true);
        }
        let seq = i64::try_from(stands.change).unwrap_or(i64::MAX);
        let row = changes::by_seq(self.db.read(), seq).await?;
        Ok(row.is_some_and(|row| stands.digest == Some(changes::digest(&row))))
    }

    async fn apply(&self, ids: Vec<ResourceId>, stands: Position, reached: Position) -> Result<()> {
        let (index, following) = (Arc::clone(&self.index), Arc::clone(&self.following));
        let (steps, mut arriving) = mpsc::channel::<IndexStep>(WAITING);
        let writing = tokio::task::spawn_blocking(move || -> std::result::Result<(), SearchError> {
            let mut writer = index.writer()?;
            while let Some(step) = arriving.blocking_recv() {
                match step {
                    IndexStep::Put(document) => {
                        let id = document.id;
                        match following.admitted(*document) {
                            Some(document) => writer.put(&document)?,
                            None => writer.remove(id),
                        }
                    }
                    IndexStep::Remove(id) => writer.remove(id),
                    IndexStep::Show => {
                        writer.commit(stands.clone())?;
                        writer = index.writer()?;
                    }
                    IndexStep::Done(reached) => return writer.commit(reached),
                }
            }
            // Dropped without a commit, the writer forgets what it was given.
            Ok(())
        });
        let sent = self.send_steps(&ids, &steps, reached).await;
        // The writer waits for more until nobody can send any.
        drop(steps);
        // Its error before ours: where sending failed, this is why.
        self.written(writing).await?;
        sent
    }

    async fn send_steps(&self, ids: &[ResourceId], steps: &mpsc::Sender<IndexStep>, reached: Position) -> Result<()> {
        let mut shown = Instant::now();
        for portion in self.portions(ids).await? {
            let mut missing: Vec<ResourceId> = portion.clone();
            let mut documents = std::pin::pin!(self.texts.documents(&portion).await?);
            while let Some(document) = documents.try_next().await? {
                missing.retain(|id| *id != document.id);
                send(steps, IndexStep::Put(Box::new(document))).await?;
            }
            for id in missing {
                send(steps, IndexStep::Remove(id)).await?;
            }
            if shown.elapsed() > SHOW_AFTER {
                send(steps, IndexStep::Show).await?;
                shown = Instant::now();
            }
        }
        send(steps, IndexStep::Done(reached)).await
    }

    /// Cuts resources into portions of a bounded number of files, those with the fewest first: a resource of 5,000 files
    /// is fetched when all others are in.
    async fn portions(&self, ids: &[ResourceId]) -> Result<Vec<Vec<ResourceId>>> {
        let counts = files::counts(self.db.read(), ids).await?;
        let counts: HashMap<ResourceId, i64> = counts.into_iter().collect();
        let files = |id: &ResourceId| counts.get(id).copied().unwrap_or(0);
        let mut ids = ids.to_vec();
        ids.sort_by_key(|id| (files(id), *id));
        let mut portions: Vec<Vec<ResourceId>> = Vec::new();
        let mut held = 0;
        for id in ids {
            held += files(&id);
            match portions.last_mut() {
                Some(last) if last.len() < AT_ONCE && held <= FILES_AT_ONCE => last.push(id),
                _ => {
                    held = files(&id);
                    portions.push(vec![id]);
                }
            }
        }
        Ok(portions)
    }

    /// Builds the index anew beside the one that serves, from rows and stored passages, and swaps. `progress` is told
    /// how many resources of how many are in.
    pub async fn rebuild_index(&self, progress: impl Fn(u64, u64)) -> Result<()> {
        // Before a row is read: what changes meanwhile comes once more by the log, and twice does no harm.
        let reached = self.newest_position().await?;
        self.following.begin_anew();
        let (index, following) = (Arc::clone(&self.index), Arc::clone(&self.following));
        // `None` says that all is there: an index that lacks what could not be fetched must not take the place of one that
        // has it.
        let (documents, mut arriving) = mpsc::channel::<Option<Document>>(WAITING);
        let building = tokio::task::spawn_blocking(move || -> std::result::Result<(), SearchError> {
            let rebuild = index.rebuild()?;
            while let Some(step) = arriving.blocking_recv() {
                match step {
                    Some(document) => {
                        if let Some(document) = following.admitted(document) {
                            rebuild.add(&document)?;
                        }
                    }
                    None => return rebuild.finish(reached),
                }
            }
            Ok(())
        });
        let sent = self.send_all(&documents, progress).await;
        drop(documents);
        self.written(building).await?;
        sent
    }

    async fn send_all(&self, documents: &mpsc::Sender<Option<Document>>, progress: impl Fn(u64, u64)) -> Result<()> {
        let total = resources::count(self.db.read()).await?;
        let (mut done, mut after) = (0, None);
        loop {
            let ids = resources::ids_after(self.db.read(), after, AT_ONCE as u64).await?;
            let Some(last) = ids.last().copied() else { break };
            for portion in self.portions(&ids).await? {
                let mut ready = std::pin::pin!(self.texts.documents(&portion).await?);
                while let Some(document) = ready.try_next().await? {
                    send(documents, Some(document)).await?;
                }
            }
            after = Some(last);
            done += ids.len() as u64;
            progress(done, total.max(done));
        }
        send(documents, None).await
    }

    /// Where an index stands that is built from what is in the database now.
    async fn newest_position(&self) -> Result<Position> {
        let conn = self.db.read();
        // Asked first: a demand that comes now costs one more building and is not taken for met.
        let epoch = reindex::epoch(conn).await?;
        let newest = changes::newest(conn).await?;
        Ok(Position {
            change: newest.as_ref().map_or(0, |row| row.seq.unsigned_abs()),
            digest: newest.as_ref().map(changes::digest),
            epoch,
        })
    }

    /// Waits for a writer on a blocking thread. Where the engine broke down over what it was given, the next round tries
    /// each document before it is put in.
    async fn written(&self, writing: tokio::task::JoinHandle<std::result::Result<(), SearchError>>) -> Result<()> {
        let written = writing.await;
        let broke_down = match &written {
            Err(error) => error.is_panic(),
            Ok(Err(error)) => error.is_breakdown(),
            Ok(Ok(())) => false,
        };
        if broke_down {
            self.following.is_careful.store(true, Ordering::Relaxed);
        }
        written.map_err(Error::unexpected)?.map_err(Error::unexpected)
    }

    /// Demands that every node builds its index anew.
    pub async fn demand_reindex(&self) -> Result<()> {
        self.db.write(async |tx| reindex::raise_epoch(tx).await).await?;
        self.signals.wake();
        Ok(())
    }

    /// This node's index.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// How many changes the index is behind; all of them and one more while it has to be built anew.
    pub async fn index_lag(&self) -> Result<u64> {
        Ok(match self.index_reach().await? {
            IndexReach::Behind(changes) => changes,
            IndexReach::Anew(_, changes) => changes + 1,
        })
    }
}

impl IndexFollower {
    /// What of a document goes into the index: all of it, all but its text, or nothing where the engine breaks down over it.
    fn admitted(&self, mut document: Document) -> Option<Document> {
        if !self.is_careful.load(Ordering::Relaxed) {
            self.is_in(document.id);
            return Some(document);
        }
        if search::is_indexable(&document) {
            self.is_in(document.id);
            return Some(document);
        }
        for file in &mut document.files {
            file.passages = Vec::new();
        }
        self.name_left_out(document.id, "the search engine breaks down over its text".to_owned());
        search::is_indexable(&document).then_some(document)
    }
}

async fn send<T>(steps: &mpsc::Sender<T>, step: T) -> Result<()> {
    steps
        .send(step)
        .await
        .map_err(|_| Error::unexpected(anyhow::anyhow!("the index's writer stopped")))
}
