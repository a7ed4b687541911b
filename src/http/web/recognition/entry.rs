//! An entry: the form that sends it, and its page for those who see it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value};

use super::{DoneQuery, lines};
use crate::domain::authority::Act;
use crate::domain::id::{RecognitionCallId, RecognitionEntryId};
use crate::domain::recognition::entry::is_of_person;
use crate::domain::recognition::{CallState, RecognitionKind};
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::web::form::FormField;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFaults, TypedFields, text, texts, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::recognition::calls::RecognitionCall;
use crate::library::recognition::entries::RecognitionEntry;
use crate::words::pages::PageWords;

/// The page.
#[derive(Debug, Template)]
#[template(path = "recognition_entry.html")]
pub struct EntryPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the call.
    pub back: Link,
    /// What is there already; none of a new one.
    pub view: Option<EntryView>,
    /// Sends or changes it; while the call is open.
    pub form: Option<EntryFields>,
    /// Withdraws it.
    pub withdraw_action: Option<String>,
}

/// An entry as it stands.
#[derive(Debug, Clone)]
pub struct EntryView {
    /// Number, school, what it is about.
    pub facts: Vec<String>,
    /// Whether it stands: a code and its name.
    pub state: (&'static str, &'static str),
    /// What is put forward, by line.
    pub statement: Vec<String>,
    /// What shows it.
    pub evidence: Vec<Link>,
}

/// The form of an entry.
#[derive(Debug, Clone)]
pub struct EntryFields {
    /// Where it is sent.
    pub action: String,
    /// The revision that was read; empty of a new one.
    pub revision: String,
    /// What its button says.
    pub go: &'static str,
    /// Whether the call is blind.
    pub is_blind: bool,
    /// Its title.
    pub title: FormField,
    /// The course; where one is asked for.
    pub course: Option<FormField>,
    /// The major; where one is asked for.
    pub major: Option<FormField>,
    /// Whose it is; where that is asked for.
    pub person: Option<FormField>,
    /// What is put forward.
    pub statement: FormField,
    /// What shows it, an address a line.
    pub evidence: FormField,
}

/// `GET /recognition/{id}/enter`
pub async fn new(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
) -> Result<HttpResponse, Problem> {
    let call = library.recognition.call(&visit.actor, *id).await?;
    if !visit.actor.may(Act::EnterRecognition) {
        return Err(Refusal::NotAllowed.into());
    }
    let page = page(&visit, &call, None, true, &TypedFields::new(), &TypedFaults::default());
    visit.page(&page)
}

/// `POST /recognition/{id}/enter`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let call = library.recognition.call(&visit.actor, *id).await?;
    match library.recognition.enter(&visit.actor, *id, &json(&typed)).await {
        Ok(entry) => Ok(see_other(&format!("{}?done=sent", urls::recognition_entry(entry.id)))),
        Err(error) => again(&visit, &call, None, &typed, error),
    }
}

/// `GET /recognition/entries/{id}`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionEntryId>,
    query: web::Query<DoneQuery>,
) -> Result<HttpResponse, Problem> {
    let entry = library.recognition.entry(&visit.actor, *id).await?;
    let call = library.recognition.call(&visit.actor, entry.call).await?;
    let may_edit = library.recognition.may_edit_entry(&visit.actor, &entry);
    let typed = typed_of(&entry);
    let mut page = page(&visit, &call, Some(&entry), may_edit, &typed, &TypedFaults::default());
    page.layout.notice = notice(visit.say, query.done.as_deref()).map(str::to_owned);
    visit.page(&page)
}

/// `POST /recognition/entries/{id}`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionEntryId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let entry = library.recognition.entry(&visit.actor, *id).await?;
    let call = library.recognition.call(&visit.actor, entry.call).await?;
    let mut fields = json(&typed);
    // The form does not ask for it again.
    fields.remove("person");
    fields.insert("revision".to_owned(), text(&typed, "revision"));
    match library.recognition.edit_entry(&visit.actor, *id, &fields).await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", urls::recognition_entry(*id)))),
        Err(error) => again(&visit, &call, Some(&entry), &typed, error),
    }
}

/// `POST /recognition/entries/{id}/withdraw`
pub async fn withdraw(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionEntryId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.recognition.withdraw_entry(&visit.actor, *id).await?;
    Ok(see_other(&format!("{}?done=withdrawn", urls::recognition_entry(*id))))
}

