//! Completions as one types, and similar resources.

use actix_web::web;
use serde::Deserialize;

use super::paging::number_within;
use crate::actor::Actor;
use crate::domain::id::ResourceId;
use crate::error::Result;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::search::similar::SimilarResources;
use crate::library::search::suggest::Suggestions;

/// Completions when nobody says how many.
const SUGGESTIONS: usize = 8;
/// Similar resources when nobody says how many.
const SIMILAR: usize = 6;

/// What was typed so far.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestQuery {
    /// The beginning of a name or of a word in it: in characters, in pinyin, by initials, mixed; or a code. Empty: where
    /// to begin.
    #[serde(default)]
    pub q: String,
    /// How many, 1 to 20; 8 when not given.
    #[param(minimum = 1, maximum = 20, value_type = Option<u64>)]
    pub limit: Option<String>,
}

/// How to go on with what is being typed. Nothing that is typed is refused.
#[utoipa::path(get, path = "/api/v1/suggest", tag = "finding", params(SuggestQuery),
    responses((status = 200, body = Suggestions)))]
pub async fn suggest(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<SuggestQuery>,
) -> std::result::Result<web::Json<Suggestions>, Problem> {
    let limit = limit(query.limit.as_ref(), SUGGESTIONS)?;
    Ok(web::Json(library.search.suggest(&actor, &query.q, limit).await?))
}

/// How many similar resources.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SimilarQuery {
    /// How many, 1 to 20; 6 when not given.
    #[param(minimum = 1, maximum = 20, value_type = Option<u64>)]
    pub limit: Option<String>,
}

/// Resources like one, by what they say.
#[utoipa::path(get, path = "/api/v1/resources/{id}/similar", tag = "finding", params(("id" = ResourceId, Path), SimilarQuery),
    responses((status = 200, body = SimilarResources)))]
pub async fn similar(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
    query: web::Query<SimilarQuery>,
) -> std::result::Result<web::Json<SimilarResources>, Problem> {
    let limit = limit(query.limit.as_ref(), SIMILAR)?;
    Ok(web::Json(library.search.similar(&actor, *id, limit).await?))
}

fn limit(given: Option<&String>, default: usize) -> Result<usize> {
    let Some(given) = given else { return Ok(default) };
    let limit = number_within(given, "limit", 1..=20, "a number from 1 to 20")?;
    Ok(usize::try_from(limit).unwrap_or(default))
}
