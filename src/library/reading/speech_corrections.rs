//! Correcting what a machine heard in a film, and having it heard again.

use std::time::Duration;

use crate::actor::Actor;
use crate::db::{entity, jobs, people, speech};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::id::FileId;
use crate::domain::job::JobKind;
use crate::domain::speech::{SpeechState, SpokenCorrection};
use crate::error::{Error, Refusal, Result, Thing};
use crate::extract::clean_text;
use crate::library::authority::who_may;
use crate::library::reading::Reading;
use crate::library::reading::speech::SpokenFilm;
use crate::library::texts::subject;

/// About what a lesson takes.
const FILM_TAKES: Duration = Duration::from_mins(10);

impl Reading {
    /// Corrects a line of what was heard in a film, for those who may change the resource: `None` takes a correction back.
    /// Everybody who holds the same film has it corrected.
    pub async fn correct_speech(
        &self,
        actor: &Actor,
        file: FileId,
        start_ms: u64,
        correction: Option<SpokenCorrection>,
    ) -> Result<SpokenFilm> {
        let member = who_may(actor, Act::Share)?;
        let (file, resource) = self.resources.visible_file(actor, file).await?;
        self.resources.editable(actor, resource.id).await?;
        let before = self.spoken_in(&file).await?;
        let line = before.lines.iter().find(|line| line.start_ms == start_ms);
        let line = line.ok_or(Refusal::NoSuch(Thing::SpokenLine))?;
        let is_stale = correction.as_ref().is_some_and(|said| !said.is_of(line));
        let text = correction.map(|said| clean_text(&said.text).replace('\n', " "));
        let wanted = text.clone().unwrap_or_default();
        if (line.text == wanted && text.is_some()) || (text.is_none() && !line.corrected) {
            return Ok(before);
        }
        if is_stale {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let start = i64::try_from(start_ms).map_err(Error::unexpected)?;
        let told = AuditChanges::default()
            .set("file", &file.path)
            .set("start_ms", start_ms)
            .named("text", true);
        let row = text.map(|text| entity::speech_line::Model {
            sha256: file.sha256.clone(),
            kind: file.kind,
            start_ms: start,
            end_ms: i64::try_from(line.end_ms).unwrap_or(i64::MAX),
            text,
            updated_at: self.clock.now(),
        });
        let work = vec![subject(&file.sha256, file.kind)];
        let (act, about) = (AuditAction::ResourceSpeechCorrect, Some(resource.id.to_string()));
        self.db
            .write(async |tx| {
                self.resources
                    .expect_own_content(tx, member, &file.sha256, file.kind)
                    .await?;
                // Of two at once the second has not seen what the first said.
                let said = speech::locked_correction(tx, &file.sha256, file.kind, start).await?;
                if said.map(|row| row.text) != line.corrected.then(|| line.text.clone()) {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                match row {
                    Some(row) => speech::correct(tx, row).await?,
                    None => speech::forget_correction(tx, &file.sha256, file.kind, start).await?,
                }
                self.audit.record_changes(tx, actor, act, about, &told).await?;
                jobs::enqueue(tx, JobKind::Text, work, self.clock.now()).await
            })
            .await?;
        self.signals.wake();
        self.spoken_in(&file).await
    }

    /// Has all films heard once more that were heard or could not be, of a school or of all: with another program or model.
    /// Returns how many. What was heard is found until then, and what people corrected stays.
    pub async fn hear_all_again(&self, school: Option<&str>) -> Result<u64> {
        let school = match school {
            Some(named) => {
                let found = people::school_named(self.db.read(), named).await?;
                Some(found.ok_or(Refusal::NoSuch(Thing::School))?.id)
            }
            None => None,
        };
        let films = speech::films_done(self.db.read(), school).await?;
        for (after, row) in (0..).zip(&films) {
            let waits = entity::speech::Model {
                state: SpeechState::Queued,
                ..row.clone()
            };
            let work = vec![subject(&row.sha256, row.kind)];
            // Each when those before it should be through: all at once would have a new film wait for all of them.
            let (after, now) = (FILM_TAKES.saturating_mul(after), self.clock.now());
            self.db
                .write(async |tx| {
                    speech::upsert(tx, waits).await?;
                    jobs::enqueue_later(tx, JobKind::Speech, work, after, now).await
                })
                .await?;
        }
        self.signals.wake();
        Ok(films.len() as u64)
    }

    /// Has a film heard once more, because the model is another one or the last time failed: for those who may change the
    /// resource. What people corrected stays.
    pub async fn hear_again(&self, actor: &Actor, file: FileId) -> Result<SpokenFilm> {
        let member = who_may(actor, Act::Share)?;
        let (file, resource) = self.resources.visible_file(actor, file).await?;
        self.resources.editable(actor, resource.id).await?;
        let row = speech::find(self.db.read(), &file.sha256, file.kind).await?;
        let row = row
            .filter(|_| self.hears())
            .ok_or(Refusal::NoSuch(Thing::SpeechProgram))?;
        let waits = entity::speech::Model {
            state: SpeechState::Queued,
            ..row
        };
        let work = vec![subject(&file.sha256, file.kind)];
        let (act, about) = (AuditAction::ResourceSpeechAgain, Some(resource.id.to_string()));
        self.db
            .write(async |tx| {
                self.resources
                    .expect_own_content(tx, member, &file.sha256, file.kind)
                    .await?;
                speech::upsert(tx, waits).await?;
                self.audit.record(tx, actor, act, about).await?;
                jobs::enqueue(tx, JobKind::Speech, work, self.clock.now()).await
            })
            .await?;
        self.signals.wake();
        self.spoken_in(&file).await
    }
}