fn notice(say: PageWords, done: Option<&str>) -> Option<&'static str> {
    match done? {
        "sent" => Some(say.entry_sent()),
        "saved" => Some(say.entry_saved()),
        "withdrawn" => Some(say.entry_withdrawn()),
        _ => None,
    }
}

/// What was typed, as the interface takes it.
fn json(typed: &TypedFields) -> Map<String, Value> {
    let mut fields = texts(typed, &["title", "statement", "course", "major", "person"]);
    let addresses: Vec<&str> = value(typed, "evidence").split_whitespace().collect();
    fields.insert("evidence".to_owned(), addresses.into());
    fields
}

/// An entry as it stands in the form.
fn typed_of(entry: &RecognitionEntry) -> TypedFields {
    let course = entry.course.as_ref().map(|course| course.id.to_string());
    let major = entry
        .major
        .as_ref()
        .map(|major| major.code.clone().unwrap_or_else(|| major.name.clone()));
    let evidence: Vec<&str> = entry.evidence.iter().map(|piece| piece.url.as_str()).collect();
    let fields = [
        ("title", entry.title.clone()),
        ("statement", entry.statement.clone()),
        ("course", course.unwrap_or_default()),
        ("major", major.unwrap_or_default()),
        ("evidence", evidence.join("\n")),
        ("revision", entry.revision.to_string()),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

fn page(
    visit: &PageContext,
    call: &RecognitionCall,
    entry: Option<&RecognitionEntry>,
    may_edit: bool,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> EntryPage {
    let say = visit.say;
    let stands = entry.is_none_or(|entry| entry.withdrawn_at.is_none());
    let is_open = call.state == CallState::Open && may_edit && stands;
    let is_unsettled = !matches!(call.state, CallState::Published | CallState::Cancelled);
    let may_withdraw = may_edit || visit.actor.may(Act::HoldRecognition);
    let here = entry.map(|entry| urls::recognition_entry(entry.id));
    let title = entry.map_or_else(|| say.call_enter().to_owned(), |entry| entry.title.clone());
    EntryPage {
        layout: visit.layout(title),
        back: Link::new(&call.title, urls::recognition(call.id)),
        view: entry.map(|entry| view(say, entry)),
        form: is_open.then(|| fields(say, call, here.as_deref(), typed, faults)),
        withdraw_action: here
            .filter(|_| stands && is_unsettled && may_withdraw)
            .map(|here| format!("{here}/withdraw")),
    }
}

fn view(say: PageWords, entry: &RecognitionEntry) -> EntryView {
    let row = super::entry_row(say, entry);
    let link = |piece: &crate::library::recognition::evidence::Evidence| {
        let title = piece.title.clone().unwrap_or_else(|| say.entry_gone().to_owned());
        Link::new(title, piece.url.clone())
    };
    EntryView {
        facts: row.facts,
        state: row.state,
        statement: lines(Some(&entry.statement)),
        evidence: entry.evidence.iter().map(link).collect(),
    }
}

fn fields(
    say: PageWords,
    call: &RecognitionCall,
    here: Option<&str>,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> EntryFields {
    let field = |name: &str| faults.field(name, value(typed, name));
    let asks_course = matches!(call.kind, RecognitionKind::Lesson | RecognitionKind::Course);
    EntryFields {
        action: here.map_or_else(|| format!("{}/enter", urls::recognition(call.id)), str::to_owned),
        go: if here.is_some() {
            say.save_changes()
        } else {
            say.entry_go()
        },
        revision: value(typed, "revision").to_owned(),
        is_blind: call.blind,
        title: field("title"),
        course: asks_course.then(|| field("course")),
        major: (call.kind == RecognitionKind::Major).then(|| field("major")),
        // Of an entry that is there the person stays.
        person: (is_of_person(call.kind) && here.is_none()).then(|| field("person")),
        statement: field("statement"),
        evidence: field("evidence"),
    }
}

/// Shows the form once more with what was typed and what is wrong with it.
fn again(
    visit: &PageContext,
    call: &RecognitionCall,
    entry: Option<&RecognitionEntry>,
    typed: &TypedFields,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let faults = TypedFaults::of(Problem::from(error), visit.say, "title")?;
    let page = page(visit, call, entry, true, typed, &faults);
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
