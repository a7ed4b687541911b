//! Visits of experts as a table: known by their ids, or by school, expert, day and what was asked where a row says no id.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value};

use super::names::{self, cell, unknown};
use super::{ListSheets, SheetRows, Weighed, fields_of, gone};
use crate::actor::{Actor, Member};
use crate::db::entity::{Ids, expert_visit};
use crate::db::{people, visits as rows};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Reach};
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::{AccountId, SchoolId, VisitId};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::domain::visit::{VisitForm, VisitState};
use crate::error::Result;
use crate::library::authority::who_may;
use crate::library::visits::{ExportedVisit, resources_named};
use crate::table::{Spreadsheet, SpreadsheetCell};
use crate::words::Lang;
use crate::words::pages::PageWords;

/// The columns of visits.
const COLUMNS: &[FormColumn] = &[
    FormColumn::required("day", &["日期"], CellForm::Day),
    FormColumn::required("kind", &["类型", "类别"], CellForm::Choice(KINDS)),
    FormColumn::required("school", &["学校"], CellForm::Text),
    FormColumn::optional("expert", &["专家登录名", "专家"], CellForm::Text),
    FormColumn::required("asked", &["指导内容", "事项"], CellForm::Text),
    FormColumn::optional("advice", &["专家建议", "建议"], CellForm::Text),
    FormColumn::optional("resources", &["相关资源"], CellForm::Addresses),
];
const KINDS: &[(&str, &str)] = &[
    ("supervision", "专家督导"),
    ("consulting", "技术咨询"),
    ("evaluation", "教学评估"),
    ("exchange", "教学交流"),
];

/// Visits, brought by somebody who records them.
#[derive(Clone)]
pub(super) struct VisitRows {
    by: Member,
    at: Timestamp,
}

/// What rows of visits are held against.
#[derive(PartialEq)]
pub(super) struct KnownVisits {
    schools: names::NamedByRows<SchoolId>,
    /// Experts that rows name, by the keys of their sign-in names.
    experts: HashMap<String, AccountId>,
    /// The sign-in names of those whose visits are there.
    named: HashMap<AccountId, String>,
    visits: HashMap<VisitId, expert_visit::Model>,
    held: HashMap<(SchoolId, AccountId, Day, String), VisitId>,
}

/// Visits as a table, with what the school did and how far each is, which are read and not brought.
pub fn table(visits: &[ExportedVisit]) -> Spreadsheet {
    let row = |exported: &ExportedVisit| {
        let visit = &exported.visit;
        let form = VisitForm {
            school: visit
                .school
                .as_ref()
                .map(|school| cell(school).to_owned())
                .unwrap_or_default(),
            expert: exported.expert_name.clone(),
            day: visit.day,
            kind: visit.kind,
            asked: visit.asked.clone(),
            advice: visit.advice.clone(),
            resources: visit.resources.iter().map(|it| it.url.clone()).collect(),
        };
        (visit.id.to_string(), fields_of(&form))
    };
    let mut table = super::table("专家指导", COLUMNS, visits.iter().map(row));
    let say = PageWords(Lang::Zh);
    let told = ["学校名称", "专家姓名", "学校落实情况", "进展"];
    table.head.extend(told.map(str::to_owned));
    for (row, exported) in table.rows.iter_mut().zip(visits) {
        let visit = &exported.visit;
        row.extend([
            SpreadsheetCell::text(visit.school.as_ref().map(|school| school.name.clone())),
            SpreadsheetCell::Text(visit.expert.name.clone()),
            SpreadsheetCell::text(visit.done.clone()),
            SpreadsheetCell::Text(say.visit_state_of(visit.state).to_owned()),
        ]);
    }
    table
}

impl VisitRows {
    pub(super) fn open(sheets: &ListSheets, actor: &Actor) -> Result<Self> {
        Ok(Self {
            by: who_may(actor, Act::RecordVisits)?.clone(),
            at: sheets.clock.now(),
        })
    }

    fn is_of_city(&self) -> bool {
        self.by.authority().reach(Act::RecordVisits) == Some(Reach::City)
    }

    /// The visit with the id of a row, as far as whoever brings it sees it; none where a row says no id.
    fn there<'a>(
        &self,
        known: &'a KnownVisits,
        row: &FormRow,
    ) -> std::result::Result<Option<&'a expert_visit::Model>, Vec<FieldFault>> {
        let Some(id) = &row.id else { return Ok(None) };
        let found = id.parse().ok().and_then(|id| known.visits.get(&id));
        let seen = found.filter(|visit| self.is_of_city() || visit.expert_id == self.by.id);
        seen.map(Some).ok_or_else(|| gone(row))
    }

    /// The expert that a form names: an expert their own self, the bureau anybody.
    fn expert(&self, known: &KnownVisits, given: Option<&str>) -> std::result::Result<AccountId, FieldFault> {
        let Some(given) = given else { return Ok(self.by.id) };
        let found = known.experts.get(&name_key(given)).copied();
        let found = found.filter(|id| self.is_of_city() || *id == self.by.id);
        found.ok_or_else(|| {
            unknown(
                "expert",
                given,
                "the sign-in name of an expert; experts record their own",
            )
        })
    }
}

impl KnownVisits {
    fn as_form(&self, visit: &expert_visit::Model) -> VisitForm {
        let school = self.schools.find("school", &visit.school_id.to_string());
        let resources = visit.resources.0.iter();
        VisitForm {
            school: school.map(|school| cell(school).to_owned()).unwrap_or_default(),
            expert: self.named.get(&visit.expert_id).cloned(),
            day: visit.day,
            kind: visit.kind,
            asked: visit.asked.clone(),
            advice: visit.advice.clone(),
            resources: resources.map(|id| format!("/r/{id}")).collect(),
        }
    }
}

