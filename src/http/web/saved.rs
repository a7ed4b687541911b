//! Saved searches: what is new in each, and its feed.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::layout::Layout;
use super::page_context::{PageContext, see_other};
use super::page_query::PageQuery;
use super::{results, urls};
use crate::actor::Actor;
use crate::domain::id::SavedSearchId;
use crate::domain::saved::{MAX_SAVED, NewSaved, SavedPatch};
use crate::domain::search::SearchQuery;
use crate::error::Refusal;
use crate::http::api::saved::read;
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::library::Library;
use crate::library::search::saved::SavedSearch;

/// The page of one's saved searches.
#[derive(Debug, Template)]
#[template(path = "saved.html")]
pub struct SavedPage {
    /// The frame.
    pub layout: Layout,
    /// An address that was just made, shown this once.
    pub feed: Option<FeedMade>,
    /// The searches, newest first.
    pub rows: Vec<SavedRow>,
}

/// A feed's address.
#[derive(Debug, Clone)]
pub struct FeedMade {
    /// The search it belongs to.
    pub name: String,
    /// The whole address.
    pub url: String,
}

/// A saved search.
#[derive(Debug, Clone)]
pub struct SavedRow {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// All its results.
    pub url: String,
    /// How much is new, if anything is: `3 个新的或改过的`.
    pub news: Option<String>,
    /// What is asked, and when it was last looked at.
    pub facts: Vec<String>,
    /// Whether it has a feed.
    pub has_feed: bool,
}

/// `GET /saved`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&visit, &library).await?;
    page.layout.notice = query.done.as_deref().and_then(|done| notice(&visit, done));
    visit.page(&page)
}

async fn page(visit: &PageContext, library: &Library) -> Result<SavedPage, Problem> {
    let searches = library.search.saved_searches(&visit.actor, None, MAX_SAVED).await?;
    Ok(SavedPage {
        layout: visit.layout(visit.say.saved()),
        feed: None,
        rows: searches.items.into_iter().map(|search| row(visit, search)).collect(),
    })
}

fn row(visit: &PageContext, search: SavedSearch) -> SavedRow {
    let say = visit.say;
    let query = SearchQuery::read(&search.query);
    let limits = SearchQuery::LIMITS.iter().map(|field| query.values(field).count());
    let limits = limits.sum::<usize>() as u64;
    let facts = [
        Some(results::heading(say, &query)),
        (limits > 0).then(|| say.saved_limits(limits)),
        Some(say.saved_seen_at(&search.seen_at.minute())),
    ];
    SavedRow {
        id: search.id.to_string(),
        name: search.name,
        url: search.url,
        news: (search.news > 0).then(|| say.saved_news(search.news)),
        facts: facts.into_iter().flatten().collect(),
        has_feed: search.has_feed,
    }
}

fn notice(visit: &PageContext, done: &str) -> Option<String> {
    let say = visit.say;
    let said = match done {
        "saved" => say.saved_done(),
        "rename" => say.saved_renamed(),
        "delete" => say.saved_removed(),
        "feed-end" => say.feed_ended(),
        _ => return None,
    };
    Some(said.to_owned())
}

/// A search to keep, as the results page sends it.
#[derive(Debug, Deserialize)]
pub struct KeepForm {
    /// What to call it; the question itself when left empty.
    #[serde(default)]
    pub name: String,
    /// The question as an address carries it.
    #[serde(default)]
    pub query: String,
}

/// `POST /saved`
pub async fn keep(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedForm<KeepForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let query = read(&form.query)?;
    let name = Some(form.name).filter(|name| !name.trim().is_empty());
    let name = name.or_else(|| Some(query.q.trim().to_owned()).filter(|text| !text.is_empty()));
    let mut fields = Map::new();
    fields.insert(
        "name".to_owned(),
        name.unwrap_or_else(|| visit.say.everything().to_owned()).into(),
    );
    fields.insert("query".to_owned(), form.query.into());
    let new = NewSaved::parse(&fields).map_err(Refusal::Fields)?;
    library.search.save_search(&visit.actor, new.name, &query).await?;
    Ok(see_other("/saved?done=saved"))
}

/// What can be done with a saved search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SavedSearchAction {
    /// Shows what is new and marks it as seen.
    See,
    /// Calls it something else.
    Rename,
    /// Forgets it.
    Delete,
    /// Makes an address for its feed; an older one ends.
    Feed,
    /// Ends its feed.
    FeedEnd,
}

/// A button beside a saved search, as its form sends it.
#[derive(Debug, Deserialize)]
pub struct ActForm {
    /// Its name from now on.
    pub name: Option<String>,
}

/// `POST /saved/{id}/{act}`
pub async fn act(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(SavedSearchId, SavedSearchAction)>,
    form: ProtectedForm<ActForm>,
) -> Result<HttpResponse, Problem> {
    let (id, act) = path.into_inner();
    match act {
        SavedSearchAction::See => see(&visit.actor, &library, id).await,
        SavedSearchAction::Rename => rename(&visit.actor, &library, id, form.into_inner().name).await,
        SavedSearchAction::Delete => {
            library.search.remove_saved(&visit.actor, id).await?;
            Ok(see_other("/saved?done=delete"))
        }
        SavedSearchAction::Feed => make_feed(&visit, &library, id).await,
        SavedSearchAction::FeedEnd => {
            let patch = SavedPatch {
                feed: Some(false),
                ..SavedPatch::default()
            };
            library.search.edit_saved(&visit.actor, id, patch).await?;
            Ok(see_other("/saved?done=feed-end"))
        }
    }
}

async fn see(actor: &Actor, library: &Library, id: SavedSearchId) -> Result<HttpResponse, Problem> {
    let (search, since) = library.search.see_saved(actor, id).await?;
    // The moment goes along: seen by now, nothing would be new any more.
    Ok(see_other(&urls::results(
        &SearchQuery::read(&search.query).with("since", &since.to_string()),
    )))
}

async fn rename(
    actor: &Actor,
    library: &Library,
    id: SavedSearchId,
    name: Option<String>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), name.map_or(Value::Null, Value::from));
    let patch = SavedPatch::parse(&fields).map_err(Refusal::Fields)?;
    library.search.edit_saved(actor, id, patch).await?;
    Ok(see_other("/saved?done=rename"))
}

/// Answers with the page itself: the address is shown once, and an address to go on to would have to carry it.
async fn make_feed(visit: &PageContext, library: &Library, id: SavedSearchId) -> Result<HttpResponse, Problem> {
    let patch = SavedPatch {
        feed: Some(true),
        ..SavedPatch::default()
    };
    let search = library.search.edit_saved(&visit.actor, id, patch).await?;
    let mut page = page(visit, library).await?;
    page.feed = search.feed_url.map(|path| FeedMade {
        name: search.name,
        url: visit.absolute(&path),
    });
    visit.page(&page)
}
