//! The page of schools: their names and how much room each has.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::accounts::fault_at;
use super::nav;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::SchoolId;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::FormField;
use crate::http::web::format::bytes;
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::accounts::school::SchoolRow;
use crate::words::sizes::{gigabytes, quota};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_schools.html")]
pub struct SchoolsPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// The schools, by code.
    pub rows: Vec<SchoolLine>,
    /// Adds a school or changes one; not for those who only look.
    pub form: Option<SchoolFields>,
}

/// A school in the list.
#[derive(Debug, Clone)]
pub struct SchoolLine {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How much it holds.
    pub facts: Vec<String>,
    /// Opens it to be changed.
    pub edit_url: Option<String>,
    /// Shows its accounts.
    pub accounts_url: String,
}

/// The form of a school.
#[derive(Debug, Clone)]
pub struct SchoolFields {
    /// What it does.
    pub heading: &'static str,
    /// Where it is sent.
    pub action: String,
    /// The code; only while it is new.
    pub code: Option<FormField>,
    /// The name.
    pub name: FormField,
    /// What kind of school it is.
    pub kind: FormField,
    /// The phase of the plan in which it joined.
    pub phase: FormField,
    /// The quota in gigabytes.
    pub quota: FormField,
    /// What stands there before anything is typed.
    pub quota_was: String,
    /// What its button says.
    pub go: &'static str,
    /// Leaves a school as it is.
    pub cancel_url: Option<&'static str>,
}

/// Which school is open.
#[derive(Debug, Default, Deserialize)]
pub struct SchoolsQuery {
    /// The school to change.
    pub edit: Option<SchoolId>,
    /// What just happened, after a form was sent.
    pub done: Option<String>,
}

/// `GET /admin/schools`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<SchoolsQuery>,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&visit, &library, query.edit).await?;
    page.layout.notice = match query.done.as_deref() {
        Some("added") => Some(visit.say.school_added().to_owned()),
        Some("saved") => Some(visit.say.school_saved().to_owned()),
        _ => None,
    };
    visit.page(&page)
}

async fn page(visit: &PageContext, library: &Library, edit: Option<SchoolId>) -> Result<SchoolsPage, Problem> {
    if visit.actor.reach(Act::Oversee) != Some(Reach::City) {
        return Err(Refusal::NotAllowed.into());
    }
    let may_edit = visit.actor.may(Act::Operate);
    let schools = library.accounts.school_rows(&visit.actor).await?;
    let open = edit.and_then(|id| schools.iter().find(|school| school.id == id));
    let form = match open {
        Some(school) => edit_form(visit, school),
        None => add_form(visit),
    };
    Ok(SchoolsPage {
        layout: visit.layout(visit.say.schools_admin()),
        nav: nav(visit, urls::SCHOOLS),
        rows: schools.iter().map(|school| line(visit, school, may_edit)).collect(),
        form: may_edit.then_some(form),
    })
}

fn line(visit: &PageContext, school: &SchoolRow, may_edit: bool) -> SchoolLine {
    let say = visit.say;
    let used = bytes(school.bytes);
    let room = match school.quota_bytes {
        Some(0) => say.used_unlimited(&used),
        Some(quota) => say.used_of(&used, &bytes(quota)),
        None => used,
    };
    let mut facts: Vec<String> = school.kind.clone().into_iter().collect();
    facts.extend(school.joined_phase.map(|phase| say.joined_phase(phase)));
    facts.extend([say.account_count(school.accounts), room]);
    SchoolLine {
        code: school.code.clone(),
        name: school.name.clone(),
        facts,
        edit_url: may_edit.then(|| format!("{}?edit={}#form", urls::SCHOOLS, school.id)),
        accounts_url: format!("/admin/accounts?school={}", school.id),
    }
}

fn add_form(visit: &PageContext) -> SchoolFields {
    SchoolFields {
        heading: visit.say.school_add(),
        action: urls::SCHOOLS.to_owned(),
        code: Some(FormField::default()),
        name: FormField::default(),
        kind: FormField::default(),
        phase: FormField::default(),
        quota: FormField::default(),
        quota_was: String::new(),
        go: visit.say.add_go(),
        cancel_url: None,
    }
}

