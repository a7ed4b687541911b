//! Speech: films and recordings without subtitles are heard one by one, each a claim of its own, and what is said in them
//! becomes their text. What was heard is never heard again unless somebody asks; what people corrected of it stays.

use std::io::{BufReader, Read as _};

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use crate::actor::Actor;
use crate::blob::DerivedKey;
use crate::db::{content, derived, entity, files, jobs, resources, speech};
use crate::domain::file::{ExtractionReport, ExtractionState, Kind};
use crate::domain::film::{FilmChapter, PLAYED};
use crate::domain::id::{FileId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::passage::{Locator, Passage, UNSURE};
use crate::domain::speech::{SpeechFault, SpeechReport, SpeechState, SpokenLine, chapters, with_corrections};
use crate::error::{Error, Refusal, Result, Thing};
use crate::extract::ExtractOutcome;
use crate::library::blocking::blocking;
use crate::library::objects::integrity::{ExpectedObject, is_damage, is_made_again};
use crate::library::reading::Reading;
use crate::library::reading::recognised_text::is_settled;
use crate::library::texts::write::WrittenText;
use crate::library::texts::{may_be_subtitled, speech_key, subject};

/// Lines of a film as they are kept: what a program may answer, and names and marks around it.
const MOST_LINES_BYTES: u64 = 256 << 20;
/// Lines of a film that another site heard.
const MOST_MIRRORED: usize = 50_000;

/// What is said in a film without subtitles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SpokenFilm {
    /// What became of hearing it; none where nobody tried.
    pub report: Option<SpeechReport>,
    /// Its lines in order of time, empty ones among them where somebody found that nothing is said.
    pub lines: Vec<SpokenLine>,
}

impl Reading {
    /// Puts what was heard before into the text of a content that was read just now and says nothing by itself; notes that it
    /// is to be heard where it never was.
    pub(super) async fn ask_for_speech(
        &self,
        sha256: &Sha256,
        kind: Kind,
        outcome: &mut ExtractOutcome,
        written: WrittenText,
    ) -> Result<WrittenText> {
        if !PLAYED.contains(&kind) || outcome.report.characters > 0 {
            return Ok(written);
        }
        if self.hears() {
            let row = self.waiting(sha256, kind);
            self.db.write(async |tx| speech::insert_new(tx, row).await).await?;
        }
        let Some(row) = speech::find(self.db.read(), sha256, kind).await? else {
            return Ok(written);
        };
        let lines = self.spoken_lines(&row).await?;
        let passages = passages_of(&lines);
        outcome.report = report_with(&outcome.report, &row, &lines);
        if passages.is_empty() {
            return Ok(written);
        }
        outcome.state = ExtractionState::Ready;
        self.texts.write_passages(sha256, kind, &passages).await
    }

    fn waiting(&self, sha256: &Sha256, kind: Kind) -> entity::speech::Model {
        entity::speech::Model {
            sha256: sha256.clone(),
            kind,
            state: SpeechState::Queued,
            round: 0,
            heard_by: None,
            fault: None,
            updated_at: self.clock.now(),
        }
    }

