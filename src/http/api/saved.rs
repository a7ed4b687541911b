//! Saved searches.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

use super::created::created;
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::id::SavedSearchId;
use crate::domain::saved::{NewSaved, SavedPatch};
use crate::domain::search::SearchQuery;
use crate::error::{Refusal, Result};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::search::saved::SavedSearch;

/// One's own saved searches, newest first, with how much is new in each.
#[utoipa::path(get, path = "/api/v1/saved-searches", tag = "finding", params(Paging),
    responses((status = 200, body = Page<SavedSearch>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    paging: web::Query<Paging>,
) -> std::result::Result<web::Json<Page<SavedSearch>>, Problem> {
    let page = library
        .search
        .saved_searches(&actor, paging.cursor(), paging.limit()?)
        .await?;
    Ok(web::Json(page))
}

/// Keeps a search. A person keeps up to 100.
#[utoipa::path(post, path = "/api/v1/saved-searches", tag = "finding", request_body = NewSaved,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = SavedSearch)))]
pub async fn add(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> std::result::Result<HttpResponse, Problem> {
    let add = async |actor: &Actor| {
        let new = NewSaved::parse(&body).map_err(Refusal::Fields)?;
        library.search.save_search(actor, new.name, &read(&new.query)?).await
    };
    let find = async |id| library.search.saved_search(&actor, id).await;
    let address = |search: &SavedSearch| format!("/api/v1/saved-searches/{}", search.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// Reads the query of an address.
pub fn read(query: &str) -> Result<SearchQuery> {
    let query = web::Query::<SearchQuery>::from_query(query).map_err(|error| Refusal::Malformed {
        detail: error.to_string(),
    })?;
    Ok(query.into_inner())
}

/// Renames a saved search, or makes, renews or ends the address of its feed.
#[utoipa::path(patch, path = "/api/v1/saved-searches/{id}", tag = "finding", request_body = SavedPatch,
    params(("id" = String, Path)), responses((status = 200, body = SavedSearch)))]
pub async fn edit(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<SavedSearchId>,
    body: web::Json<Map<String, Value>>,
) -> std::result::Result<web::Json<SavedSearch>, Problem> {
    let patch = SavedPatch::parse(&body).map_err(Refusal::Fields)?;
    Ok(web::Json(library.search.edit_saved(&actor, *id, patch).await?))
}

/// Forgets a saved search, and ends its feed.
#[utoipa::path(delete, path = "/api/v1/saved-searches/{id}", tag = "finding", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<SavedSearchId>,
) -> std::result::Result<HttpResponse, Problem> {
    library.search.remove_saved(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Notes that what is new was looked at.
#[utoipa::path(post, path = "/api/v1/saved-searches/{id}/seen", tag = "finding", params(("id" = String, Path)),
    responses((status = 200, body = SavedSearch)))]
pub async fn seen(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<SavedSearchId>,
) -> std::result::Result<web::Json<SavedSearch>, Problem> {
    let (search, _) = library.search.see_saved(&actor, *id).await?;
    Ok(web::Json(search))
}
