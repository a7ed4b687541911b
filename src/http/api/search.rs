//! Search.

use actix_web::web;

use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::search::{Question, SearchQuery};
use crate::error::Result;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::search::find::SearchResults;

/// A page of what a query asks for.
pub async fn question(library: &Library, query: &SearchQuery, paging: &Paging) -> Result<Question> {
    let limit = paging.limit()?;
    Ok(Question {
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
        cursor: paging.cursor().map(str::to_owned),
        ..library.search.question(query).await?
    })
}

/// Finds resources and the places in them.
#[utoipa::path(get, path = "/api/v1/search", tag = "finding", params(SearchQuery, Paging),
    responses((status = 200, body = SearchResults)))]
pub async fn search(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<SearchQuery>,
    paging: web::Query<Paging>,
) -> std::result::Result<web::Json<SearchResults>, Problem> {
    let question = question(&library, &query, &paging).await?;
    let found = library
        .search
        .find(&actor, question, Negotiation::current().lang)
        .await?;
    Ok(web::Json(found))
}
