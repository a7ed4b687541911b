//! Visits of experts: their list with the form of a new one, and the page of one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value};

use super::form::{Choice, FormField};
use super::layout::{Layout, Link};
use super::page_context::{PageContext, see_other};
use super::recognition::{CallRow, CallsQuery, DoneQuery};
use super::typed::{TypedFaults, TypedFields, texts, value};
use super::urls;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::VisitId;
use crate::domain::list_sheet::ListSheet;
use crate::domain::visit::{VisitForm, VisitKind, VisitState, parse_answer};
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::library::Library;
use crate::library::visits::Visit;
use crate::words::pages::PageWords;

/// Visits on a page.
const SHOWN: u64 = 50;

/// The list of visits.
#[derive(Debug, Template)]
#[template(path = "visits.html")]
pub struct VisitsPage {
    /// The frame.
    pub layout: Layout,
    /// The visits, newest first.
    pub rows: Vec<CallRow>,
    /// The next page.
    pub next_url: Option<String>,
    /// Brings a list; for those who may.
    pub import_url: Option<String>,
    /// Records one; for those who may.
    pub form: Option<VisitFields>,
}

/// The page of a visit.
#[derive(Debug, Template)]
#[template(path = "visit.html")]
pub struct VisitPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the list.
    pub list: Link,
    /// How far it is.
    pub state: (&'static str, &'static str),
    /// Day, kind, school, expert.
    pub facts: Vec<String>,
    /// What was asked.
    pub asked: String,
    /// What was advised.
    pub advice: Option<String>,
    /// Resources that belong to it.
    pub resources: Vec<Link>,
    /// What was done.
    pub done: Option<String>,
    /// Says what was done; for the school.
    pub answer: Option<FormField>,
    /// Closes it.
    pub close_action: Option<String>,
    /// Changes it, until it is answered; for those who may.
    pub form: Option<VisitFields>,
    /// Removes it, until it is answered; for those who may.
    pub remove_action: Option<String>,
    /// The revision that was read, for forms.
    pub revision: i64,
    /// What somebody else changed meanwhile.
    pub meanwhile: Option<String>,
    /// Its own address, for forms.
    pub here: String,
}

/// The form of a visit.
#[derive(Debug, Clone)]
pub struct VisitFields {
    /// Where it is sent.
    pub action: String,
    /// The revision that was read; empty of a new one.
    pub revision: String,
    /// What its button says.
    pub go: &'static str,
    /// The schools.
    pub schools: Vec<Choice>,
    /// The expert; for the bureau.
    pub expert: Option<FormField>,
    /// When.
    pub day: FormField,
    /// What for.
    pub kinds: Vec<Choice>,
    /// What was asked.
    pub asked: FormField,
    /// What was advised.
    pub advice: FormField,
    /// Addresses of resources, one a line.
    pub resources: FormField,
}

/// `GET /visits`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<CallsQuery>,
    done: web::Query<DoneQuery>,
) -> Result<HttpResponse, Problem> {
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let mut page = list(&visit, &library, cursor, &TypedFields::new(), &TypedFaults::default()).await?;
    let is_removed = done.done.as_deref() == Some("removed");
    page.layout.notice = is_removed.then(|| visit.say.visit_removed().to_owned());
    visit.page(&page)
}

