//! Calls: made, announced, put off, cancelled by those who hold them.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Recognition, held, refused, seeing};
use crate::actor::Actor;
use crate::db::entity::recognition_call::{Criteria, Model};
use crate::db::recognition;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, RecognitionCallId};
use crate::domain::recognition::fault::RecognitionFault;
use crate::domain::recognition::{
    CallForm, CallState, Criterion, Entrants, RecognitionKind, change_fault, read_revision,
};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::authority::who_may;
use crate::library::paging::{self, Page};

/// The most calls that are taken along at once.
const MAX_EXPORTED: u64 = 5_000;

/// A call as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RecognitionCall {
    /// Its id.
    pub id: RecognitionCallId,
    /// What is recognized.
    pub kind: RecognitionKind,
    /// Its title.
    pub title: String,
    /// Its rules.
    pub rules: Option<String>,
    /// Who enters.
    pub entrants: Entrants,
    /// The first day that takes entries.
    pub opens: Day,
    /// The last day that takes entries.
    pub closes: Day,
    /// The last day on which the jury scores.
    pub jury_due: Day,
    /// Whether the jury sees neither schools nor names.
    pub blind: bool,
    /// How many of the jury must score each entry.
    pub voices: i32,
    /// How many entries a school may have; `null`: no limit.
    pub per_school: Option<i32>,
    /// For how many years marks are valid; `null`: for good.
    pub valid_years: Option<i32>,
    /// What the jury looks at.
    pub criteria: Vec<Criterion>,
    /// How far it is today.
    pub state: CallState,
    /// When its results came out.
    pub published_at: Option<Timestamp>,
    /// Counts every change of what is said of it.
    pub revision: i32,
    /// When it was made.
    pub created_at: Timestamp,
}

impl RecognitionCall {
    /// It as a form.
    pub(in crate::library) fn as_form(&self) -> CallForm {
        CallForm {
            kind: self.kind,
            title: self.title.clone(),
            rules: self.rules.clone(),
            entrants: self.entrants,
            opens: self.opens,
            closes: self.closes,
            jury_due: self.jury_due,
            blind: self.blind,
            voices: self.voices,
            per_school: self.per_school,
            valid_years: self.valid_years,
            criteria: self.criteria.clone(),
        }
    }
}

