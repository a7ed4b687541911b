//! Whether a resource is found by some words, and why not.

use actix_web::web;
use serde::Deserialize;

use crate::actor::Actor;
use crate::domain::id::ResourceId;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::search::findability::Findability;

/// A question to try.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindabilityQuery {
    /// What somebody would type to find it.
    pub q: Option<String>,
}

impl FindabilityQuery {
    /// What was typed.
    pub fn asked(&self) -> &str {
        self.q.as_deref().unwrap_or_default().trim()
    }
}

/// Who finds a resource, what of its files is found, and how a question meets it.
#[utoipa::path(get, path = "/api/v1/resources/{id}/findability", tag = "finding",
    params(("id" = String, Path), FindabilityQuery), responses((status = 200, body = Findability)))]
pub async fn findability(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
    query: web::Query<FindabilityQuery>,
) -> Result<web::Json<Findability>, Problem> {
    let found = library
        .search
        .findability(&actor, *id, query.asked(), Negotiation::current().lang)
        .await?;
    library.resources.note_reading(&actor, *id).await?;
    Ok(web::Json(found))
}
