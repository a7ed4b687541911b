//! Recognition: the list of calls, and the page of one with its results.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::form::FormField;
use super::layout::{Layout, Link};
use super::page_context::{PageContext, see_other};
use super::typed::{TypedFields, text};
use super::urls;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::{RecognitionCallId, RecognitionResultId};
use crate::domain::list_sheet::ListSheet;
use crate::domain::recognition::results::ResultCorrection;
use crate::domain::recognition::{CallState, Criterion};
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::library::Library;
use crate::library::recognition::calls::RecognitionCall;
use crate::library::recognition::entries::RecognitionEntry;
use crate::library::recognition::results::RecognitionResult;
use crate::words::pages::PageWords;

pub mod edit;
pub mod entry;
pub mod judging;
pub mod jury;
pub mod standings;

/// Calls on a page.
const SHOWN: u64 = 30;
/// Entries that the page of a call names; tables hold all.
const ENTRIES_SHOWN: u64 = 200;

/// The list of calls.
#[derive(Debug, Template)]
#[template(path = "recognition.html")]
pub struct RecognitionPage {
    /// The frame.
    pub layout: Layout,
    /// Makes a call; for those who may.
    pub add_url: Option<&'static str>,
    /// Brings calls as a table; for those who may.
    pub import_url: Option<String>,
    /// The calls, newest first.
    pub rows: Vec<CallRow>,
    /// The next page.
    pub next_url: Option<String>,
}

/// A call or an entry in a list.
#[derive(Debug, Clone)]
pub struct CallRow {
    /// Its title and page.
    pub link: Link,
    /// How far it is: its code and its name.
    pub state: (&'static str, &'static str),
    /// What is to be known of it.
    pub facts: Vec<String>,
}

/// The page of a call.
#[derive(Debug, Template)]
#[template(path = "recognition_call.html")]
pub struct CallPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the list.
    pub list: Link,
    /// How far it is.
    pub state: (&'static str, &'static str),
    /// Kind and days.
    pub facts: Vec<String>,
    /// Its rules, by line.
    pub rules: Vec<String>,
    /// What the jury looks at.
    pub criteria: Vec<Criterion>,
    /// What came of it; none before that is out.
    pub results: Option<Vec<ResultRow>>,
    /// Takes the results along.
    pub results_url: String,
    /// Enters something.
    pub enter_url: Option<String>,
    /// Judges.
    pub judge_url: Option<String>,
    /// The entries that the reader sees.
    pub entries: Vec<CallRow>,
    /// Takes the entries along.
    pub export_url: Option<String>,
    /// Brings entries as a table; for those who enter.
    pub import_url: Option<String>,
    /// What those see who hold it.
    pub desk: Option<CallDesk>,
}

/// A result on the page of its call.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// What was entered.
    pub title: String,
    /// What it was awarded.
    pub award: Option<String>,
    /// Whose it is, its place and score.
    pub facts: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// What it was before it was corrected.
    pub earlier: Vec<String>,
    /// Corrects it.
    pub correct: Option<ResultCorrectFields>,
}

/// The form that corrects a result.
#[derive(Debug, Clone)]
pub struct ResultCorrectFields {
    /// The id of the result, for the form's fields.
    pub id: String,
    /// Where it is sent.
    pub action: String,
    /// The award.
    pub award: FormField,
}

/// What those can do who hold a call.
#[derive(Debug, Clone)]
pub struct CallDesk {
    /// Changes it.
    pub edit_url: Option<String>,
    /// Announces it; of a draft.
    pub announce_action: Option<String>,
    /// Cancels it.
    pub cancel_action: Option<String>,
    /// Its jury.
    pub jury_url: String,
    /// How its entries stand.
    pub standings_url: String,
}

/// Where the last page ended.
#[derive(Debug, Default, Deserialize)]
pub struct CallsQuery {
    /// Where.
    pub cursor: Option<String>,
}

/// What just happened.
#[derive(Debug, Default, Deserialize)]
pub struct DoneQuery {
    /// After a form was sent.
    pub done: Option<String>,
}

