//! Schools as a table: known by their ids, or by their codes where a row says no id.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value, json};

use super::{ListSheets, SheetRows, Weighed, gone};
use crate::actor::Actor;
use crate::db::entity::school;
use crate::db::people;
use crate::domain::account::SchoolForm;
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::SchoolId;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::authority::who_may;
use crate::library::curriculum::School;
use crate::table::Spreadsheet;

/// The columns of schools. How much one may hold is for its own form.
const COLUMNS: &[FormColumn] = &[
    FormColumn::required("code", &["学校代码", "代码"], CellForm::Text),
    FormColumn::required("name", &["学校名称", "名称", "学校"], CellForm::Text),
    FormColumn::optional("kind", &["学校类型", "类型"], CellForm::Text),
    FormColumn::optional("joined_phase", &["加入阶段", "第几期"], CellForm::Number),
];

/// Schools, brought by somebody who looks after them.
#[derive(Clone)]
pub(super) struct SchoolRows {
    at: Timestamp,
}

/// What rows of schools are held against: what a table says of each, and not how much it holds, which changes all the time.
#[derive(PartialEq)]
pub(super) struct KnownSchools {
    schools: HashMap<SchoolId, Map<String, Value>>,
    codes: HashMap<String, SchoolId>,
}

/// Schools as a table.
pub fn table(schools: &[School]) -> Spreadsheet {
    let row = |it: &School| {
        (
            it.id.to_string(),
            fields(&it.code, &it.name, it.kind.as_deref(), it.joined_phase),
        )
    };
    super::table("学校", COLUMNS, schools.iter().map(row))
}

fn fields(code: &str, name: &str, kind: Option<&str>, phase: Option<i32>) -> Map<String, Value> {
    let fields = [
        ("code", json!(code)),
        ("name", json!(name)),
        ("kind", json!(kind)),
        ("joined_phase", json!(phase)),
    ];
    fields
        .map(|(field, value)| (field.to_owned(), value))
        .into_iter()
        .collect()
}

impl SchoolRows {
    pub(super) fn open(sheets: &ListSheets, actor: &Actor) -> Result<Self> {
        who_may(actor, Act::Operate)?;
        Ok(Self { at: sheets.clock.now() })
    }
}

impl KnownSchools {
    /// The school that a row is about; none where it is new.
    fn there(&self, row: &FormRow) -> std::result::Result<Option<SchoolId>, Vec<FieldFault>> {
        let Some(id) = &row.id else {
            let code = row.fields.get("code").and_then(Value::as_str);
            return Ok(code.and_then(|code| self.codes.get(code)).copied());
        };
        let found = id.parse().ok().filter(|id| self.schools.contains_key(id));
        found.map(Some).ok_or_else(|| gone(row))
    }
}

impl SheetRows for SchoolRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const ACT: AuditAction = AuditAction::SchoolList;
    const EACH: Option<[AuditAction; 2]> = Some([AuditAction::SchoolAdd, AuditAction::SchoolEdit]);
    const DECIDING: &'static [(&'static str, &'static str)] =
        &[("name", "school_name"), ("joined_phase", "joined_phase")];
    type Known = KnownSchools;
    type Change = school::Model;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>> {
        SchoolForm::parse(fields).map(drop)
    }

    async fn known(&self, _: &ListSheets, conn: &impl ConnectionTrait, _: &[FormRow]) -> Result<KnownSchools> {
        let all = people::schools(conn).await?;
        let said = |it: &school::Model| fields(&it.code, &it.name, it.kind.as_deref(), it.joined_phase);
        Ok(KnownSchools {
            schools: all.iter().map(|it| (it.id, said(it))).collect(),
            codes: all.into_iter().map(|it| (it.code, it.id)).collect(),
        })
    }

    fn weigh(
        &self,
        known: &KnownSchools,
        row: &FormRow,
    ) -> std::result::Result<Weighed<school::Model>, Vec<FieldFault>> {
        let there = known.there(row)?;
        let before = there.and_then(|id| known.schools.get(&id));
        let mut said = before.cloned().unwrap_or_default();
        said.extend(row.fields.clone());
        let form = SchoolForm::parse(&said)?;
        let code = before.and_then(|before| before.get("code")).and_then(Value::as_str);
        if code.is_some_and(|code| code != form.code) {
            // Programs and tables know the school by it.
            let expected = "what it was: a school's code stays";
            return Err(vec![FieldFault::at("code", FaultKind::Malformed { expected })]);
        }
        let after = fields(&form.code, &form.name, form.kind.as_deref(), form.joined_phase);
        let change = school::Model {
            id: there.unwrap_or_else(SchoolId::new),
            code: form.code.clone(),
            name: form.name,
            kind: form.kind,
            joined_phase: form.joined_phase,
            bytes: 0,
            quota_bytes: None,
            created_at: self.at,
        };
        Ok(Weighed::of(COLUMNS, vec![form.code], before, &after, change))
    }

    async fn hold(&self, tx: &DatabaseTransaction, changes: &[school::Model]) -> Result<()> {
        people::hold_schools(tx, changes.iter().map(|school| school.id)).await
    }

    async fn write(
        &self,
        _: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        changes: Vec<school::Model>,
    ) -> Result<Vec<String>> {
        people::put_schools(tx, &changes).await?;
        Ok(changes.iter().map(|school| school.id.to_string()).collect())
    }
}
