//! What an online session shows: its list for whoever holds it, and the page where one item is looked at.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::domain::id::{ResourceId, TrainingItemId, TrainingSessionId};
use crate::domain::training::online::{ItemChosen, ItemUnit, MAX_ITEMS, ProgressSaid, Saying};
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::FormField;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFields, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::training::online::TrainingItem;
use crate::library::training::sessions::TrainingSession;
use crate::words::pages::PageWords;

/// The list of what a session shows.
#[derive(Debug, Template)]
#[template(path = "training_items.html")]
pub struct ItemsPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the session.
    pub session: Link,
    /// Where it is sent.
    pub action: String,
    /// The resources, a line each.
    pub items: FormField,
}

/// The page where an item is looked at.
#[derive(Debug, Template)]
#[template(path = "training_item.html")]
pub struct ItemPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the session.
    pub session: Link,
    /// How far it is: `12 / 40 页`.
    pub progress: String,
    /// Whether that is enough.
    pub is_finished: bool,
    /// Why nothing is counted, where nothing is.
    pub uncounted: Option<String>,
    /// Where the page says that it is looked at.
    pub watch_url: String,
    /// The page that is shown, of a document.
    pub page: Option<ItemSheet>,
    /// The film, otherwise.
    pub film_url: Option<String>,
    /// The original.
    pub resource_url: String,
    /// Where the button is sent.
    pub action: String,
}

/// A page of a document.
#[derive(Debug, Clone)]
pub struct ItemSheet {
    /// Its number.
    pub number: i32,
    /// How many there are.
    pub total: i32,
    /// Its picture.
    pub picture_url: String,
    /// The page before.
    pub previous_url: Option<String>,
    /// The page behind.
    pub next_url: Option<String>,
}

/// `GET /training/{id}/items`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
) -> Result<HttpResponse, Problem> {
    let session = library.training.session(&visit.actor, *id).await?;
    if !library.training.may_hold(&visit.actor, &session) {
        return Err(Refusal::NotAllowed.into());
    }
    let items = library.training.items(&visit.actor, *id).await?;
    let lines: Vec<String> = items.iter().map(|item| urls::resource(item.resource)).collect();
    visit.page(&list(&visit, &session, FormField::of(lines.join("\n"))))
}

/// `POST /training/{id}/items`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let session = library.training.session(&visit.actor, *id).await?;
    let lines: Vec<&str> = value(&typed, "items").split_whitespace().take(MAX_ITEMS).collect();
    let chosen: Vec<Option<ItemChosen>> = lines.iter().map(|line| chosen(line)).collect();
    let mut wrong: Vec<String> = lines
        .iter()
        .zip(&chosen)
        .filter(|(_, chosen)| chosen.is_none())
        .map(|(line, _)| (*line).to_owned())
        .collect();
    if wrong.is_empty() {
        let chosen: Vec<ItemChosen> = chosen.into_iter().flatten().collect();
        let Err(error) = library.training.set_items(&visit.actor, *id, &chosen).await else {
            return Ok(see_other(&format!("{}?done=saved", urls::training(*id))));
        };
        let problem = Problem::from(error);
        let Some(Refusal::Fields(faults)) = problem.refusal() else {
            return Err(problem);
        };
        let at = faults
            .iter()
            .filter_map(|fault| fault.pointer.split('/').nth(2)?.parse::<usize>().ok());
        wrong = at
            .filter_map(|at| lines.get(at).map(|line| (*line).to_owned()))
            .collect();
    }
    let field = FormField::of(value(&typed, "items")).faulty(visit.say.items_unfit(&wrong));
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &list(&visit, &session, field))
}

/// The resource that a line names: its page's address, or its id.
fn chosen(line: &str) -> Option<ItemChosen> {
    let path = line.split(['?', '#']).next()?;
    let resource: ResourceId = path.rsplit('/').next()?.parse().ok()?;
    Some(ItemChosen { resource, file: None })
}

