//! Companies that work with schools: their list, and the page of one with its people and what became of what it gave.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::form::FormField;
use super::layout::{Layout, Link};
use super::page_context::{PageContext, see_other};
use super::recognition::CallRow;
use super::resource_card::StatusMark;
use super::typed::{TypedFaults, TypedFields, texts, value};
use super::urls;
use crate::domain::authority::{Act, Reach};
use crate::domain::company::CompanyForm;
use crate::domain::id::{AccountId, CompanyId};
use crate::domain::list_sheet::ListSheet;
use crate::domain::search::NamedAccount;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::library::Library;
use crate::library::companies::Company;
use crate::library::companies::contributions::{Contribution, WaitingContribution};
use crate::words::pages::PageWords;

/// Rows on a page.
const SHOWN: u64 = 50;

/// The list of companies.
#[derive(Debug, Template)]
#[template(path = "companies.html")]
pub struct CompaniesPage {
    /// The frame.
    pub layout: Layout,
    /// The companies, newest first.
    pub rows: Vec<CallRow>,
    /// The next page.
    pub next_url: Option<String>,
    /// Takes the list along.
    pub export_url: Option<&'static str>,
    /// Brings a list; for those who may.
    pub import_url: Option<String>,
    /// Adds one; for those who may.
    pub form: Option<CompanyFields>,
}

/// The page of a company.
#[derive(Debug, Template)]
#[template(path = "company.html")]
pub struct CompanyPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the list.
    pub list: Link,
    /// Code, schools, agreement, contact.
    pub facts: Vec<String>,
    /// Whether the agreement holds: a code and its name.
    pub state: (&'static str, &'static str),
    /// What it gave, newest first.
    pub given: Vec<GivenRow>,
    /// The next page of that.
    pub next_url: Option<String>,
    /// Its people.
    pub people: Vec<CompanyPersonRow>,
    /// Brings a list of people; for those who may.
    pub import_url: Option<String>,
    /// Adds somebody; for those who may.
    pub member: Option<FormField>,
    /// Changes it; for those who may.
    pub form: Option<CompanyFields>,
    /// Removes it; for those who may, while it is not used.
    pub remove_action: Option<String>,
    /// What somebody else changed while it was typed.
    pub meanwhile: Option<String>,
    /// Its own address, for forms.
    pub here: String,
}

/// Something that a company gave.
#[derive(Debug, Clone)]
pub struct GivenRow {
    /// Its title and page.
    pub link: Link,
    /// Where it stands.
    pub status: StatusMark,
    /// To which school, when, how often it was used.
    pub facts: Vec<String>,
}

/// Somebody of a company.
#[derive(Debug, Clone)]
pub struct CompanyPersonRow {
    /// Who.
    pub name: String,
    /// Takes them out.
    pub remove_action: Option<String>,
}

/// The form of a company.
#[derive(Debug, Clone)]
pub struct CompanyFields {
    /// Where it is sent.
    pub action: String,
    /// The revision that was read; empty of a new one.
    pub revision: String,
    /// Its name.
    pub name: FormField,
    /// Its credit code.
    pub credit_code: FormField,
    /// Whom to ask.
    pub contact: FormField,
    /// Its schools by code, apart by commas; for the bureau.
    pub schools: Option<FormField>,
    /// The first day of the agreement.
    pub from: FormField,
    /// Its last day.
    pub until: FormField,
}

/// Where a list ended, and what just happened.
#[derive(Debug, Default, Deserialize)]
pub struct CompanyQuery {
    /// Where.
    pub cursor: Option<String>,
    /// After a form was sent.
    pub done: Option<String>,
}

/// `GET /companies`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<CompanyQuery>,
) -> Result<HttpResponse, Problem> {
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let mut page = list(&visit, &library, cursor, &TypedFields::new(), &TypedFaults::default()).await?;
    let is_removed = query.done.as_deref() == Some("removed");
    page.layout.notice = is_removed.then(|| visit.say.company_removed().to_owned());
    visit.page(&page)
}

/// `POST /companies`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let added = match CompanyForm::parse(&json(&visit, &typed)) {
        Ok(form) => library.companies.add_company(&visit.actor, form).await,
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match added {
        Ok(company) => Ok(see_other(&format!("{}?done=added", urls::company(company.id)))),
        Err(error) => {
            let faults = TypedFaults::of(Problem::from(error), visit.say, "credit_code")?;
            let page = list(&visit, &library, None, &typed, &faults).await?;
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// `GET /companies/{id}`
pub async fn company(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<CompanyId>,
    query: web::Query<CompanyQuery>,
) -> Result<HttpResponse, Problem> {
    let company = library.companies.company(&visit.actor, *id).await?;
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let mut page = one(
        &visit,
        &library,
        &company,
        cursor,
        &typed_of(&company),
        &TypedFaults::default(),
    )
    .await?;
    let say = visit.say;
    page.layout.notice = match query.done.as_deref() {
        Some("added") => Some(say.company_added().to_owned()),
        Some("saved") => Some(say.call_saved().to_owned()),
        Some("member") => Some(say.company_member_added().to_owned()),
        Some("removed") => Some(say.company_member_removed().to_owned()),
        _ => None,
    };
    visit.page(&page)
}

/// `POST /companies/{id}`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<CompanyId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let fields = json(&visit, &typed);
    let seen = value(&typed, "revision").parse().ok();
    match library.companies.edit_company(&visit.actor, *id, seen, &fields).await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", urls::company(*id)))),
        Err(Error::Refused(refusal)) if *refusal == Refusal::ChangedMeanwhile => {
            meanwhile(&visit, &library, *id, &typed).await
        }
        Err(error) => again(&visit, &library, *id, &typed, error, "credit_code").await,
    }
}