impl Recognition {
    /// Calls that the actor sees, newest first.
    pub async fn calls(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<RecognitionCall>> {
        let after: Option<RecognitionCallId> = paging::begin(cursor)?;
        let rows = recognition::calls(self.db.read(), seeing(actor), after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        Ok(Page {
            items: rows.into_iter().map(|row| self.shown(row)).collect(),
            next_cursor,
        })
    }

    /// All calls that the actor sees, to take along, newest first.
    pub async fn export_calls(&self, actor: &Actor, format: &str) -> Result<Vec<RecognitionCall>> {
        let all = self.calls(actor, None, MAX_EXPORTED).await?.whole(MAX_EXPORTED)?;
        let told = AuditChanges::default().set("format", format);
        self.audit.exported(actor, AuditAction::RecognitionExport, None, &told);
        Ok(all)
    }

    /// A call that the actor sees.
    pub async fn call(&self, actor: &Actor, id: RecognitionCallId) -> Result<RecognitionCall> {
        Ok(self.shown(self.seen_call(actor, id).await?))
    }

    /// Makes a call, which nobody else sees until it is announced.
    pub async fn add_call(&self, actor: &Actor, form: CallForm) -> Result<RecognitionCall> {
        let member = who_may(actor, Act::HoldRecognition)?;
        let row = laid_out(form, RecognitionCallId::new(), member.id, self.clock.now());
        let id = row.id;
        self.db
            .write(async |tx| {
                recognition::put_call(tx, row).await?;
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::RecognitionAdd, subject).await
            })
            .await?;
        self.call(actor, id).await
    }

    /// Changes a call: what is given replaces, `null` empties, the rest stays. Once it is announced its last days may be put
    /// off, and nothing else changes. With the revision that was read, another is not overwritten.
    pub async fn edit_call(
        &self,
        actor: &Actor,
        id: RecognitionCallId,
        fields: &Map<String, Value>,
    ) -> Result<RecognitionCall> {
        who_may(actor, Act::HoldRecognition)?;
        self.seen_call(actor, id).await?;
        let (fields, read) = read_revision(fields).map_err(Refusal::Fields)?;
        self.db
            .write(async |tx| {
                let before = held(tx, id).await?;
                if read.is_some_and(|read| read != before.revision) {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let present = form_of(&before);
                let form = present.patched(&fields).map_err(Refusal::Fields)?;
                if let Some(fault) = change_fault(self.state(&before), &present, &form) {
                    return Err(refused(fault));
                }
                let changes = changed(&before, &form);
                let made = laid_out(form, id, before.created_by, before.created_at);
                let row = Model {
                    announced_at: before.announced_at,
                    revision: before.revision + 1,
                    ..made
                };
                recognition::put_call(tx, row).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::RecognitionEdit, subject, &changes)
                    .await
            })
            .await?;
        self.call(actor, id).await
    }

    /// Announces a call. Announced already, it changes nothing.
    pub async fn announce(&self, actor: &Actor, id: RecognitionCallId) -> Result<RecognitionCall> {
        who_may(actor, Act::HoldRecognition)?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let before = held(tx, id).await?;
                match self.state(&before) {
                    CallState::Draft if before.closes_on < self.today() => {
                        return Err(refused(RecognitionFault::NotOpen));
                    }
                    CallState::Draft => {}
                    CallState::Cancelled => return Err(refused(RecognitionFault::Cancelled)),
                    _ => return Ok(()),
                }
                let row = Model {
                    announced_at: Some(now),
                    ..before
                };
                recognition::put_call(tx, row).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::RecognitionAnnounce, subject)
                    .await
            })
            .await?;
        self.call(actor, id).await
    }

    /// Says that a call is not held. What was entered stays for the record. Said already, it changes nothing.
    pub async fn cancel_call(&self, actor: &Actor, id: RecognitionCallId) -> Result<RecognitionCall> {
        who_may(actor, Act::HoldRecognition)?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let before = held(tx, id).await?;
                match self.state(&before) {
                    CallState::Cancelled => return Ok(()),
                    CallState::Published => return Err(refused(RecognitionFault::Published)),
                    _ => {}
                }
                let row = Model {
                    cancelled_at: Some(now),
                    ..before
                };
                recognition::put_call(tx, row).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::RecognitionCancel, subject)
                    .await
            })
            .await?;
        self.call(actor, id).await
    }

    pub(super) fn shown(&self, row: Model) -> RecognitionCall {
        RecognitionCall {
            state: self.state(&row),
            id: row.id,
            kind: row.kind,
            title: row.title,
            rules: row.rules,
            entrants: row.entrants,
            opens: row.opens_on,
            closes: row.closes_on,
            jury_due: row.jury_due_on,
            blind: row.blind,
            voices: row.voices,
            per_school: row.per_school,
            valid_years: row.valid_years,
            criteria: row.criteria.0,
            published_at: row.published_at,
            revision: row.revision,
            created_at: row.created_at,
        }
    }
}

/// What is said of a call, as a form.
pub(in crate::library) fn form_of(row: &Model) -> CallForm {
    CallForm {
        kind: row.kind,
        title: row.title.clone(),
        rules: row.rules.clone(),
        entrants: row.entrants,
        opens: row.opens_on,
        closes: row.closes_on,
        jury_due: row.jury_due_on,
        blind: row.blind,
        voices: row.voices,
        per_school: row.per_school,
        valid_years: row.valid_years,
        criteria: row.criteria.0.clone(),
    }
}

/// A call's row as a form describes it.
pub(in crate::library) fn laid_out(form: CallForm, id: RecognitionCallId, by: AccountId, at: Timestamp) -> Model {
    Model {
        id,
        kind: form.kind,
        title: form.title,
        rules: form.rules,
        entrants: form.entrants,
        opens_on: form.opens,
        closes_on: form.closes,
        jury_due_on: form.jury_due,
        blind: form.blind,
        voices: form.voices,
        per_school: form.per_school,
        valid_years: form.valid_years,
        criteria: Criteria(form.criteria),
        created_by: by,
        created_at: at,
        announced_at: None,
        cancelled_at: None,
        published_at: None,
        published_by: None,
        revision: 1,
    }
}

fn changed(before: &Model, after: &CallForm) -> AuditChanges {
    AuditChanges::default()
        .moved("opens", before.opens_on, after.opens)
        .moved("closes", before.closes_on, after.closes)
        .moved("jury_due", before.jury_due_on, after.jury_due)
        .moved("blind", before.blind, after.blind)
        .named("title", before.title != after.title)
        .named("criteria", before.criteria.0 != after.criteria)
}
