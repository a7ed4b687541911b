//! The page on which people correct, line by line, what a machine heard in a film.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domain::id::{FileId, ResourceId};
use crate::domain::passage::Locator;
use crate::domain::speech::{MOST_LINE_CHARS, SpokenCorrection, SpokenLine};
use crate::error::{Error, Refusal, Thing};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::reading::speech::SpokenFilm;
use crate::library::resource_view::Resource;

/// Lines on one page: some minutes of speech.
const LISTED: usize = 100;

/// The page.
#[derive(Debug, Template)]
#[template(path = "speech.html")]
pub struct SpeechPage {
    /// The frame.
    pub layout: Layout,
    /// The resource, with the way back to it.
    pub resource: Link,
    /// The film's name.
    pub name: String,
    /// Where every form goes: this page.
    pub url: String,
    /// The page of lines that is shown, so that one comes back to it.
    pub from: usize,
    /// By which model, and how much of it is corrected.
    pub about: Option<String>,
    /// What became of hearing it, where that is more than lines.
    pub state: Option<String>,
    /// The lines.
    pub lines: Vec<SpokenRow>,
    /// The most characters of a line.
    pub most: usize,
    /// The lines before these.
    pub previous: Option<Link>,
    /// The lines after these.
    pub next: Option<Link>,
    /// Fetches all of it as WebVTT.
    pub download_url: String,
}

/// One line.
#[derive(Debug, Clone)]
pub struct SpokenRow {
    /// The millisecond that names it.
    pub start: u64,
    /// When it is said, as a clock shows it.
    pub clock: String,
    /// How its field is read out.
    pub label: String,
    /// Plays the film there.
    pub url: String,
    /// What is said.
    pub text: String,
    /// Whether somebody corrected it.
    pub corrected: bool,
}

/// Which lines, and what just happened.
#[derive(Debug, Default, Deserialize)]
pub struct SpeechQuery {
    /// The first line, counted from 0.
    pub from: Option<String>,
    /// After a form was sent.
    pub done: Option<String>,
}

/// `GET /r/{id}/speech/{file}`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(ResourceId, FileId)>,
    query: web::Query<SpeechQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = path.into_inner();
    let (resource, name) = editable(&visit, &library, id, file).await?;
    let spoken = library.reading.spoken(&visit.actor, file).await?;
    let from = query.from.as_deref().and_then(|from| from.parse().ok()).unwrap_or(0);
    let mut page = page(&visit, &resource, (file, name), &spoken, from);
    page.layout.notice = match query.done.as_deref() {
        Some("saved") => Some(visit.say.speech_saved().to_owned()),
        Some("stale") => Some(visit.say.speech_stale().to_owned()),
        Some("asked") => Some(visit.say.speech_asked().to_owned()),
        _ => None,
    };
    visit.page(&page)
}

/// The resource, if the reader may change it, and the name of its film.
async fn editable(
    visit: &PageContext,
    library: &Library,
    id: ResourceId,
    file: FileId,
) -> Result<(Resource, String), Problem> {
    let resource = library.resources.resource(&visit.actor, id).await?;
    if !library.resources.may_edit(&visit.actor, &resource) {
        return Err(Refusal::NotAllowed.into());
    }
    let films = resource.files.as_deref().unwrap_or_default();
    let film = films.iter().find(|film| film.id == file);
    let name = film.ok_or(Refusal::NoSuch(Thing::File))?.name.clone();
    Ok((resource, name))
}

fn page(
    visit: &PageContext,
    resource: &Resource,
    (file, name): (FileId, String),
    spoken: &SpokenFilm,
    from: usize,
) -> SpeechPage {
    let say = visit.say;
    let url = urls::speech(resource.id, file);
    let at = |first: usize| urls::with_query(&url, &[("from", &first.to_string())]);
    let lines = spoken.lines.iter().skip(from).take(LISTED);
    let report = spoken.report.as_ref();
    let has_more = spoken.lines.len() > from.saturating_add(LISTED);
    SpeechPage {
        layout: visit.layout(say.speech_heading()),
        resource: Link::new(&resource.metadata.title, &resource.url),
        about: report
            .filter(|report| report.lines > 0)
            .map(|report| say.heard_note(report)),
        state: report.and_then(|report| say.speech_state(report)),
        lines: lines.map(|line| row(visit, resource, file, line)).collect(),
        most: MOST_LINE_CHARS,
        previous: (from > 0).then(|| Link::new(say.speech_previous(), at(from.saturating_sub(LISTED)))),
        next: has_more.then(|| Link::new(say.speech_next(), at(from + LISTED))),
        download_url: format!("/api/v1/files/{file}/subtitles"),
        name,
        url,
        from,
    }
}

fn row(visit: &PageContext, resource: &Resource, file: FileId, line: &SpokenLine) -> SpokenRow {
    let at = Locator::Time {
        start_ms: line.start_ms,
        end_ms: line.end_ms,
    };
    let clock = visit.say.place(&at);
    SpokenRow {
        start: line.start_ms,
        label: visit.say.speech_line_at(&clock),
        url: format!("{}?t={}&file={file}#reading", resource.url, line.start_ms / 1000),
        text: line.text.clone(),
        corrected: line.corrected,
        clock,
    }
}

/// A line as the form sends it.
#[derive(Debug, Deserialize)]
pub struct SpeechFields {
    /// The millisecond that names it.
    #[serde(default)]
    pub start: String,
    /// The line as it was seen.
    #[serde(default)]
    pub seen: String,
    /// What is said there.
    #[serde(default)]
    pub text: String,
    /// Which button was pressed.
    #[serde(default)]
    pub act: String,
    /// The lines that were shown.
    #[serde(default)]
    pub from: String,
}

/// `POST /r/{id}/speech/{file}`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(ResourceId, FileId)>,
    form: ProtectedForm<SpeechFields>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = path.into_inner();
    editable(&visit, &library, id, file).await?;
    let url = urls::speech(id, file);
    if form.act == "again" {
        library.reading.hear_again(&visit.actor, file).await?;
        return Ok(see_other(&format!("{url}?done=asked")));
    }
    let start = form.start.parse().map_err(|_| Refusal::NoSuch(Thing::SpokenLine))?;
    let correction = match form.act.as_str() {
        "undo" => None,
        _ => {
            let fields = [("seen", &form.seen), ("text", &form.text)];
            let fields = fields.map(|(name, value)| (name.to_owned(), Value::from(value.as_str())));
            Some(SpokenCorrection::parse(&Map::from_iter(fields)).map_err(Refusal::Fields)?)
        }
    };
    let saved = library
        .reading
        .correct_speech(&visit.actor, file, start, correction)
        .await;
    let done = match saved {
        Err(Error::Refused(refusal)) if *refusal == Refusal::ChangedMeanwhile => "stale",
        saved => saved.map(|_| "saved")?,
    };
    let from: usize = form.from.parse().unwrap_or(0);
    Ok(see_other(&format!("{url}?from={from}&done={done}#line-{start}")))
}