fn edit_form(visit: &PageContext, school: &SchoolRow) -> SchoolFields {
    let quota = school.quota_bytes.map(gigabytes).unwrap_or_default();
    SchoolFields {
        heading: visit.say.school_edit(),
        action: format!("{}/{}", urls::SCHOOLS, school.id),
        code: None,
        name: FormField::of(&school.name),
        kind: FormField::of(school.kind.as_deref().unwrap_or_default()),
        phase: FormField::of(school.joined_phase.map(|phase| phase.to_string()).unwrap_or_default()),
        quota_was: quota.clone(),
        quota: FormField::of(quota),
        go: visit.say.save_changes(),
        cancel_url: Some(urls::SCHOOLS),
    }
}

/// A school as the form sends it.
#[derive(Debug, Deserialize)]
pub struct SchoolTyped {
    /// The code.
    #[serde(default)]
    pub code: String,
    /// The name.
    #[serde(default)]
    pub name: String,
    /// What kind of school it is.
    #[serde(default)]
    pub kind: String,
    /// The phase of the plan in which it joined.
    #[serde(default)]
    pub phase: String,
    /// The quota in gigabytes; empty: as the settings say.
    #[serde(default)]
    pub quota: String,
    /// What stood there before it was typed.
    pub quota_was: Option<String>,
}

impl SchoolTyped {
    fn json(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("name".to_owned(), self.name.clone().into());
        fields.insert("kind".to_owned(), self.kind.clone().into());
        fields.insert("joined_phase".to_owned(), self.phase.clone().into());
        // What was not touched stays to the byte, however it was set.
        if self.quota_was.as_ref() != Some(&self.quota) {
            fields.insert("quota_bytes".to_owned(), self.quota());
        }
        fields
    }

    /// In bytes; what is no number stays what it is, so that it is told as a fault.
    fn quota(&self) -> Value {
        let typed = self.quota.trim();
        if typed.is_empty() {
            return Value::Null;
        }
        quota(typed).map_or_else(|| typed.into(), Value::from)
    }
}

/// `POST /admin/schools`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    typed: ProtectedForm<SchoolTyped>,
) -> Result<HttpResponse, Problem> {
    let mut fields = typed.json();
    fields.insert("code".to_owned(), typed.code.clone().into());
    match library.accounts.open_school(&visit.actor, &fields).await {
        Ok(_) => Ok(see_other("/admin/schools?done=added")),
        Err(error) => render_with_errors(&visit, &library, None, &typed, error).await,
    }
}

/// `POST /admin/schools/{id}`
pub async fn edit(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<SchoolId>,
    typed: ProtectedForm<SchoolTyped>,
) -> Result<HttpResponse, Problem> {
    match library.accounts.edit_school(&visit.actor, *id, &typed.json()).await {
        Ok(_) => Ok(see_other("/admin/schools?done=saved")),
        Err(error) => render_with_errors(&visit, &library, Some(*id), &typed, error).await,
    }
}

/// Shows the form once more with what was typed and what is wrong with it.
async fn render_with_errors(
    visit: &PageContext,
    library: &Library,
    edit: Option<SchoolId>,
    typed: &SchoolTyped,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let problem = Problem::from(error);
    let faults = match problem.refusal() {
        Some(Refusal::Fields(faults)) => faults.clone(),
        Some(Refusal::NameTaken { .. }) => Vec::new(),
        _ => return Err(problem),
    };
    let mut page = page(visit, library, edit).await?;
    let Some(form) = &mut page.form else {
        return Err(problem);
    };
    let taken = faults.is_empty().then(|| problem.say(visit.say.lang()).detail);
    if let Some(code) = &mut form.code {
        code.value.clone_from(&typed.code);
        code.fault = fault_at(visit, &faults, "/code").or(taken);
    }
    form.name.value.clone_from(&typed.name);
    form.name.fault = fault_at(visit, &faults, "/name");
    form.kind.value.clone_from(&typed.kind);
    form.kind.fault = fault_at(visit, &faults, "/kind");
    form.phase.value.clone_from(&typed.phase);
    form.phase.fault = fault_at(visit, &faults, "/joined_phase");
    form.quota.value.clone_from(&typed.quota);
    // The fault speaks of bytes, the form of gigabytes.
    form.quota.fault = fault_at(visit, &faults, "/quota_bytes").map(|_| visit.say.expected_gb().to_owned());
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
