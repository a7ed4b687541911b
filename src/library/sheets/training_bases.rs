//! Bases where teachers are trained as a table: known by their ids, or by their names where a row says no id.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value};

use super::names::{self, cell, cells};
use super::{ListSheets, SheetRows, Weighed, fields_of, gone};
use crate::actor::{Actor, Member};
use crate::db::entity::{MajorIds, training_base};
use crate::db::training as rows;
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Reach, Target};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::{MajorId, SchoolId, TrainingBaseId};
use crate::domain::time::Timestamp;
use crate::domain::training::{MAX_BASES, TrainingBaseForm};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;
use crate::library::training::bases::{TrainingBase, show_bases};
use crate::table::Spreadsheet;

/// The columns of bases.
const COLUMNS: &[FormColumn] = &[
    FormColumn::required("name", &["基地名称", "名称", "基地"], CellForm::Text),
    FormColumn::optional("school", &["所属学校", "学校"], CellForm::Text),
    FormColumn::optional("since", &["设立日期", "日期"], CellForm::Day),
    FormColumn::optional("majors", &["专业"], CellForm::List),
];

/// Bases, brought by somebody who holds training.
#[derive(Clone)]
pub(super) struct BaseRows {
    by: Member,
    at: Timestamp,
}

/// What rows of bases are held against.
#[derive(PartialEq)]
pub(super) struct KnownBases {
    schools: names::NamedByRows<SchoolId>,
    majors: names::NamedByRows<MajorId>,
    bases: HashMap<TrainingBaseId, (training_base::Model, TrainingBase)>,
    named: HashMap<String, TrainingBaseId>,
}

/// A base as a row makes it.
pub(super) struct BaseChange {
    row: training_base::Model,
    is_new: bool,
}

/// Bases as a table.
pub fn table(bases: &[TrainingBase]) -> Spreadsheet {
    let row = |base: &TrainingBase| (base.id.to_string(), fields_of(&as_form(base)));
    super::table("研修基地", COLUMNS, bases.iter().map(row))
}

fn as_form(base: &TrainingBase) -> TrainingBaseForm {
    TrainingBaseForm {
        name: base.name.clone(),
        school: base.school.as_ref().map(|school| cell(school).to_owned()),
        since: base.since,
        majors: cells(&base.majors),
    }
}

impl BaseRows {
    pub(super) fn open(sheets: &ListSheets, actor: &Actor) -> Result<Self> {
        Ok(Self {
            by: who_may(actor, Act::HoldTraining)?.clone(),
            at: sheets.clock.now(),
        })
    }

    /// Refuses what is another school's, or the city's.
    fn expect_own(&self, school: Option<SchoolId>) -> std::result::Result<(), Vec<FieldFault>> {
        let target = Target::Training { school };
        if self.by.authority().may(Act::HoldTraining, target) {
            return Ok(());
        }
        let expected = "one's own school, or nothing";
        Err(vec![FieldFault::at("school", FaultKind::Malformed { expected })])
    }
}

/// The base that a row is about, or none where it is new.
fn there<'a>(
    known: &'a KnownBases,
    row: &FormRow,
) -> std::result::Result<Option<&'a (training_base::Model, TrainingBase)>, Vec<FieldFault>> {
    let name = row.fields.get("name").and_then(Value::as_str).unwrap_or_default();
    let by_name = known.named.get(name);
    let id = match &row.id {
        Some(id) => Some(id.parse().map_err(|_| gone(row))?),
        None => by_name.copied(),
    };
    if let (Some(other), true) = (by_name, by_name != id.as_ref()) {
        let value = known.bases[other].0.name.clone();
        return Err(vec![FieldFault::at("name", FaultKind::Repeated { value })]);
    }
    match id.map(|id| known.bases.get(&id)) {
        Some(None) => Err(gone(row)),
        found => Ok(found.flatten()),
    }
}

