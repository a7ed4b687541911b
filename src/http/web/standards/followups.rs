//! What versions of standards ask to be looked after: a list, and a decision on each.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domain::authority::{Act, Reach};
use crate::domain::id::FollowUpId;
use crate::domain::standard::followup::{FollowUpDecision, FollowUpKind, FollowUpState};
use crate::error::{Error, Refusal};
use crate::http::api::followups::FollowUpFilter;
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::Choice;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFields, text, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::standards::followups::{FollowUp, FollowUpProgress};
use crate::words::pages::PageWords;

/// Rows on a page.
const SHOWN: u64 = 30;

/// The page.
#[derive(Debug, Template)]
#[template(path = "standard_followups.html")]
pub struct FollowUpsPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the version, or to the list of versions.
    pub back: Link,
    /// The version that the list is limited to.
    pub standard: String,
    /// Whether it is one's own alone.
    pub is_own: bool,
    /// The states to choose from.
    pub states: Vec<Choice>,
    /// The schools to choose from, for those who see the city.
    pub schools: Vec<Choice>,
    /// How far each school has come: its name, and what is open, done, waived.
    pub progress: Vec<(String, [String; 3])>,
    /// What is to be looked after.
    pub rows: Vec<FollowUpRow>,
    /// The list as a table.
    pub export_url: String,
    /// Takes decisions from such a table; for those who decide.
    pub import_url: Option<&'static str>,
    /// Where decisions are sent back to.
    pub here: String,
    /// The next page.
    pub next_url: Option<String>,
}

/// Something to look after.
#[derive(Debug, Clone)]
pub struct FollowUpRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its page, where it can be opened.
    pub url: Option<String>,
    /// How far it has come: a code and its name.
    pub state: (&'static str, &'static str),
    /// What it is, why, whose.
    pub facts: Vec<String>,
    /// Why it was waived.
    pub reason: Option<String>,
    /// The revision that a decision is about.
    pub seen: i64,
    /// Whether it can be decided by the reader: open ones done and waived, others opened again.
    pub may_decide: bool,
    /// Whether it is open.
    pub is_open: bool,
}

/// Which of them, and which part of the list.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct FollowUpsQuery {
    /// Of which version.
    pub standard: Option<String>,
    /// Of which school.
    pub school: Option<String>,
    /// In which state.
    pub state: Option<String>,
    /// `true`: one's own.
    pub mine: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// What just happened, after a form was sent.
    pub done: Option<String>,
}

impl FollowUpsQuery {
    fn pairs(&self) -> [(&str, &str); 4] {
        [
            ("standard", self.standard.as_deref().unwrap_or_default()),
            ("school", self.school.as_deref().unwrap_or_default()),
            ("state", self.state.as_deref().unwrap_or_default()),
            ("mine", self.mine.as_deref().unwrap_or_default()),
        ]
    }
}

/// `GET /standards/followups`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<FollowUpsQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = FollowUpFilter {
        standard: query.standard.clone(),
        school: query.school.clone(),
        state: query.state.clone(),
        kind: None,
        mine: query.mine.clone(),
    };
    let asked = filter.read()?;
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let found = library.standards.followups(&visit.actor, &asked, cursor, SHOWN).await?;
    let say = visit.say;
    let back = match asked.standard {
        Some(id) => {
            let standard = library.standards.words(&visit.actor, id).await?;
            Link::new(standard.title, urls::standard(id))
        }
        None => Link::new(say.standards(), urls::STANDARDS),
    };
    let progress = match asked.standard {
        Some(id) => library.standards.progress(&visit.actor, id).await?,
        None => Vec::new(),
    };
    let here = urls::with_query(urls::FOLLOWUPS, &query.pairs());
    let next = found.next_cursor.map(|cursor| {
        let pairs: Vec<(&str, &str)> = query.pairs().into_iter().chain([("cursor", cursor.as_str())]).collect();
        urls::with_query(urls::FOLLOWUPS, &pairs)
    });
    let export: Vec<(&str, &str)> = query.pairs().into_iter().chain([("format", "xlsx")]).collect();
    let mut layout = visit.layout(say.followups());
    layout.notice = match query.done.as_deref() {
        Some("decided") => Some(say.followup_saved().to_owned()),
        Some("stale") => Some(say.followup_stale().to_owned()),
        Some("imported") => Some(say.followups_imported().to_owned()),
        Some("stale-table") => Some(say.followups_import_stale().to_owned()),
        Some("reason") => Some(say.followup_reason_missing().to_owned()),
        _ => None,
    };
    visit.page(&FollowUpsPage {
        layout,
        back,
        standard: query.standard.clone().unwrap_or_default(),
        is_own: asked.own,
        states: states(say, query.state.as_deref().unwrap_or_default()),
        schools: schools(&visit, &library, &query).await?,
        progress: progress.iter().map(|it| progress_row(say, it)).collect(),
        rows: found.items.iter().map(|it| row(say, it)).collect(),
        export_url: urls::with_query("/api/v1/standards/followups", &export),
        import_url: visit.actor.may(Act::FollowUp).then_some(urls::FOLLOWUPS_IMPORT),
        here,
        next_url: next,
    })
}

