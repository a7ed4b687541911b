//! What the reader was trained in, and how much the people were whom the reader sees.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::tabs;
use crate::domain::authority::{Act, Reach};
use crate::http::problem::Problem;
use crate::http::web::form::Choice;
use crate::http::web::layout::{Layout, Link, Tab};
use crate::http::web::page_context::PageContext;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::training::records::{Trainee, TrainingRecord};
use crate::words::pages::PageWords;

/// Rows on a page.
const SHOWN: u64 = 50;

/// One's own record.
#[derive(Debug, Template)]
#[template(path = "training_mine.html")]
pub struct OwnTrainingPage {
    /// The frame.
    pub layout: Layout,
    /// The pages of training.
    pub tabs: Vec<Tab>,
    /// Each session that one was in.
    pub rows: Vec<OwnTrainingRow>,
    /// The next page.
    pub next_url: Option<String>,
}

/// A session that one was in.
#[derive(Debug, Clone)]
pub struct OwnTrainingRow {
    /// The session.
    pub session: Link,
    /// How one's part stands: its code and its name.
    pub state: (&'static str, &'static str),
    /// When, how many hours.
    pub facts: Vec<String>,
    /// The certificate.
    pub certificate: Option<Link>,
}

/// How much people were trained.
#[derive(Debug, Template)]
#[template(path = "training_totals.html")]
pub struct TotalsPage {
    /// The frame.
    pub layout: Layout,
    /// The pages of training.
    pub tabs: Vec<Tab>,
    /// Whose people; for those who see the whole city.
    pub schools: Vec<Choice>,
    /// Each person: name, school, sessions, of which counted, hours.
    pub rows: Vec<[String; 5]>,
    /// The next page.
    pub next_url: Option<String>,
    /// The list as CSV.
    pub csv_url: String,
    /// The list as a workbook.
    pub xlsx_url: String,
}

/// Which part of a list.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct TotalsQuery {
    /// Whose people.
    pub school: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

impl TotalsQuery {
    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty())
    }
}

/// `GET /training/mine`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<TotalsQuery>,
) -> Result<HttpResponse, Problem> {
    let page = library.training.own_record(&visit.actor, query.cursor(), SHOWN).await?;
    let next = |cursor: String| urls::with_query(urls::TRAINING_MINE, &[("cursor", &cursor)]);
    visit.page(&OwnTrainingPage {
        layout: visit.layout(visit.say.training_mine()),
        tabs: tabs(&visit, urls::TRAINING_MINE),
        rows: page.items.into_iter().map(|record| row(visit.say, record)).collect(),
        next_url: page.next_cursor.map(next),
    })
}

fn row(say: PageWords, record: TrainingRecord) -> OwnTrainingRow {
    OwnTrainingRow {
        session: Link::new(record.title, urls::training(record.session)),
        state: (record.state.code(), say.attendance_state(record.state)),
        facts: vec![
            say.training_dates(record.from, record.until),
            say.hours(record.hours.unsigned_abs()),
        ],
        certificate: record
            .certificate
            .map(|number| Link::new(number.to_string(), urls::certificate(&number))),
    }
}

/// `GET /training/people`
pub async fn people(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<TotalsQuery>,
) -> Result<HttpResponse, Problem> {
    let school = query.school.as_deref().filter(|school| !school.is_empty());
    let page = library
        .training
        .trainees(&visit.actor, school, query.cursor(), SHOWN)
        .await?;
    let chosen = school.unwrap_or_default();
    let table = |format| urls::with_query("/api/v1/training/people", &[("school", chosen), ("format", format)]);
    let next = |cursor: String| urls::with_query(urls::TRAINING_PEOPLE, &[("school", chosen), ("cursor", &cursor)]);
    visit.page(&TotalsPage {
        layout: visit.layout(visit.say.trainees()),
        tabs: tabs(&visit, urls::TRAINING_PEOPLE),
        schools: schools(&visit, &library, chosen).await?,
        rows: page.items.into_iter().map(cells).collect(),
        next_url: page.next_cursor.map(next),
        csv_url: table("csv"),
        xlsx_url: table("xlsx"),
    })
}

fn cells(trainee: Trainee) -> [String; 5] {
    [
        trainee.person.name,
        trainee.school.map(|school| school.name).unwrap_or_default(),
        trainee.sessions.to_string(),
        trainee.counted.to_string(),
        trainee.hours.to_string(),
    ]
}

async fn schools(visit: &PageContext, library: &Library, chosen: &str) -> Result<Vec<Choice>, Problem> {
    if visit.actor.reach(Act::SeeTrainees) != Some(Reach::City) {
        return Ok(Vec::new());
    }
    let all = Choice::new("", visit.say.whole_city(), chosen);
    let schools = library.curriculum.schools().await?.into_iter();
    let schools = schools.map(|school| Choice::new(school.code, school.name, chosen));
    Ok(std::iter::once(all).chain(schools).collect())
}
