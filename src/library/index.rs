//! Keeping this node's index true: it follows the change log, and can be built anew from the stored passages.
//!
//! Nothing is queued for it. The index says up to which change it is true, and the log says what came after; whatever
//! was interrupted is done again from there, and twice does no harm.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use tokio::sync::mpsc;

use super::view::Names;
use super::{Library, edit};
use crate::db::{changes, entity, jobs, resources};
use crate::domain::file::State;
use crate::domain::id::Id;
use crate::domain::search::{Document, DocumentFile};
use crate::error::{Error, Result};
use crate::search::{Index, SearchError};

/// Changes that go into one commit of the index at most.
const BATCH: u64 = 500;
/// Resources whose rows are read at once.
const AT_ONCE: usize = 50;
/// Another node's commits are not heard here; the log is looked at this often.
const TICK: Duration = Duration::from_millis(500);
/// After a failure the index is left alone for this long.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// One step for the index.
enum Step {
    Put(Box<Document>),
    Remove(Id),
    /// That was all of it. Without this last word nothing is committed: whoever sends may fail half way.
    Done,
}

/// What the log was last told of why the index does not follow: each reason is said once.
#[derive(Debug, Default)]
struct Trouble(Option<String>);

impl Trouble {
    fn waits(&mut self) {
        if self.is_new("another process") {
            tracing::warn!("another process writes the search index; this one answers from what is there and waits");
        }
    }

    fn met(&mut self, error: &Error) {
        if self.is_new(&chain(error)) {
            tracing::error!("the index cannot follow: {error:?}");
        }
    }

    fn is_over(&mut self) {
        if self.0.take().is_some() {
            tracing::info!("the index follows again");
        }
    }

    fn is_new(&mut self, why: &str) -> bool {
        let is_new = self.0.as_deref() != Some(why);
        self.0 = Some(why.to_owned());
        is_new
    }
}

fn chain(error: &Error) -> String {
    match error {
        Error::Unexpected(source) => format!("{source:#}"),
        Error::Refused(_) => error.to_string(),
    }
}

/// Whether an act failed only because another process writes this index.
pub fn waits_for_writer(error: &Error) -> bool {
    let Error::Unexpected(source) = error else { return false };
    let causes = source.chain().filter_map(|cause| cause.downcast_ref::<SearchError>());
    causes.into_iter().any(|cause| matches!(cause, SearchError::Locked(_)))
}

