//! Curriculum standards: the list of versions.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::Choice;
use super::layout::Layout;
use super::page_context::PageContext;
use super::urls;
use crate::http::api::standards::StandardsFilter;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::standards::Standard;
use crate::words::pages::PageWords;

pub mod decision_sheet;
pub mod edit;
pub mod followups;
pub mod version;

/// Versions on a page.
const SHOWN: u64 = 30;

/// The list of versions.
#[derive(Debug, Template)]
#[template(path = "standards.html")]
pub struct StandardsPage {
    /// The frame.
    pub layout: Layout,
    /// Makes a draft; for those who may.
    pub add_url: Option<&'static str>,
    /// What versions ask to be looked after; for those who may see any of it.
    pub followups: Option<&'static str>,
    /// The majors to choose from.
    pub majors: Vec<Choice>,
    /// The versions, the newest first.
    pub rows: Vec<StandardRow>,
    /// The next page.
    pub next_url: Option<String>,
}

/// A version in a list.
#[derive(Debug, Clone)]
pub struct StandardRow {
    /// Its title.
    pub title: String,
    /// Its page.
    pub url: String,
    /// Where it stands: a code and its name.
    pub state: (&'static str, String),
    /// Major, document number, day.
    pub facts: Vec<String>,
}

/// Which versions, and which part of them.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct StandardsQuery {
    /// Of which major.
    pub major: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// What just happened, after a form was sent.
    pub done: Option<String>,
}

/// `GET /standards`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<StandardsQuery>,
) -> Result<HttpResponse, Problem> {
    let say = visit.say;
    let filter = StandardsFilter {
        major: query.major.clone(),
        state: None,
    };
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let found = library
        .standards
        .list(&visit.actor, &filter.read()?, cursor, SHOWN)
        .await?;
    let chosen = query.major.as_deref().unwrap_or_default();
    let next = found.next_cursor.map(|cursor| {
        let asked = [("major", chosen), ("cursor", cursor.as_str())];
        urls::with_query(urls::STANDARDS, &asked)
    });
    let mut layout = visit.layout(say.standards());
    layout.notice = (query.done.as_deref() == Some("removed")).then(|| say.standard_removed().to_owned());
    visit.page(&StandardsPage {
        layout,
        add_url: library.standards.may_edit(&visit.actor).then_some(urls::STANDARDS_NEW),
        followups: library.standards.follows(&visit.actor).then_some(urls::FOLLOWUPS),
        majors: majors(&library, Some(say.standards_any_major()), chosen).await?,
        rows: found.items.iter().map(|standard| row(say, standard)).collect(),
        next_url: next,
    })
}

/// The majors in use to choose from, behind an empty choice that says `all`.
async fn majors(library: &Library, all: Option<&str>, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let majors = library.curriculum.majors().await?.into_iter();
    let choices = majors.filter(|major| major.replaced_by.is_none()).map(|major| {
        let code = major.code.as_deref().unwrap_or_default();
        let label = format!("{} {code}", major.name);
        Choice::new(major.id.to_string(), label.trim(), chosen)
    });
    let first = all.map(|label| Choice::new("", label, chosen));
    Ok(first.into_iter().chain(choices).collect())
}

fn row(say: PageWords, standard: &Standard) -> StandardRow {
    StandardRow {
        title: standard.title.clone(),
        url: urls::standard(standard.id),
        state: (
            standard.state.code(),
            say.standard_number(standard.state, standard.number),
        ),
        facts: facts(say, standard),
    }
}

/// Major, document number, day.
fn facts(say: PageWords, standard: &Standard) -> Vec<String> {
    let from = standard
        .effective_on
        .map(|day| format!("{} {day}", say.standard_effective_on()));
    let published = standard.published_at;
    let published = published.map(|at| format!("{} {}", say.standard_published_on(), at.day()));
    let mut facts = vec![standard.major.name.clone()];
    facts.extend(standard.issued_no.clone());
    facts.extend(from);
    facts.extend(published);
    facts
}