/// `POST /visits`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let added = match VisitForm::parse(&json(&typed)) {
        Ok(form) => library.visits.add_visit(&visit.actor, form).await,
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match added {
        Ok(added) => Ok(see_other(&format!("{}?done=added", urls::visit(added.id)))),
        Err(error) => {
            let faults = TypedFaults::of(Problem::from(error), visit.say, "asked")?;
            let page = list(&visit, &library, None, &typed, &faults).await?;
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// `GET /visits/{id}`
pub async fn one(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<VisitId>,
    query: web::Query<DoneQuery>,
) -> Result<HttpResponse, Problem> {
    let shown = library.visits.visit(&visit.actor, *id).await?;
    let answer = FormField::of(shown.done.clone().unwrap_or_default());
    let mut page = page(&visit, &shown, answer);
    page.form = edit_form(&visit, &library, &shown, &typed_of(&shown), &TypedFaults::default()).await?;
    page.layout.notice = match query.done.as_deref() {
        Some("added") => Some(visit.say.visit_added().to_owned()),
        Some("saved") => Some(visit.say.visit_saved().to_owned()),
        Some("answered") => Some(visit.say.visit_answered().to_owned()),
        Some("closed") => Some(visit.say.visit_closed().to_owned()),
        _ => None,
    };
    visit.page(&page)
}

/// `POST /visits/{id}`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<VisitId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let mut fields = json(&typed);
    // Who came is not changed here.
    fields.remove("expert");
    let seen = value(&typed, "revision").parse().ok();
    let edited = library.visits.edit_visit(&visit.actor, *id, seen, &fields).await;
    let Err(error) = edited else {
        return Ok(see_other(&format!("{}?done=saved", urls::visit(*id))));
    };
    let is_late = matches!(&error, Error::Refused(refusal) if **refusal == Refusal::ChangedMeanwhile);
    let (status, faults) = if is_late {
        (StatusCode::PRECONDITION_FAILED, TypedFaults::default())
    } else {
        let faults = TypedFaults::of(Problem::from(error), visit.say, "asked")?;
        (StatusCode::UNPROCESSABLE_ENTITY, faults)
    };
    let shown = library.visits.visit(&visit.actor, *id).await?;
    let answer = FormField::of(shown.done.clone().unwrap_or_default());
    let mut page = page(&visit, &shown, answer);
    page.meanwhile = is_late.then(|| visit.say.visit_meanwhile().to_owned());
    // Whoever is shown what somebody else made of it has seen that; who is shown faults alone has not.
    let seen = if is_late {
        shown.revision.to_string()
    } else {
        value(&typed, "revision").to_owned()
    };
    let mut again = vec![("revision".to_owned(), seen)];
    again.extend(typed.iter().filter(|(name, _)| name != "revision").cloned());
    page.form = edit_form(&visit, &library, &shown, &again, &faults).await?;
    visit.page_as(status, &page)
}

/// A visit as it stands in the form.
fn typed_of(it: &Visit) -> TypedFields {
    let resources: Vec<&str> = it.resources.iter().map(|it| it.url.as_str()).collect();
    let school = it.school.as_ref().map(|school| school.id.to_string());
    let fields = [
        ("school", school.unwrap_or_default()),
        ("day", it.day.to_string()),
        ("kind", it.kind.code().to_owned()),
        ("asked", it.asked.clone()),
        ("advice", it.advice.clone().unwrap_or_default()),
        ("resources", resources.join("\n")),
        ("revision", it.revision.to_string()),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

/// The form that changes a visit, with what was typed; none where it is answered, or for
/// whoever may not.
async fn edit_form(
    visit: &PageContext,
    library: &Library,
    it: &Visit,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> Result<Option<VisitFields>, Problem> {
    if !visit.actor.may(Act::RecordVisits) || it.state != VisitState::Open {
        return Ok(None);
    }
    let form = fields(visit, library, typed, faults).await?;
    Ok(Some(VisitFields {
        action: urls::visit(it.id),
        go: visit.say.save_changes(),
        expert: None,
        ..form
    }))
}

/// `POST /visits/{id}/answer`
pub async fn answer(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<VisitId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let answered = match parse_answer(&texts(&typed, &["done"])) {
        Ok(done) => {
            let seen = value(&typed, "revision").parse().ok();
            library.visits.answer_visit(&visit.actor, *id, seen, done).await
        }
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match answered {
        Ok(_) => Ok(see_other(&format!("{}?done=answered", urls::visit(*id)))),
        Err(Error::Refused(refusal)) if *refusal == Refusal::ChangedMeanwhile => {
            meanwhile(&visit, &library, *id, Some(value(&typed, "done"))).await
        }
        Err(error) => answered_again(&visit, &library, *id, &typed, error).await,
    }
}

async fn answered_again(
    visit: &PageContext,
    library: &Library,
    id: VisitId,
    typed: &TypedFields,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let faults = TypedFaults::of(Problem::from(error), visit.say, "done")?;
    let shown = library.visits.visit(&visit.actor, id).await?;
    let page = page(visit, &shown, faults.field("done", value(typed, "done")));
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// `POST /visits/{id}/close`
pub async fn close(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<VisitId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let seen = value(&typed, "revision").parse().ok();
    match library.visits.close_visit(&visit.actor, *id, seen).await {
        Ok(_) => Ok(see_other(&format!("{}?done=closed", urls::visit(*id)))),
        Err(Error::Refused(refusal)) if *refusal == Refusal::ChangedMeanwhile => {
            meanwhile(&visit, &library, *id, None).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /visits/{id}/remove`
pub async fn remove(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<VisitId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.visits.remove_visit(&visit.actor, *id).await?;
    Ok(see_other(&format!("{}?done=removed", urls::VISITS)))
}

/// Shows the page as it is by now, with what was typed, which counts if it is sent again.
async fn meanwhile(
    visit: &PageContext,
    library: &Library,
    id: VisitId,
    typed: Option<&str>,
) -> Result<HttpResponse, Problem> {
    let shown = library.visits.visit(&visit.actor, id).await?;
    let present = shown.done.clone().unwrap_or_default();
    let answer = FormField::of(typed.unwrap_or(&present));
    let mut page = page(visit, &shown, answer);
    page.meanwhile = Some(visit.say.visit_meanwhile().to_owned());
    visit.page_as(StatusCode::PRECONDITION_FAILED, &page)
}

/// What was typed, as the interface takes it.
fn json(typed: &TypedFields) -> Map<String, Value> {
    let mut fields = texts(typed, &["school", "expert", "day", "kind", "asked", "advice"]);
    let addresses: Vec<&str> = value(typed, "resources").split_whitespace().collect();
    fields.insert("resources".to_owned(), addresses.into());
    fields
}

async fn list(
    visit: &PageContext,
    library: &Library,
    cursor: Option<&str>,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> Result<VisitsPage, Problem> {
    let page = library.visits.visits(&visit.actor, None, cursor, SHOWN).await?;
    let next = |cursor: String| urls::with_query(urls::VISITS, &[("cursor", &cursor)]);
    let say = visit.say;
    let records = visit.actor.may(Act::RecordVisits);
    Ok(VisitsPage {
        layout: visit.layout(say.visits()),
        rows: page.items.iter().map(|it| row(say, it)).collect(),
        next_url: page.next_cursor.map(next),
        import_url: records.then(|| urls::sheet(ListSheet::Visits)),
        form: if records {
            Some(fields(visit, library, typed, faults).await?)
        } else {
            None
        },
    })
}

fn row(say: PageWords, it: &Visit) -> CallRow {
    CallRow {
        link: Link::new(&it.asked, urls::visit(it.id)),
        state: (state_code(it.state), say.visit_state_of(it.state)),
        facts: facts(say, it),
    }
}

/// The colour of a state.
fn state_code(state: VisitState) -> &'static str {
    match state {
        VisitState::Open => "submitted",
        VisitState::Answered => "running",
        VisitState::Closed => "published",
    }
}

fn facts(say: PageWords, it: &Visit) -> Vec<String> {
    let school = it.school.as_ref().map(|school| school.name.clone());
    let facts = [
        Some(it.day.to_string()),
        Some(say.visit_kind_of(it.kind).to_owned()),
        school,
        Some(it.expert.name.clone()),
    ];
    facts.into_iter().flatten().collect()
}

async fn fields(
    visit: &PageContext,
    library: &Library,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> Result<VisitFields, Problem> {
    let say = visit.say;
    let field = |name: &str| faults.field(name, value(typed, name));
    let is_city = visit.actor.reach(Act::RecordVisits) == Some(Reach::City);
    let chosen = value(typed, "school");
    let schools = library.curriculum.schools().await?.into_iter();
    let kinds = VisitKind::ALL.map(|it| Choice::new(it.code(), say.visit_kind_of(it), value(typed, "kind")));
    Ok(VisitFields {
        action: urls::VISITS.to_owned(),
        revision: value(typed, "revision").to_owned(),
        go: say.visit_add(),
        schools: schools
            .map(|school| Choice::new(school.id.to_string(), school.name, chosen))
            .collect(),
        expert: is_city.then(|| field("expert")),
        day: field("day"),
        kinds: kinds.into(),
        asked: field("asked"),
        advice: field("advice"),
        resources: field("resources"),
    })
}

fn page(visit: &PageContext, it: &Visit, answer: FormField) -> VisitPage {
    let say = visit.say;
    let here = urls::visit(it.id);
    let may_answer = visit.actor.may(Act::AnswerVisits) && it.state != VisitState::Closed;
    let may_close = visit.actor.may(Act::RecordVisits) && it.state == VisitState::Answered;
    let may_remove = visit.actor.may(Act::RecordVisits) && it.state == VisitState::Open;
    let resource = |it: &crate::library::visits::VisitResource| {
        let title = it
            .title
            .clone()
            .unwrap_or_else(|| say.visit_resource_hidden().to_owned());
        Link::new(title, it.url.clone())
    };
    VisitPage {
        layout: visit.layout(say.visit_of(it.day)),
        list: Link::new(say.visits(), urls::VISITS),
        state: (state_code(it.state), say.visit_state_of(it.state)),
        facts: facts(say, it),
        asked: it.asked.clone(),
        advice: it.advice.clone(),
        resources: it.resources.iter().map(resource).collect(),
        done: it.done.clone(),
        answer: may_answer.then_some(answer),
        close_action: may_close.then(|| format!("{here}/close")),
        form: None,
        remove_action: may_remove.then(|| format!("{here}/remove")),
        revision: it.revision,
        meanwhile: None,
        here,
    }
}
