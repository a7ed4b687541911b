//! Paths of the review as a table: each row is a step, and the rows of a path are all its steps, in their order. Paths that a
//! table does not name stay; steps that a path's rows leave out go.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value, json};

mod cells;

use self::cells::{read_roles, read_scopes, write_roles, write_scopes};
use super::names;
use super::{ListSheets, SheetRows, Weighed, gone};
use crate::actor::{Actor, Member};
use crate::db::entity::account;
use crate::db::{people, review_paths as rows};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Reach};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::{ReviewStepId, SchoolId};
use crate::domain::list_sheet::{CellChange, REMOVED, RowOutcome};
use crate::domain::resource::resource_type;
use crate::domain::review::{ReviewLevel, ReviewPath, ReviewPaths, ReviewStep};
use crate::domain::review_form::{MAX_PATHS, ReviewPathForm};
use crate::domain::review_sheet::{PATH_FIELDS, ReviewStepRow, STEP_FIELDS, of_column};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::audit::AuditedThing;
use crate::library::authority::who_may;
use crate::library::review_steps;
use crate::library::reviews::paths::{ShownPath, appointed, path_of, put_in, steps_of, told};
use crate::table::Spreadsheet;

/// The columns of paths.
const COLUMNS: &[FormColumn] = &[
    FormColumn::required("code", &["流程代号"], CellForm::Text),
    FormColumn::optional("school", &["学校"], CellForm::Text),
    FormColumn::optional("name_zh", &["流程名称"], CellForm::Text),
    FormColumn::optional("name_en", &["流程英文名"], CellForm::Text),
    FormColumn::optional("types", &["资源类型"], CellForm::List),
    FormColumn::optional("scopes", &["共享范围"], CellForm::Own(read_scopes, write_scopes)),
    FormColumn::optional("may_reject", &["可以不予通过"], CellForm::Flag),
    FormColumn::optional("may_publish", &["可以不审发布"], CellForm::Flag),
    FormColumn::optional("may_publish_beyond", &["给全市也可以不审发布"], CellForm::Flag),
    FormColumn::optional("position", &["步骤序号"], CellForm::Text),
    FormColumn::required(
        "level",
        &["步骤归属"],
        CellForm::Choice(&[("school", "学校"), ("city", "市级")]),
    ),
    FormColumn::required("step_zh", &["步骤名称"], CellForm::Text),
    FormColumn::optional("step_en", &["步骤英文名"], CellForm::Text),
    FormColumn::optional("asked", &["由谁审核"], CellForm::Own(read_roles, write_roles)),
    FormColumn::optional("people", &["指定审核人（登录名）"], CellForm::List),
    FormColumn::optional("voices", &["需要几人通过"], CellForm::Number),
    FormColumn::optional("due_days", &["审核期限（天）"], CellForm::Number),
    FormColumn::optional("remind_days", &["几天后提醒"], CellForm::Number),
];

/// Paths, brought by somebody who changes them.
#[derive(Clone)]
pub(super) struct PathRows {
    by: Member,
    /// The one school whose own steps they change; everything where none is said.
    school: Option<SchoolId>,
    at: Timestamp,
}

/// What rows of paths are held against.
#[derive(PartialEq)]
pub(super) struct KnownPaths {
    paths: ReviewPaths,
    schools: names::NamedByRows<SchoolId>,
    /// Those whom rows appoint.
    people: Vec<account::Model>,
}

/// A path as its rows make it.
pub(super) struct PathChange {
    before: Option<ReviewPath>,
    after: ReviewPath,
}

/// A row's path: its stable name, and the school whose own it is.
type PathKey = (String, Option<SchoolId>);
type Faults = Vec<FieldFault>;
type WeighedStep = Weighed<Option<PathChange>>;

/// Paths as a table.
pub fn table(paths: &[ShownPath]) -> Spreadsheet {
    let steps = |shown: &ShownPath| {
        let path = shown.as_path();
        let school = shown.school.as_ref().map(|school| names::cell(school).to_owned());
        let step = |at: usize| (path.steps[at].id.to_string(), row_of(&path, school.clone(), at));
        (0..path.steps.len()).map(step).collect::<Vec<_>>()
    };
    super::table("审核流程", COLUMNS, paths.iter().flat_map(steps))
}

