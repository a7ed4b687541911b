//! Teacher training: the list of sessions.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::Choice;
use super::layout::{Layout, Tab};
use super::page_context::PageContext;
use super::urls;
use crate::domain::authority::{Act, Reach};
use crate::domain::list_sheet::ListSheet;
use crate::domain::training::{TrainingMode, TrainingState};
use crate::http::api::training::TrainingFilter;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::training::sessions::TrainingSession;
use crate::words::pages::PageWords;

pub mod bases;
pub mod certificate;
pub mod edit;
pub mod items;
pub mod list;
pub mod mine;
pub mod people;
pub mod session;
pub mod sign_in;

/// Sessions on a page.
const SHOWN: u64 = 30;

/// The list of sessions.
#[derive(Debug, Template)]
#[template(path = "training.html")]
pub struct TrainingPage {
    /// The frame.
    pub layout: Layout,
    /// The pages of training.
    pub tabs: Vec<Tab>,
    /// Makes a session; for those who may.
    pub add_url: Option<&'static str>,
    /// The words asked for.
    pub words: String,
    /// How far they are.
    pub states: Vec<Choice>,
    /// How they are held.
    pub modes: Vec<Choice>,
    /// Whose they are; for those who see the whole city.
    pub schools: Vec<Choice>,
    /// The sessions, the last first.
    pub rows: Vec<TrainingRow>,
    /// The next page.
    pub next_url: Option<String>,
    /// Brings a table of sessions; for those who may.
    pub import_url: Option<String>,
    /// The list as CSV and as a workbook.
    pub export_urls: [String; 2],
}

/// A session in a list.
#[derive(Debug, Clone)]
pub struct TrainingRow {
    /// Its title.
    pub title: String,
    /// Its page.
    pub url: String,
    /// How far it is: its code and its name.
    pub state: (&'static str, &'static str),
    /// When, for whom, how long.
    pub facts: Vec<String>,
}

/// Which sessions, and which part of them.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct TrainingListQuery {
    /// Words of the title or the topic.
    pub q: Option<String>,
    /// How far they are.
    pub state: Option<String>,
    /// How they are held.
    pub mode: Option<String>,
    /// Whose they are.
    pub school: Option<String>,
    /// `open`: only where attendance is still to be settled.
    pub attendance: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// `GET /training`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<TrainingListQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = TrainingFilter {
        q: query.q.clone(),
        state: query.state.clone(),
        mode: query.mode.clone(),
        school: query.school.clone(),
        attendance: query.attendance.clone(),
        ..TrainingFilter::default()
    };
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let page = library
        .training
        .sessions(&visit.actor, &filter.read()?, cursor, SHOWN)
        .await?;
    let next_url = page.next_cursor.map(|cursor| address(&query, &cursor));
    let say = visit.say;
    visit.page(&TrainingPage {
        layout: visit.layout(say.training()),
        tabs: tabs(&visit, urls::TRAINING),
        add_url: visit.actor.may(Act::HoldTraining).then_some(urls::TRAINING_NEW),
        words: query.q.clone().unwrap_or_default(),
        states: states(say, query.state.as_deref().unwrap_or_default()),
        modes: modes(say, say.training_any_mode(), query.mode.as_deref().unwrap_or_default()),
        schools: schools(&visit, &library, &query).await?,
        rows: page.items.iter().map(|session| row(say, session)).collect(),
        next_url,
        import_url: visit
            .actor
            .may(Act::HoldTraining)
            .then(|| urls::sheet(ListSheet::TrainingSessions)),
        export_urls: ["csv", "xlsx"].map(|format| table_url(&query, format)),
    })
}

/// The whole of what the page shows a part of, as a table.
fn table_url(query: &TrainingListQuery, format: &str) -> String {
    let field = |value: &Option<String>| value.clone().unwrap_or_default();
    urls::with_query(
        "/api/v1/training/sessions",
        &[
            ("q", &field(&query.q)),
            ("state", &field(&query.state)),
            ("mode", &field(&query.mode)),
            ("school", &field(&query.school)),
            ("attendance", &field(&query.attendance)),
            ("format", format),
        ],
    )
}

fn address(query: &TrainingListQuery, cursor: &str) -> String {
    let field = |value: &Option<String>| value.clone().unwrap_or_default();
    urls::with_query(
        urls::TRAINING,
        &[
            ("q", &field(&query.q)),
            ("state", &field(&query.state)),
            ("mode", &field(&query.mode)),
            ("school", &field(&query.school)),
            ("attendance", &field(&query.attendance)),
            ("cursor", cursor),
        ],
    )
}

/// The pages of training that the reader has.
fn tabs(visit: &PageContext, open: &str) -> Vec<Tab> {
    let say = visit.say;
    let tab = |url: &str, label: &str| Tab {
        label: label.to_owned(),
        url: url.to_owned(),
        is_here: url == open,
    };
    let mut tabs = vec![
        tab(urls::TRAINING, say.training_sessions()),
        tab(urls::TRAINING_MINE, say.training_mine()),
        tab(urls::TRAINING_BASES, say.training_bases()),
    ];
    if visit.actor.may(Act::SeeTrainees) {
        tabs.push(tab(urls::TRAINING_PEOPLE, say.trainees()));
    }
    tabs
}

fn states(say: PageWords, chosen: &str) -> Vec<Choice> {
    let all = Choice::new("", say.training_any_state(), chosen);
    let each = TrainingState::ALL.map(|state| Choice::new(state.code(), say.training_state_of(state), chosen));
    std::iter::once(all).chain(each).collect()
}

fn modes(say: PageWords, all: &str, chosen: &str) -> Vec<Choice> {
    let all = Choice::new("", all, chosen);
    let each = TrainingMode::ALL.map(|mode| Choice::new(mode.code(), say.training_mode_of(mode), chosen));
    std::iter::once(all).chain(each).collect()
}

async fn schools(visit: &PageContext, library: &Library, query: &TrainingListQuery) -> Result<Vec<Choice>, Problem> {
    if visit.actor.reach(Act::SeeFigures) != Some(Reach::City) {
        return Ok(Vec::new());
    }
    let chosen = query.school.as_deref().unwrap_or_default();
    let all = Choice::new("", visit.say.training_any_school(), chosen);
    let schools = library.curriculum.schools().await?.into_iter();
    let schools = schools.map(|school| Choice::new(school.code, school.name, chosen));
    Ok(std::iter::once(all).chain(schools).collect())
}

fn row(say: PageWords, session: &TrainingSession) -> TrainingRow {
    TrainingRow {
        title: session.title.clone(),
        url: urls::training(session.id),
        state: (session.state.code(), say.training_state_of(session.state)),
        facts: facts(say, session),
    }
}

/// What is said of a session in one line.
fn facts(say: PageWords, session: &TrainingSession) -> Vec<String> {
    let whose = session.school.as_ref().map(|school| school.name.clone());
    let mut facts = vec![
        say.training_dates(session.from, session.until),
        say.training_mode_of(session.mode).to_owned(),
        say.hours(session.hours.unsigned_abs()),
        whose.unwrap_or_else(|| say.training_city().to_owned()),
        match session.capacity {
            Some(seats) => say.training_seats(session.people, seats),
            None => say.training_people(session.people),
        },
    ];
    if session.counts {
        facts.push(say.training_counts().to_owned());
    }
    facts
}
