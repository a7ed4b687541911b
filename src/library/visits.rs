//! Visits of experts 专家指导: recorded by the expert or the bureau, answered by the school, closed by those who recorded.
//!
//! | file | what it is about |
//! |---|---|
//! | here | the list, one visit, recording one |
//! | `change` | what becomes of one: changed, answered, closed, removed |

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::{Actor, Member};
use crate::clock::Clock;
use crate::db::entity::{Ids, expert_visit};
use crate::db::visits::{self, VisitsSeen};
use crate::db::{Db, people, resources};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach};
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, ResourceId, SchoolId, VisitId};
use crate::domain::recognition::entry::EvidenceOf;
use crate::domain::role::Role;
use crate::domain::search::{NamedAccount, NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::domain::visit::{VisitForm, VisitKind, VisitState};
use crate::error::{Refusal, Result, Thing};
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::authority::who_may;
use crate::library::paging::{self, Page};
use crate::library::resources::edit::is_visible;

mod change;

/// The most visits that are taken along at once.
const MOST: u64 = 20_000;

/// Visits of experts.
#[derive(Debug, Clone)]
pub struct Visits {
    db: Db,
    clock: Clock,
    audit: Audit,
}

/// A visit as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Visit {
    /// Its id.
    pub id: VisitId,
    /// The school.
    pub school: Option<NamedSchool>,
    /// The expert.
    pub expert: NamedAccount,
    /// When it was.
    pub day: Day,
    /// What for.
    pub kind: VisitKind,
    /// What was asked.
    pub asked: String,
    /// What the expert advised.
    pub advice: Option<String>,
    /// Resources that belong to it.
    pub resources: Vec<VisitResource>,
    /// What the school did.
    pub done: Option<String>,
    /// How far it is.
    pub state: VisitState,
    /// When the school answered.
    pub answered_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Counts up with every change.
    pub revision: i64,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// A resource that belongs to a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct VisitResource {
    /// Its id.
    pub id: ResourceId,
    /// Its title; `null` for what the asker does not see.
    pub title: Option<String>,
    /// Its page.
    pub url: String,
}

/// A visit as it is taken along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedVisit {
    /// The visit.
    pub visit: Visit,
    /// The sign-in name of the expert, for those who may bring it again.
    pub expert_name: Option<String>,
}