fn states(say: PageWords, chosen: &str) -> Vec<Choice> {
    let all = Choice::new("", say.followup_any_state(), chosen);
    let each = FollowUpState::ALL.map(|state| Choice::new(state.code(), say.followup_state_of(state), chosen));
    std::iter::once(all).chain(each).collect()
}

async fn schools(visit: &PageContext, library: &Library, query: &FollowUpsQuery) -> Result<Vec<Choice>, Problem> {
    if visit.actor.reach(Act::SeeFollowUps) != Some(Reach::City) {
        return Ok(Vec::new());
    }
    let chosen = query.school.as_deref().unwrap_or_default();
    let all = Choice::new("", visit.say.followup_any_school(), chosen);
    let schools = library.curriculum.schools().await?.into_iter();
    let schools = schools.map(|school| Choice::new(school.code, school.name, chosen));
    Ok(std::iter::once(all).chain(schools).collect())
}

fn progress_row(say: PageWords, it: &FollowUpProgress) -> (String, [String; 3]) {
    let name = it.school.as_ref().map(|school| school.name.clone());
    let counts = [it.open, it.done, it.waived].map(|count| say.number(count.unsigned_abs()));
    (name.unwrap_or_else(|| say.followup_of_city().to_owned()), counts)
}

/// The page of something that is touched.
pub(super) fn page_of(kind: FollowUpKind, target: &str) -> Option<String> {
    match kind {
        FollowUpKind::Resource => Some(urls::resource(target)),
        FollowUpKind::Pack => Some(format!("/p/{target}")),
        FollowUpKind::Order => None,
    }
}

fn row(say: PageWords, it: &FollowUp) -> FollowUpRow {
    let mut facts = vec![
        say.followup_kind(it.kind).to_owned(),
        say.followup_because(it.change, &it.subject),
    ];
    facts.extend(it.school.as_ref().map(|school| school.name.clone()));
    facts.extend(it.is_own.then(|| say.followup_own().to_owned()));
    FollowUpRow {
        id: it.id.to_string(),
        title: it
            .title
            .clone()
            .unwrap_or_else(|| say.followup_untitled(it.is_gone).to_owned()),
        url: it.title.as_ref().and_then(|_| page_of(it.kind, &it.target)),
        state: (it.state.code(), say.followup_state_of(it.state)),
        facts,
        reason: it.reason.clone(),
        seen: it.revision,
        may_decide: it.may_decide,
        is_open: it.state == FollowUpState::Open,
    }
}

/// `POST /standards/followups/{id}`
pub async fn decide(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<FollowUpId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let back = value(&typed, "back");
    let back = if back.starts_with(urls::FOLLOWUPS) {
        back
    } else {
        urls::FOLLOWUPS
    };
    let led = |done: &str| {
        let mark = if back.contains('?') { '&' } else { '?' };
        Ok(see_other(&format!("{back}{mark}done={done}")))
    };
    let mut fields: Map<String, Value> = Map::new();
    fields.insert("state".to_owned(), text(&typed, "act"));
    if value(&typed, "act") == FollowUpState::Waived.code() {
        fields.insert("reason".to_owned(), text(&typed, "reason"));
    }
    let Ok(decision) = FollowUpDecision::parse(&fields) else {
        return led("reason");
    };
    let seen = value(&typed, "seen").parse().unwrap_or_default();
    match library.standards.decide(&visit.actor, *id, Some(seen), decision).await {
        Ok(_) => led("decided"),
        Err(Error::Refused(refusal)) if *refusal == Refusal::ChangedMeanwhile => led("stale"),
        Err(error) => Err(error.into()),
    }
}
