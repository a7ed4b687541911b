//! Corrections: what a machine read wrongly, authors and schools put right, line by line. What they say is kept for the
//! content, whatever is read of it later.

use std::collections::HashMap;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::entity::{self, CorrectionsColumn};
use crate::db::{content, ocr_corrections, ocr_pages};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::file::{ExtractionFault, Kind};
use crate::domain::id::{FileId, Sha256};
use crate::domain::ocr::{OcrLine, OcrPage, percent};
use crate::domain::ocr_correction::{LineCorrection, PageCorrections};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;
use crate::library::reading::Reading;

/// A line of a page that a machine read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RecognisedLine {
    /// Which one, counted from 1 in the order in which people read them.
    pub line: u32,
    /// What stands there.
    pub text: String,
    /// How sure the machine is of it, in percent.
    pub confidence: u8,
    /// Somebody put it right.
    pub is_corrected: bool,
}

impl RecognisedLine {
    fn of((line, read): (u32, &OcrLine)) -> Self {
        Self {
            line,
            text: read.text.clone(),
            confidence: percent(read.confidence),
            is_corrected: read.is_corrected,
        }
    }
}

impl Reading {
    /// The lines of a page that a machine read, with what people put right.
    pub async fn recognised_lines(&self, actor: &Actor, file: FileId, page: u32) -> Result<Vec<RecognisedLine>> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        let read = self.recognised_page(&file.sha256, file.kind, page).await?;
        let read = read.ok_or(Refusal::NoSuch(Thing::Page))?;
        Ok((1..).zip(&read.lines).map(RecognisedLine::of).collect())
    }

    /// Why a machine could not read a page; none where it did, or was not asked to.
    pub async fn page_fault(&self, actor: &Actor, file: FileId, page: u32) -> Result<Option<ExtractionFault>> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        let Ok(number) = i32::try_from(page) else {
            return Ok(None);
        };
        let row = ocr_pages::find(self.db.read(), &file.sha256, file.kind, number).await?;
        Ok(row.and_then(|row| row.fault))
    }

    /// Puts a line right, counted from 1: for those who may change the resource. It is found by its new words at once.
    pub async fn correct_line(
        &self,
        actor: &Actor,
        file: FileId,
        (page, line): (u32, u32),
        correction: LineCorrection,
    ) -> Result<Vec<RecognisedLine>> {
        let member = who_may(actor, Act::Share)?;
        let (file, row) = self.resources.visible_file(actor, file).await?;
        self.resources.editable(actor, row.id).await?;
        let (sha256, kind) = (&file.sha256, file.kind);
        let number = i32::try_from(page).map_err(|_| Refusal::NoSuch(Thing::Page))?;
        let read = self.read_page(sha256, kind, page).await?;
        let read = read.ok_or(Refusal::NoSuch(Thing::Page))?;
        let shown = self.db.write(async |tx| {
            self.resources.expect_own_content(tx, member, sha256, kind).await?;
            let kept = ocr_corrections::locked(tx, sha256, kind, number).await?;
            let mut corrections = kept.map(|row| row.corrections.0).unwrap_or_default();
            let shown = with_corrections(read, Some(&corrections));
            let nth = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
            let seen = nth.and_then(|nth| shown.lines.get(nth));
            let seen = seen.ok_or(Refusal::NoSuch(Thing::Page))?;
            if !correction.is_of(seen) {
                return Err(Refusal::ChangedMeanwhile.into());
            }
            corrections.add(&shown, seen, &correction.text);
            let shown = with_corrections(shown, Some(&corrections));
            let corrected = entity::ocr_correction::Model {
                sha256: sha256.clone(),
                kind,
                page: number,
                corrections: CorrectionsColumn(corrections),
                updated_at: self.clock.now(),
            };
            ocr_corrections::upsert(tx, corrected).await?;
            let about = format!("{}/files/{}", row.id, file.id);
            self.audit
                .record(tx, actor, AuditAction::ResourceCorrectText, Some(about))
                .await?;
            Ok(shown)
        });
        let shown = shown.await?;
        self.tell_corrected(sha256, kind).await?;
        Ok((1..).zip(&shown.lines).map(RecognisedLine::of).collect())
    }

    /// Puts what people say into the text of a content. Where that fails, it is in the text the next time it is written.
    async fn tell_corrected(&self, sha256: &Sha256, kind: Kind) -> Result<()> {
        let progress = ocr_pages::progress(self.db.read(), sha256, kind).await?;
        let read = content::extraction(self.db.read(), sha256, kind).await?;
        if let (Some(mut progress), Some(read)) = (progress, read) {
            progress.left_out = read.report.0.ocr.map_or(0, |told| told.left_out);
            self.put_together(read, progress).await?;
        }
        self.signals.wake();
        Ok(())
    }

    /// The lines of a page that a machine read, with what people put right; none where it read none.
    pub(super) async fn recognised_page(&self, sha256: &Sha256, kind: Kind, page: u32) -> Result<Option<OcrPage>> {
        let read = self.read_page(sha256, kind, page).await?;
        let (Some(read), Ok(number)) = (read, i32::try_from(page)) else {
            return Ok(None);
        };
        let kept = ocr_corrections::find(self.db.read(), sha256, kind, number).await?;
        Ok(Some(with_corrections(read, kept.map(|row| row.corrections.0).as_ref())))
    }

    /// What people put right on the pages of a content.
    pub(super) async fn corrections(&self, sha256: &Sha256, kind: Kind) -> Result<HashMap<i32, PageCorrections>> {
        let kept = ocr_corrections::of_content(self.db.read(), sha256, kind).await?;
        Ok(kept.into_iter().map(|row| (row.page, row.corrections.0)).collect())
    }
}

/// A page with what people put right on it.
pub(super) fn with_corrections(mut page: OcrPage, corrections: Option<&PageCorrections>) -> OcrPage {
    if let Some(corrections) = corrections {
        corrections.put_into(&mut page);
    }
    page
}