    /// Asks for a film to be heard that somebody looks at, where it could be and was not: the program may have come since.
    pub(super) async fn ask_to_hear(&self, file: &entity::file::Model) -> Result<()> {
        if !self.hears() {
            return Ok(());
        }
        let before = speech::find(self.db.read(), &file.sha256, file.kind).await?;
        if before.as_ref().is_some_and(|row| row.state != SpeechState::Unneeded) {
            return Ok(());
        }
        let read = content::extraction(self.db.read(), &file.sha256, file.kind).await?;
        let is_silent = read.is_some_and(|read| is_settled(read.state) && read.report.0.characters == 0);
        if !is_silent || self.has_subtitles_beside(file).await? {
            return Ok(());
        }
        let row = self.waiting(&file.sha256, file.kind);
        let work = vec![subject(&file.sha256, file.kind)];
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                match before {
                    Some(_) => speech::upsert(tx, row).await?,
                    None => speech::insert_new(tx, row).await?,
                }
                jobs::enqueue(tx, JobKind::Speech, work.clone(), now).await?;
                // So that the file says that it waits.
                jobs::enqueue(tx, JobKind::Text, work, now).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Hears a film that waits. One that lies beside subtitles wherever it is kept needs no machine's.
    pub(in crate::library) async fn hear(&self, sha256: &Sha256, kind: Kind) -> Result<()> {
        let Some(machine) = &self.programs.speech else {
            return Ok(());
        };
        let Some(row) = self.film_to_hear(sha256, kind).await? else {
            return Ok(());
        };
        let film = match self.open_content(sha256).await {
            Ok(Some(film)) => film,
            // Collected meanwhile: nobody refers to it any more.
            Ok(None) => return Ok(()),
            // Asked for again when right bytes come.
            Err(error) if is_damage(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let heard = machine.hear(&film).await.map(|lines| (lines, machine.name()));
        self.keep_film_heard(row, heard).await
    }

    /// What is noted of a film that waits to be heard; none where it does not, or needs no machine's subtitles.
    pub(super) async fn film_to_hear(&self, sha256: &Sha256, kind: Kind) -> Result<Option<entity::speech::Model>> {
        let row = speech::find(self.db.read(), sha256, kind).await?;
        let Some(row) = row.filter(|row| row.state == SpeechState::Queued) else {
            return Ok(None);
        };
        if row.round == 0 && self.has_subtitles_everywhere(sha256, kind).await? {
            let state = SpeechState::Unneeded;
            self.heard(entity::speech::Model { state, ..row }, None).await?;
            return Ok(None);
        }
        Ok(Some(row))
    }

    /// Keeps what came of hearing a film, whoever heard it.
    pub(super) async fn keep_film_heard(
        &self,
        row: entity::speech::Model,
        heard: std::result::Result<(Vec<SpokenLine>, String), SpeechFault>,
    ) -> Result<()> {
        let sha256 = row.sha256.clone();
        let before = key_of(&row);
        match heard {
            Ok((lines, heard_by)) => {
                let row = self.keep_heard(row, &lines, heard_by).await?;
                self.heard(row, before).await
            }
            Err(fault) => {
                tracing::info!(%sha256, ?fault, "what is said in {sha256} could not be heard");
                let failed = entity::speech::Model {
                    // What was heard before stays.
                    state: before.map_or(SpeechState::Failed, |_| SpeechState::Heard),
                    fault: Some(fault),
                    updated_at: self.clock.now(),
                    ..row
                };
                self.heard(failed, None).await
            }
        }
    }

    async fn keep_heard(
        &self,
        row: entity::speech::Model,
        lines: &[SpokenLine],
        heard_by: String,
    ) -> Result<entity::speech::Model> {
        let heard = entity::speech::Model {
            state: SpeechState::Heard,
            round: row.round + 1,
            heard_by: Some(heard_by),
            fault: None,
            updated_at: self.clock.now(),
            ..row
        };
        if let Some(key) = key_of(&heard) {
            let body = Bytes::from(serde_json::to_vec(lines).map_err(Error::unexpected)?);
            self.objects.keep_derived(&key, stream::iter([Ok(body)])).await?;
        }
        Ok(heard)
    }

    /// Notes what became of hearing a film, and asks for it to be put into its text; what it replaces goes.
    async fn heard(&self, row: entity::speech::Model, replaced: Option<DerivedKey>) -> Result<()> {
        let now = self.clock.now();
        let text = vec![subject(&row.sha256, row.kind)];
        self.db
            .write(async |tx| {
                speech::upsert(tx, row).await?;
                if let Some(key) = replaced {
                    content::add_garbage(tx, key.to_string(), now).await?;
                }
                jobs::enqueue(tx, JobKind::Text, text, now).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Puts what was heard and corrected into the text of a film. Done twice, it changes nothing.
    pub(super) async fn put_speech_in(&self, read: &entity::extraction::Model) -> Result<()> {
        let Some(row) = speech::find(self.db.read(), &read.sha256, read.kind).await? else {
            return Ok(());
        };
        // Another version of the film's reader found words of its own: those stand.
        if read.report.0.characters > 0 && read.report.0.speech.is_none() {
            return Ok(());
        }
        let lines = self.spoken_lines(&row).await?;
        let report = report_with(&read.report.0, &row, &lines);
        self.replace_text(read, &passages_of(&lines), report).await
    }

    /// What is said in a film, for everybody who may see it.
    pub async fn spoken(&self, actor: &Actor, file: FileId) -> Result<SpokenFilm> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        if !PLAYED.contains(&file.kind) {
            return Err(Refusal::NoSuch(Thing::File).into());
        }
        self.spoken_in(&file).await
    }

    pub(super) async fn spoken_in(&self, file: &entity::file::Model) -> Result<SpokenFilm> {
        let Some(row) = speech::find(self.db.read(), &file.sha256, file.kind).await? else {
            return Ok(SpokenFilm {
                report: None,
                lines: Vec::new(),
            });
        };
        let lines = self.spoken_lines(&row).await?;
        Ok(SpokenFilm {
            report: Some(speech_report(&row, &lines)),
            lines,
        })
    }

    /// What a machine heard in a film as subtitles; none where it never did.
    pub(super) async fn heard_cues(&self, actor: &Actor, file: &entity::file::Model) -> Result<Option<Vec<Passage>>> {
        if !PLAYED.contains(&file.kind) {
            return Ok(None);
        }
        let spoken = self.spoken_in(file).await?;
        if !spoken.lines.is_empty() {
            return Ok(Some(passages_of(&spoken.lines)));
        }
        let read = content::extraction(self.db.read(), &file.sha256, file.kind).await?;
        let heard = read.and_then(|read| read.report.0.speech);
        if heard.is_none_or(|heard| heard.lines == 0) {
            return Ok(None);
        }
        // A hub heard it: its mirrors have the text alone.
        let kept = self.texts.stored_passages(actor, &file.sha256, file.kind).await?;
        let kept = kept.take(MOST_MIRRORED).try_collect().await;
        self.texts.or_lose(file, kept).await.map(Some)
    }

    /// Chapters of a film behind the pauses of whoever speaks in it; none where a machine heard nobody.
    pub(super) async fn chapters_of_pauses(&self, file: &entity::file::Model) -> Result<Vec<FilmChapter>> {
        Ok(chapters(&self.spoken_in(file).await?.lines))
    }

    /// The lines of a film as they are by now: heard, and corrected.
    async fn spoken_lines(&self, row: &entity::speech::Model) -> Result<Vec<SpokenLine>> {
        let heard = match key_of(row) {
            Some(key) => self.kept_lines(key).await?,
            None => Vec::new(),
        };
        let corrections = speech::corrections(self.db.read(), &row.sha256, row.kind).await?;
        let corrections = corrections.into_iter().map(|row| SpokenLine {
            start_ms: u64::try_from(row.start_ms).unwrap_or(0),
            end_ms: u64::try_from(row.end_ms).unwrap_or(0),
            text: row.text,
            corrected: true,
        });
        Ok(with_corrections(heard, corrections.collect()))
    }

    /// What was heard, as it is kept; nothing where that is lost, and will be heard again.
    async fn kept_lines(&self, key: DerivedKey) -> Result<Vec<SpokenLine>> {
        let Some(made) = derived::find(self.db.read(), &key.to_string()).await? else {
            return Ok(Vec::new());
        };
        let kept = ExpectedObject::made(key, &made);
        let file = match self.objects.open_right(&kept).await {
            Ok(file) => file,
            Err(error) if is_made_again(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let read = BufReader::new(file.take(MOST_LINES_BYTES));
        blocking(move || serde_json::from_reader(read).map_err(Error::unexpected)).await
    }

    /// Whether every resource that holds a film has subtitles of its own beside it.
    async fn has_subtitles_everywhere(&self, sha256: &Sha256, kind: Kind) -> Result<bool> {
        let holders = resources::with_content(self.db.read(), sha256, Some(kind)).await?;
        let mut holders = holders
            .into_iter()
            .filter(|(file, _)| file.removed_in.is_none())
            .peekable();
        if holders.peek().is_none() {
            return Ok(false);
        }
        for (file, _) in holders {
            if !self.has_subtitles_beside(&file).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn has_subtitles_beside(&self, film: &entity::file::Model) -> Result<bool> {
        let newest = film.removed_in.map_or(i32::MAX, |version| version - 1);
        let beside = files::of_version(self.db.read(), film.resource_id, newest).await?;
        Ok(may_be_subtitled(film, &beside))
    }
}

/// Where what was heard last is kept; none where nothing was.
pub(in crate::library) fn key_of(row: &entity::speech::Model) -> Option<DerivedKey> {
    let round = u32::try_from(row.round).ok().filter(|round| *round > 0)?;
    Some(speech_key(&row.sha256, row.kind, round))
}

/// The lines in which something is said, as passages.
fn passages_of(lines: &[SpokenLine]) -> Vec<Passage> {
    let said = lines.iter().filter(|line| !line.text.is_empty());
    said.map(|line| {
        let (start_ms, end_ms) = (line.start_ms, line.end_ms);
        Passage {
            machine: (!line.corrected).then_some(UNSURE),
            ..Passage::new(Locator::Time { start_ms, end_ms }, line.text.clone())
        }
    })
    .collect()
}

fn speech_report(row: &entity::speech::Model, lines: &[SpokenLine]) -> SpeechReport {
    let count = |matches: fn(&SpokenLine) -> bool| {
        let counted = lines.iter().filter(|line| matches(line)).count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    };
    SpeechReport {
        state: row.state,
        lines: count(|line| !line.text.is_empty()),
        corrected: count(|line| line.corrected),
        heard_by: row.heard_by.clone(),
        fault: row.fault,
    }
}

/// What reading a film found, with what was heard in it.
fn report_with(report: &ExtractionReport, row: &entity::speech::Model, lines: &[SpokenLine]) -> ExtractionReport {
    let passages = passages_of(lines);
    let speech = speech_report(row, lines);
    ExtractionReport {
        pages: speech.lines,
        characters: passages.iter().map(Passage::characters).sum(),
        // "It holds no text" is no longer so.
        detail: report.detail.clone().filter(|_| passages.is_empty()),
        speech: Some(speech),
        ..report.clone()
    }
}