/// A step of a path as a row says it.
fn row_of(path: &ReviewPath, school: Option<String>, at: usize) -> Map<String, Value> {
    let row = ReviewStepRow {
        code: path.code.clone(),
        school,
        path: said_of_path(path),
        step: said_of_step(&path.steps[at]),
    };
    row.fields(at + 1)
}

fn said_of_path(path: &ReviewPath) -> Map<String, Value> {
    let kind = |code: &String| resource_type(code).map_or(code.as_str(), |kind| kind.zh).to_owned();
    let said = json!({
        "name_zh": path.name_zh,
        "name_en": path.name_en,
        "types": path.kinds.iter().map(kind).collect::<Vec<_>>(),
        "scopes": path.scopes.iter().map(|scope| scope.code()).collect::<Vec<_>>(),
        "may_reject": path.may_reject,
        "may_publish": path.may_publish,
        "may_publish_beyond": path.may_publish_beyond,
    });
    said.as_object().cloned().unwrap_or_default()
}

fn said_of_step(step: &ReviewStep) -> Map<String, Value> {
    let said = json!({
        "level": step.level.code(),
        "name_zh": step.name_zh,
        "name_en": step.name_en,
        "asked": step.roles.iter().map(|role| role.code()).collect::<Vec<_>>(),
        "people": step.appointed.iter().map(|it| it.name.as_str()).filter(|name| !name.is_empty()).collect::<Vec<_>>(),
        "voices": step.voices,
        "due_days": step.due_days,
        "remind_days": step.remind_days,
    });
    said.as_object().cloned().unwrap_or_default()
}

/// What is said, with what a row says of the same fields in its place; what a row has no column for stays.
fn laid_over(before: Option<Map<String, Value>>, row: &FormRow, fields: &[(&str, &str)]) -> Map<String, Value> {
    let mut said = before.unwrap_or_default();
    for (column, field) in fields {
        if let Some(value) = row.fields.get(*column) {
            said.insert((*field).to_owned(), value.clone());
        }
    }
    said.retain(|_, value| !value.is_null());
    said
}

fn malformed(field: &str, expected: &'static str) -> Faults {
    vec![FieldFault::at(field, FaultKind::Malformed { expected })]
}

impl PathRows {
    pub(super) fn open(sheets: &ListSheets, actor: &Actor) -> Result<Self> {
        let by = who_may(actor, Act::EditReviewPaths)?;
        Ok(Self {
            school: by.authority().reach(Act::EditReviewPaths).and_then(Reach::school),
            by: by.clone(),
            at: sheets.clock.now(),
        })
    }

    /// Which path a row is of.
    fn key(&self, known: &KnownPaths, row: &FormRow) -> std::result::Result<PathKey, Faults> {
        let said = ReviewStepRow::parse(&row.fields)?;
        let school = said
            .school
            .map(|given| known.schools.find("school", &given).map(|school| school.id));
        let school = school.transpose().map_err(|fault| vec![fault])?;
        Ok((said.code, school))
    }

    /// What the rows of a path make of it, or the faults of each of them.
    fn path(
        &self,
        known: &KnownPaths,
        (code, school): &PathKey,
        rows: &[&FormRow],
    ) -> std::result::Result<PathChange, Vec<(usize, Faults)>> {
        let first = |faults| vec![(0, faults)];
        let of_city = known
            .paths
            .0
            .iter()
            .find(|path| path.school.is_none() && path.code == *code);
        let before = match school {
            Some(school) => known.paths.own_of(*school, code),
            None => of_city,
        };
        let path_fields: Vec<(&str, &str)> = PATH_FIELDS.iter().map(|field| (*field, *field)).collect();
        let said: Vec<Map<String, Value>> = rows
            .iter()
            .map(|row| laid_over(before.map(said_of_path), row, &path_fields))
            .collect();
        if let Some(other) = said.iter().position(|it| *it != said[0]) {
            let expected =
                "the same as in the first row of the path: what is said of a path is said alike in all its rows";
            return Err(vec![(other, malformed("name_zh", expected))]);
        }
        let steps = steps(before, rows)?;
        let form = match (school, of_city) {
            (None, _) => {
                let mut body = said[0].clone();
                body.insert("steps".to_owned(), steps.into());
                ReviewPathForm::of_city(code, &body)
            }
            (Some(_), Some(city)) => {
                let body = json!({"steps": steps});
                ReviewPathForm::of_school(city, body.as_object().unwrap_or(&Map::new()))
            }
            (Some(_), None) => {
                let hint = "the stable name of a path of the city";
                return Err(first(vec![names::unknown("code", code, hint)]));
            }
        };
        let told = |faults: Faults| faults.into_iter().map(of_row).collect::<Vec<_>>();
        let mut form = form.map_err(told)?;
        form.appoint(|step, name| appointed(before, *school, &known.people, step, name))
            .map_err(told)?;
        let count = known.paths.0.iter().filter(|path| path.school.is_none()).count();
        if before.is_none() && school.is_none() && count >= MAX_PATHS {
            return Err(first(vec![FieldFault::at(
                "code",
                FaultKind::TooLong { max: MAX_PATHS },
            )]));
        }
        let mut after = path_of(code, *school, before, form);
        if let (Some(_), Some(before)) = (school, before) {
            // Its other rules are the city's, whatever a school's rows say of them.
            after = ReviewPath {
                steps: after.steps,
                ..before.clone()
            };
        }
        if before != Some(&after) && self.school.is_some() && self.school != *school {
            return Err(first(malformed(
                "code",
                "steps of one's own school: those of the city are changed by the bureau",
            )));
        }
        Ok(PathChange {
            before: before.cloned(),
            after,
        })
    }
}

