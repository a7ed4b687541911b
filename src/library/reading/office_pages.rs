//! Pages: Office files are turned into a PDF when somebody first looks at them, and kept so.

use std::fs;
use std::io::Read as _;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{TryStreamExt as _, stream};

use crate::actor::Actor;
use crate::blob::DerivedKey;
use crate::db::{content, derived, entity, jobs, renditions};
use crate::domain::file::{ExtractionState, Kind};
use crate::domain::id::{FileId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::passage::Passage;
use crate::error::{Error, Result};
use crate::extract::has_pages;
use crate::library::objects::MAX_READ_BYTES;
use crate::library::objects::integrity::{ExpectedObject, is_damage, is_made_again};
use crate::library::reading::Reading;
use crate::library::texts::{line, made_of, subject};

/// What could not be made is tried again after this long, when somebody looks: the machine may have been busy.
const TRY_AGAIN: Duration = Duration::from_hours(24);
/// How much of the finished pages is taken at once.
const PIECE: usize = 256 << 10;

/// Whether a file's pages can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// They can.
    There,
    /// They are being made.
    Waiting,
    /// They could not be made.
    Failed,
    /// Nobody here makes pages of such files.
    Never,
}

impl Reading {
    /// Whether a file's pages can be looked at; asks for them to be made where they can be and were not.
    pub async fn pages(&self, actor: &Actor, file: FileId) -> Result<Pages> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        if file.kind == Kind::Pdf {
            return Ok(Pages::There);
        }
        let made = renditions::find(self.db.read(), &file.sha256, file.kind).await?;
        let is_stale = |row: &entity::rendition::Model| row.made_at.plus(TRY_AGAIN) < self.clock.now();
        match made {
            Some(row) if row.pages.is_some() => Ok(Pages::There),
            _ if self.programs.office.is_none() || !has_pages(file.kind) => Ok(Pages::Never),
            Some(row) if !is_stale(&row) => Ok(Pages::Failed),
            _ => {
                self.ask_for_pages(&file.sha256, file.kind).await?;
                Ok(Pages::Waiting)
            }
        }
    }

    async fn ask_for_pages(&self, sha256: &Sha256, kind: Kind) -> Result<()> {
        let subjects = vec![subject(sha256, kind)];
        // Somebody waits for it.
        let asked = self
            .db
            .write(async |tx| jobs::enqueue_ahead(tx, JobKind::Render, subjects, self.clock.now()).await);
        asked.await?;
        self.signals.wake();
        Ok(())
    }

    /// The PDF that a file's pages are painted from.
    pub(in crate::library) async fn painted(&self, file: &entity::file::Model) -> Result<Option<fs::File>> {
        if file.kind == Kind::Pdf {
            return self.open_content(&file.sha256).await;
        }
        let made = renditions::find(self.db.read(), &file.sha256, file.kind).await?;
        if made.is_none_or(|row| row.pages.is_none()) {
            return Ok(None);
        }
        let [pages, _] = made_of(&file.sha256, file.kind);
        let Some(row) = derived::find(self.db.read(), &pages.to_string()).await? else {
            return self.open_unhashed(&pages).await;
        };
        match self.objects.open_right(&ExpectedObject::made(pages, &row)).await {
            Ok(pages) => Ok(Some(pages)),
            // Lost or damaged: they were forgotten, and are made again when somebody looks the next time.
            Err(error) if is_made_again(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Pages that an older version made and nobody has hashed yet.
    async fn open_unhashed(&self, pages: &DerivedKey) -> Result<Option<fs::File>> {
        match self.blobs.open_file(pages, MAX_READ_BYTES).await {
            Ok((_, pages)) => Ok(Some(pages)),
            Err(error) if error.is_damage() => {
                let lost = self.db.write(async |tx| renditions::delete(tx, &pages.sha256).await);
                lost.await.map(|()| None)
            }
            Err(error) => Err(Error::unexpected(error)),
        }
    }

    /// A content's bytes, verified; none where nothing names them any more.
    pub(in crate::library) async fn open_content(&self, sha256: &Sha256) -> Result<Option<fs::File>> {
        let Some(blob) = content::blob(self.db.read(), sha256).await? else {
            return Ok(None);
        };
        self.objects.open_right(&ExpectedObject::copy(&blob)?).await.map(Some)
    }

    /// What stands on the pages that a file is shown as.
    pub(in crate::library) async fn text_of_pages(
        &self,
        actor: &Actor,
        file: &entity::file::Model,
    ) -> Result<Vec<Passage>> {
        let [_, text] = made_of(&file.sha256, file.kind);
        let lines = self.texts.made_lines(actor, &text).await?;
        let passages = lines.and_then(async |line: String| serde_json::from_str(&line).map_err(Error::unexpected));
        passages.try_collect().await
    }

    /// Turns a content into pages, and notes what became of it.
    pub(in crate::library) async fn make_pages(&self, sha256: &Sha256, kind: Kind) -> Result<()> {
        let Some(office) = &self.programs.office else {
            return Ok(());
        };
        // Asked for again while they were being made: others in their place would be others than their row says.
        let made = renditions::find(self.db.read(), sha256, kind).await?;
        if made.is_some_and(|row| row.pages.is_some()) {
            return Ok(());
        }
        let source = match self.open_content(sha256).await {
            Ok(Some(source)) => source,
            // Collected meanwhile: nobody refers to it any more.
            Ok(None) => return Ok(()),
            // Asked for again by whoever looks at it when it is mended.
            Err(error) if is_damage(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let pages = match office.pages(source, kind).await {
            Ok(pdf) => self.keep_pages(sha256, kind, pdf).await?,
            Err(fault) => {
                tracing::info!(%sha256, ?fault, "no pages could be made of {sha256}");
                None
            }
        };
        let row = entity::rendition::Model {
            sha256: sha256.clone(),
            kind,
            pages,
            made_at: self.clock.now(),
        };
        self.db.write(async |tx| renditions::upsert(tx, row).await).await
    }

    /// Keeps pages, if they are some; returns how many.
    async fn keep_pages(&self, sha256: &Sha256, kind: Kind, pdf: fs::File) -> Result<Option<i32>> {
        let [pages_key, text_key] = made_of(sha256, kind);
        let mut text = Vec::new();
        // Read at once: from what our own reader cannot open no page could be painted.
        let source = pdf.try_clone()?;
        let outcome = self
            .programs
            .extractor
            .extract(source, Kind::Pdf, |passage| text.push(line(&passage)))
            .await;
        if outcome.state == ExtractionState::Failed || outcome.report.pages == 0 {
            return Ok(None);
        }
        self.put_made(&pages_key, pieces(pdf)).await?;
        self.put_made(&text_key, stream::iter(text.into_iter().map(Ok))).await?;
        Ok(i32::try_from(outcome.report.pages).ok())
    }

    /// Keeps something that was made; returns its bytes.
    pub(in crate::library) async fn put_made(
        &self,
        key: &DerivedKey,
        body: impl stream::Stream<Item = std::io::Result<Bytes>>,
    ) -> Result<u64> {
        let row = self.objects.keep_derived(key, body).await?;
        Ok(u64::try_from(row.size).unwrap_or(0))
    }
}

/// A file's bytes from its beginning, a piece at a time, each read off the async threads.
pub(in crate::library) fn pieces(file: fs::File) -> impl stream::Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold(file, async |file| {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let count = (&file).read(&mut piece)?;
            piece.truncate(count);
            Ok::<_, std::io::Error>((file, piece))
        });
        let (file, piece) = read.await.map_err(std::io::Error::other)??;
        Ok((!piece.is_empty()).then(|| (piece.into(), file)))
    })
}
