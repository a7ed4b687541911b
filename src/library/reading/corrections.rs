//! Corrections: what a machine read wrongly, authors and schools put right, line by line. What they say is kept for the
//! content, whatever is read of it later.

use std::collections::HashMap;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::entity::{self, CorrectionsColumn};
use crate::db::{jobs, ocr_corrections, ocr_pages};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::file::{ExtractionFault, Kind};
use crate::domain::id::{FileId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::ocr::{OcrLine, OcrPage, percent};
use crate::domain::ocr_correction::{LineCorrection, PageCorrections};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;
use crate::library::reading::Reading;
use crate::library::texts::subject;

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
        place: (u32, u32),
        correction: LineCorrection,
    ) -> Result<Vec<RecognisedLine>> {
        let change = |corrections: &mut PageCorrections, page: &OcrPage, line: &OcrLine| {
            if !correction.is_of(line) {
                return Err(Refusal::ChangedMeanwhile);
            }
            corrections.add(page, line, &correction.text);
            Ok(())
        };
        self.change_line(actor, file, place, change).await
    }

    /// Takes back what somebody said of a line, counted from 1, so that what the machine read stands there again.
    pub async fn take_line_back(&self, actor: &Actor, file: FileId, place: (u32, u32)) -> Result<Vec<RecognisedLine>> {
        let change = |corrections: &mut PageCorrections, page: &OcrPage, line: &OcrLine| {
            corrections.remove(page, line);
            Ok(())
        };
        self.change_line(actor, file, place, change).await
    }

    async fn change_line(
        &self,
        actor: &Actor,
        file: FileId,
        (page, line): (u32, u32),
        change: impl Fn(&mut PageCorrections, &OcrPage, &OcrLine) -> std::result::Result<(), Refusal>,
    ) -> Result<Vec<RecognisedLine>> {
        let member = who_may(actor, Act::Share)?;
        let (file, row) = self.resources.visible_file(actor, file).await?;
        self.resources.editable(actor, row.id).await?;
        let (sha256, kind) = (&file.sha256, file.kind);
        let number = i32::try_from(page).map_err(|_| Refusal::NoSuch(Thing::Page))?;
        let read = self.read_page(sha256, kind, page).await?;
        let read = read.ok_or(Refusal::NoSuch(Thing::Page))?;
        let told = AuditChanges::default()
            .set("file", &file.path)
            .set("page", page)
            .set("line", line)
            .named("text", true);
        let (act, about) = (AuditAction::ResourceCorrectText, Some(row.id.to_string()));
        let now = self.clock.now();
        let shown = self.db.write(async |tx| {
            self.resources.expect_own_content(tx, member, sha256, kind).await?;
            let kept = ocr_corrections::locked(tx, sha256, kind, number).await?;
            let mut corrections = kept.map(|row| row.corrections.0).unwrap_or_default();
            let shown = with_corrections(read.clone(), Some(&corrections));
            let nth = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
            let seen = nth.and_then(|nth| shown.lines.get(nth));
            change(&mut corrections, &shown, seen.ok_or(Refusal::NoSuch(Thing::Page))?)?;
            let shown = with_corrections(read, Some(&corrections));
            let corrected = entity::ocr_correction::Model {
                sha256: sha256.clone(),
                kind,
                page: number,
                corrections: CorrectionsColumn(corrections),
                updated_at: now,
            };
            ocr_corrections::upsert(tx, corrected).await?;
            self.audit.record_changes(tx, actor, act, about, &told).await?;
            // In the same transaction: a kill between them would keep what was said from being found.
            jobs::enqueue_ahead(tx, JobKind::Text, vec![subject(sha256, kind)], now).await?;
            Ok(shown)
        });
        let shown = shown.await?;
        self.signals.wake();
        Ok((1..).zip(&shown.lines).map(RecognisedLine::of).collect())
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