/// `GET /recognition`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<CallsQuery>,
) -> Result<HttpResponse, Problem> {
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let page = library.recognition.calls(&visit.actor, cursor, SHOWN).await?;
    let next = |cursor: String| urls::with_query(urls::RECOGNITION, &[("cursor", &cursor)]);
    let say = visit.say;
    let row = |call: &RecognitionCall| CallRow {
        link: Link::new(&call.title, urls::recognition(call.id)),
        state: (call.state.code(), say.call_state(call.state)),
        facts: facts(say, call),
    };
    visit.page(&RecognitionPage {
        layout: visit.layout(say.recognition()),
        add_url: visit.actor.may(Act::HoldRecognition).then_some(urls::RECOGNITION_NEW),
        import_url: visit
            .actor
            .may(Act::HoldRecognition)
            .then(|| urls::sheet(ListSheet::Calls)),
        rows: page.items.iter().map(row).collect(),
        next_url: page.next_cursor.map(next),
    })
}

/// `GET /recognition/{id}`
pub async fn call(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
    query: web::Query<DoneQuery>,
) -> Result<HttpResponse, Problem> {
    let call = library.recognition.call(&visit.actor, *id).await?;
    let results = library.recognition.results(&visit.actor, *id).await?;
    let (entries, judges) = if visit.actor.account.is_some() {
        let page = library
            .recognition
            .entries(&visit.actor, *id, None, ENTRIES_SHOWN)
            .await?;
        let judges = library.recognition.judges(&visit.actor).await?;
        (page.items, judges.contains(&call.id))
    } else {
        (Vec::new(), false)
    };
    let mut page = page(&visit, &call, &results, &entries, judges);
    page.layout.notice = notice(visit.say, query.done.as_deref()).map(str::to_owned);
    visit.page(&page)
}

/// `POST /recognition/{id}/announce`
pub async fn announce(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.recognition.announce(&visit.actor, *id).await?;
    Ok(see_other(&format!("{}?done=announced", urls::recognition(*id))))
}

/// `POST /recognition/{id}/cancel`
pub async fn cancel(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.recognition.cancel_call(&visit.actor, *id).await?;
    Ok(see_other(&format!("{}?done=cancelled", urls::recognition(*id))))
}

/// `POST /recognition/{id}/results/{result}`: corrects a result.
pub async fn correct(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(RecognitionCallId, RecognitionResultId)>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let (call, result) = path.into_inner();
    let fields: Map<String, Value> = ["award", "reason"]
        .iter()
        .map(|name| ((*name).to_owned(), text(&typed, name)))
        .collect();
    let correction = ResultCorrection::parse(&fields).map_err(Refusal::Fields)?;
    library
        .recognition
        .correct_result(&visit.actor, result, correction)
        .await?;
    Ok(see_other(&format!("{}?done=corrected", urls::recognition(call))))
}

fn notice(say: PageWords, done: Option<&str>) -> Option<&'static str> {
    match done? {
        "made" => Some(say.call_made()),
        "saved" => Some(say.call_saved()),
        "announced" => Some(say.call_announced()),
        "cancelled" => Some(say.call_cancelled()),
        "published" => Some(say.results_published()),
        "corrected" => Some(say.results_corrected()),
        _ => None,
    }
}

/// What is said of a call in one line.
fn facts(say: PageWords, call: &RecognitionCall) -> Vec<String> {
    vec![
        say.recognition_kind(call.kind).to_owned(),
        say.call_days(call.opens, call.closes, call.jury_due),
        say.entrants(call.entrants).to_owned(),
    ]
}

