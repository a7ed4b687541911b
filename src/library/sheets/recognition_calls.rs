//! Calls for recognition as a table: new ones come as drafts, and nothing is announced by a table. Known by their ids, or by
//! title and first day where a row says no id.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value};

use super::{ListSheets, SheetRows, Weighed, fields_of, gone};
use crate::actor::Actor;
use crate::db::entity::recognition_call::Model;
use crate::db::recognition as rows;
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::{AccountId, RecognitionCallId};
use crate::domain::recognition::fault::RecognitionFault;
use crate::domain::recognition::{CallForm, change_fault, criteria_typed, criteria_written};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::authority::who_may;
use crate::library::recognition::calls::{RecognitionCall, form_of, laid_out};
use crate::table::{Spreadsheet, SpreadsheetCell};
use crate::words::Lang;
use crate::words::pages::PageWords;

/// The columns of calls.
const COLUMNS: &[FormColumn] = &[
    FormColumn::required("title", &["活动名称", "标题", "名称"], CellForm::Text),
    FormColumn::required("kind", &["评选类别", "类别"], CellForm::Choice(KINDS)),
    FormColumn::optional(
        "entrants",
        &["由谁申报"],
        CellForm::Choice(&[("schools", "学校"), ("teachers", "教师")]),
    ),
    FormColumn::required("opens", &["申报开始日期", "开始日期"], CellForm::Day),
    FormColumn::required("closes", &["申报截止日期", "截止日期"], CellForm::Day),
    FormColumn::required("jury_due", &["评审截止日期"], CellForm::Day),
    FormColumn::optional("blind", &["匿名评审"], CellForm::Flag),
    FormColumn::optional("voices", &["每项评委数"], CellForm::Text),
    FormColumn::optional("per_school", &["每校名额"], CellForm::Text),
    FormColumn::optional("valid_years", &["有效年限"], CellForm::Text),
    FormColumn::required(
        "criteria",
        &["评分标准"],
        CellForm::Own(criteria_typed, criteria_written),
    ),
    FormColumn::optional("rules", &["评选规则", "规则"], CellForm::Text),
];
const KINDS: &[(&str, &str)] = &[
    ("lesson", "优质课堂"),
    ("course", "精品课程"),
    ("major", "示范专业"),
    ("school", "骨干院校"),
    ("competition", "教师职业能力大赛"),
    ("resource", "示范资源"),
];

/// Calls, brought by somebody who holds them.
#[derive(Clone)]
pub(super) struct CallRows {
    by: AccountId,
    at: Timestamp,
}

/// What rows of calls are held against.
#[derive(PartialEq)]
pub(super) struct KnownCalls {
    calls: HashMap<RecognitionCallId, Model>,
    held: HashMap<(String, Day), RecognitionCallId>,
}

/// Calls as a table, with how far each is, which is read and not brought.
pub fn table(calls: &[RecognitionCall]) -> Spreadsheet {
    let row = |call: &RecognitionCall| (call.id.to_string(), fields_of(&call.as_form()));
    let mut table = super::table("评优活动", COLUMNS, calls.iter().map(row));
    table.head.push("进展".to_owned());
    for (row, call) in table.rows.iter_mut().zip(calls) {
        row.push(SpreadsheetCell::Text(
            PageWords(Lang::Zh).call_state(call.state).to_owned(),
        ));
    }
    table
}

impl CallRows {
    pub(super) fn open(sheets: &ListSheets, actor: &Actor) -> Result<Self> {
        Ok(Self {
            by: who_may(actor, Act::HoldRecognition)?.id,
            at: sheets.clock.now(),
        })
    }
}

/// What keeps a call as it is, in words of the table.
fn kept_by(fault: RecognitionFault) -> Vec<FieldFault> {
    let expected = match fault {
        RecognitionFault::Cancelled => "what it was: the call is not held",
        RecognitionFault::Published => "what it was: the results are out",
        _ => "what it was: once a call is announced its last days may be put off, and nothing else changes",
    };
    vec![FieldFault::at("title", FaultKind::Malformed { expected })]
}

