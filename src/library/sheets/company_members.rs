//! The people of a company as a table of sign-in names. A table takes nobody out: whoever was taken out does not come back by
//! an old one.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value, json};

use super::names::unknown;
use super::{ListSheets, SheetRows, Weighed, gone};
use crate::actor::Actor;
use crate::db::entity::company_member;
use crate::db::{companies as rows, people};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Reach};
use crate::domain::company::parse_listed_member;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::{AccountId, CompanyId};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;
use crate::library::companies::{ExportedMember, MAX_MEMBERS, MEMBER_HINT, expect_room, is_fit};
use crate::table::{Spreadsheet, SpreadsheetCell};

/// The columns of a company's people.
const COLUMNS: &[FormColumn] = &[FormColumn::required("name", &["登录名", "账号"], CellForm::Text)];

/// The people of a company, brought by somebody who looks after it.
#[derive(Clone)]
pub(super) struct MemberRows {
    company: CompanyId,
    reach: Option<Reach>,
    by: AccountId,
    at: Timestamp,
}

/// What rows of a company's people are held against.
#[derive(PartialEq)]
pub(super) struct KnownMembers {
    /// Who is of the company, with the key of their sign-in name.
    members: HashMap<AccountId, String>,
    /// Those, and who may become so, by that key.
    named: HashMap<String, AccountId>,
}

/// People of a company as a table, with names and schools, which are read and not brought.
pub fn table(people: &[ExportedMember]) -> Spreadsheet {
    let row = |member: &ExportedMember| {
        let name = json!({"name": member.name});
        (member.id.to_string(), name.as_object().cloned().unwrap_or_default())
    };
    let mut table = super::table("企业账号", COLUMNS, people.iter().map(row));
    table.head.extend(["姓名", "学校"].map(str::to_owned));
    for (row, member) in table.rows.iter_mut().zip(people) {
        let school = member.school.as_ref().map(|school| school.name.clone());
        row.extend([
            SpreadsheetCell::Text(member.display.clone()),
            SpreadsheetCell::text(school),
        ]);
    }
    table
}

impl MemberRows {
    pub(super) async fn open(sheets: &ListSheets, actor: &Actor, company: CompanyId) -> Result<Self> {
        let member = who_may(actor, Act::ManageCompanies)?;
        sheets.companies.company(actor, company).await?;
        Ok(Self {
            company,
            reach: member.authority().reach(Act::ManageCompanies),
            by: member.id,
            at: sheets.clock.now(),
        })
    }
}

impl KnownMembers {
    /// Whom a row is about.
    fn account(&self, row: &FormRow) -> std::result::Result<AccountId, Vec<FieldFault>> {
        let name = parse_listed_member(&row.fields)?;
        let key = name.as_deref().map(name_key);
        if let Some(id) = &row.id {
            let is_called = |own: &String| key.as_ref().is_none_or(|key| key == own);
            let found = id.parse().ok();
            let found = found.filter(|id| self.members.get(id).is_some_and(is_called));
            return found.ok_or_else(|| gone(row));
        }
        let (Some(name), Some(key)) = (name, key) else {
            return Err(vec![FieldFault::at("name", FaultKind::Required)]);
        };
        let found = self.named.get(&key).copied();
        found.ok_or_else(|| vec![unknown("name", &name, MEMBER_HINT)])
    }
}

impl SheetRows for MemberRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const ACT: AuditAction = AuditAction::CompanyMember;
    const EACH: Option<[AuditAction; 2]> = None;
    type Known = KnownMembers;
    type Change = company_member::Model;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>> {
        parse_listed_member(fields).map(drop)
    }

    async fn known(&self, _: &ListSheets, conn: &impl ConnectionTrait, sheet: &[FormRow]) -> Result<KnownMembers> {
        let works_with = rows::schools(conn, &[self.company]).await?.remove(&self.company);
        let works_with = works_with.unwrap_or_default();
        let names = sheet.iter().filter_map(|row| row.fields.get("name")?.as_str());
        let keys: BTreeSet<String> = names.map(name_key).collect();
        let found = people::accounts_keyed(conn, &keys.into_iter().collect::<Vec<_>>()).await?;
        let ids: Vec<AccountId> = found.iter().map(|row| row.id).collect();
        let taken = rows::memberships(conn, &ids).await?;
        let is_free = |id: AccountId| !taken.iter().any(|row| row.account_id == id);
        let fit = found
            .into_iter()
            .filter(|row| is_fit(self.reach, &works_with, row) && is_free(row.id));
        let fit = fit.filter_map(|row| Some((row.name_key?, row.id)));
        let members = rows::members(conn, self.company, MAX_MEMBERS).await?.into_iter();
        let members: HashMap<AccountId, String> = members.map(|row| (row.id, name_key(&row.name))).collect();
        let there = members.iter().map(|(id, key)| (key.clone(), *id));
        Ok(KnownMembers {
            named: fit.chain(there).collect(),
            members,
        })
    }

    fn weigh(
        &self,
        known: &KnownMembers,
        row: &FormRow,
    ) -> std::result::Result<Weighed<company_member::Model>, Vec<FieldFault>> {
        let account = known.account(row)?;
        let change = company_member::Model {
            account_id: account,
            company_id: self.company,
            added_by: self.by,
            added_at: self.at,
        };
        // A name may be typed in another spelling: whoever is of the company is so.
        let after = Map::new();
        let before = known.members.get(&account).map(|_| Map::new());
        Ok(Weighed::of(
            COLUMNS,
            vec![account.to_string()],
            before.as_ref(),
            &after,
            change,
        ))
    }

    async fn hold(&self, tx: &DatabaseTransaction, _: &[company_member::Model]) -> Result<()> {
        // Nobody removes it while it gets people.
        let there = rows::company_for_update(tx, self.company).await?;
        there.map(drop).ok_or_else(|| Refusal::NoSuch(Thing::Company).into())
    }

    async fn write(
        &self,
        _: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        changes: Vec<company_member::Model>,
    ) -> Result<Vec<String>> {
        // Somebody may have become another company's since the rows were weighed.
        if rows::add_members(tx, &changes).await? != changes.len() as u64 {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        expect_room(tx, self.company).await?;
        Ok(changes.iter().map(|row| row.account_id.to_string()).collect())
    }
}
