//! Schools, for the bureau that looks after them; everybody's list of them is among the vocabularies.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

use super::created::created;
use crate::actor::Actor;
use crate::domain::account::{SchoolForm, SchoolPatch};
use crate::domain::id::SchoolId;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::accounts::school::SchoolRow;

/// Adds a school. For the bureau.
#[utoipa::path(post, path = "/api/v1/schools", tag = "curriculum", request_body = SchoolForm,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = SchoolRow)))]
pub async fn add(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let add = async |actor: &Actor| library.accounts.open_school(actor, &body).await;
    let find = async |id| library.accounts.school_row(&actor, id).await;
    let address = |school: &SchoolRow| format!("/api/v1/schools/{}", school.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// Changes a school: its name, its kind, the phase in which it joined, its quota. For the bureau.
#[utoipa::path(patch, path = "/api/v1/schools/{id}", tag = "curriculum", request_body = SchoolPatch,
    params(("id" = String, Path)), responses((status = 200, body = SchoolRow)))]
pub async fn edit(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<SchoolId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<SchoolRow>, Problem> {
    Ok(web::Json(library.accounts.edit_school(&actor, *id, &body).await?))
}