impl SheetRows for CallRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const ACT: AuditAction = AuditAction::RecognitionSheet;
    const EACH: Option<[AuditAction; 2]> = Some([AuditAction::RecognitionAdd, AuditAction::RecognitionEdit]);
    const DECIDING: &'static [(&'static str, &'static str)] = &[
        ("opens", "opens"),
        ("closes", "closes"),
        ("jury_due", "jury_due"),
        ("blind", "blind"),
    ];
    type Known = KnownCalls;
    type Change = Model;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>> {
        CallForm::parse(fields).map(drop)
    }

    async fn known(&self, _: &ListSheets, conn: &impl ConnectionTrait, sheet: &[FormRow]) -> Result<KnownCalls> {
        let ids: BTreeSet<RecognitionCallId> = sheet.iter().filter_map(|row| row.id.as_ref()?.parse().ok()).collect();
        let titles = sheet.iter().filter(|row| row.id.is_none());
        let titles = titles.filter_map(|row| Some(row.fields.get("title")?.as_str()?.to_owned()));
        let titles: BTreeSet<String> = titles.collect();
        let mut calls = rows::calls_by_id(conn, &ids.into_iter().collect::<Vec<_>>()).await?;
        let titled = rows::calls_titled(conn, &titles.into_iter().collect::<Vec<_>>()).await?;
        let held = titled.iter().map(|call| ((call.title.clone(), call.opens_on), call.id));
        let held = held.collect();
        calls.extend(titled);
        Ok(KnownCalls {
            calls: calls.into_iter().map(|call| (call.id, call)).collect(),
            held,
        })
    }

    fn weigh(&self, known: &KnownCalls, row: &FormRow) -> std::result::Result<Weighed<Model>, Vec<FieldFault>> {
        let given = CallForm::parse(&row.fields)?;
        let id = match &row.id {
            Some(id) => Some(id.parse().map_err(|_| gone(row))?),
            None => known.held.get(&(given.title.clone(), given.opens)).copied(),
        };
        let there = match id {
            Some(id) => Some(known.calls.get(&id).ok_or_else(|| gone(row))?),
            None => None,
        };
        let before = there.map(form_of);
        let form = match &before {
            Some(before) => before.patched(&row.fields)?,
            None => given,
        };
        let state = there.map(|call| call.dates().state(Day::of(self.at)));
        let fault = state
            .zip(before.as_ref())
            .and_then(|(state, before)| change_fault(state, before, &form));
        let after = fields_of(&form);
        // Of two that are there, title and day may be the same.
        let key = match there {
            Some(call) => call.id.to_string(),
            None => format!("{} {}", form.title, form.opens),
        };
        let made = laid_out(
            form,
            there.map_or_else(RecognitionCallId::new, |call| call.id),
            there.map_or(self.by, |call| call.created_by),
            there.map_or(self.at, |call| call.created_at),
        );
        let change = Model {
            announced_at: there.and_then(|call| call.announced_at),
            revision: there.map_or(1, |call| call.revision + 1),
            ..made
        };
        let weighed = Weighed::of(
            COLUMNS,
            vec![key],
            before.as_ref().map(fields_of).as_ref(),
            &after,
            change,
        );
        match fault.filter(|_| !weighed.is_nothing()) {
            Some(fault) => Err(kept_by(fault)),
            None => Ok(weighed),
        }
    }

    async fn hold(&self, tx: &DatabaseTransaction, changes: &[Model]) -> Result<()> {
        rows::hold_calls(tx, changes.iter().map(|call| call.id)).await
    }

    async fn write(
        &self,
        _: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        changes: Vec<Model>,
    ) -> Result<Vec<String>> {
        rows::put_calls(tx, &changes).await?;
        Ok(changes.iter().map(|call| call.id.to_string()).collect())
    }
}
