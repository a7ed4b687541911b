//! A scan as a PDF in which one can search: pictures of its pages, with its words above them where nobody sees them. The
//! original stays as it is.
//!
//! It is made when somebody first asks for it, page after page so that a book is never in memory, and kept beside the text
//! that it was made of: where the text is replaced because a line was put right, it goes with it.

use std::fs;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};

use crate::actor::Actor;
use crate::db::{content, derived, entity, jobs, ocr_pages};
use crate::domain::file::Kind;
use crate::domain::id::{FileId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::page::PageText;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::objects::integrity::{ExpectedObject, is_damage};
use crate::library::reading::Reading;
use crate::library::reading::pdf_writer::{PaintedPage, PdfWriter};
use crate::library::texts::{searchable_key, subject};

/// Pixels across a page: A4 at 150 dpi, as sharp as most scans are read on a screen.
const WIDTH: u32 = 1_300;
/// One that nobody kept within this time is of somebody who was killed.
const KEPT_BY_THEN: Duration = Duration::from_hours(24);

/// A PDF in which one can search.
#[derive(Debug)]
pub struct SearchablePdf {
    /// The name of the original.
    pub name: String,
    /// What its bytes are.
    pub sha256: Sha256,
    /// Bytes.
    pub size: u64,
    kept: ExpectedObject,
}

impl Reading {
    /// The PDF of a scan whose pages a machine has read; none while it is being made, which is asked for.
    pub async fn searchable_pdf(&self, actor: &Actor, file: FileId) -> Result<Option<SearchablePdf>> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        let progress = ocr_pages::progress(self.db.read(), &file.sha256, file.kind).await?;
        let read = content::extraction(self.db.read(), &file.sha256, file.kind).await?;
        let is_read = file.kind == Kind::Pdf && progress.is_some_and(|pages| pages.read > 0);
        let read = read.filter(|_| is_read).ok_or(Refusal::NoSuch(Thing::File))?;
        let key = searchable_key(&read);
        let Some(made) = derived::find(self.db.read(), &key.to_string()).await? else {
            self.ask_for_searchable(&read).await?;
            return Ok(None);
        };
        let kept = ExpectedObject::made(key, &made);
        Ok(Some(SearchablePdf {
            name: file.path.rsplit('/').next().unwrap_or_default().to_owned(),
            sha256: kept.digest.clone(),
            size: kept.size,
            kept,
        }))
    }

    /// A stretch of such a PDF.
    pub async fn searchable_bytes(
        &self,
        actor: &Actor,
        pdf: &SearchablePdf,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let given = self.objects.give(&pdf.kept, range, Some(actor)).await?;
        Ok(given.body.map(|piece| piece.map_err(Error::unexpected)).boxed())
    }

    async fn ask_for_searchable(&self, read: &entity::extraction::Model) -> Result<()> {
        let about = vec![subject(&read.sha256, read.kind)];
        // Somebody waits for it.
        let asked = self
            .db
            .write(async |tx| jobs::enqueue_ahead(tx, JobKind::SearchablePdf, about, self.clock.now()).await);
        asked.await?;
        self.signals.wake();
        Ok(())
    }

    /// Makes the PDF of a scan as its text is by now. Where that is replaced meanwhile, nobody keeps it.
    pub(in crate::library) async fn make_searchable(&self, sha256: &Sha256, kind: Kind) -> Result<()> {
        let Some(read) = content::extraction(self.db.read(), sha256, kind).await? else {
            return Ok(());
        };
        let key = searchable_key(&read);
        if derived::find(self.db.read(), &key.to_string()).await?.is_some() {
            return Ok(());
        }
        let source = match self.open_content(sha256).await {
            Ok(Some(source)) => source,
            // Collected meanwhile: nobody refers to it any more.
            Ok(None) => return Ok(()),
            // Asked for again by whoever wants it when it is mended.
            Err(error) if is_damage(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let due = self.clock.now().plus(KEPT_BY_THEN);
        // Before the object, so that it is found however this ends.
        self.db
            .write(async |tx| content::add_garbage(tx, key.to_string(), due).await)
            .await?;
        let made = self
            .objects
            .put_derived(&key, self.written(source, sha256, kind))
            .await?;
        self.db
            .write(async |tx| {
                let now = content::locked_extraction(tx, sha256, kind).await?;
                if now.is_none_or(|now| searchable_key(&now) != key) {
                    return Ok(());
                }
                content::delete_garbage(tx, &key.to_string()).await?;
                derived::upsert(tx, made).await
            })
            .await
    }

    /// The PDF as it is written, a page at a time.
    fn written(&self, source: fs::File, sha256: &Sha256, kind: Kind) -> impl Stream<Item = std::io::Result<Bytes>> {
        let begun = Some((PdfWriter::default(), 1, 1));
        stream::try_unfold(begun, move |writing| {
            let source = source.try_clone();
            async move {
                let Some((mut writer, page, pages)) = writing else {
                    return Ok(None);
                };
                if page > pages {
                    return Ok(Some((writer.end().into(), None)));
                }
                let text = self.words_to_write(source?, sha256, kind, page).await;
                let (text, picture) = text.map_err(std::io::Error::other)?;
                let picture = picture.as_deref().and_then(PaintedPage::of);
                let written = writer.page(&text, picture.as_ref());
                Ok(Some((written.into(), Some((writer, page + 1, text.pages)))))
            }
        })
    }

    /// The words of a page and its picture. A page that cannot be painted still has its words.
    async fn words_to_write(
        &self,
        source: fs::File,
        sha256: &Sha256,
        kind: Kind,
        page: u32,
    ) -> Result<(PageText, Option<Vec<u8>>)> {
        let again = source.try_clone()?;
        let text = self.programs.extractor.page_text(source, page).await;
        let text = text.map_err(|fault| anyhow::anyhow!("the words of page {page} could not be read: {fault:?}"))?;
        let recognised = self.recognised_page(sha256, kind, page).await?;
        let layer = recognised.map(|lines| lines.text_layer(text.width, text.pages));
        let painted = self.programs.extractor.render_page(again, page, WIDTH).await;
        Ok((layer.unwrap_or(text), painted.ok()))
    }
}