/// The steps that the rows of a path say, each with the id of the one that it is in what is there.
fn steps(before: Option<&ReviewPath>, rows: &[&FormRow]) -> std::result::Result<Vec<Value>, Vec<(usize, Faults)>> {
    let there = before.map_or(&[][..], |path| path.steps.as_slice());
    let mut taken: HashSet<ReviewStepId> = rows.iter().filter_map(|row| row.id.as_ref()?.parse().ok()).collect();
    let (mut steps, mut faults) = (Vec::with_capacity(rows.len()), Vec::new());
    for (at, row) in rows.iter().enumerate() {
        let text = |field: &str| row.fields.get(field).and_then(Value::as_str);
        let is_it = |step: &&ReviewStep| match &row.id {
            Some(id) => step.id.to_string() == *id,
            None => {
                let is_called = Some(step.level.code()) == text("level") && Some(&*step.name_zh) == text("step_zh");
                is_called && !taken.contains(&step.id)
            }
        };
        let found = there.iter().find(is_it);
        if found.is_none() && row.id.is_some() {
            faults.push((at, gone(row)));
            continue;
        }
        let mut step = laid_over(found.map(said_of_step), row, STEP_FIELDS);
        if let Some(found) = found {
            taken.insert(found.id);
            step.insert("id".to_owned(), found.id.to_string().into());
        }
        steps.push(Value::Object(step));
    }
    if faults.is_empty() { Ok(steps) } else { Err(faults) }
}

/// A fault of the form of a path, at the row and the column that say so.
fn of_row(fault: FieldFault) -> (usize, Faults) {
    let mut parts = fault.pointer.split('/').skip(1);
    match (parts.next(), parts.next().and_then(|at| at.parse().ok()), parts.next()) {
        (Some("steps"), Some(at), Some(field)) => (at, vec![of_column(FieldFault::at(field, fault.kind))]),
        (Some("steps"), ..) => (0, vec![FieldFault::at("level", fault.kind)]),
        _ => (0, vec![fault]),
    }
}

impl PathChange {
    /// What each of its rows does; what is told of steps that go stands with the last.
    fn outcomes(&self, rows: &[&FormRow]) -> Vec<RowOutcome> {
        // As the form has them: the school's steps before the city's.
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|at| rows[*at].fields.get("level").and_then(Value::as_str) == Some(ReviewLevel::City.code()));
        let mut outcomes = vec![RowOutcome::Add; rows.len()];
        let Some(before) = &self.before else { return outcomes };
        let there = |id: ReviewStepId| before.steps.iter().position(|step| step.id == id);
        for (position, at) in order.into_iter().enumerate() {
            if let Some(was) = there(self.after.steps[position].id) {
                let [was, is] = [row_of(before, None, was), row_of(&self.after, None, position)];
                outcomes[at] = RowOutcome::between(COLUMNS, Some(&was), &is);
            }
        }
        let stays = |id: ReviewStepId| self.after.steps.iter().any(|step| step.id == id);
        let gone = before.steps.iter().filter(|step| !stays(step.id));
        let gone: Vec<&str> = gone.map(|step| step.name_zh.as_str()).collect();
        if let (false, Some(last)) = (gone.is_empty(), outcomes.last_mut()) {
            let mut cells = match std::mem::replace(last, RowOutcome::Nothing) {
                RowOutcome::Change(cells) => cells,
                RowOutcome::Add | RowOutcome::Nothing => Vec::new(),
            };
            cells.push(CellChange {
                field: REMOVED.to_owned(),
                before: gone.join("、"),
            });
            *last = RowOutcome::Change(cells);
        }
        outcomes
    }
}

