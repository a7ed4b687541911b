//! Sessions of teacher training as a table: known by their ids, or by title, first day and school where a row says no id.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value};

use super::names::{self, cell, cells};
use super::{ListSheets, SheetRows, Weighed, fields_of, gone};
use crate::actor::{Actor, Member};
use crate::db::entity::training_session::Model;
use crate::db::training as rows;
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Reach, Target};
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::{SchoolId, TrainingBaseId, TrainingSessionId};
use crate::domain::time::Timestamp;
use crate::domain::training::{TrainingSessionForm, TrainingState};
use crate::error::Result;
use crate::library::authority::{expect, who_may};
use crate::library::training::code;
use crate::library::training::names::NamedBySession;
use crate::library::training::sessions::{SessionMade, TrainingSession, laid_out, show_sessions};
use crate::table::Spreadsheet;

/// The columns of sessions.
const COLUMNS: &[FormColumn] = &[
    FormColumn::required("title", &["标题", "培训班", "名称"], CellForm::Text),
    FormColumn::optional("topic", &["主题"], CellForm::Text),
    FormColumn::required(
        "mode",
        &["方式", "培训方式"],
        CellForm::Choice(&[("on-site", "现场"), ("online", "线上")]),
    ),
    FormColumn::required("from", &["开始日期", "日期"], CellForm::Day),
    FormColumn::optional("until", &["结束日期"], CellForm::Day),
    FormColumn::optional("days", &["培训天数", "天数"], CellForm::Text),
    FormColumn::required("hours", &["学时"], CellForm::Text),
    FormColumn::optional("base", &["研修基地", "基地"], CellForm::Text),
    FormColumn::optional("place", &["地点"], CellForm::Text),
    FormColumn::optional("holder", &["举办人或主讲", "举办人", "主讲"], CellForm::Text),
    FormColumn::optional("schools", &["面向的学校"], CellForm::List),
    FormColumn::optional("capacity", &["名额", "人数"], CellForm::Text),
    FormColumn::optional("counts", &["计入工作方案"], CellForm::Flag),
    FormColumn::optional("share", &["线上学完的比例（%）"], CellForm::Text),
    FormColumn::optional("note", &["说明", "备注"], CellForm::Text),
];

/// Sessions, brought by somebody who holds training.
#[derive(Clone)]
pub(super) struct SessionRows {
    by: Member,
    /// The school that they hold it for; for the city where none is said.
    school: Option<SchoolId>,
    at: Timestamp,
}

/// What rows of sessions are held against.
#[derive(PartialEq)]
pub(super) struct KnownSessions {
    schools: names::NamedByRows<SchoolId>,
    bases: names::NamedByRows<TrainingBaseId>,
    sessions: HashMap<TrainingSessionId, (Model, TrainingSession)>,
    held: HashMap<(Option<SchoolId>, String, Day), TrainingSessionId>,
}

/// A session as a row makes it, with the schools that it is for.
type SessionChange = (Model, Vec<SchoolId>);

/// Sessions as a table.
pub fn table(sessions: &[TrainingSession]) -> Spreadsheet {
    let row = |session: &TrainingSession| (session.id.to_string(), fields_of(&as_form(session)));
    super::table("培训班", COLUMNS, sessions.iter().map(row))
}

fn as_form(session: &TrainingSession) -> TrainingSessionForm {
    let form = session.as_form();
    TrainingSessionForm {
        base: session.base.as_ref().map(|base| base.name.clone()),
        // A school's own is for its people, which is not chosen.
        schools: if form.schools.is_empty() {
            Vec::new()
        } else {
            cells(&session.schools)
        },
        ..form
    }
}

impl SessionRows {
    pub(super) fn open(sheets: &ListSheets, actor: &Actor) -> Result<Self> {
        let by = who_may(actor, Act::HoldTraining)?;
        let school = by.authority().reach(Act::HoldTraining).and_then(Reach::school);
        expect(by, Act::HoldTraining, Target::Training { school })?;
        Ok(Self {
            by: by.clone(),
            school,
            at: sheets.clock.now(),
        })
    }

    /// The session that a row is about, as far as whoever brings it sees it; none where it is new.
    fn there<'a>(
        &self,
        known: &'a KnownSessions,
        row: &FormRow,
        form: &TrainingSessionForm,
    ) -> std::result::Result<Option<&'a (Model, TrainingSession)>, Vec<FieldFault>> {
        let Some(id) = &row.id else {
            let id = known.held.get(&(self.school, form.title.clone(), form.from));
            return Ok(id.and_then(|id| known.sessions.get(id)));
        };
        let found = id.parse().ok().and_then(|id| known.sessions.get(&id));
        let found = found
            .filter(|(_, session)| self.sees(session))
            .ok_or_else(|| gone(row))?;
        Ok(Some(found))
    }

    fn sees(&self, session: &TrainingSession) -> bool {
        let Some(own) = self.school else { return true };
        match &session.school {
            Some(school) => school.id == own,
            None => session.schools.is_empty() || session.schools.iter().any(|school| school.id == own),
        }
    }

    /// Refuses what is not theirs to hold, or to count for the plan.
    fn expect_own(&self, before: Option<&TrainingSession>, counts: bool) -> std::result::Result<(), Vec<FieldFault>> {
        let malformed = |field, expected| Err(vec![FieldFault::at(field, FaultKind::Malformed { expected })]);
        let target = before.map_or(Target::Training { school: self.school }, TrainingSession::as_target);
        if !self.by.authority().may(Act::HoldTraining, target) {
            return malformed("title", "a session of one's own to hold");
        }
        if before.is_some_and(|session| session.state == TrainingState::Cancelled) {
            return malformed("title", "a session that is not cancelled");
        }
        if counts != before.is_some_and(|session| session.counts) && self.school.is_some() {
            let expected = "nothing: only who trains for the whole city says what is counted for the plan";
            return malformed("counts", expected);
        }
        Ok(())
    }

    /// What a form names. A school's own session is for that school, and invites no other.
    fn named(
        known: &KnownSessions,
        school: Option<SchoolId>,
        form: &mut TrainingSessionForm,
    ) -> std::result::Result<NamedBySession, Vec<FieldFault>> {
        let base = form.base.as_ref().map(|given| known.bases.find("base", given));
        let base = base.transpose().map_err(|fault| vec![fault])?;
        let schools = known.schools.find_all("schools", &form.schools)?;
        if school.is_some() && schools.iter().any(|it| Some(it.id) != school) {
            let expected = "one's own school, or nothing";
            return Err(vec![FieldFault::at("schools", FaultKind::Malformed { expected })]);
        }
        let invited = if school.is_some() { Vec::new() } else { schools };
        form.base = base.map(|base| base.name.clone());
        form.schools = invited.iter().map(|school| cell(school).to_owned()).collect();
        Ok(NamedBySession {
            school,
            base: base.map(|base| base.id),
            schools: invited.iter().map(|school| school.id).collect(),
        })
    }
}

