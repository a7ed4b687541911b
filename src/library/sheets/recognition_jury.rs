//! The jury of a call as a table of sign-in names. A table appoints and dismisses nobody: whoever was dismissed does not come
//! back by an old one.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value, json};

use super::names::unknown;
use super::{ListSheets, SheetRows, Weighed, gone};
use crate::actor::Actor;
use crate::db::entity::recognition_juror;
use crate::db::recognition::jury as rows;
use crate::db::{people, recognition};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::{AccountId, RecognitionCallId, SchoolId};
use crate::domain::recognition::results::parse_juror;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;
use crate::library::recognition::jury::{ExportedJuror, MAX_JURY, may_judge};
use crate::table::{Spreadsheet, SpreadsheetCell};

/// The columns of a jury.
const COLUMNS: &[FormColumn] = &[FormColumn::required("name", &["评委登录名", "登录名"], CellForm::Text)];

/// The jury of a call, brought by somebody who holds calls.
#[derive(Clone)]
pub(super) struct JuryRows {
    call: RecognitionCallId,
    by: AccountId,
    at: Timestamp,
}

/// What rows of a jury are held against.
#[derive(PartialEq)]
pub(super) struct KnownJury {
    members: HashMap<AccountId, recognition_juror::Model>,
    /// The sign-in names of its members.
    named: HashMap<AccountId, String>,
    /// People who may judge, by the keys of the sign-in names that rows say, with their schools.
    people: HashMap<String, (AccountId, Option<SchoolId>)>,
}

/// A jury as a table, with names, schools and progress, which are read and not brought.
pub fn table(jury: &[ExportedJuror]) -> Spreadsheet {
    let row = |exported: &ExportedJuror| {
        let name = json!({"name": exported.name});
        let fields = name.as_object().cloned().unwrap_or_default();
        (exported.juror.account.id.to_string(), fields)
    };
    let mut table = super::table("评委", COLUMNS, jury.iter().map(row));
    let told = ["姓名", "学校", "应评", "已评", "解聘时间"];
    table.head.extend(told.map(str::to_owned));
    for (row, exported) in table.rows.iter_mut().zip(jury) {
        let juror = &exported.juror;
        let count = |n: u64| SpreadsheetCell::Number(i64::try_from(n).unwrap_or(i64::MAX));
        row.extend([
            SpreadsheetCell::Text(juror.account.name.clone()),
            SpreadsheetCell::text(juror.school.as_ref().map(|school| school.name.clone())),
            count(juror.due),
            count(juror.given),
            SpreadsheetCell::text(juror.dismissed_at.map(Timestamp::day)),
        ]);
    }
    table
}

impl JuryRows {
    pub(super) async fn open(sheets: &ListSheets, actor: &Actor, call: RecognitionCallId) -> Result<Self> {
        let by = who_may(actor, Act::HoldRecognition)?.id;
        sheets.recognition.expect_unsettled_call(actor, call).await?;
        Ok(Self {
            call,
            by,
            at: sheets.clock.now(),
        })
    }
}

impl SheetRows for JuryRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const ACT: AuditAction = AuditAction::RecognitionAppoint;
    /// All whom it appoints have room in one line.
    const EACH: Option<[AuditAction; 2]> = None;
    type Known = KnownJury;
    type Change = recognition_juror::Model;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>> {
        parse_juror(fields).map(drop)
    }

    async fn known(&self, _: &ListSheets, conn: &impl ConnectionTrait, sheet: &[FormRow]) -> Result<KnownJury> {
        let members = rows::members(conn, self.call).await?;
        let of = members.iter().map(|row| row.account_id).collect();
        let named = people::accounts_by_id(conn, of).await?.into_iter();
        let names = sheet.iter().filter_map(|row| row.fields.get("name")?.as_str());
        let keys: BTreeSet<String> = names.map(name_key).collect();
        let found = people::accounts_keyed(conn, &keys.into_iter().collect::<Vec<_>>()).await?;
        let fit = found.into_iter().filter(may_judge);
        Ok(KnownJury {
            members: members.into_iter().map(|row| (row.account_id, row)).collect(),
            named: named.map(|row| (row.id, row.name)).collect(),
            people: fit
                .filter_map(|row| Some((row.name_key?, (row.id, row.school_id))))
                .collect(),
        })
    }

    fn weigh(
        &self,
        known: &KnownJury,
        row: &FormRow,
    ) -> std::result::Result<Weighed<recognition_juror::Model>, Vec<FieldFault>> {
        let name = parse_juror(&row.fields)?;
        let by_name = known.people.get(&name_key(&name));
        let account = match &row.id {
            // Whoever has no name any more is still of the jury, and their row says so.
            Some(id) => {
                let id = id.parse().map_err(|_| gone(row))?;
                let is_it = |(account, _): &(AccountId, _)| *account == id;
                let is_named = known.named.get(&id) == Some(&name) || by_name.is_some_and(is_it);
                Some(id)
                    .filter(|id| is_named && known.members.contains_key(id))
                    .ok_or_else(|| gone(row))?
            }
            None => {
                let hint = "the sign-in name of an expert, a teacher or a school's administrator";
                by_name.ok_or_else(|| vec![unknown("name", &name, hint)])?.0
            }
        };
        let there = known.members.get(&account);
        // By their id they stay what they are.
        if there.is_some_and(|row| row.dismissed_at.is_some()) && row.id.is_none() {
            let expected =
                "somebody who was not dismissed; whoever is to come back is appointed on the page of the jury";
            return Err(vec![FieldFault::at("name", FaultKind::Malformed { expected })]);
        }
        let change = recognition_juror::Model {
            call_id: self.call,
            account_id: account,
            appointed_by: self.by,
            appointed_at: self.at,
            dismissed_at: None,
            school_id: by_name.and_then(|(_, school)| *school),
        };
        // A name may be typed in another spelling: whoever is of the jury is so.
        let after = Map::new();
        let before = there.map(|_| Map::new());
        Ok(Weighed::of(
            COLUMNS,
            vec![account.to_string()],
            before.as_ref(),
            &after,
            change,
        ))
    }

    async fn hold(&self, tx: &DatabaseTransaction, _: &[recognition_juror::Model]) -> Result<()> {
        // Whoever enters, judges or publishes holds it as well.
        recognition::call_for_update(tx, self.call).await.map(drop)
    }

    async fn write(
        &self,
        sheets: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        changes: Vec<recognition_juror::Model>,
    ) -> Result<Vec<String>> {
        let call = recognition::call_for_update(tx, self.call).await?;
        let call = call.ok_or(Refusal::NoSuch(Thing::RecognitionCall))?;
        sheets.recognition.expect_unsettled_row(&call)?;
        if rows::members(tx, self.call).await?.len() + changes.len() > MAX_JURY {
            let (thing, limit) = (Thing::Account, MAX_JURY as u64);
            return Err(Refusal::LimitReached { thing, limit }.into());
        }
        rows::appoint_all(tx, &changes).await?;
        Ok(changes.iter().map(|row| row.account_id.to_string()).collect())
    }
}