impl SheetRows for BaseRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const ACT: AuditAction = AuditAction::TrainingBaseList;
    const EACH: Option<[AuditAction; 2]> = Some([AuditAction::TrainingBaseAdd, AuditAction::TrainingBaseEdit]);
    const DECIDING: &'static [(&'static str, &'static str)] = &[("school", "school"), ("since", "from")];
    type Known = KnownBases;
    type Change = BaseChange;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>> {
        TrainingBaseForm::parse(fields).map(drop)
    }

    async fn known(&self, _: &ListSheets, conn: &impl ConnectionTrait, _: &[FormRow]) -> Result<KnownBases> {
        let all = rows::bases(conn, MAX_BASES).await?;
        let shown = show_bases(conn, all.clone()).await?;
        Ok(KnownBases {
            schools: names::schools(conn).await?,
            majors: names::majors(conn).await?,
            named: all.iter().map(|row| (row.name.clone(), row.id)).collect(),
            bases: all
                .into_iter()
                .zip(shown)
                .map(|(row, shown)| (row.id, (row, shown)))
                .collect(),
        })
    }

    fn weigh(&self, known: &KnownBases, row: &FormRow) -> std::result::Result<Weighed<BaseChange>, Vec<FieldFault>> {
        let there = there(known, row)?;
        let before = there.map(|(_, base)| as_form(base));
        let mut form = match &before {
            Some(before) => before.patched(&row.fields)?,
            None => TrainingBaseForm::parse(&row.fields)?,
        };
        let own = self.by.authority().reach(Act::HoldTraining).and_then(Reach::school);
        let own = own.filter(|_| there.is_none());
        let school = match (&form.school, own) {
            (Some(given), _) => Some(known.schools.find("school", given).map_err(|fault| vec![fault])?),
            // Of something new an administrator need not name the school.
            (None, Some(own)) => known.schools.find("school", &own.to_string()).ok(),
            (None, None) => None,
        };
        let majors = known.majors.find_all("majors", &form.majors)?;
        form.school = school.map(|school| cell(school).to_owned());
        form.majors = majors.iter().map(|major| cell(major).to_owned()).collect();
        let change = BaseChange {
            row: training_base::Model {
                id: there.map_or_else(TrainingBaseId::new, |(row, _)| row.id),
                name: form.name.clone(),
                school_id: school.map(|school| school.id),
                since: form.since,
                majors: MajorIds(majors.iter().map(|major| major.id).collect()),
                created_by: there.map_or(self.by.id, |(row, _)| row.created_by),
                created_at: there.map_or(self.at, |(row, _)| row.created_at),
            },
            is_new: there.is_none(),
        };
        let school = change.row.school_id;
        let before = before.as_ref().map(fields_of);
        let id = there.map(|(row, _)| row.id.to_string());
        let keys = id.into_iter().chain([form.name.clone()]).collect();
        let weighed = Weighed::of(COLUMNS, keys, before.as_ref(), &fields_of(&form), change);
        if !weighed.is_nothing() {
            self.expect_own(school)?;
            self.expect_own(there.map_or(school, |(row, _)| row.school_id))?;
        }
        Ok(weighed)
    }

    async fn hold(&self, tx: &DatabaseTransaction, changes: &[BaseChange]) -> Result<()> {
        rows::hold_bases(tx, changes.iter().map(|change| change.row.id)).await
    }

    async fn write(
        &self,
        _: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        changes: Vec<BaseChange>,
    ) -> Result<Vec<String>> {
        let added = changes.iter().filter(|change| change.is_new).count() as u64;
        if rows::count_bases(tx).await? + added > MAX_BASES {
            let (thing, limit) = (Thing::TrainingBase, MAX_BASES);
            return Err(Refusal::LimitReached { thing, limit }.into());
        }
        let written: Vec<training_base::Model> = changes.into_iter().map(|change| change.row).collect();
        rows::put_bases(tx, &written).await?;
        Ok(written.iter().map(|row| row.id.to_string()).collect())
    }
}
