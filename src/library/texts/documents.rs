//! What the index is told: resources as documents, from their rows and their stored passages.
//!
//! One thing's fault costs one thing. A row that cannot be understood costs its resource, a text that is lost or damaged
//! costs its file: each is named in the log, and such a text is read again from its original. A database or a store that
//! does not answer is another matter: then nothing can be said of anything, and the round is done again.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use sha2::Digest as _;

use crate::blob::BlobError;
use crate::db::{self, content, entity, files, jobs, resources};
use crate::domain::file::{ExtractionReport, ExtractionState};
use crate::domain::id::{FileId, ResourceId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::passage::Passage;
use crate::domain::search::{Document, DocumentFile};
use crate::error::{Error, Result};
use crate::library::objects::blob_key;
use crate::library::resource_view::NamesById;
use crate::library::resources::edit;
use crate::library::texts::Texts;
use crate::library::texts::write::WrittenText;
use crate::library::texts::{is_subtitled, subject, text_key};

/// Resources whose texts are fetched side by side; each is in memory with all its text.
const RESOURCES_AT_ONCE: usize = 4;
/// Texts of one resource that are fetched side by side: a store far away answers many as quickly as one.
const TEXTS_AT_ONCE: usize = 8;
/// A text that is lost again within this time is not worth reading again: the store does not keep it.
const LOST_AGAIN: Duration = Duration::from_hours(1);

/// Rows from which documents are made.
struct DocumentRows {
    resources: Vec<entity::resource::Model>,
    names: NamesById,
    files: HashMap<ResourceId, Vec<files::FileWithExtraction>>,
}

/// Why a stored text cannot be had.
enum NoText {
    /// It is lost or damaged, and will not come back by itself.
    Lost(String),
    /// The store does not answer.
    Away(Error),
}

/// A text that was found lost, and why.
type LostText = (entity::file::Model, entity::extraction::Model, String);

impl Texts {
    /// Everything that searching needs to know of some resources, those with the fewest files first; those that are gone,
    /// and those whose rows cannot be understood, are left out.
    pub(in crate::library) async fn documents(
        &self,
        ids: &[ResourceId],
    ) -> Result<impl Stream<Item = Result<Document>>> {
        let DocumentRows {
            mut resources,
            names,
            mut files,
        } = self.rows(ids).await?;
        resources.sort_by_key(|row| files.get(&row.id).map_or(0, Vec::len));
        let with_files = resources.into_iter().map(move |row| {
            let files = files.remove(&row.id).unwrap_or_default();
            let named = document(row, &names);
            (named, files)
        });
        let with_texts = futures_util::stream::iter(with_files).map(async |(named, files)| {
            let files = self.with_texts(files).await?;
            Ok(Document { files, ..named })
        });
        Ok(with_texts.buffer_unordered(RESOURCES_AT_ONCE))
    }

    /// Reads the rows of some resources; where one of them cannot be understood, one by one, without that one.
    async fn rows(&self, ids: &[ResourceId]) -> Result<DocumentRows> {
        let read = self.understood(ids).await;
        if !read.as_ref().is_err_and(db::is_of_row) {
            return read;
        }
        let mut all = self.understood(&[]).await?;
        let mut readable = Vec::new();
        for id in ids {
            match self.understood(&[*id]).await {
                Ok(rows) => {
                    readable.extend(rows.resources);
                    all.files.extend(rows.files);
                }
                Err(error) if db::is_of_row(&error) => self.following.leave_out(*id, &error),
                Err(error) => return Err(error),
            }
        }
        let names = NamesById::load(self.db.read(), &readable).await?;
        Ok(DocumentRows {
            resources: readable,
            names,
            ..all
        })
    }

    async fn understood(&self, ids: &[ResourceId]) -> Result<DocumentRows> {
        let conn = self.db.read();
        let resources = resources::resources_by_id(conn, ids.to_vec()).await?;
        let names = NamesById::load(conn, &resources).await?;
        let mut files: HashMap<ResourceId, Vec<files::FileWithExtraction>> = HashMap::new();
        for file in files::current(conn, ids).await? {
            files.entry(file.0.resource_id).or_default().push(file);
        }
        Ok(DocumentRows {
            resources,
            names,
            files,
        })
    }

    async fn with_texts(&self, files: Vec<files::FileWithExtraction>) -> Result<Vec<DocumentFile>> {
        let mut lost = Vec::new();
        // What a machine heard in a film gives way to what people wrote beside it.
        let heard = files.iter().filter(|(_, read)| is_heard(read.as_ref()));
        let replaced: HashSet<FileId> = heard
            .filter(|(film, _)| is_subtitled(film, &files))
            .map(|(film, _)| film.id)
            .collect();
        let replaced = &replaced;
        let texts = futures_util::stream::iter(files).map(async |(file, read)| {
            let members = members(read.as_ref());
            let read = read.filter(|read| read.state == ExtractionState::Ready && !replaced.contains(&file.id));
            let Some(read) = read else {
                return Ok((file, members, Vec::new(), None));
            };
            match self.whole_text(&read).await {
                Ok(passages) => Ok((file, members, passages, None)),
                Err(NoText::Lost(why)) => Ok((file, members, Vec::new(), Some((read, why)))),
                Err(NoText::Away(error)) => Err(error),
            }
        });
        // In the order of the files, however the store answers.
        let mut texts = std::pin::pin!(texts.buffered(TEXTS_AT_ONCE));
        let mut documents = Vec::new();
        while let Some((file, members, passages, fault)) = texts.try_next().await? {
            let (id, path) = (file.id, file.path.clone());
            lost.extend(fault.map(|(read, why)| (file, read, why)));
            documents.push(DocumentFile {
                id,
                path,
                members,
                passages,
            });
        }
        self.lose_texts(lost).await?;
        Ok(documents)
    }

    /// All passages of a content, if they are those that were kept.
    async fn whole_text(&self, read: &entity::extraction::Model) -> std::result::Result<Vec<Passage>, NoText> {
        let key = text_key(read);
        let lines = self.blobs.read_derived(&key).await;
        let mut lines = std::pin::pin!(match lines {
            Ok(lines) => lines,
            Err(error) => return Err(self.no_text(error).await),
        });
        let (mut passages, mut tally) = (Vec::new(), sha2::Sha256::new());
        loop {
            let line = match lines.try_next().await {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => return Err(self.no_text(error).await),
            };
            // Lines come without their ends, which the hash counts.
            tally.update(line.as_bytes());
            tally.update(b"\n");
            let passage = serde_json::from_str(&line);
            passages.push(passage.map_err(|error| NoText::Lost(format!("`{key}` holds no passage: {error}")))?);
        }
        let found = Sha256::from_bytes(tally.finalize().into());
        if read.text_sha256.as_ref().is_some_and(|kept| *kept != found) {
            return Err(NoText::Lost(format!("`{key}` holds another text than was kept")));
        }
        Ok(passages)
    }

    /// All passages of a content as they are kept; none where they are lost, and will be read again.
    pub(in crate::library) async fn kept_passages(
        &self,
        read: &entity::extraction::Model,
    ) -> Result<Option<Vec<Passage>>> {
        match self.whole_text(read).await {
            Ok(passages) => Ok(Some(passages)),
            Err(NoText::Away(error)) => Err(error),
            Err(NoText::Lost(why)) => {
                tracing::warn!("{why}; it is read again from its original");
                self.read_again(read).await?;
                Ok(None)
            }
        }
    }

    /// All passages of a text that was written just now.
    pub(in crate::library) async fn passages_written(&self, written: &WrittenText) -> Result<Vec<Passage>> {
        let lines = self.blobs.read_derived(&written.key).await;
        let lines = lines.map_err(Error::unexpected)?.map_err(Error::unexpected);
        let passages = lines.and_then(async |line: String| serde_json::from_str(&line).map_err(Error::unexpected));
        passages.try_collect().await
    }

    /// Whether an object or the whole store is at fault: the store is asked.
    async fn no_text(&self, error: BlobError) -> NoText {
        if self.blobs.check().await.is_ok() {
            return NoText::Lost(format!("{:#}", anyhow::Error::new(error)));
        }
        NoText::Away(Error::unexpected(error))
    }

    /// Whether the original of a content is there to be read again.
    async fn has_original(&self, sha256: &Sha256) -> Result<bool> {
        let Some(blob) = content::blob(self.db.read(), sha256).await? else {
            return Ok(false);
        };
        match self.blobs.size(&blob_key(&blob)?).await {
            Ok(_) => Ok(true),
            Err(BlobError::Missing { .. }) => Ok(false),
            Err(error) => Err(Error::unexpected(error)),
        }
    }

    /// What somebody made of a file's text; where the text turns out to be lost, nothing, and it is read again.
    pub(in crate::library) async fn or_lose<T: Default>(
        &self,
        file: &entity::file::Model,
        made: Result<T>,
    ) -> Result<T> {
        let Err(Error::Unexpected(source)) = &made else {
            return made;
        };
        let is_of_text = source
            .chain()
            .any(|cause| cause.is::<BlobError>() || cause.is::<serde_json::Error>());
        if !is_of_text || self.blobs.check().await.is_err() {
            return made;
        }
        let read = content::extraction(self.db.read(), &file.sha256, file.kind).await?;
        let lost = read.filter(|read| read.state == ExtractionState::Ready);
        let lost = lost.map(|read| (file.clone(), read, format!("{source:#}")));
        self.lose_texts(lost.into_iter().collect()).await?;
        Ok(T::default())
    }

    /// Notes texts that are lost, and asks for them to be read again from their originals; those that were lost again
    /// right after that are given up, and say so.
    async fn lose_texts(&self, mut lost: Vec<LostText>) -> Result<()> {
        let mut readable = Vec::new();
        for (file, read, why) in lost.drain(..) {
            if self.has_original(&read.sha256).await? {
                readable.push((file, read, why));
                continue;
            }
            let why = format!("text and original of file {} are lost: {why}", file.id);
            self.following.name_left_out(file.resource_id, why);
        }
        self.read_lost_again(readable).await
    }

    async fn read_lost_again(&self, lost: Vec<LostText>) -> Result<()> {
        if lost.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let mut again = Vec::new();
                for (file, read, why) in &lost {
                    let is_again = read.text_lost_at.is_some_and(|at| now < at.plus(LOST_AGAIN));
                    let (state, report) = lost_state(read, is_again);
                    if !content::mark_text_lost(tx, read, state, report, now).await? {
                        continue;
                    }
                    let next = if is_again {
                        "given up: it was read again before"
                    } else {
                        "read again from its original"
                    };
                    tracing::warn!(file.id = %file.id, "the text of file {} is lost: {why}; {next}", file.id);
                    if !is_again {
                        again.push(subject(&read.sha256, read.kind));
                    }
                }
                jobs::enqueue(tx, JobKind::Extract, again, now).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }
}

fn lost_state(read: &entity::extraction::Model, is_again: bool) -> (ExtractionState, ExtractionReport) {
    if !is_again {
        return (ExtractionState::Queued, ExtractionReport::default());
    }
    let detail = "its text was read, and was lost in the store each time".to_owned();
    let report = ExtractionReport {
        detail: Some(detail),
        ..read.report.0.clone()
    };
    (ExtractionState::Failed, report)
}

/// The paths of what lies inside a file, as its reader listed them.
pub(in crate::library) fn members(read: Option<&entity::extraction::Model>) -> Vec<String> {
    let members = read.into_iter().flat_map(|read| &read.report.0.members);
    members.map(|member| member.path.clone()).collect()
}

/// Whether the text of a file is what a machine heard in it.
fn is_heard(read: Option<&entity::extraction::Model>) -> bool {
    read.is_some_and(|read| read.report.0.speech.is_some())
}

/// A document that lacks its files.
fn document(row: entity::resource::Model, names: &NamesById) -> Document {
    Document {
        id: row.id,
        audiences: edit::audiences(&row),
        metadata: row.metadata(),
        major: row.major_id.and_then(|id| names.get(id)),
        course: row.course_id.and_then(|id| names.get(id)),
        task: row.task_id.and_then(|id| names.get(id)),
        school: row.school_id.and_then(|id| names.get(id)),
        is_model: row.marked_at.is_some(),
        status: row.status,
        updated_at: row.updated_at,
        files: Vec::new(),
    }
}
