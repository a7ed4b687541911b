//! Extraction: the text of each content is taken out once, in a child process, and kept as a derived object, so that an
//! index can be built again without reading anything twice.

use std::time::Instant;

use futures_util::{StreamExt as _, TryStreamExt as _};
use metrics::histogram;
use sea_orm::ActiveEnum as _;
use tokio::sync::mpsc;

use crate::actor::Actor;
use crate::db::{content, entity, jobs};
use crate::domain::file::{ExtractionReport, ExtractionState, Kind};
use crate::domain::film::PLAYED;
use crate::domain::id::{FileId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::passage::Passage;
use crate::domain::speech::SpeechState;
use crate::error::Result;
use crate::extract::ExtractOutcome;
use crate::library::objects::integrity::{ExpectedObject, is_damage};
use crate::library::reading::Reading;
use crate::library::texts::write::WrittenText;
use crate::library::texts::{kind_name, line};
use crate::telemetry::metric;

impl Reading {
    /// Reads a content, keeps its passages, and says so in the change log.
    pub(in crate::library) async fn read(&self, job: &entity::job::Model, sha256: &Sha256, kind: Kind) -> Result<()> {
        let Some(blob) = content::blob(self.db.read(), sha256).await? else {
            // Collected meanwhile: nobody refers to it any more.
            return self.db.write(async |tx| jobs::finish(tx, job).await).await;
        };
        let now = self.clock.now();
        self.db
            .write(async |tx| content::set_extraction(tx, sha256, kind, ExtractionState::Extracting, None, now).await)
            .await?;
        let (mut outcome, written) = match self.extract(&blob, kind).await {
            Ok(read) => read,
            Err(error) if is_damage(&error) => return self.read_in_vain(job, sha256, kind).await,
            Err(error) => return Err(error),
        };
        let written = self.ask_for_pictures(sha256, kind, &mut outcome, written).await?;
        let written = self.ask_for_speech(sha256, kind, &mut outcome, written).await?;
        self.db
            .write(async |tx| {
                let now = self.clock.now();
                if outcome.report.ocr.is_some_and(|pages| pages.left() > 0) {
                    jobs::enqueue(tx, JobKind::Ocr, vec![job.subject.clone()], now).await?;
                }
                if let Some(next) = work_of_speech(&outcome.report) {
                    jobs::enqueue(tx, next, vec![job.subject.clone()], now).await?;
                }
                content::set_extraction(tx, sha256, kind, outcome.state, Some(outcome.report), now).await?;
                written.name(tx, kind, now).await?;
                jobs::finish(tx, job).await?;
                if self.programs.film_maker.is_some() && PLAYED.contains(&kind) {
                    jobs::enqueue(tx, JobKind::Film, vec![job.subject.clone()], now).await?;
                }
                Ok(())
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// A content that is lost or damaged cannot be read; it is read when right bytes come again.
    async fn read_in_vain(&self, job: &entity::job::Model, sha256: &Sha256, kind: Kind) -> Result<()> {
        let report = ExtractionReport {
            detail: Some("its bytes are lost or damaged in the store; upload the same file again".to_owned()),
            ..ExtractionReport::default()
        };
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                content::set_extraction(tx, sha256, kind, ExtractionState::Failed, Some(report), now).await?;
                jobs::finish(tx, job).await
            })
            .await
    }

    /// Runs the reader and stores its passages as they come.
    async fn extract(&self, blob: &entity::blob::Model, kind: Kind) -> Result<(ExtractOutcome, WrittenText)> {
        let file = self.objects.open_right(&ExpectedObject::copy(blob)?).await?;
        let (lines, mut arriving) = mpsc::unbounded_channel();
        let reading = async {
            let sink = |passage: Passage| {
                // The reader bounds how much text it sends; a receiver that is gone shows in the other branch.
                let _ = lines.send(line(&passage));
            };
            let began = Instant::now();
            let outcome = self.programs.extractor.extract(file, kind, sink).await;
            // The object ends when nobody can send another line.
            drop(lines);
            histogram!(
                metric::EXTRACT_SECONDS,
                "kind" => kind_name(kind),
                "outcome" => outcome.state.to_value(),
            )
            .record(began.elapsed());
            outcome
        };
        let body = futures_util::stream::poll_fn(|context| arriving.poll_recv(context).map(|line| line.map(Ok)));
        let (outcome, written) = tokio::join!(reading, self.texts.write_text(&blob.sha256, kind, body));
        Ok((with_reason(outcome), written?))
    }

    /// A page of a file's passages, from the one numbered `from` (counted from 0).
    pub async fn passages(
        &self,
        actor: &Actor,
        file: FileId,
        from: usize,
        limit: usize,
    ) -> Result<(Vec<Passage>, bool)> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        let looked = async {
            let passages = self.texts.stored_passages(actor, &file.sha256, file.kind).await?;
            passages.skip(from).take(limit + 1).try_collect().await
        };
        let mut page: Vec<Passage> = self.texts.or_lose(&file, looked.await).await?;
        let more = page.len() > limit;
        page.truncate(limit);
        Ok((page, more))
    }
}

/// What is to be done for a film that says nothing by itself. Whatever was corrected while it was read is put in once more.
fn work_of_speech(report: &ExtractionReport) -> Option<JobKind> {
    match report.speech.as_ref()?.state {
        SpeechState::Queued => Some(JobKind::Speech),
        SpeechState::Heard => Some(JobKind::Text),
        SpeechState::Failed | SpeechState::Unneeded => None,
    }
}

/// A file without text says why, whatever its reader had to say.
fn with_reason(mut outcome: ExtractOutcome) -> ExtractOutcome {
    let report = &mut outcome.report;
    if outcome.state == ExtractionState::NoText && report.fault.is_none() && report.detail.is_none() {
        report.detail = Some("read to its end; it holds no text".to_owned());
    }
    outcome
}