impl SheetRows for VisitRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const ACT: AuditAction = AuditAction::VisitList;
    const EACH: Option<[AuditAction; 2]> = Some([AuditAction::VisitAdd, AuditAction::VisitEdit]);
    type Known = KnownVisits;
    type Change = expert_visit::Model;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>> {
        VisitForm::parse(fields).map(drop)
    }

    async fn known(&self, _: &ListSheets, conn: &impl ConnectionTrait, sheet: &[FormRow]) -> Result<KnownVisits> {
        let text = |row: &FormRow, field: &str| row.fields.get(field).and_then(Value::as_str).map(str::to_owned);
        let ids: BTreeSet<VisitId> = sheet.iter().filter_map(|row| row.id.as_ref()?.parse().ok()).collect();
        let days: BTreeSet<Day> = sheet.iter().filter_map(|row| text(row, "day")?.parse().ok()).collect();
        let names: BTreeSet<String> = sheet
            .iter()
            .filter_map(|row| Some(name_key(&text(row, "expert")?)))
            .collect();
        let ids: Vec<VisitId> = ids.into_iter().collect();
        let days: Vec<Day> = days.into_iter().collect();
        let visits = rows::by_id_or_day(conn, &ids, &days).await?;
        let experts = people::accounts_keyed(conn, &names.into_iter().collect::<Vec<_>>()).await?;
        let experts = experts.into_iter().filter(|row| row.role == Role::Expert);
        let of: BTreeSet<AccountId> = visits.iter().map(|row| row.expert_id).collect();
        let named = people::accounts_by_id(conn, of.into_iter().collect()).await?;
        let key = |row: &expert_visit::Model| (row.school_id, row.expert_id, row.day, row.asked.clone());
        Ok(KnownVisits {
            schools: names::schools(conn).await?,
            experts: experts.filter_map(|row| Some((row.name_key?, row.id))).collect(),
            named: named.into_iter().map(|row| (row.id, row.name)).collect(),
            held: visits.iter().map(|row| (key(row), row.id)).collect(),
            visits: visits.into_iter().map(|row| (row.id, row)).collect(),
        })
    }

    fn weigh(
        &self,
        known: &KnownVisits,
        row: &FormRow,
    ) -> std::result::Result<Weighed<expert_visit::Model>, Vec<FieldFault>> {
        let by_id = self.there(known, row)?;
        let given = VisitForm::parse(&row.fields)?;
        let school = known.schools.find("school", &given.school);
        // Somebody who has no name any more is not looked for again.
        let kept = by_id.filter(|visit| known.named.get(&visit.expert_id) == given.expert.as_ref());
        let expert = match kept {
            Some(visit) => Ok(visit.expert_id),
            None => self.expert(known, given.expert.as_deref()),
        };
        let today = Day::of(self.at);
        let too_late = (given.day > today).then(|| {
            let expected = "a day that is not to come";
            FieldFault::at("day", FaultKind::Malformed { expected })
        });
        let (school, expert) = match (school, expert, too_late) {
            (Ok(school), Ok(expert), None) => (school, expert),
            (school, expert, too_late) => {
                return Err([school.err(), expert.err(), too_late].into_iter().flatten().collect());
            }
        };
        let key = (school.id, expert, given.day, given.asked.clone());
        let same = || known.held.get(&key).and_then(|id| known.visits.get(id));
        let there = by_id.or_else(same);
        let before = there.map(|visit| known.as_form(visit));
        let mut form = match &before {
            Some(before) => before.patched(&row.fields)?,
            None => given,
        };
        cell(school).clone_into(&mut form.school);
        form.expert = known.named.get(&expert).cloned().or(form.expert);
        let resources = resources_named(&form);
        form.resources = resources.iter().map(|id| format!("/r/{id}")).collect();
        let after = fields_of(&form);
        let visit = expert_visit::Model {
            id: there.map_or_else(VisitId::new, |visit| visit.id),
            school_id: school.id,
            expert_id: expert,
            day: form.day,
            kind: form.kind,
            resources: Ids(resources),
            asked: form.asked,
            advice: form.advice,
            done: None,
            answered_by: None,
            answered_at: None,
            closed_by: None,
            closed_at: None,
            revision: there.map_or(1, |visit| visit.revision + 1),
            created_by: there.map_or(self.by.id, |visit| visit.created_by),
            created_at: there.map_or(self.at, |visit| visit.created_at),
        };
        let key = there.map_or_else(|| format!("{key:?}"), |visit| visit.id.to_string());
        let weighed = Weighed::of(
            COLUMNS,
            vec![key],
            before.as_ref().map(fields_of).as_ref(),
            &after,
            visit,
        );
        if !weighed.is_nothing() && there.is_some_and(|visit| visit.state() != VisitState::Open) {
            let expected = "what it was: the school has said what it did";
            return Err(vec![FieldFault::at("asked", FaultKind::Malformed { expected })]);
        }
        Ok(weighed)
    }

    async fn hold(&self, tx: &DatabaseTransaction, changes: &[expert_visit::Model]) -> Result<()> {
        rows::hold(tx, changes.iter().map(|visit| visit.id)).await
    }

    async fn write(
        &self,
        _: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        changes: Vec<expert_visit::Model>,
    ) -> Result<Vec<String>> {
        rows::put_all(tx, &changes).await?;
        Ok(changes.iter().map(|visit| visit.id.to_string()).collect())
    }
}
