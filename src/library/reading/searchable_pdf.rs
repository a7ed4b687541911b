//! A scan as a PDF in which one can search: pictures of its pages, with its words above them where nobody sees them. The
//! original stays as it is.
//!
//! Page after page is painted and written as it is asked for, so that a book is never in memory, and what people put right a
//! moment ago is in it.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, LocalBoxStream};

use crate::actor::Actor;
use crate::db::ocr_pages;
use crate::domain::file::Kind;
use crate::domain::id::FileId;
use crate::domain::page::PageText;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::reading::Reading;
use crate::library::reading::pdf_writer::{PaintedPage, PdfWriter};

/// Pixels across a page: A4 at 150 dpi, as sharp as most scans are read on a screen.
const WIDTH: u32 = 1_300;

/// A PDF that is being written.
struct SearchablePdf {
    reading: Arc<Reading>,
    actor: Actor,
    file: FileId,
    writer: PdfWriter,
    /// The first page, which said how many there are.
    first: Option<Arc<PageText>>,
    /// The page to be written next, from 1.
    next: u32,
    pages: u32,
}

impl Reading {
    /// A PDF whose scanned pages a machine has read, with their words in it, as it is written; and its name.
    pub async fn searchable_pdf(
        self: Arc<Self>,
        actor: &Actor,
        file: FileId,
    ) -> Result<(String, LocalBoxStream<'static, Result<Bytes>>)> {
        let (found, _) = self.resources.visible_file(actor, file).await?;
        let none = || Error::from(Refusal::NoSuch(Thing::File));
        let progress = ocr_pages::progress(self.db.read(), &found.sha256, found.kind).await?;
        if found.kind != Kind::Pdf || progress.is_none_or(|pages| pages.read == 0) {
            return Err(none());
        }
        let first = self.page_text(actor, file, 1).await?.ok_or_else(none)?;
        let name = found.path.rsplit('/').next().unwrap_or_default().to_owned();
        let writing = SearchablePdf {
            pages: first.pages,
            first: Some(first),
            reading: self,
            actor: actor.clone(),
            file,
            writer: PdfWriter::default(),
            next: 1,
        };
        let written = stream::try_unfold(Some(writing), |writing: Option<SearchablePdf>| async move {
            match writing {
                Some(writing) => writing.step().await.map(Some),
                None => Ok(None),
            }
        });
        Ok((name, written.boxed_local()))
    }
}

impl SearchablePdf {
    /// Writes a page, or the end.
    async fn step(mut self) -> Result<(Bytes, Option<Self>)> {
        if self.next > self.pages {
            return Ok((self.writer.end().into(), None));
        }
        let page = match self.first.take() {
            Some(first) => Some(first),
            None => self.reading.page_text(&self.actor, self.file, self.next).await?,
        };
        let text = page.unwrap_or_default();
        // A page that cannot be painted still has its words.
        let picture = match self.reading.picture(&self.actor, self.file, self.next, WIDTH).await {
            Ok(picture) => Some(picture),
            Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::NoSuch(_)) => None,
            Err(error) => return Err(error),
        };
        let picture = picture.as_deref().and_then(PaintedPage::of);
        let written = self.writer.page(&text, picture.as_ref());
        self.next += 1;
        Ok((written.into(), Some(self)))
    }
}