fn list(visit: &PageContext, session: &TrainingSession, items: FormField) -> ItemsPage {
    ItemsPage {
        layout: visit.layout(visit.say.items_edit()),
        session: Link::new(&session.title, urls::training(session.id)),
        action: format!("{}/items", urls::training(session.id)),
        items,
    }
}

/// Which page of an item.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct ItemQuery {
    /// The page of a document.
    pub page: Option<i32>,
}

/// `GET /training/{id}/items/{item}`: from now on it is looked at.
pub async fn look(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(TrainingSessionId, TrainingItemId)>,
    query: web::Query<ItemQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, item) = path.into_inner();
    let opened = ProgressSaid {
        opened: true,
        page: None,
    };
    let told = library.training.look(&visit.actor, item, opened, Saying::Opened).await;
    let uncounted = match told {
        Ok(_) => None,
        Err(error) => Some(uncounted(visit.say, Problem::from(error))?),
    };
    let session = library.training.session(&visit.actor, id).await?;
    let item = library.training.item(&visit.actor, id, item).await?;
    visit.page(&page(&visit, &session, &item, query.page, uncounted))
}

/// Why nothing is counted; whoever may not see it at all is refused.
fn uncounted(say: PageWords, problem: Problem) -> Result<String, Problem> {
    match problem.refusal() {
        Some(Refusal::Training(_) | Refusal::NotAllowed | Refusal::TokenTooNarrow) => {
            let said = problem.say(say.lang());
            Ok(format!("{}{}{}", said.title, say.colon(), said.detail))
        }
        _ => Err(problem),
    }
}

/// `POST /training/{id}/items/{item}`: read up to here.
pub async fn read(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(TrainingSessionId, TrainingItemId)>,
    typed: ProtectedForm<ItemQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, item) = path.into_inner();
    let said = ProgressSaid {
        opened: false,
        page: typed.page,
    };
    library
        .training
        .look(&visit.actor, item, said, Saying::ReadToHere)
        .await?;
    let here = format!("{}/items/{item}", urls::training(id));
    Ok(see_other(&match typed.page {
        Some(page) => format!("{here}?page={page}"),
        None => here,
    }))
}

fn page(
    visit: &PageContext,
    session: &TrainingSession,
    item: &TrainingItem,
    asked: Option<i32>,
    uncounted: Option<String>,
) -> ItemPage {
    let say = visit.say;
    let here = format!("{}/items/{}", urls::training(session.id), item.id);
    let is_document = item.unit == ItemUnit::Pages;
    let film = format!("/api/v1/files/{}/stream", item.file);
    ItemPage {
        layout: visit.layout(if item.title.is_empty() {
            say.item_withdrawn()
        } else {
            item.title.as_str()
        }),
        session: Link::new(&session.title, urls::training(session.id)),
        progress: progress(say, item),
        is_finished: item.is_finished,
        uncounted,
        watch_url: format!("/api/v1/training/items/{}/progress", item.id),
        page: is_document.then(|| sheet(item, &here, asked.unwrap_or(item.reached))),
        film_url: (!is_document).then_some(film),
        resource_url: urls::resource(item.resource),
        action: here,
    }
}

fn sheet(item: &TrainingItem, here: &str, asked: i32) -> ItemSheet {
    let number = asked.clamp(1, item.total.max(1));
    let to = |page: i32| format!("{here}?page={page}");
    ItemSheet {
        number,
        total: item.total,
        picture_url: format!("/api/v1/files/{}/pages/{number}", item.file),
        previous_url: (number > 1).then(|| to(number - 1)),
        next_url: (number < item.total).then(|| to(number + 1)),
    }
}

/// `12 / 40 页`, `01:10 / 03:00`.
pub(super) fn progress(say: PageWords, item: &TrainingItem) -> String {
    match item.unit {
        ItemUnit::Pages => say.item_pages(item.reached, item.total),
        ItemUnit::Seconds => say.item_seconds(item.reached, item.total),
    }
}
