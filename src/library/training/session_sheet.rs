//! Many sessions from a table: first everything is looked at, then its sender says yes. A table with a faulty row makes none.

use std::collections::HashMap;
use std::fs::File;

use sea_orm::ConnectionTrait;

use super::names::KnownNames;
use super::sessions::{SessionMade, expect_to_count, laid_out};
use super::{Training, code};
use crate::actor::{Actor, Member};
use crate::db::entity::training_session::Model;
use crate::db::{staged, training};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach, Target};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{FormRowProblem, FormSheet};
use crate::domain::id::{PreviewId, SchoolId, TrainingSessionId};
use crate::domain::training::session_sheet::COLUMNS;
use crate::domain::training::{TrainingSessionForm, TrainingState};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::authority::{expect, who_may};
use crate::library::training::sessions::{TrainingQuery, TrainingSession};

const KIND: &str = "training sessions";
/// The most sessions that are taken along at once.
const MAX_EXPORTED: u64 = 10_000;

/// What a table would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSheetPreview {
    /// What a yes is said to; none while something is wrong.
    pub id: Option<PreviewId>,
    /// What was read.
    pub sheet: FormSheet,
}

/// A session that a row describes, with the schools that it is for.
type Made = (Model, Vec<SchoolId>);

impl Training {
    /// Looks at a table of new sessions. Makes none.
    pub async fn preview_sessions(&self, actor: &Actor, name: &str, file: File) -> Result<SessionSheetPreview> {
        let (member, school) = holder(actor)?;
        let table = self.previews.read_table(actor, file).await?;
        let rows: Vec<(u32, Vec<String>)> = table.rows.into_iter().map(|row| (row.number, row.cells)).collect();
        let parse = TrainingSessionForm::parse;
        let mut sheet = FormSheet::read(COLUMNS, table.header_row, &table.header, &rows, parse);
        self.check_sessions(self.db.read(), member, school, &mut sheet).await?;
        let id = if sheet.faults.is_empty() && !sheet.rows.is_empty() {
            Some(self.previews.stage(member, KIND, name, &sheet.rows).await?)
        } else {
            None
        };
        Ok(SessionSheetPreview { id, sheet })
    }

    /// Makes the sessions of a table that was looked at: all of them, or none. Returns how many.
    pub async fn add_sessions(&self, actor: &Actor, preview: PreviewId) -> Result<u64> {
        let (member, school) = holder(actor)?;
        let mut sheet = FormSheet {
            rows: self.previews.staged(member, KIND, preview).await?,
            faults: Vec::new(),
        };
        self.db
            .write(async |tx| {
                // Another's table may be the same: what it makes is seen by the check below.
                training::lock(tx).await?;
                if !staged::remove(tx, preview).await? {
                    return Err(Refusal::NoSuch(Thing::Preview).into());
                }
                // Once more: bases, schools and rights may have changed since the table was looked at.
                let made = self.check_sessions(tx, member, school, &mut sheet).await?;
                if !sheet.faults.is_empty() {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let count = made.len();
                training::add_sessions(tx, made).await?;
                let told = AuditChanges::default().set("lines", count);
                self.audit
                    .record_changes(tx, actor, AuditAction::TrainingAdd, None, &told)
                    .await?;
                Ok(count as u64)
            })
            .await
    }

    /// All sessions that the actor sees of a query, to take along, by their first day, the last first; cancelled ones only
    /// where they are asked for.
    pub async fn export_sessions(
        &self,
        actor: &Actor,
        query: &TrainingQuery,
        format: &str,
    ) -> Result<Vec<TrainingSession>> {
        let page = self.sessions(actor, query, None, MAX_EXPORTED).await?;
        let told = AuditChanges::default().set("format", format);
        self.audit.exported(actor, AuditAction::TrainingExport, None, &told);
        let is_asked = query.state == Some(TrainingState::Cancelled);
        let mut sessions = page.items;
        sessions.retain(|session| is_asked || session.state != TrainingState::Cancelled);
        Ok(sessions)
    }

    /// Holds the rows against what is there. Returns the session of each row that is fine.
    async fn check_sessions(
        &self,
        conn: &impl ConnectionTrait,
        member: &Member,
        school: Option<SchoolId>,
        sheet: &mut FormSheet,
    ) -> Result<Vec<Made>> {
        let known = KnownNames::load(conn).await?;
        let rows = sheet.rows.clone();
        let mut made: Vec<(u32, Made)> = Vec::with_capacity(rows.len());
        for row in rows {
            let form = match TrainingSessionForm::parse(&row.fields) {
                Ok(form) => form,
                Err(faults) => {
                    sheet.blame_fields(COLUMNS, row.row, faults);
                    continue;
                }
            };
            match self.made(member, &known, school, form) {
                Ok(session) => made.push((row.row, session)),
                Err(error) => sheet.blame_fields(COLUMNS, row.row, faults_of(error)?),
            }
        }
        self.blame_repeated(conn, &made, sheet).await?;
        sheet.faults.sort_by_key(|fault| fault.row);
        Ok(made.into_iter().map(|(_, made)| made).collect())
    }

    fn made(
        &self,
        member: &Member,
        known: &KnownNames,
        school: Option<SchoolId>,
        form: TrainingSessionForm,
    ) -> Result<Made> {
        let found = known.found(school, &form)?;
        expect_to_count(member, false, form.counts)?;
        let made = SessionMade {
            id: TrainingSessionId::new(),
            code_secret: code::secret()?,
            by: member.id,
            at: self.clock.now(),
        };
        let row = laid_out(form, &found, made);
        Ok((row, found.schools))
    }

    /// A session of the same title on the same day is the same: a table that is sent twice makes nothing twice.
    async fn blame_repeated(
        &self,
        conn: &impl ConnectionTrait,
        made: &[(u32, Made)],
        sheet: &mut FormSheet,
    ) -> Result<()> {
        let titles: Vec<String> = made.iter().map(|(_, (session, _))| session.title.clone()).collect();
        let there = training::sessions_titled(conn, &titles).await?;
        let mut seen = HashMap::new();
        for (row, (session, _)) in made {
            if let Some(earlier) = seen.insert((&session.title, session.from_day), *row) {
                sheet.blame(*row, None, FormRowProblem::SameAsRow(earlier));
            }
            let is_it = |it: &&Model| {
                (it.school_id, &it.title, it.from_day) == (session.school_id, &session.title, session.from_day)
            };
            if there.iter().any(|it| is_it(&it)) {
                let value = session.title.clone();
                let fault = FieldFault::at("title", FaultKind::Repeated { value });
                sheet.blame_fields(COLUMNS, *row, vec![fault]);
            }
        }
        Ok(())
    }
}

/// Who holds sessions, and for which school; for the city without one.
fn holder(actor: &Actor) -> Result<(&Member, Option<SchoolId>)> {
    let member = who_may(actor, Act::HoldTraining)?;
    let school = member.authority().reach(Act::HoldTraining).and_then(Reach::school);
    expect(member, Act::HoldTraining, Target::Training { school })?;
    Ok((member, school))
}

/// What is wrong with a row's fields; any other error ends the whole.
fn faults_of(error: Error) -> Result<Vec<FieldFault>> {
    let Error::Refused(refusal) = error else {
        return Err(error);
    };
    match *refusal {
        Refusal::Fields(faults) => Ok(faults),
        Refusal::NotAllowed => {
            let expected = "nothing: only who trains for the whole city says what is counted for the plan";
            Ok(vec![FieldFault::at("counts", FaultKind::Malformed { expected })])
        }
        other => Err(other.into()),
    }
}
