//! Carries items in: bytes first, then the resource in one transaction.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::{Stream, stream};
use serde::Serialize;
use sha2::{Digest as _, Sha256 as Hasher};
use tokio::io::AsyncReadExt as _;

use crate::actor::Actor;
use crate::db::{entity, files, resources};
use crate::domain::authority::Act;
use crate::domain::form::ShareForm;
use crate::domain::id::{ResourceId, Sha256, UploadId};
use crate::domain::resource::Status;
use crate::error::{Error, Result};
use crate::library::authority::who_may;
use crate::library::imports::Imports;
use crate::library::imports::{ImportItem, ImportPlan};

/// How much of a file is read at a time.
const CHUNK: usize = 256 * 1024;
/// Resources whose files one query brings.
const AT_ONCE: usize = 200;

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum ImportOutcome {
    /// It is a resource now.
    Imported {
        /// The resource.
        id: ResourceId,
    },
    /// It was a resource already.
    Known {
        /// The resource.
        id: ResourceId,
    },
}

/// A resource that an item may already be.
struct Candidate {
    id: ResourceId,
    status: Status,
    files: Vec<entity::file::Model>,
}

impl Imports {
    /// Marks the items of a plan that an earlier run has brought in.
    pub async fn recognise(&self, actor: &Actor, plan: &mut ImportPlan) -> Result<()> {
        let mut candidates = self.candidates(actor, &plan.items).await?;
        let mut claimed = HashSet::new();
        for item in &mut plan.items {
            for candidate in candidates.entry(item.form.metadata.title.clone()).or_default() {
                // Two items that are the same become two resources: none is taken for both.
                if claimed.contains(&candidate.id) || !candidate.resembles(item) || !candidate.holds(item).await? {
                    continue;
                }
                claimed.insert(candidate.id);
                item.known = Some((candidate.id, candidate.status));
                break;
            }
        }
        Ok(())
    }

    async fn candidates(&self, actor: &Actor, items: &[ImportItem]) -> Result<HashMap<String, Vec<Candidate>>> {
        let member = who_may(actor, Act::Share)?;
        let titles: HashSet<&String> = items.iter().map(|item| &item.form.metadata.title).collect();
        let titles: Vec<String> = titles.into_iter().cloned().collect();
        let rows = resources::by_titles(self.db.read(), member.id, &titles).await?;
        let mut found: HashMap<String, Vec<Candidate>> = HashMap::new();
        for some in rows.chunks(AT_ONCE) {
            let ids: Vec<ResourceId> = some.iter().map(|row| row.id).collect();
            let mut files: HashMap<ResourceId, Vec<entity::file::Model>> = HashMap::new();
            for (file, _) in files::current(self.db.read(), &ids).await? {
                files.entry(file.resource_id).or_default().push(file);
            }
            for row in some {
                found.entry(row.title.clone()).or_default().push(Candidate {
                    id: row.id,
                    status: row.status,
                    files: files.remove(&row.id).unwrap_or_default(),
                });
            }
        }
        Ok(found)
    }

    /// Makes a resource of an item, unless it is one already. `sent` is told how many more bytes are in.
    pub async fn import_item(
        &self,
        actor: &Actor,
        item: &ImportItem,
        publish: bool,
        sent: impl Fn(u64),
    ) -> Result<ImportOutcome> {
        if let Some((id, status)) = item.known {
            // The run before may have ended between sharing and publishing.
            if publish && status == Status::Draft {
                self.reviews.publish_imported(actor, id).await?;
            }
            sent(item.bytes());
            return Ok(ImportOutcome::Known { id });
        }
        let uploads = self.receive_all(actor, item, sent).await?;
        let form = ShareForm {
            resource: item.form.clone(),
            uploads: uploads.clone(),
            submit: false,
        };
        let shared = match self.resources.share(actor, form).await {
            Ok(shared) => shared,
            Err(error) => {
                self.give_up(actor, uploads).await;
                return Err(error);
            }
        };
        if publish {
            self.reviews.publish_imported(actor, shared.id).await?;
        }
        Ok(ImportOutcome::Imported { id: shared.id })
    }

    async fn receive_all(&self, actor: &Actor, item: &ImportItem, sent: impl Fn(u64)) -> Result<Vec<UploadId>> {
        let mut uploads = Vec::with_capacity(item.files.len());
        for file in &item.files {
            let received = match read(&file.source, &sent).await {
                Ok(body) => self.uploads.receive(actor, &file.path, Box::pin(body)).await,
                Err(error) => Err(Error::Unexpected(error)),
            };
            match received {
                Ok(id) => uploads.push(id),
                Err(error) => {
                    self.give_up(actor, uploads).await;
                    return Err(error);
                }
            }
        }
        Ok(uploads)
    }

    /// Frees what a failed item has brought so far; what cannot be freed now expires by itself.
    async fn give_up(&self, actor: &Actor, uploads: Vec<UploadId>) {
        for id in uploads {
            if let Err(error) = self.uploads.terminate_upload(actor, id).await {
                tracing::warn!(upload.id = %id, %error, "an upload of a failed import stays until it expires");
            }
        }
    }
}

impl Candidate {
    fn resembles(&self, item: &ImportItem) -> bool {
        let mut ours: Vec<(&str, i64)> = self.files.iter().map(|file| (file.path.as_str(), file.size)).collect();
        let theirs = item.files.iter();
        let mut theirs: Vec<(&str, i64)> = theirs
            .map(|file| (file.path.as_str(), i64::try_from(file.size).unwrap_or(i64::MAX)))
            .collect();
        ours.sort_unstable();
        theirs.sort_unstable();
        ours == theirs
    }

    async fn holds(&self, item: &ImportItem) -> Result<bool> {
        for file in &item.files {
            let Some(ours) = self.files.iter().find(|ours| ours.path == file.path) else {
                return Ok(false);
            };
            if hash(file.source.clone()).await? != ours.sha256 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The SHA-256 of a file.
async fn hash(path: PathBuf) -> Result<Sha256> {
    let hashing = tokio::task::spawn_blocking(move || -> std::io::Result<Sha256> {
        let mut file = File::open(path)?;
        let mut hasher = Hasher::new();
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = file.read(&mut chunk)?;
            if read == 0 {
                return Ok(Sha256::from_bytes(hasher.finalize().into()));
            }
            hasher.update(&chunk[..read]);
        }
    });
    Ok(hashing.await.map_err(Error::unexpected)??)
}

/// The bytes of a file, a chunk at a time.
async fn read(path: &Path, sent: impl Fn(u64)) -> anyhow::Result<impl Stream<Item = std::io::Result<Bytes>>> {
    let file = tokio::fs::File::open(path)
        .await
        .with_context(|| format!("open `{}`", path.display()))?;
    Ok(stream::try_unfold((file, sent), |(mut file, sent)| async move {
        let mut chunk = bytes::BytesMut::with_capacity(CHUNK);
        let read = file.read_buf(&mut chunk).await?;
        sent(read as u64);
        Ok((read > 0).then(|| (chunk.freeze(), (file, sent))))
    }))
}