/// `POST /companies/{id}/remove`
pub async fn remove(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<CompanyId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.companies.remove_company(&visit.actor, *id).await?;
    Ok(see_other(&format!("{}?done=removed", urls::COMPANIES)))
}

/// `POST /companies/{id}/members`
pub async fn add_member(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<CompanyId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let name = value(&typed, "member");
    match library.companies.add_member(&visit.actor, *id, name).await {
        Ok(_) => Ok(see_other(&format!("{}?done=member", urls::company(*id)))),
        Err(error) => again(&visit, &library, *id, &typed, error, "member").await,
    }
}

/// `POST /companies/{id}/members/{account}/remove`
pub async fn remove_member(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(CompanyId, AccountId)>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let (id, account) = path.into_inner();
    library.companies.remove_member(&visit.actor, id, account).await?;
    Ok(see_other(&format!("{}?done=removed", urls::company(id))))
}

fn is_of_city(visit: &PageContext) -> bool {
    visit.actor.reach(Act::ManageCompanies) == Some(Reach::City)
}

/// What was typed, as the interface takes it. A school's administrator does not choose schools.
fn json(visit: &PageContext, typed: &TypedFields) -> Map<String, Value> {
    let mut fields = texts(typed, &["name", "credit_code", "contact", "from", "until"]);
    if is_of_city(visit) {
        let schools = value(typed, "schools").split(['、', '，', ',', ';', '；', '\n']);
        let schools: Vec<&str> = schools.map(str::trim).filter(|school| !school.is_empty()).collect();
        fields.insert("schools".to_owned(), schools.into());
    }
    fields
}

