//! Companies 校企共建: who works with which school, who their people are, and what became of what they gave.
//!
//! | file | what it is about |
//! |---|---|
//! | here | the list, one company, its people |
//! | `change` | changing one, and removing what was entered by mistake |
//! | `contributions` | what became of what one gave |
//!
//! The bureau looks after all of them, a school's administrators after those that work with their school alone. Somebody of a
//! company sees their own, and what became of everything that was shared under its name: states and counts, and of whom no
//! more than that.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::{Actor, Member};
use crate::clock::Clock;
use crate::db::companies::{self, CompaniesSeen};
use crate::db::entity::{account, company, company_member};
use crate::db::{Db, people};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach};
use crate::domain::company::{CompanyForm, MAX_COMPANIES};
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, CompanyId, SchoolId};
use crate::domain::search::{NamedAccount, NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::authority::who_may;
use crate::library::paging::{self, Page};

mod change;
pub mod contributions;

/// The most people of a company: all of them are shown at once.
pub(in crate::library) const MAX_MEMBERS: u64 = 500;

/// Who may become one of a company's people.
pub(in crate::library) const MEMBER_HINT: &str =
    "the sign-in name of a partner of a school that the company works with, who is of no other company";

/// Companies and their people.
#[derive(Debug, Clone)]
pub struct Companies {
    db: Db,
    clock: Clock,
    audit: Audit,
}

/// A company as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub credit_code: String,
    /// Whom to ask there.
    pub contact: Option<String>,
    /// The schools that it works with.
    pub schools: Vec<NamedSchool>,
    /// The first day of the agreement.
    pub from: Day,
    /// The last day of the agreement; `null`: none.
    pub until: Option<Day>,
    /// Whether the agreement holds today.
    pub holds: bool,
    /// Counts up with every change.
    pub revision: i64,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Somebody of a company as they are taken along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedMember {
    /// Their account.
    pub id: AccountId,
    /// Their sign-in name, for those who say who is of the company.
    pub name: Option<String>,
    /// The name shown to others.
    pub display: String,
    /// Their school.
    pub school: Option<NamedSchool>,
}

impl Company {
    fn as_form(&self) -> CompanyForm {
        CompanyForm {
            name: self.name.clone(),
            credit_code: self.credit_code.clone(),
            contact: self.contact.clone(),
            schools: self.schools.iter().map(|school| school.id.to_string()).collect(),
            from: self.from,
            until: self.until,
        }
    }
}

impl Companies {
    pub(super) fn new(base: &Base) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
        }
    }

    /// Companies that the actor sees, newest first.
    pub async fn companies(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<Company>> {
        let seen = seeing(actor)?;
        let after: Option<CompanyId> = paging::begin(cursor)?;
        let rows = companies::list(self.db.read(), seen, after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        Ok(Page {
            items: self.show(self.db.read(), rows).await?,
            next_cursor,
        })
    }

    /// All companies that the actor sees, to take along.
    pub async fn export_companies(&self, actor: &Actor, format: &str) -> Result<Vec<Company>> {
        let all = self.companies(actor, None, MAX_COMPANIES).await?.whole(MAX_COMPANIES)?;
        let told = AuditChanges::default().set("format", format);
        self.audit.exported(actor, AuditAction::CompanyExport, None, &told);
        Ok(all)
    }

    /// A company that the actor sees.
    pub async fn company(&self, actor: &Actor, id: CompanyId) -> Result<Company> {
        let row = companies::company(self.db.read(), id, seeing(actor)?).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::Company))?;
        let shown = self.show(self.db.read(), vec![row]).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::Company))?)
    }

    /// Adds a company: the bureau with any schools, an administrator with their own.
    pub async fn add_company(&self, actor: &Actor, form: CompanyForm) -> Result<Company> {
        let member = who_may(actor, Act::ManageCompanies)?;
        let schools = self.schools_of(member, &form).await?;
        let row = company::Model {
            id: CompanyId::new(),
            name: form.name,
            credit_code: form.credit_code,
            contact: form.contact,
            from_day: form.from,
            until_day: form.until,
            revision: 1,
            created_by: member.id,
            created_at: self.clock.now(),
        };
        let id = row.id;
        self.db
            .write(async |tx| {
                if companies::count(tx, None).await? >= MAX_COMPANIES {
                    let thing = Thing::Company;
                    return Err(Refusal::LimitReached {
                        thing,
                        limit: MAX_COMPANIES,
                    }
                    .into());
                }
                companies::add(tx, row).await?;
                companies::set_schools(tx, id, &schools).await?;
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::CompanyAdd, subject).await
            })
            .await?;
        self.company(actor, id).await
    }

    /// The people of a company that the actor sees.
    pub async fn members(&self, actor: &Actor, id: CompanyId) -> Result<Vec<NamedAccount>> {
        self.company(actor, id).await?;
        let rows = companies::members(self.db.read(), id, MAX_MEMBERS).await?.into_iter();
        let named = rows.map(|row| NamedRef {
            id: row.id,
            code: None,
            name: row.display,
        });
        Ok(named.collect())
    }

    /// The people of a company that the actor sees, to take along.
    pub async fn export_members(&self, actor: &Actor, id: CompanyId) -> Result<Vec<ExportedMember>> {
        self.company(actor, id).await?;
        let rows = companies::members(self.db.read(), id, MAX_MEMBERS).await?.into_iter();
        let schools = schools_by_id(self.db.read()).await?;
        let reach = actor.reach(Act::ManageCompanies);
        let exported = rows.map(|row| ExportedMember {
            name: is_theirs(reach, &row).then(|| row.name.clone()),
            school: row.school_id.and_then(|school| schools.get(&school).cloned()),
            id: row.id,
            display: row.display,
        });
        Ok(exported.collect())
    }

    /// Makes somebody one of a company's people: a partner's account, of a school that the company works with.
    pub async fn add_member(&self, actor: &Actor, id: CompanyId, name: &str) -> Result<Vec<NamedAccount>> {
        let member = who_may(actor, Act::ManageCompanies)?;
        let company = self.company(actor, id).await?;
        let found = people::accounts_keyed(self.db.read(), &[name_key(name)]).await?.pop();
        let works_with: Vec<SchoolId> = company.schools.iter().map(|school| school.id).collect();
        let reach = member.authority().reach(Act::ManageCompanies);
        let found = found.filter(|row| is_fit(reach, &works_with, row));
        let unknown = || {
            let kind = FaultKind::Unknown {
                value: name.to_owned(),
                hint: MEMBER_HINT.to_owned(),
            };
            Refusal::Fields(vec![FieldFault::at("name", kind)])
        };
        let account = found.ok_or_else(unknown)?;
        let row = company_member::Model {
            account_id: account.id,
            company_id: id,
            added_by: member.id,
            added_at: self.clock.now(),
        };
        self.db
            .write(async |tx| {
                // Held: nobody removes it while it gets people.
                let there = companies::company_for_update(tx, id).await?;
                there.ok_or(Refusal::NoSuch(Thing::Company))?;
                if companies::add_members(tx, &[row]).await? == 0 {
                    let there = companies::of_account(tx, account.id).await?;
                    let is_same = there.is_some_and(|there| there.id == id);
                    return if is_same { Ok(()) } else { Err(unknown().into()) };
                }
                expect_room(tx, id).await?;
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::CompanyMember, subject).await
            })
            .await?;
        self.members(actor, id).await
    }

    /// Lets somebody be of a company no more. What they gave stays under its name.
    pub async fn remove_member(&self, actor: &Actor, id: CompanyId, account: AccountId) -> Result<()> {
        let member = who_may(actor, Act::ManageCompanies)?;
        let company = self.company(actor, id).await?;
        let row = people::account(self.db.read(), account).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::Account))?;
        if !is_theirs(member.authority().reach(Act::ManageCompanies), &row) {
            return Err(Refusal::NotAllowed.into());
        }
        self.db
            .write(async |tx| {
                if !companies::remove_member(tx, company.id, account).await? {
                    return Err(Refusal::NoSuch(Thing::Account).into());
                }
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::CompanyMemberRemove, subject)
                    .await
            })
            .await
    }

    /// The schools that a form names, as far as the actor may say so.
    async fn schools_of(&self, member: &Member, form: &CompanyForm) -> Result<Vec<SchoolId>> {
        let mut schools = Vec::with_capacity(form.schools.len());
        for given in &form.schools {
            let found = people::school_named(self.db.read(), given).await?;
            let found = found.ok_or_else(|| {
                let kind = FaultKind::Unknown {
                    value: given.clone(),
                    hint: "GET /api/v1/schools".to_owned(),
                };
                Refusal::Fields(vec![FieldFault::at("schools", kind)])
            })?;
            if !schools.contains(&found.id) {
                schools.push(found.id);
            }
        }
        if let Some(Reach::School(own)) = member.authority().reach(Act::ManageCompanies) {
            if schools.iter().any(|school| *school != own) {
                return Err(Refusal::NotAllowed.into());
            }
            return Ok(vec![own]);
        }
        Ok(schools)
    }

    /// Shows companies, in the order given, by two queries.
    pub(in crate::library) async fn show(
        &self,
        conn: &impl ConnectionTrait,
        rows: Vec<company::Model>,
    ) -> Result<Vec<Company>> {
        let ids: Vec<CompanyId> = rows.iter().map(|row| row.id).collect();
        let schools = schools_by_id(conn).await?;
        let of = companies::schools(conn, &ids).await?;
        let today = Day::of(self.clock.now());
        let shown = rows.into_iter().map(|row| {
            let works_with = of.get(&row.id).map_or(&[][..], Vec::as_slice);
            Company {
                holds: holds(&row, today),
                id: row.id,
                name: row.name,
                credit_code: row.credit_code,
                contact: row.contact,
                schools: works_with.iter().filter_map(|id| schools.get(id).cloned()).collect(),
                from: row.from_day,
                until: row.until_day,
                revision: row.revision,
                created_at: row.created_at,
            }
        });
        Ok(shown.collect())
    }
}