impl Visits {
    pub(super) fn new(base: &Base) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
        }
    }

    /// Visits that the actor sees, newest first; of one school where one is named.
    pub async fn visits(
        &self,
        actor: &Actor,
        school: Option<&str>,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<Visit>> {
        let who = seeing(actor)?;
        let after: Option<VisitId> = paging::begin(cursor)?;
        let conn = self.db.read();
        let school = match school {
            Some(given) => match people::school_named(conn, given).await? {
                Some(found) => Some(found.id),
                None => return Ok(Page::only(Vec::new())),
            },
            None => None,
        };
        let rows = visits::list(conn, who, school, after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        Ok(Page {
            items: self.show(actor, rows).await?,
            next_cursor,
        })
    }

    /// All visits that the actor sees, to take along; of one school where one is named.
    pub async fn export_visits(&self, actor: &Actor, school: Option<&str>, format: &str) -> Result<Vec<ExportedVisit>> {
        let all = self.visits(actor, school, None, MOST).await?.whole(MOST)?;
        let told = AuditChanges::default().set("format", format);
        self.audit.exported(actor, AuditAction::VisitExport, None, &told);
        let experts = all.iter().map(|visit| visit.expert.id);
        let mut experts: Vec<AccountId> = experts.filter(|_| actor.may(Act::RecordVisits)).collect();
        experts.sort_unstable();
        experts.dedup();
        let rows = people::accounts_by_id(self.db.read(), experts).await?.into_iter();
        let names: HashMap<AccountId, String> = rows.map(|row| (row.id, row.name)).collect();
        let exported = all.into_iter().map(|visit| ExportedVisit {
            expert_name: names.get(&visit.expert.id).cloned(),
            visit,
        });
        Ok(exported.collect())
    }

    /// A visit that the actor sees.
    pub async fn visit(&self, actor: &Actor, id: VisitId) -> Result<Visit> {
        let row = visits::visit(self.db.read(), id, seeing(actor)?).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::Visit))?;
        let shown = self.show(actor, vec![row]).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::Visit))?)
    }

    /// Records a visit: experts their own, the bureau anybody's and that of its own people.
    pub async fn add_visit(&self, actor: &Actor, form: VisitForm) -> Result<Visit> {
        let member = who_may(actor, Act::RecordVisits)?;
        let named = NamedByVisits::of(self.db.read(), std::slice::from_ref(&form)).await?;
        let row = self.found(member, form, &named, None).map_err(Refusal::Fields)?;
        let id = row.id;
        self.db
            .write(async |tx| {
                visits::add(tx, &[row]).await?;
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::VisitAdd, subject).await
            })
            .await?;
        self.visit(actor, id).await
    }

    /// The row of a new visit as a form describes it, or all that is wrong with it. `kept` is the expert of one that names
    /// nobody else.
    fn found(
        &self,
        member: &Member,
        form: VisitForm,
        named: &NamedByVisits,
        kept: Option<AccountId>,
    ) -> std::result::Result<expert_visit::Model, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let school = named.school(&form.school);
        if school.is_none() {
            faults.push(unknown("school", &form.school, "GET /api/v1/schools"));
        }
        let is_city = member.authority().reach(Act::RecordVisits) == Some(Reach::City);
        let expert = match &form.expert {
            _ if kept.is_some() => kept,
            None => Some(member.id),
            Some(given) => named.expert(given).filter(|id| is_city || *id == member.id),
        };
        if let (Some(given), None) = (&form.expert, expert) {
            let hint = "the sign-in name of an expert; experts record their own";
            faults.push(unknown("expert", given, hint));
        }
        if form.day > Day::of(self.clock.now()) {
            let expected = "a day that is not to come";
            faults.push(FieldFault::at("day", FaultKind::Malformed { expected }));
        }
        let (Some(school_id), Some(expert_id), true) = (school, expert, faults.is_empty()) else {
            return Err(faults);
        };
        let resources = resources_named(&form);
        Ok(expert_visit::Model {
            id: VisitId::new(),
            school_id,
            expert_id,
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
            revision: 1,
            created_by: member.id,
            created_at: self.clock.now(),
        })
    }

    async fn show(&self, actor: &Actor, rows: Vec<expert_visit::Model>) -> Result<Vec<Visit>> {
        let conn = self.db.read();
        let schools = schools_by_id(conn).await?;
        let mut experts: Vec<AccountId> = rows.iter().map(|row| row.expert_id).collect();
        experts.sort_unstable();
        experts.dedup();
        let experts = people::accounts_by_id(conn, experts).await?.into_iter();
        let experts: HashMap<AccountId, String> = experts.map(|row| (row.id, row.display)).collect();
        let mut attached: Vec<ResourceId> = rows.iter().flat_map(|row| row.resources.0.iter().copied()).collect();
        attached.sort_unstable();
        attached.dedup();
        let attached = resources::resources_by_id(conn, attached).await?.into_iter();
        let seen = attached.filter(|row| is_visible(actor, row));
        let titles: HashMap<ResourceId, String> = seen.map(|row| (row.id, row.title)).collect();
        let shown = rows.into_iter().map(|row| {
            let resource = |id: &ResourceId| VisitResource {
                id: *id,
                title: titles.get(id).cloned(),
                url: format!("/r/{id}"),
            };
            Visit {
                state: row.state(),
                id: row.id,
                school: schools.get(&row.school_id).cloned(),
                expert: NamedRef {
                    id: row.expert_id,
                    code: None,
                    name: experts.get(&row.expert_id).cloned().unwrap_or_default(),
                },
                day: row.day,
                kind: row.kind,
                resources: row.resources.0.iter().map(resource).collect(),
                asked: row.asked,
                advice: row.advice,
                done: row.done,
                answered_at: row.answered_at,
                closed_at: row.closed_at,
                revision: row.revision,
                created_at: row.created_at,
            }
        });
        Ok(shown.collect())
    }
}

/// The schools and experts that some forms name, found by two queries.
struct NamedByVisits {
    schools: Vec<crate::db::entity::school::Model>,
    experts: HashMap<String, AccountId>,
}

impl NamedByVisits {
    async fn of(conn: &impl ConnectionTrait, forms: &[VisitForm]) -> Result<Self> {
        let names = forms.iter().filter_map(|form| form.expert.as_deref());
        let keys: Vec<String> = names.map(name_key).collect();
        let found = people::accounts_keyed(conn, &keys).await?.into_iter();
        let experts = found.filter(|row| row.role == Role::Expert);
        Ok(Self {
            schools: people::schools(conn).await?,
            experts: experts.filter_map(|row| Some((row.name_key?, row.id))).collect(),
        })
    }

    /// A school by id, code or exact name.
    fn school(&self, given: &str) -> Option<SchoolId> {
        let is_named = |row: &&crate::db::entity::school::Model| {
            row.code == given || row.name == given || row.id.to_string() == given
        };
        self.schools.iter().find(is_named).map(|row| row.id)
    }

    fn expert(&self, given: &str) -> Option<AccountId> {
        self.experts.get(&name_key(given)).copied()
    }
}

/// The resources whose addresses a form names.
pub(in crate::library) fn resources_named(form: &VisitForm) -> Vec<ResourceId> {
    let named = form
        .resources
        .iter()
        .filter_map(|address| match EvidenceOf::parse(address) {
            Some(EvidenceOf::Resource(id)) => Some(id),
            Some(EvidenceOf::Pack(_)) | None => None,
        });
    named.collect()
}

fn unknown(field: &str, given: &str, hint: &str) -> FieldFault {
    let kind = FaultKind::Unknown {
        value: given.to_owned(),
        hint: hint.to_owned(),
    };
    FieldFault::at(field, kind)
}

/// Which visits the actor sees.
fn seeing(actor: &Actor) -> Result<VisitsSeen> {
    let member = who_may(actor, Act::SeeVisits)?;
    Ok(match member.authority().reach(Act::SeeVisits) {
        Some(Reach::City) => VisitsSeen::All,
        Some(Reach::School(school)) => VisitsSeen::School(school),
        None => VisitsSeen::Own(member.id),
    })
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