impl Library {
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
        let mut changed = self.changed.subscribe();
        let mut trouble = Trouble::default();
        loop {
            changed.borrow_and_update();
            let pause = match self.catch_up().await {
                Ok(()) => {
                    trouble.is_over();
                    TICK
                }
                Err(error) if waits_for_writer(&error) => {
                    trouble.waits();
                    TICK
                }
                Err(error) => {
                    trouble.met(&error);
                    AFTER_FAILURE
                }
            };
            // Whether it rang or the time is up: the next round looks.
            let _ = tokio::time::timeout(pause, changed.changed()).await;
        }
    }

    async fn follow_synonyms(&self) {
        loop {
            let pause = match self.reload_synonyms().await {
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
        if self.index.needs_rebuild() {
            // A library that begins has none yet.
            if changes::last(self.db.read()).await? > 0 {
                tracing::warn!("the index is missing, damaged or of another version; building it anew");
            }
            self.rebuild_index(|_, _| {}).await?;
        }
        loop {
            let applied = i64::try_from(self.index.applied_change()).unwrap_or(i64::MAX);
            let rows = changes::after(self.db.read(), applied, BATCH).await?;
            let Some(last) = rows.last().map(|row| row.seq) else {
                return Ok(());
            };
            let mut ids: Vec<Id> = rows.iter().map(|row| row.resource_id).collect();
            ids.sort_unstable();
            ids.dedup();
            self.apply(ids, last).await?;
        }
    }

    /// Becomes the process that writes this index, and looks whether it is still where it was put.
    pub async fn prepare_index(&self) -> Result<()> {
        let index = Arc::clone(&self.index);
        let prepared = tokio::task::spawn_blocking(move || index.prepare()).await;
        prepared.map_err(Error::unexpected)?.map_err(Error::unexpected)
    }

    async fn apply(&self, ids: Vec<Id>, change: i64) -> Result<()> {
        let index = Arc::clone(&self.index);
        let (steps, mut arriving) = mpsc::channel::<Step>(8);
        let writing = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
            let mut writer = index.writer()?;
            while let Some(step) = arriving.blocking_recv() {
                match step {
                    Step::Put(document) => writer.put(&document)?,
                    Step::Remove(id) => writer.remove(id),
                    Step::Done => return Ok(writer.commit(u64::try_from(change)?)?),
                }
            }
            // Dropped without a commit, the writer forgets what it was given.
            Ok(())
        });
        let sent = self.send_steps(&ids, &steps).await;
        drop(steps);
        writing.await.map_err(Error::unexpected)??;
        sent
    }

    async fn send_steps(&self, ids: &[Id], steps: &mpsc::Sender<Step>) -> Result<()> {
        for chunk in ids.chunks(AT_ONCE) {
            let documents = self.documents(chunk).await?;
            let gone = chunk
                .iter()
                .filter(|id| documents.iter().all(|document| document.id != **id));
            for id in gone {
                send(steps, Step::Remove(*id)).await?;
            }
            for document in documents {
                send(steps, Step::Put(Box::new(document))).await?;
            }
        }
        send(steps, Step::Done).await
    }

    /// Builds the index anew beside the one that serves, from rows and stored passages, and swaps. `progress` is told
    /// how many resources of how many are in.
    pub async fn rebuild_index(&self, progress: impl Fn(u64, u64)) -> Result<()> {
        let change = changes::last(self.db.read()).await?;
        let total = resources::count(self.db.read()).await?;
        let index = Arc::clone(&self.index);
        // `None` says that all is there: an index that lacks what could not be read must not take the place of one that
        // has it.
        let (documents, mut arriving) = mpsc::channel::<Option<Document>>(64);
        let building = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
            let rebuild = index.rebuild()?;
            while let Some(step) = arriving.blocking_recv() {
                match step {
                    Some(document) => rebuild.add(&document)?,
                    None => return Ok(rebuild.finish(u64::try_from(change)?)?),
                }
            }
            Ok(())
        });
        let mut done = 0;
        let mut after = None;
        loop {
            let ids = resources::ids_after(self.db.read(), after, AT_ONCE as u64).await?;
            let Some(last) = ids.last().copied() else { break };
            for document in self.documents(&ids).await? {
                if documents.send(Some(document)).await.is_err() {
                    return Err(stopped(building).await);
                }
            }
            after = Some(last);
            done += ids.len() as u64;
            progress(done, total.max(done));
        }
        if documents.send(None).await.is_err() {
            return Err(stopped(building).await);
        }
        Ok(building.await.map_err(Error::unexpected)??)
    }

    /// Asks the running service to build its index anew.
    pub async fn ask_for_reindex(&self) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(async |tx| jobs::enqueue(tx, jobs::REINDEX, vec!["index".to_owned()], now).await)
            .await?;
        self.wake();
        Ok(())
    }

    /// Everything that searching needs to know of some resources; those that are gone are left out.
    pub(super) async fn documents(&self, ids: &[Id]) -> Result<Vec<Document>> {
        let conn = self.db.read();
        let rows = resources::resources_by_id(conn, ids.to_vec()).await?;
        let names = Names::load(conn, &rows).await?;
        let mut files: std::collections::HashMap<Id, Vec<DocumentFile>> = std::collections::HashMap::new();
        for file in resources::current_files(conn, ids).await? {
            let resource = file.0.resource_id;
            files.entry(resource).or_default().push(self.document_file(file).await?);
        }
        let documents = rows.into_iter().map(|row| {
            let files = files.remove(&row.id).unwrap_or_default();
            document(row, &names, files)
        });
        Ok(documents.collect())
    }

    async fn document_file(&self, (file, read): resources::ReadFile) -> Result<DocumentFile> {
        let is_read = read.is_some_and(|read| read.state == State::Ready);
        let passages = if is_read {
            self.stored_passages(&file.sha256, file.kind)
                .await?
                .try_collect()
                .await?
        } else {
            Vec::new()
        };
        Ok(DocumentFile {
            id: file.id,
            path: file.path,
            passages,
        })
    }

    /// This node's index.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// How many changes the index is behind; all of them and one more while it has to be built anew.
    pub async fn index_lag(&self) -> Result<u64> {
        let last = u64::try_from(changes::last(self.db.read()).await?).unwrap_or(0);
        if self.index.needs_rebuild() {
            return Ok(last + 1);
        }
        Ok(last.saturating_sub(self.index.applied_change()))
    }
}

async fn send(steps: &mpsc::Sender<Step>, step: Step) -> Result<()> {
    steps
        .send(step)
        .await
        .map_err(|_| Error::unexpected(anyhow::anyhow!("the index's writer stopped")))
}

/// Why a writer on a blocking thread stopped listening.
async fn stopped(writing: tokio::task::JoinHandle<anyhow::Result<()>>) -> Error {
    match writing.await {
        Ok(Err(error)) => Error::unexpected(error),
        Ok(Ok(())) => Error::unexpected(anyhow::anyhow!("the index's writer stopped early")),
        Err(error) => Error::unexpected(error),
    }
}

fn document(row: entity::resource::Model, names: &Names, files: Vec<DocumentFile>) -> Document {
    Document {
        id: row.id,
        audiences: edit::audiences(&row),
        title: row.title,
        description: row.description,
        keywords: row.keywords.0,
        authors: row.authors.0,
        kind: row.kind,
        major: row.major_id.and_then(|id| names.get(id)),
        course: row.course_id.and_then(|id| names.get(id)),
        task: row.task_id.and_then(|id| names.get(id)),
        school: row.school_id.and_then(|id| names.get(id)),
        is_model: row.marked_at.is_some(),
        stage: row.stage,
        level: row.level,
        year: row.year,
        status: row.status,
        scope: row.scope,
        updated_at: row.updated_at,
        files,
    }
}
