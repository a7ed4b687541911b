//! Comments of authors and reviewers on a resource.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

use super::created::created;
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::comment::{NewComment, parse_resolved};
use crate::domain::id::{CommentId, ResourceId};
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::reviews::comments::Comment;

/// A resource's comments, oldest first: for its author and its reviewers. Readers are refused.
#[utoipa::path(get, path = "/api/v1/resources/{id}/comments", tag = "review", params(("id" = String, Path), Paging),
    responses((status = 200, body = Page<Comment>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<Comment>>, Problem> {
    let page = library
        .reviews
        .comments(&actor, *id, paging.cursor(), paging.limit()?)
        .await?;
    library.resources.note_reading(&actor, *id).await?;
    Ok(web::Json(page))
}

/// A change of a comment.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::comment` reads the JSON, to gather all faults"
)]
pub struct CommentChange {
    /// `true`: it is done with; `false`: it is open again.
    resolved: bool,
}

/// Says something about a resource, or about a page, a slide, a sheet or a second of one of its files.
#[utoipa::path(post, path = "/api/v1/resources/{id}/comments", tag = "review", request_body = NewComment,
    params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = Comment)))]
pub async fn add(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<ResourceId>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let add = async |actor: &Actor| {
        let new = NewComment::parse(&body).map_err(Refusal::Fields)?;
        library.reviews.add_comment(actor, *id, new).await
    };
    let find = async |comment| library.reviews.comment(&actor, *id, comment).await;
    let address = |comment: &Comment| format!("/api/v1/resources/{id}/comments/{}", comment.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// Says that a comment is done with, or that it is open again.
#[utoipa::path(patch, path = "/api/v1/resources/{id}/comments/{comment}", tag = "review",
    request_body = CommentChange, params(("id" = String, Path), ("comment" = String, Path)),
    responses((status = 200, body = Comment)))]
pub async fn edit(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(ResourceId, CommentId)>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<Comment>, Problem> {
    let (resource, id) = path.into_inner();
    let resolved = parse_resolved(&body).map_err(Refusal::Fields)?;
    Ok(web::Json(
        library.reviews.resolve_comment(&actor, resource, id, resolved).await?,
    ))
}

/// Takes a comment back; only its author can.
#[utoipa::path(delete, path = "/api/v1/resources/{id}/comments/{comment}", tag = "review",
    params(("id" = String, Path), ("comment" = String, Path)), responses((status = 204)))]
pub async fn remove(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(ResourceId, CommentId)>,
) -> Result<HttpResponse, Problem> {
    let (resource, id) = path.into_inner();
    library.reviews.remove_comment(&actor, resource, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
