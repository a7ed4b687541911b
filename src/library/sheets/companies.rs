//! Companies as a table: known by their ids, or by their credit codes where a row says no id.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value};

use super::names::{self, cells};
use super::{ListSheets, SheetRows, Weighed, fields_of, gone};
use crate::actor::Actor;
use crate::db::companies::{self as rows, CompaniesSeen};
use crate::db::entity::{company, company_school};
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Reach};
use crate::domain::company::{CompanyForm, MAX_COMPANIES, credit_code};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::{AccountId, CompanyId, SchoolId};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;
use crate::library::companies::Company;
use crate::table::Spreadsheet;

/// The columns of companies.
const COLUMNS: &[FormColumn] = &[
    FormColumn::required("name", &["企业名称", "名称", "企业"], CellForm::Text),
    FormColumn::required("credit_code", &["统一社会信用代码", "信用代码"], CellForm::Text),
    FormColumn::optional("contact", &["联系人"], CellForm::Text),
    FormColumn::optional("schools", &["合作学校", "学校"], CellForm::List),
    FormColumn::required("from", &["协议开始日期", "开始日期"], CellForm::Day),
    FormColumn::optional("until", &["协议结束日期", "结束日期"], CellForm::Day),
];

/// Companies, brought by somebody who looks after them.
#[derive(Clone)]
pub(super) struct CompanyRows {
    by: AccountId,
    at: Timestamp,
    /// The one school whose companies they look after; all where none is said.
    school: Option<SchoolId>,
}

/// What rows of companies are held against.
#[derive(PartialEq)]
pub(super) struct KnownCompanies {
    schools: names::NamedByRows<SchoolId>,
    companies: HashMap<CompanyId, (company::Model, Company)>,
    codes: HashMap<String, CompanyId>,
}

/// A company as a row makes it.
pub(super) struct CompanyChange {
    row: company::Model,
    schools: Vec<SchoolId>,
    is_new: bool,
}

impl CompanyChange {
    fn rows(self) -> (company::Model, Vec<company_school::Model>) {
        let of = |school_id| company_school::Model {
            company_id: self.row.id,
            school_id,
        };
        let schools = self.schools.iter().copied().map(of).collect();
        (self.row, schools)
    }
}

/// Companies as a table.
pub fn table(companies: &[Company]) -> Spreadsheet {
    let row = |company: &Company| (company.id.to_string(), fields_of(&as_form(company)));
    super::table("合作企业", COLUMNS, companies.iter().map(row))
}

fn as_form(company: &Company) -> CompanyForm {
    CompanyForm {
        name: company.name.clone(),
        credit_code: company.credit_code.clone(),
        contact: company.contact.clone(),
        schools: cells(&company.schools),
        from: company.from,
        until: company.until,
    }
}

impl CompanyRows {
    pub(super) fn open(sheets: &ListSheets, actor: &Actor) -> Result<Self> {
        let member = who_may(actor, Act::ManageCompanies)?;
        Ok(Self {
            by: member.id,
            at: sheets.clock.now(),
            school: member.authority().reach(Act::ManageCompanies).and_then(Reach::school),
        })
    }

    /// The company that a row is about: one that whoever brings it sees, or none where it is new.
    fn there<'a>(
        &self,
        known: &'a KnownCompanies,
        row: &FormRow,
    ) -> std::result::Result<Option<&'a (company::Model, Company)>, Vec<FieldFault>> {
        let code = row.fields.get("credit_code").and_then(Value::as_str);
        let code = code.and_then(credit_code);
        let by_code = code.as_ref().and_then(|code| known.codes.get(code));
        let seen = |id: &CompanyId| {
            let found = known.companies.get(id);
            found.filter(|(_, company)| {
                self.school
                    .is_none_or(|own| company.schools.iter().any(|it| it.id == own))
            })
        };
        let there = match &row.id {
            Some(id) => Some(id.parse().ok().and_then(|id| seen(&id)).ok_or_else(|| gone(row))?),
            None => by_code.and_then(seen),
        };
        let is_its_own = |id: &CompanyId| there.is_some_and(|(row, _)| row.id == *id);
        match (by_code, code) {
            (Some(id), Some(value)) if !is_its_own(id) => {
                Err(vec![FieldFault::at("credit_code", FaultKind::Repeated { value })])
            }
            _ => Ok(there),
        }
    }

    /// Refuses an administrator what concerns other schools, too.
    fn expect_own(&self, before: Option<&Company>, schools: &[SchoolId]) -> std::result::Result<(), Vec<FieldFault>> {
        let Some(own) = self.school else { return Ok(()) };
        let others = before.into_iter().flat_map(|company| &company.schools);
        let is_own = schools.iter().all(|school| *school == own) && others.into_iter().all(|school| school.id == own);
        if is_own {
            return Ok(());
        }
        let expected = "one's own school alone: what concerns several schools is said by the bureau";
        Err(vec![FieldFault::at("schools", FaultKind::Malformed { expected })])
    }
}

