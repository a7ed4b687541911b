//! How the entries of a call stand, and the form that publishes its results.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value, json};

use crate::domain::authority::Act;
use crate::domain::id::RecognitionCallId;
use crate::domain::recognition::CallState;
use crate::domain::recognition::results::parse_awards;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::FormField;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFaults, TypedFields, text, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::recognition::calls::RecognitionCall;
use crate::library::recognition::results::{EntryStanding, Standings};
use crate::words::pages::PageWords;

/// The page.
#[derive(Debug, Template)]
#[template(path = "recognition_standings.html")]
pub struct StandingsPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the call.
    pub back: Link,
    /// The entries, the best first.
    pub rows: Vec<StandingRow>,
    /// Takes the table along.
    pub export_url: String,
    /// Tells the standings that are read here from all others.
    pub digest: String,
    /// Where the awards are sent; for those who publish, while nothing is out.
    pub publish_action: Option<String>,
}

/// How an entry stands.
#[derive(Debug, Clone)]
pub struct StandingRow {
    /// The entry.
    pub link: Link,
    /// Place, school, score, voices.
    pub facts: Vec<String>,
    /// How many voices are missing.
    pub lacking: Option<String>,
    /// What the jury said.
    pub comments: Vec<String>,
    /// The id of the entry, for the fields below.
    pub id: String,
    /// What it is awarded.
    pub award: FormField,
    /// Why.
    pub reason: FormField,
}

/// `GET /recognition/{id}/standings`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
) -> Result<HttpResponse, Problem> {
    let call = library.recognition.call(&visit.actor, *id).await?;
    let rows = library.recognition.standings(&visit.actor, *id).await?;
    visit.page(&page(
        &visit,
        &call,
        &rows,
        &TypedFields::new(),
        &TypedFaults::default(),
    ))
}

/// `POST /recognition/{id}/publish`
pub async fn publish(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let call = library.recognition.call(&visit.actor, *id).await?;
    let (awarded, body) = awards(&typed);
    let published = match parse_awards(&body) {
        Ok(awards) => library.recognition.publish_results(&visit.actor, *id, awards).await,
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match published {
        Ok(_) => Ok(see_other(&format!("{}?done=published", urls::recognition(*id)))),
        Err(error) => again(&visit, &library, &call, &typed, (&awarded, error)).await,
    }
}

/// The awards that were typed, and the entries that they stand at.
fn awards(typed: &TypedFields) -> (Vec<String>, Map<String, Value>) {
    // A reason alone is not dropped: that its award is missing is said.
    let mut entries: Vec<String> = Vec::new();
    for (name, value) in typed {
        let id = name.strip_prefix("award-").or_else(|| name.strip_prefix("reason-"));
        let id = id.filter(|id| !value.trim().is_empty() && !entries.iter().any(|entry| entry == id));
        entries.extend(id.map(str::to_owned));
    }
    let award = |id: &String| {
        json!({"entry": id, "award": value(typed, &format!("award-{id}")),
            "reason": value(typed, &format!("reason-{id}"))})
    };
    let awards: Vec<Value> = entries.iter().map(award).collect();
    let mut body = Map::new();
    body.insert("standings".to_owned(), text(typed, "standings"));
    body.insert("awards".to_owned(), awards.into());
    (entries, body)
}

fn page(
    visit: &PageContext,
    call: &RecognitionCall,
    standings: &Standings,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> StandingsPage {
    let say = visit.say;
    let here = urls::recognition(call.id);
    let is_judged = matches!(call.state, CallState::Judging | CallState::Judged);
    let publishes = visit.actor.may(Act::HoldRecognition) && is_judged && !standings.items.is_empty();
    let row = |row: &EntryStanding| {
        let field = |name: &str| {
            let name = format!("{name}-{}", row.entry.id);
            faults.field(&name, value(typed, &name))
        };
        StandingRow {
            link: Link::new(&row.entry.title, urls::recognition_entry(row.entry.id)),
            facts: facts(say, row),
            lacking: (row.lacking > 0).then(|| say.voices_lacking(row.lacking)),
            comments: row.comments.clone(),
            id: row.entry.id.to_string(),
            award: field("award"),
            reason: field("reason"),
        }
    };
    StandingsPage {
        layout: visit.layout(say.standings()),
        rows: standings.items.iter().map(row).collect(),
        digest: standings.digest.clone(),
        export_url: format!("/api/v1/recognition/calls/{}/standings?format=xlsx", call.id),
        publish_action: publishes.then(|| format!("{here}/publish")),
        back: Link::new(&call.title, here),
    }
}

fn facts(say: PageWords, row: &EntryStanding) -> Vec<String> {
    [
        row.place.map(|place| say.place_of(place)),
        Some(say.entry_called(row.entry.number)),
        row.entry.school.as_ref().map(|school| school.name.clone()),
        row.score.as_deref().map(|score| say.score_of(score)),
        Some(say.voices(row.voices)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Shows the form once more with what was typed and what is wrong with it.
async fn again(
    visit: &PageContext,
    library: &Library,
    call: &RecognitionCall,
    typed: &TypedFields,
    (awarded, error): (&[String], Error),
) -> Result<HttpResponse, Problem> {
    // A fault stands at the place of an award in the list; the form has it at the entry's.
    let at_entries = |pointer: &str| {
        let mut parts = pointer.strip_prefix("/awards/")?.split('/');
        let id = awarded.get(parts.next()?.parse::<usize>().ok()?)?;
        Some(format!("/{}-{id}", parts.next().unwrap_or("award")))
    };
    let problem = Problem::from(error);
    // Whoever read other standings sees those of now, with what they typed, and decides again.
    let changed = problem.refusal().filter(|why| **why == Refusal::ChangedMeanwhile);
    let notice = changed.map(|why| why.say(visit.say.lang()).detail);
    let (status, faults) = match &notice {
        Some(_) => (StatusCode::PRECONDITION_FAILED, TypedFaults::default()),
        None => {
            let faults = TypedFaults::of(problem, visit.say, "award")?;
            (StatusCode::UNPROCESSABLE_ENTITY, faults.moved(at_entries))
        }
    };
    let rows = library.recognition.standings(&visit.actor, call.id).await?;
    let mut page = page(visit, call, &rows, typed, &faults);
    page.layout.notice = notice;
    visit.page_as(status, &page)
}
