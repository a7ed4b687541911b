//! A version as one file: laid out once, put together as it is sent.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;

use crate::actor::Actor;
use crate::db::{content, pack_documents, packs};
use crate::domain::extension::without_ending;
use crate::domain::id::{PackId, Sha256};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::blocking::blocking;
use crate::library::delivery::Delivery;
use crate::library::delivery::serve_files::{ArchiveSegment, ServedVersion};
use crate::library::objects::integrity::ExpectedObject;
use crate::library::packs::contents::Envelope;
use crate::library::resources::download::Original;
use crate::pack::archive::{self, ArchiveFormat, ArchiveLayout};
use crate::pack::manifest::Manifest;
use crate::pack::path::safe_name;

/// A version as one file. Nothing of it lies anywhere: it is put together as it is sent.
#[derive(Debug, Clone)]
pub struct Archive {
    /// Tells it from every other one.
    pub tag: Sha256,
    /// Its name, for saving.
    pub name: String,
    /// Bytes.
    pub size: u64,
    laid_out: Arc<LaidOut>,
    issue: Arc<ServedVersion>,
}

/// How an archive is laid out, and what it is named after.
#[derive(Debug)]
pub struct LaidOut {
    layout: Arc<ArchiveLayout>,
    title: String,
    /// Where the manifest is.
    list: ExpectedObject,
}

impl Delivery {
    /// A version as one file.
    pub async fn archive(&self, actor: &Actor, pack: PackId, number: i32, format: ArchiveFormat) -> Result<Archive> {
        let issue = self.issue(actor, pack, number).await?;
        // It is laid out by the signed list: one that left something out would be another version.
        let gone = packs::gone_items(self.db.read(), pack, number).await?;
        if !gone.is_empty() {
            let items = gone.into_iter().filter_map(|at| usize::try_from(at).ok()).collect();
            return Err(Refusal::PackItemGone { items }.into());
        }
        let tag = format.digest(&issue.manifest);
        let laid_out = match self.layouts.get(&tag) {
            Some(laid_out) => laid_out,
            None => {
                self.lay_out(actor, (pack, number), &issue.manifest, (format, &tag))
                    .await?
            }
        };
        Ok(Archive {
            name: format!(
                "{} v{number}.{}",
                safe_name(without_ending(&laid_out.title, "zip"), 80),
                format.ending()
            ),
            size: laid_out.layout.length(),
            tag,
            laid_out,
            issue,
        })
    }

    /// Lays an archive out, one after the other: each needs all of a list in memory meanwhile.
    async fn lay_out(
        &self,
        actor: &Actor,
        version: (PackId, i32),
        list: &Sha256,
        (format, tag): (ArchiveFormat, &Sha256),
    ) -> Result<Arc<LaidOut>> {
        let _turn = self.laying.acquire(actor).await?;
        // Whoever had the turn before may have laid out the same.
        if let Some(laid_out) = self.layouts.get(tag) {
            return Ok(laid_out);
        }
        let row = content::blob(self.db.read(), list).await?;
        let row = row.ok_or_else(|| anyhow::anyhow!("the list `{list}` has no row"))?;
        let key = ExpectedObject::copy(&row)?;
        let bytes = Bytes::from(self.packs.made_bytes(list).await?);
        let documents = match format {
            ArchiveFormat::Evidence => self.evidence_documents(version).await?,
            _ => Vec::new(),
        };
        let laid_out = blocking(move || {
            let manifest: Envelope<Manifest> = serde_json::from_slice(&bytes).map_err(Error::unexpected)?;
            let layout = match (format, &manifest.signed.evidence) {
                (ArchiveFormat::Evidence, Some(info)) => {
                    ArchiveLayout::evidence(&manifest.signed, info.as_of, documents)
                }
                _ => ArchiveLayout::new(&manifest.signed, bytes, format),
            };
            Ok(Arc::new(LaidOut {
                layout: Arc::new(layout),
                title: manifest.signed.pack.title,
                list: key,
            }))
        });
        let laid_out = laid_out.await?;
        self.layouts
            .insert(tag.clone(), laid_out.clone(), laid_out.layout.memory_bytes());
        Ok(laid_out)
    }

    /// What was made for a version that is evidence, with its bytes; of others there is none.
    async fn evidence_documents(&self, (pack, number): (PackId, i32)) -> Result<Vec<(String, Bytes)>> {
        let rows = pack_documents::of_version(self.db.read(), pack, number).await?;
        if rows.is_empty() {
            return Err(Refusal::NoSuch(Thing::File).into());
        }
        let mut documents = Vec::with_capacity(rows.len());
        for row in rows {
            documents.push((row.name, self.packs.made_bytes(&row.sha256).await?.into()));
        }
        Ok(documents)
    }

    /// One of the documents of a version that is evidence. It stays, whatever becomes of what it is about.
    pub async fn evidence_document(&self, actor: &Actor, pack: PackId, number: i32, name: &str) -> Result<Original> {
        self.packs.fetched_version(actor, pack, number).await?;
        let row = pack_documents::find(self.db.read(), pack, number, name).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::File))?;
        let blob = content::blob(self.db.read(), &row.sha256).await?;
        let blob = blob.ok_or_else(|| anyhow::anyhow!("the document `{name}` of a pack has no content"))?;
        Original::of(&blob, &row.name, &row.media_type)
    }

    /// A range of an archive as a stream.
    pub async fn archive_bytes(
        &self,
        actor: &Actor,
        archive: &Archive,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let (issue, laid_out) = (archive.issue.clone(), archive.laid_out.clone());
        let pieces = laid_out.layout.clone().pieces(range).map(move |piece| match piece {
            archive::ArchivePiece::Literal(bytes) => ArchiveSegment::Literal(bytes),
            archive::ArchivePiece::List(range) => ArchiveSegment::Stored(laid_out.list.clone(), range),
            archive::ArchivePiece::Content { number, range } => ArchiveSegment::Stored(issue.item(number), range),
        });
        self.stream(Some(actor), pieces).await
    }
}