impl SheetRows for CompanyRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const ACT: AuditAction = AuditAction::CompanyList;
    const EACH: Option<[AuditAction; 2]> = Some([AuditAction::CompanyAdd, AuditAction::CompanyEdit]);
    const DECIDING: &'static [(&'static str, &'static str)] =
        &[("from", "from"), ("until", "until"), ("schools", "schools")];
    type Known = KnownCompanies;
    type Change = CompanyChange;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>> {
        CompanyForm::parse(fields).map(drop)
    }

    async fn known(&self, sheets: &ListSheets, conn: &impl ConnectionTrait, _: &[FormRow]) -> Result<KnownCompanies> {
        let all = rows::list(conn, CompaniesSeen::All, None, MAX_COMPANIES).await?;
        let shown = sheets.companies.show(conn, all.clone()).await?;
        let companies = all.into_iter().zip(shown).map(|(row, shown)| (row.id, (row, shown)));
        let companies: HashMap<CompanyId, (company::Model, Company)> = companies.collect();
        let codes = companies.values().map(|(row, _)| (row.credit_code.clone(), row.id));
        Ok(KnownCompanies {
            schools: names::schools(conn).await?,
            codes: codes.collect(),
            companies,
        })
    }

    fn weigh(
        &self,
        known: &KnownCompanies,
        row: &FormRow,
    ) -> std::result::Result<Weighed<CompanyChange>, Vec<FieldFault>> {
        let there = self.there(known, row)?;
        let before = there.map(|(_, company)| as_form(company));
        let mut form = match &before {
            Some(before) => before.patched(&row.fields)?,
            None => CompanyForm::parse(&row.fields)?,
        };
        let mut schools = known.schools.find_all("schools", &form.schools)?;
        if let (Some(own), true) = (self.school, schools.is_empty()) {
            // An administrator need not name the school.
            schools = known.schools.find_all("schools", &[own.to_string()])?;
        }
        form.schools = schools.iter().map(|school| names::cell(school).to_owned()).collect();
        let schools: Vec<SchoolId> = schools.iter().map(|school| school.id).collect();
        let after = fields_of(&form);
        let change = CompanyChange {
            row: company::Model {
                id: there.map_or_else(CompanyId::new, |(row, _)| row.id),
                name: form.name,
                credit_code: form.credit_code.clone(),
                contact: form.contact,
                from_day: form.from,
                until_day: form.until,
                revision: there.map_or(1, |(row, _)| row.revision + 1),
                created_by: there.map_or(self.by, |(row, _)| row.created_by),
                created_at: there.map_or(self.at, |(row, _)| row.created_at),
            },
            is_new: there.is_none(),
            schools: schools.clone(),
        };
        let before = before.as_ref().map(fields_of);
        let id = there.map(|(row, _)| row.id.to_string());
        let keys = id.into_iter().chain([form.credit_code]).collect();
        let weighed = Weighed::of(COLUMNS, keys, before.as_ref(), &after, change);
        if !weighed.is_nothing() {
            self.expect_own(there.map(|(_, company)| company), &schools)?;
        }
        Ok(weighed)
    }

    async fn hold(&self, tx: &DatabaseTransaction, changes: &[CompanyChange]) -> Result<()> {
        rows::hold(tx, changes.iter().map(|change| change.row.id)).await
    }

    async fn write(
        &self,
        _: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        changes: Vec<CompanyChange>,
    ) -> Result<Vec<String>> {
        let added = changes.iter().filter(|change| change.is_new).count() as u64;
        if rows::count(tx, None).await? + added > MAX_COMPANIES {
            let (thing, limit) = (Thing::Company, MAX_COMPANIES);
            return Err(Refusal::LimitReached { thing, limit }.into());
        }
        let ids: Vec<CompanyId> = changes.iter().map(|change| change.row.id).collect();
        let (written, works_with): (Vec<_>, Vec<_>) = changes.into_iter().map(CompanyChange::rows).unzip();
        rows::put_all(tx, &written).await?;
        rows::set_all_schools(tx, &ids, &works_with.concat()).await?;
        Ok(ids.iter().map(CompanyId::to_string).collect())
    }
}