/// The company under whose name a partner shares something now, if they are of one that works with their school; refused where
/// its agreement does not hold.
pub(in crate::library) async fn contributing(
    conn: &impl ConnectionTrait,
    member: &Member,
    now: Timestamp,
) -> Result<Option<CompanyId>> {
    if !member.authority().may_at_all(Act::ShareForCompany) {
        return Ok(None);
    }
    let Some(row) = companies::of_account(conn, member.id).await? else {
        return Ok(None);
    };
    let works_with = companies::schools(conn, &[row.id]).await?.remove(&row.id);
    let is_there = works_with
        .unwrap_or_default()
        .into_iter()
        .any(|school| member.school_id == Some(school));
    match is_there {
        false => Ok(None),
        true if holds(&row, Day::of(now)) => Ok(Some(row.id)),
        true => Err(Refusal::AgreementOver.into()),
    }
}

/// Whether a company's agreement holds on a day.
fn holds(row: &company::Model, today: Day) -> bool {
    row.from_day <= today && row.until_day.is_none_or(|until| today <= until)
}

/// Which companies the actor sees.
fn seeing(actor: &Actor) -> Result<CompaniesSeen> {
    let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let who = member.authority();
    match who.reach(Act::SeeCompanies) {
        Some(Reach::City) => Ok(CompaniesSeen::All),
        Some(Reach::School(school)) => Ok(CompaniesSeen::School(school)),
        None if who.may_at_all(Act::SeeCompanies) => Ok(CompaniesSeen::Own(member.id)),
        None => Err(Refusal::NotAllowed.into()),
    }
}