fn typed_of(company: &Company) -> TypedFields {
    let schools: Vec<&str> = company
        .schools
        .iter()
        .map(|school| school.code.as_deref().unwrap_or(&school.name))
        .collect();
    let fields = [
        ("name", company.name.clone()),
        ("credit_code", company.credit_code.clone()),
        ("contact", company.contact.clone().unwrap_or_default()),
        ("schools", schools.join("，")),
        ("from", company.from.to_string()),
        ("until", company.until.map(|day| day.to_string()).unwrap_or_default()),
        ("revision", company.revision.to_string()),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

async fn list(
    visit: &PageContext,
    library: &Library,
    cursor: Option<&str>,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> Result<CompaniesPage, Problem> {
    let page = library.companies.companies(&visit.actor, cursor, SHOWN).await?;
    let next = |cursor: String| urls::with_query(urls::COMPANIES, &[("cursor", &cursor)]);
    let say = visit.say;
    let row = |company: &Company| CallRow {
        link: Link::new(&company.name, urls::company(company.id)),
        state: state(say, company),
        facts: facts(say, company),
    };
    let may_add = visit.actor.may(Act::ManageCompanies);
    Ok(CompaniesPage {
        layout: visit.layout(say.companies()),
        rows: page.items.iter().map(row).collect(),
        next_url: page.next_cursor.map(next),
        // Of one's own company there is no list.
        export_url: visit
            .actor
            .reach(Act::SeeCompanies)
            .map(|_| "/api/v1/companies?format=xlsx"),
        import_url: may_add.then(|| urls::sheet(ListSheet::Companies)),
        form: may_add.then(|| fields(visit, urls::COMPANIES.to_owned(), typed, faults)),
    })
}

fn state(say: PageWords, company: &Company) -> (&'static str, &'static str) {
    if company.holds {
        ("published", say.company_holds())
    } else {
        ("withdrawn", say.company_over())
    }
}

fn facts(say: PageWords, company: &Company) -> Vec<String> {
    let mut facts = vec![
        company.credit_code.clone(),
        say.company_days(company.from, company.until),
    ];
    facts.extend(company.schools.iter().map(|school| school.name.clone()));
    facts.extend(company.contact.clone());
    facts
}

fn fields(visit: &PageContext, action: String, typed: &TypedFields, faults: &TypedFaults) -> CompanyFields {
    let field = |name: &str| faults.field(name, value(typed, name));
    CompanyFields {
        action,
        revision: value(typed, "revision").to_owned(),
        name: field("name"),
        credit_code: field("credit_code"),
        contact: field("contact"),
        schools: is_of_city(visit).then(|| field("schools")),
        from: field("from"),
        until: field("until"),
    }
}

async fn one(
    visit: &PageContext,
    library: &Library,
    company: &Company,
    cursor: Option<&str>,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> Result<CompanyPage, Problem> {
    let say = visit.say;
    let here = urls::company(company.id);
    let given = library
        .companies
        .contributions(&visit.actor, company.id, cursor, SHOWN)
        .await?;
    let people = library.companies.members(&visit.actor, company.id).await?;
    let manages = visit.actor.may(Act::ManageCompanies);
    let is_unused = cursor.is_none() && given.items.is_empty() && people.is_empty();
    let may_remove = manages && is_unused;
    let person = |person: &NamedAccount| CompanyPersonRow {
        name: person.name.clone(),
        remove_action: manages.then(|| format!("{here}/members/{}/remove", person.id)),
    };
    Ok(CompanyPage {
        layout: visit.layout(company.name.clone()),
        list: Link::new(say.companies(), urls::COMPANIES),
        facts: facts(say, company),
        state: state(say, company),
        given: given.items.iter().map(|it| given_row(say, it)).collect(),
        next_url: given
            .next_cursor
            .map(|cursor| urls::with_query(&here, &[("cursor", &cursor)])),
        people: people.iter().map(person).collect(),
        import_url: manages.then(|| urls::sheet(ListSheet::CompanyMembers(company.id))),
        member: manages.then(|| faults.field("member", value(typed, "member"))),
        form: manages.then(|| fields(visit, here.clone(), typed, faults)),
        remove_action: may_remove.then(|| format!("{here}/remove")),
        meanwhile: None,
        here,
    })
}

fn given_row(say: PageWords, it: &Contribution) -> GivenRow {
    let facts = [
        it.school.as_ref().map(|school| school.name.clone()),
        Some(it.created_at.day()),
        Some(say.company_uses(it.uses)),
        it.review_note.clone(),
        it.waiting.as_ref().map(|waiting| waits(say, it, waiting)),
        it.waiting.as_ref().and_then(|waiting| waiting.review_note.clone()),
    ];
    GivenRow {
        link: Link::new(it.title.as_deref().unwrap_or(say.storage_hidden()), it.url.clone()),
        status: StatusMark::of(say, it.status),
        facts: facts.into_iter().flatten().collect(),
    }
}

/// Shows the page once more with what was typed, which counts if it is sent again, beside what somebody else made of it.
async fn meanwhile(
    visit: &PageContext,
    library: &Library,
    id: CompanyId,
    typed: &TypedFields,
) -> Result<HttpResponse, Problem> {
    let say = visit.say;
    let company = library.companies.company(&visit.actor, id).await?;
    let present = typed_of(&company);
    let labels = [
        ("name", say.company_name()),
        ("credit_code", say.company_code()),
        ("contact", say.company_contact()),
        ("schools", say.company_schools()),
        ("from", say.company_from()),
        ("until", say.company_until()),
    ];
    let is_shown = |name: &str| name != "schools" || is_of_city(visit);
    let differing = labels
        .into_iter()
        .filter(|(name, _)| is_shown(name) && value(&present, name) != value(typed, name));
    let told: Vec<String> = differing
        .map(|(name, label)| say.field_now(label, value(&present, name)))
        .collect();
    let mut again = vec![("revision".to_owned(), company.revision.to_string())];
    again.extend(typed.iter().filter(|(name, _)| name != "revision").cloned());
    let mut page = one(visit, library, &company, None, &again, &TypedFaults::default()).await?;
    page.meanwhile = Some(say.changed_meanwhile(&told));
    visit.page_as(StatusCode::PRECONDITION_FAILED, &page)
}

/// What waits beside what others see.
fn waits(say: PageWords, it: &Contribution, waiting: &WaitingContribution) -> String {
    let new = Some(waiting.version).filter(|version| *version != it.version);
    say.company_waits(new, waiting.status)
}

/// Shows the page once more with what was typed and what is wrong with it.
async fn again(
    visit: &PageContext,
    library: &Library,
    id: CompanyId,
    typed: &TypedFields,
    error: Error,
    at: &str,
) -> Result<HttpResponse, Problem> {
    let faults = TypedFaults::of(Problem::from(error), visit.say, at)?;
    // What the interface calls a name is the form's field of another.
    let is_member = at == "member";
    let faults = faults.moved(|pointer| (is_member && pointer == "/name").then(|| "/member".to_owned()));
    let company = library.companies.company(&visit.actor, id).await?;
    let mut all = typed.clone();
    if is_member {
        all.extend(typed_of(&company));
    }
    let page = one(visit, library, &company, None, &all, &faults).await?;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