impl SheetRows for SessionRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const ACT: AuditAction = AuditAction::TrainingSheet;
    const EACH: Option<[AuditAction; 2]> = Some([AuditAction::TrainingAdd, AuditAction::TrainingEdit]);
    const DECIDING: &'static [(&'static str, &'static str)] = &[
        ("mode", "mode"),
        ("from", "from"),
        ("until", "until"),
        ("days", "days"),
        ("hours", "hours"),
        ("capacity", "capacity"),
        ("counts", "counts"),
        ("share", "share"),
        ("schools", "schools"),
    ];
    type Known = KnownSessions;
    type Change = SessionChange;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>> {
        TrainingSessionForm::parse(fields).map(drop)
    }

    async fn known(&self, _: &ListSheets, conn: &impl ConnectionTrait, sheet: &[FormRow]) -> Result<KnownSessions> {
        let ids = sheet.iter().filter_map(|row| row.id.as_ref()?.parse().ok());
        let ids: BTreeSet<TrainingSessionId> = ids.collect();
        let titles = sheet.iter().filter(|row| row.id.is_none());
        let titles = titles.filter_map(|row| Some(row.fields.get("title")?.as_str()?.to_owned()));
        let titles: BTreeSet<String> = titles.collect();
        let mut all = rows::sessions_by_id(conn, &ids.into_iter().collect::<Vec<_>>()).await?;
        let titled = rows::sessions_titled(conn, &titles.into_iter().collect::<Vec<_>>()).await?;
        let key = |row: &Model| (row.school_id, row.title.clone(), row.from_day);
        let held = titled.iter().map(|row| (key(row), row.id)).collect();
        all.extend(titled);
        all.sort_by_key(|row| row.id);
        all.dedup_by_key(|row| row.id);
        let shown = show_sessions(conn, all.clone(), Day::of(self.at)).await?;
        Ok(KnownSessions {
            schools: names::schools(conn).await?,
            bases: names::bases(conn).await?,
            sessions: all
                .into_iter()
                .zip(shown)
                .map(|(row, shown)| (row.id, (row, shown)))
                .collect(),
            held,
        })
    }

    fn weigh(
        &self,
        known: &KnownSessions,
        row: &FormRow,
    ) -> std::result::Result<Weighed<SessionChange>, Vec<FieldFault>> {
        let mut form = TrainingSessionForm::parse(&row.fields)?;
        let there = self.there(known, row, &form)?;
        let before = there.map(|(_, session)| as_form(session));
        if let Some(before) = &before {
            form = before.patched(&row.fields)?;
        }
        let school = there.map_or(self.school, |(row, _)| row.school_id);
        let named = Self::named(known, school, &mut form)?;
        let after = fields_of(&form);
        let counts = form.counts;
        // Of two that are there, title and day may be the same.
        let key = match there {
            Some((row, _)) => row.id.to_string(),
            None => format!("{} {}", form.title, form.from),
        };
        let made = SessionMade {
            id: there.map_or_else(TrainingSessionId::new, |(row, _)| row.id),
            code_secret: there.map(|(row, _)| row.code_secret.clone()).unwrap_or_default(),
            by: there.map_or(self.by.id, |(row, _)| row.created_by),
            at: there.map_or(self.at, |(row, _)| row.created_at),
        };
        let change = (laid_out(form, &named, made), named.schools);
        let weighed = Weighed::of(
            COLUMNS,
            vec![key],
            before.as_ref().map(fields_of).as_ref(),
            &after,
            change,
        );
        if !weighed.is_nothing() {
            self.expect_own(there.map(|(_, session)| session), counts)?;
        }
        Ok(weighed)
    }

    async fn hold(&self, tx: &DatabaseTransaction, changes: &[SessionChange]) -> Result<()> {
        rows::hold_sessions(tx, changes.iter().map(|(row, _)| row.id)).await
    }

    async fn write(
        &self,
        _: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        mut changes: Vec<SessionChange>,
    ) -> Result<Vec<String>> {
        for (row, _) in changes.iter_mut().filter(|(row, _)| row.code_secret.is_empty()) {
            row.code_secret = code::secret()?;
        }
        let ids: Vec<String> = changes.iter().map(|(row, _)| row.id.to_string()).collect();
        rows::put_sessions(tx, changes).await?;
        Ok(ids)
    }
}
