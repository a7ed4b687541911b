//! Pages that another machine reads, and films that it hears: what it is given to do, and what of its answer is kept. It is
//! kept as what was read here is, by the same functions.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::sync::atomic::Ordering;

use crate::db::{content, entity, jobs, ocr_pages, speech};
use crate::domain::file::{ExtractionFault, Kind};
use crate::domain::id::Sha256;
use crate::domain::ocr::{OcrPage, OcrState};
use crate::domain::speech::{SpeechFault, SpeechState, SpokenLine};
use crate::error::{Error, Result};
use crate::extract::spoken_lines;
use crate::library::blocking::blocking;
use crate::library::reading::Reading;

impl Reading {
    /// Whether pages are read for this library at all. The hours are those of this machine, which others do not slow down.
    pub(in crate::library) fn takes_pages(&self) -> bool {
        self.reads_pictures()
    }

    /// Notes that another machine hears films.
    pub(in crate::library) fn is_heard_elsewhere(&self) {
        self.is_heard_for.store(true, Ordering::Relaxed);
    }

    /// Claims the page of a content that another machine is to read next; none where there is none, or its schools have had
    /// theirs of the day.
    pub(in crate::library) async fn page_for(
        &self,
        job: &entity::job::Model,
        sha256: &Sha256,
        kind: Kind,
    ) -> Result<Option<i32>> {
        if !self.may_go_on(sha256, kind).await? {
            return Ok(None);
        }
        let page = self.claim_page(job, sha256, kind).await?;
        Ok(page.map(|row| row.page))
    }

    /// Whether a film is to be heard still.
    pub(in crate::library) async fn is_to_be_heard(&self, sha256: &Sha256, kind: Kind) -> Result<bool> {
        Ok(self.film_to_hear(sha256, kind).await?.is_some())
    }

    /// The row of a content, if it is there to be worked on.
    pub(in crate::library) async fn content_row(&self, sha256: &Sha256) -> Result<Option<entity::blob::Model>> {
        content::blob(self.db.read(), sha256).await
    }

    /// Keeps what another machine read on a page, unless it was read meanwhile.
    pub(in crate::library) async fn keep_remote_page(
        &self,
        job: &entity::job::Model,
        (sha256, kind, page): (&Sha256, Kind, i32),
        read: std::result::Result<OcrPage, ExtractionFault>,
    ) -> Result<()> {
        let row = ocr_pages::find(self.db.read(), sha256, kind, page).await?;
        match row.filter(|row| row.state == OcrState::Queued) {
            Some(waiting) => self.keep_page(waiting, read, jobs::is_ahead(job)).await,
            None => Ok(()),
        }
    }

    /// What is said by subtitles that another machine wrote: a child reads them, as it reads those of a stranger.
    pub(in crate::library) async fn remote_lines(
        &self,
        subtitles: String,
    ) -> Result<std::result::Result<Vec<SpokenLine>, SpeechFault>> {
        let written = blocking(move || {
            let mut file: File = tempfile::tempfile().map_err(Error::unexpected)?;
            file.write_all(subtitles.as_bytes()).map_err(Error::unexpected)?;
            file.rewind().map_err(Error::unexpected)?;
            Ok(file)
        });
        Ok(spoken_lines(&self.programs.extractor, written.await?).await)
    }

    /// Keeps what another machine heard in a film, unless it was heard meanwhile.
    pub(in crate::library) async fn keep_remote_speech(
        &self,
        sha256: &Sha256,
        kind: Kind,
        heard: std::result::Result<(Vec<SpokenLine>, String), SpeechFault>,
    ) -> Result<()> {
        let row = speech::find(self.db.read(), sha256, kind).await?;
        match row.filter(|row| row.state == SpeechState::Queued) {
            Some(row) => self.keep_film_heard(row, heard).await,
            None => Ok(()),
        }
    }
}