impl SheetRows for PathRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const IS_WHOLE: bool = true;
    const ACT: AuditAction = AuditAction::ReviewPathEdit;
    const EACH: Option<[AuditAction; 2]> = Some([AuditAction::ReviewPathEdit, AuditAction::ReviewPathEdit]);
    type Known = KnownPaths;
    type Change = Option<PathChange>;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Faults> {
        ReviewStepRow::parse(fields).map(drop)
    }

    async fn known(&self, _: &ListSheets, conn: &impl ConnectionTrait, sheet: &[FormRow]) -> Result<KnownPaths> {
        let named = sheet.iter().filter_map(|row| row.fields.get("people")?.as_array());
        let mut keys: Vec<String> = named.flatten().filter_map(Value::as_str).map(name_key).collect();
        keys.sort_unstable();
        keys.dedup();
        Ok(KnownPaths {
            people: people::accounts_keyed(conn, &keys).await?,
            paths: rows::all(conn).await?,
            schools: names::schools(conn).await?,
        })
    }

    fn weigh(&self, known: &KnownPaths, row: &FormRow) -> std::result::Result<WeighedStep, Faults> {
        let mut weighed = self.weigh_all(known, std::slice::from_ref(row));
        weighed.pop().unwrap_or_else(|| Err(Vec::new()))
    }

    fn weigh_all(&self, known: &KnownPaths, sheet: &[FormRow]) -> Vec<std::result::Result<WeighedStep, Faults>> {
        let mut weighed: Vec<std::result::Result<WeighedStep, Faults>> = Vec::with_capacity(sheet.len());
        let mut paths: Vec<(PathKey, Vec<usize>)> = Vec::new();
        for (at, row) in sheet.iter().enumerate() {
            // What is wrong with one row of a path is told there alone.
            weighed.push(Err(Vec::new()));
            match self.key(known, row) {
                Ok(key) => match paths.iter_mut().find(|(there, _)| *there == key) {
                    Some((_, rows)) => rows.push(at),
                    None => paths.push((key, vec![at])),
                },
                Err(faults) => weighed[at] = Err(faults),
            }
        }
        for (key, places) in paths {
            let rows: Vec<&FormRow> = places.iter().map(|at| &sheet[*at]).collect();
            match self.path(known, &key, &rows) {
                Ok(path) => {
                    let outcomes = path.outcomes(&rows);
                    let mut change = Some(path);
                    for (at, outcome) in places.into_iter().zip(outcomes) {
                        let takes_it = outcome != RowOutcome::Nothing;
                        weighed[at] = Ok(Weighed {
                            keys: vec![format!("{at}")],
                            outcome,
                            change: if takes_it { change.take() } else { None },
                        });
                    }
                }
                Err(faults) => {
                    for (at, faults) in faults {
                        weighed[places[at]] = Err(faults);
                    }
                }
            }
        }
        weighed
    }

    fn told(&self, changes: &[Option<PathChange>]) -> Option<Vec<AuditedThing>> {
        let told = changes.iter().flatten().map(|change| AuditedThing {
            action: AuditAction::ReviewPathEdit,
            subject: change.after.code.clone(),
            changes: told(change.before.as_ref(), &change.after),
        });
        Some(told.collect())
    }

    async fn hold(&self, tx: &DatabaseTransaction, _: &[Option<PathChange>]) -> Result<()> {
        rows::lock(tx).await
    }

    async fn write(
        &self,
        _: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        changes: Vec<Option<PathChange>>,
    ) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        let mut steps = HashSet::new();
        for PathChange { before, after } in changes.into_iter().flatten() {
            ids.push(after.id.to_string());
            put_in(tx, &after, self.by.id, self.at).await?;
            steps.extend(steps_of(before.as_ref(), &after));
        }
        // Once for all of them: what waits is walked through as a whole.
        review_steps::go_on(tx, &steps, self.by.id, self.at).await?;
        Ok(ids)
    }
}