fn page(
    visit: &PageContext,
    call: &RecognitionCall,
    results: &[RecognitionResult],
    entries: &[RecognitionEntry],
    judges: bool,
) -> CallPage {
    let say = visit.say;
    let here = urls::recognition(call.id);
    let holds = visit.actor.may(Act::HoldRecognition);
    let sees_city = visit.actor.reach(Act::SeeRecognition) == Some(Reach::City);
    let may_enter = visit.actor.may(Act::EnterRecognition) && call.state == CallState::Open;
    let is_judged = matches!(
        call.state,
        CallState::Judging | CallState::Judged | CallState::Published
    );
    let mut facts = facts(say, call);
    if call.blind {
        facts.push(say.call_blind().to_owned());
    }
    CallPage {
        layout: visit.layout(call.title.clone()),
        list: Link::new(say.recognition(), urls::RECOGNITION),
        state: (call.state.code(), say.call_state(call.state)),
        facts,
        rules: lines(call.rules.as_deref()),
        criteria: call.criteria.clone(),
        results_url: format!("/api/v1/recognition/calls/{}/results?format=xlsx", call.id),
        results: (call.state == CallState::Published)
            .then(|| results.iter().map(|row| result_row(say, call, row, holds)).collect()),
        enter_url: may_enter.then(|| format!("{here}/enter")),
        judge_url: (judges && is_judged).then(|| format!("{here}/judge")),
        export_url: (!entries.is_empty()).then(|| format!("/api/v1/recognition/calls/{}/entries?format=xlsx", call.id)),
        import_url: may_enter.then(|| urls::sheet(ListSheet::Entries(call.id))),
        entries: entries.iter().map(|entry| entry_row(say, entry)).collect(),
        desk: sees_city.then(|| desk(call, holds)),
    }
}

fn desk(call: &RecognitionCall, holds: bool) -> CallDesk {
    let here = urls::recognition(call.id);
    let is_over = matches!(call.state, CallState::Published | CallState::Cancelled);
    let action = |name: &str| format!("{here}/{name}");
    CallDesk {
        edit_url: (holds && !is_over).then(|| action("edit")),
        announce_action: (holds && call.state == CallState::Draft).then(|| action("announce")),
        cancel_action: (holds && !is_over).then(|| action("cancel")),
        jury_url: action("jury"),
        standings_url: action("standings"),
    }
}

/// A text by its lines, the empty ones left out.
fn lines(text: Option<&str>) -> Vec<String> {
    let lines = text.unwrap_or_default().lines();
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn entry_row(say: PageWords, entry: &RecognitionEntry) -> CallRow {
    let is_withdrawn = entry.withdrawn_at.is_some();
    let code = if is_withdrawn { "withdrawn" } else { "submitted" };
    CallRow {
        link: Link::new(&entry.title, urls::recognition_entry(entry.id)),
        state: (code, say.entry_state_of(is_withdrawn)),
        facts: [
            Some(say.entry_called(entry.number)),
            entry.school.as_ref().map(|school| school.name.clone()),
            entry.course.as_ref().map(|course| course.name.clone()),
            entry.major.as_ref().map(|major| major.name.clone()),
            entry.person.as_ref().map(|person| person.name.clone()),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

fn result_row(say: PageWords, call: &RecognitionCall, row: &RecognitionResult, holds: bool) -> ResultRow {
    let facts = [
        row.school.as_ref().map(|school| school.name.clone()),
        row.course.as_ref().map(|course| course.name.clone()),
        row.major.as_ref().map(|major| major.name.clone()),
        row.person.as_ref().map(|person| person.name.clone()),
        row.place.map(|place| say.place_of(place)),
        row.score.as_deref().map(|score| say.score_of(score)),
    ];
    let earlier = row.earlier.iter().map(|it| {
        let award = it.award.as_deref().unwrap_or(say.results_revoked());
        let reason = it.reason.as_deref().unwrap_or_default();
        let (before, colon) = (say.result_earlier(), say.colon());
        format!("{before}{colon}{award} {reason}")
    });
    let was_awarded = row.earlier.iter().any(|it| it.award.is_some());
    ResultRow {
        title: row.title.clone(),
        award: row
            .award
            .clone()
            .or_else(|| was_awarded.then(|| say.results_revoked().to_owned())),
        facts: facts.into_iter().flatten().collect(),
        reason: row.reason.clone(),
        earlier: earlier.collect(),
        correct: holds.then(|| ResultCorrectFields {
            id: row.id.to_string(),
            action: format!("{}/results/{}", urls::recognition(call.id), row.id),
            award: FormField::of(row.award.clone().unwrap_or_default()),
        }),
    }
}
