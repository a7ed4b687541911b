//! Recognition (OCR): pages whose text stands in their pictures alone are read one by one, each a claim of its own, and
//! what stands on them is put into the text of their content. A page that was read is never read again.

use std::io::BufReader;

use futures_util::stream;

use crate::blob::DerivedKey;
use crate::db::{content, derived, entity, jobs, ocr_pages};
use crate::domain::file::{ExtractionFault, ExtractionState, Kind};
use crate::domain::id::Sha256;
use crate::domain::job::JobKind;
use crate::domain::ocr::{OcrPage, OcrState, percent};
use crate::error::{Error, Result};
use crate::extract::ExtractOutcome;
use crate::library::blocking::blocking;
use crate::library::objects::integrity::{ExpectedObject, is_damage, is_made_again};
use crate::library::reading::Reading;
use crate::library::reading::recognised_text::report_with;
use crate::library::texts::write::WrittenText;
use crate::library::texts::{ocr_key, subject};

/// Raised when the models read better. What older ones read stays until somebody asks for more.
pub(in crate::library) const OCR_MODEL: u32 = 1;
/// Lines of a page as they are kept: some ten thousand characters with their places.
const MOST_PAGE_BYTES: u64 = 4 << 20;

impl Reading {
    /// Notes which pages of a content that was read just now stand in their pictures alone, and puts those into its text that
    /// were recognised before.
    pub(super) async fn ask_for_pictures(
        &self,
        sha256: &Sha256,
        kind: Kind,
        outcome: &mut ExtractOutcome,
        written: WrittenText,
    ) -> Result<WrittenText> {
        let most = self.rules.ocr.pages_per_file;
        // Where nothing is recognised any more, what was is still its text.
        if self.reads_pictures() {
            let pages = outcome.pictures.iter().take(most);
            let pages: Vec<i32> = pages.filter_map(|page| i32::try_from(*page).ok()).collect();
            self.db
                .write(async |tx| {
                    let now = self.clock.now();
                    let gone = ocr_pages::set_pages(tx, sha256, kind, &pages, now).await?;
                    for (_, key) in gone.iter().filter_map(key_of) {
                        content::add_garbage(tx, key.to_string(), now).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        let Some(mut progress) = ocr_pages::progress(self.db.read(), sha256, kind).await? else {
            return Ok(written);
        };
        let left_out = outcome.pictures.len().saturating_sub(most);
        progress.left_out = u32::try_from(left_out).unwrap_or(u32::MAX);
        outcome.report.ocr = Some(progress);
        if progress.read == 0 {
            return Ok(written);
        }
        let born = self.texts.passages_written(&written).await?;
        let passages = self.with_pictures(sha256, kind, born).await?;
        outcome.report = report_with(std::mem::take(&mut outcome.report), kind, &passages, progress);
        if !passages.is_empty() {
            outcome.state = ExtractionState::Ready;
        }
        self.texts.write_passages(sha256, kind, &passages).await
    }

    /// Reads the next page of a content that waits and nobody is at, by a claim of a job; asks for the one after it.
    /// Where somebody waits for it, that one stays ahead of others, too.
    pub(super) async fn read_next_picture(&self, job: &entity::job::Model, sha256: &Sha256, kind: Kind) -> Result<()> {
        let Some(reader) = &self.programs.ocr else {
            return Ok(());
        };
        // Without models no page can be read, and none is at fault.
        reader.expect_models().map_err(Error::unexpected)?;
        let is_ahead = jobs::is_ahead(job);
        let Some(waiting) = self.claim_page(job, sha256, kind).await? else {
            return Ok(());
        };
        let content = match self.open_content(sha256).await {
            Ok(Some(content)) => content,
            // Collected meanwhile: nobody refers to it any more.
            Ok(None) => return Ok(()),
            // Asked for again when right bytes come.
            Err(error) if is_damage(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let page = u32::try_from(waiting.page).map_err(Error::unexpected)?;
        let read = reader.read(content, kind, page).await;
        self.keep_page(waiting, read, is_ahead).await
    }

    /// Claims the next page of a content that waits and nobody is at, for as long as a claim of a job lasts; none where there
    /// is none left.
    pub(super) async fn claim_page(
        &self,
        job: &entity::job::Model,
        sha256: &Sha256,
        kind: Kind,
    ) -> Result<Option<entity::ocr_page::Model>> {
        let ahead = self.clock.ahead();
        let claimed = self
            .db
            .write(async |tx| ocr_pages::claim(tx, (sha256, kind), job, ahead).await)
            .await?;
        if claimed.is_none() {
            // Others are at all that is left, or the last page was read and then the process ended.
            self.after_last_picture(sha256, kind).await?;
            return Ok(None);
        }
        // Whoever is free takes the next page meanwhile.
        if ocr_pages::has_unclaimed(self.db.read(), sha256, kind).await? && self.may_read_beside(sha256, kind).await? {
            self.ask(sha256, kind, &[JobKind::Ocr], jobs::is_ahead(job)).await?;
        }
        Ok(claimed)
    }

    /// Keeps what came of reading a page, whoever read it, and asks for what follows.
    pub(super) async fn keep_page(
        &self,
        waiting: entity::ocr_page::Model,
        read: std::result::Result<OcrPage, ExtractionFault>,
        is_ahead: bool,
    ) -> Result<()> {
        let (sha256, kind) = (waiting.sha256.clone(), waiting.kind);
        let page = u32::try_from(waiting.page).map_err(Error::unexpected)?;
        let before = key_of(&waiting);
        let read = match read {
            Ok(read) => self.keep_picture(waiting, page, &read).await?,
            Err(fault) => {
                tracing::info!(%sha256, ?fault, "page {page} of {sha256} could not be recognised");
                self.without_picture(waiting, fault)
            }
        };
        let kept = key_of(&read);
        let superseded = before.filter(|before| kept.as_ref() != Some(before));
        self.db
            .write(async |tx| {
                if let Some((_, key)) = &superseded {
                    content::add_garbage(tx, key.to_string(), self.clock.now()).await?;
                }
                ocr_pages::update(tx, read).await
            })
            .await?;
        self.after_picture(&sha256, kind, is_ahead).await
    }

    /// Keeps the lines of a page.
    async fn keep_picture(
        &self,
        waiting: entity::ocr_page::Model,
        page: u32,
        read: &OcrPage,
    ) -> Result<entity::ocr_page::Model> {
        let key = ocr_key(&waiting.sha256, waiting.kind, page, OCR_MODEL);
        let mut body = serde_json::to_vec(read).map_err(Error::unexpected)?;
        body.push(b'\n');
        self.objects.keep_derived(&key, stream::iter([Ok(body.into())])).await?;
        Ok(entity::ocr_page::Model {
            state: OcrState::Read,
            model: i32::try_from(OCR_MODEL).ok(),
            confidence: read.confidence().map(percent).map(i32::from),
            updated_at: self.clock.now(),
            ..waiting
        })
    }

    /// What becomes of a page that could not be read. One that was read before keeps what was read.
    fn without_picture(&self, waiting: entity::ocr_page::Model, fault: ExtractionFault) -> entity::ocr_page::Model {
        let is_read = waiting.model.is_some();
        entity::ocr_page::Model {
            state: if is_read { OcrState::Read } else { OcrState::Failed },
            fault: Some(fault).filter(|_| !is_read),
            updated_at: self.clock.now(),
            ..waiting
        }
    }

    /// Asks for what was read to be put into the text when it is time, and for the next page.
    async fn after_picture(&self, sha256: &Sha256, kind: Kind, is_ahead: bool) -> Result<()> {
        let progress = ocr_pages::progress(self.db.read(), sha256, kind).await?;
        let read = content::extraction(self.db.read(), sha256, kind).await?;
        let (Some(progress), Some(read)) = (progress, read) else {
            return Ok(());
        };
        let mut next = Vec::new();
        next.extend(progress.is_due(read.report.0.ocr).then_some(JobKind::Text));
        next.extend((progress.left() > 0).then_some(JobKind::Ocr));
        self.ask(sha256, kind, &next, is_ahead).await
    }

    /// Asks for what was read to be put into the text, where that is not asked for.
    async fn after_last_picture(&self, sha256: &Sha256, kind: Kind) -> Result<()> {
        let progress = ocr_pages::progress(self.db.read(), sha256, kind).await?;
        let read = content::extraction(self.db.read(), sha256, kind).await?;
        let told = read.and_then(|read| read.report.0.ocr);
        if progress.is_some_and(|pages| pages.is_due(told)) {
            self.ask(sha256, kind, &[JobKind::Text], false).await?;
        }
        Ok(())
    }

    /// Asks for work at a content, before all others where somebody waits for it.
    async fn ask(&self, sha256: &Sha256, kind: Kind, work: &[JobKind], is_ahead: bool) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                for next in work {
                    let about = vec![subject(sha256, kind)];
                    match is_ahead {
                        true => jobs::enqueue_ahead(tx, *next, about, now).await?,
                        false => jobs::enqueue(tx, *next, about, now).await?,
                    }
                }
                Ok(())
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// The lines of a page as a machine read them; none where it read none.
    pub(super) async fn read_page(&self, sha256: &Sha256, kind: Kind, page: u32) -> Result<Option<OcrPage>> {
        let Ok(number) = i32::try_from(page) else {
            return Ok(None);
        };
        let row = ocr_pages::find(self.db.read(), sha256, kind, number).await?;
        let Some((_, key)) = row.as_ref().and_then(key_of) else {
            return Ok(None);
        };
        match derived::find(self.db.read(), &key.to_string()).await? {
            Some(made) => self.picture_lines(ExpectedObject::made(key, &made)).await,
            None => Ok(None),
        }
    }

    /// The lines of a page as they are kept; none where they are lost, and will be read again.
    pub(super) async fn picture_lines(&self, kept: ExpectedObject) -> Result<Option<OcrPage>> {
        if kept.size > MOST_PAGE_BYTES {
            return Ok(None);
        }
        let file = match self.objects.open_right(&kept).await {
            Ok(file) => file,
            Err(error) if is_made_again(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let lines = move || serde_json::from_reader(BufReader::new(file)).map_err(Error::unexpected);
        blocking(lines).await.map(Some)
    }
}

/// The number of a page whose reading is kept, and where its lines are.
pub(in crate::library) fn key_of(row: &entity::ocr_page::Model) -> Option<(u32, DerivedKey)> {
    let (page, model) = (u32::try_from(row.page).ok()?, u32::try_from(row.model?).ok()?);
    Some((page, ocr_key(&row.sha256, row.kind, page, model)))
}