/// A school's administrators change what works with their school alone; what works with several is the bureau's.
fn expect_to_manage(member: &Member, company: &Company) -> Result<()> {
    let may = match member.authority().reach(Act::ManageCompanies) {
        Some(Reach::City) => true,
        Some(Reach::School(own)) => company.schools.iter().all(|school| school.id == own),
        None => false,
    };
    if may { Ok(()) } else { Err(Refusal::NotAllowed.into()) }
}

/// Whether an account may become one of the people of a company that works with these schools, by the word of somebody who
/// looks after companies so far.
pub(in crate::library) fn is_fit(reach: Option<Reach>, works_with: &[SchoolId], row: &account::Model) -> bool {
    let works_there = row.school_id.is_some_and(|school| works_with.contains(&school));
    row.authority().may_at_all(Act::ShareForCompany) && works_there && is_theirs(reach, row)
}

/// Whether an account is of a school whose companies somebody looks after.
fn is_theirs(reach: Option<Reach>, row: &account::Model) -> bool {
    match reach {
        Some(Reach::City) => true,
        Some(Reach::School(own)) => row.school_id == Some(own),
        None => false,
    }
}

/// Refuses what made a company's people too many.
pub(in crate::library) async fn expect_room(tx: &impl ConnectionTrait, company: CompanyId) -> Result<()> {
    if companies::count_members(tx, company).await? <= MAX_MEMBERS {
        return Ok(());
    }
    let (thing, limit) = (Thing::Account, MAX_MEMBERS);
    Err(Refusal::LimitReached { thing, limit }.into())
}

async fn schools_by_id(conn: &impl ConnectionTrait) -> Result<HashMap<SchoolId, NamedSchool>> {
    let rows = people::schools(conn).await?.into_iter();
    let named = rows.map(|row| {
        let named = NamedRef {
            id: row.id,
            code: Some(row.code),
            name: row.name,
        };
        (row.id, named)
    });
    Ok(named.collect())
}
