//! What online sessions of training show, and how far the asker is.

use actix_web::web;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::domain::id::{TrainingItemId, TrainingSessionId};
use crate::domain::training::online::{ItemChosen, ProgressSaid, Saying, parse_items, parse_progress};
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::training::online::{ItemProgress, TrainingItem};

/// What an online session shows, in order, with how far the asker is.
#[utoipa::path(get, path = "/api/v1/training/sessions/{id}/items", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = Page<TrainingItem>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
) -> Result<web::Json<Page<TrainingItem>>, Problem> {
    Ok(web::Json(Page::only(library.training.items(&actor, *id).await?)))
}

/// All that an online session shows.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::training::online` reads the JSON, to gather all faults"
)]
pub struct TrainingItemsBody {
    /// In the order in which it is looked at; up to 100.
    items: Vec<ItemChosen>,
}

/// Says what an online session shows, in place of what it showed. What people saw of what stays is kept.
#[utoipa::path(put, path = "/api/v1/training/sessions/{id}/items", tag = "training",
    request_body = TrainingItemsBody, params(("id" = String, Path)),
    responses((status = 200, body = Page<TrainingItem>)))]
pub async fn put(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<Page<TrainingItem>>, Problem> {
    let chosen = parse_items(&body).map_err(Refusal::Fields)?;
    let items = library.training.set_items(&actor, *id, &chosen).await?;
    Ok(web::Json(Page::only(items)))
}

/// Says that an item is looked at, every few seconds while it is. The time between two words is counted, as the service's own
/// clock has it; that of a page that was silent for long, or of another item than the one opened last, is not.
#[utoipa::path(post, path = "/api/v1/training/items/{id}/progress", tag = "training", request_body = ProgressSaid,
    params(("id" = String, Path)), responses((status = 200, body = ItemProgress)))]
pub async fn progress(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingItemId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<ItemProgress>, Problem> {
    let said = parse_progress(&body).map_err(Refusal::Fields)?;
    let saying = if said.opened { Saying::Opened } else { Saying::Looking };
    Ok(web::Json(library.training.look(&actor, *id, said, saying).await?))
}
