//! The order in which a task's resources are shown.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::if_match;
use crate::actor::Actor;
use crate::domain::id::{ResourceId, TaskId};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::curriculum::order::TaskOrder;

/// The order in which you see a task's resources: your school's own, or else the city's.
#[utoipa::path(get, path = "/api/v1/tasks/{id}/order", tag = "curriculum", params(("id" = String, Path)),
    responses((status = 200, body = TaskOrder, headers(("ETag" = String)))))]
pub async fn show(library: web::Data<Library>, actor: Actor, id: web::Path<TaskId>) -> Result<HttpResponse, Problem> {
    Ok(with_tag(&library.curriculum.task_order(&actor, *id).await?))
}

/// A new order.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderBody {
    /// Published resources of the task, first to last, 200 at most; none: the newest first again.
    #[schema(value_type = Vec<String>)]
    resources: Vec<ResourceId>,
}

/// Puts a task's resources in order: teachers for their school, the bureau and its experts for all schools without one of
/// their own.
#[utoipa::path(put, path = "/api/v1/tasks/{id}/order", tag = "curriculum", request_body = OrderBody,
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = TaskOrder)))]
pub async fn put(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<TaskId>,
    body: web::Json<OrderBody>,
) -> Result<HttpResponse, Problem> {
    let seen = match if_match::required(&request)? {
        Some(revision) => revision,
        None => library.curriculum.task_order(&actor, *id).await?.revision,
    };
    let resources = body.into_inner().resources;
    Ok(with_tag(
        &library.curriculum.put_in_order(&actor, *id, resources, seen).await?,
    ))
}

fn with_tag(order: &TaskOrder) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"r{}\"", order.revision)))
        .json(order)
}
