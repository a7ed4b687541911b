//! A resource's versions.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{ShareMultipart, VersionBody};
use super::{answered, with_tag};
use crate::actor::Actor;
use crate::domain::id::ResourceId;
use crate::http::api::created::send;
use crate::http::api::if_match;
use crate::http::form;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::idempotency::made;
use crate::library::paging::Page;
use crate::library::resource_view::{Resource, Version};

/// A resource's versions, newest first.
#[utoipa::path(get, path = "/api/v1/resources/{id}/versions", tag = "resources", params(("id" = String, Path)),
    responses((status = 200, body = Page<Version>)))]
pub async fn versions(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
) -> std::result::Result<web::Json<Page<Version>>, Problem> {
    let versions = library.resources.versions(&actor, *id).await?;
    library.resources.note_reading(&actor, *id).await?;
    Ok(web::Json(Page::only(versions)))
}

/// One version with its files.
#[utoipa::path(get, path = "/api/v1/resources/{id}/versions/{number}", tag = "resources",
    params(("id" = String, Path), ("number" = i32, Path)), responses((status = 200, body = Version)))]
pub async fn version(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(ResourceId, i32)>,
) -> std::result::Result<web::Json<Version>, Problem> {
    let (id, number) = path.into_inner();
    let version = library.resources.version(&actor, id, number).await?;
    library.resources.note_reading(&actor, id).await?;
    Ok(web::Json(version))
}

/// Makes a new version: words and files as for a new resource, over the present ones; `remove` lists paths to leave out.
/// The answer lists the resource's files; beyond 1,000 only those that came with this version.
#[utoipa::path(post, path = "/api/v1/resources/{id}/versions", tag = "resources",
    request_body(content((VersionBody = "application/json"), (ShareMultipart = "multipart/form-data"))),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "the same key acts once"),
        ("If-Match" = Option<String>, Header, description = "the `ETag` you saw; without it the newest is gone on from")),
    responses((status = 201, body = Resource)))]
pub async fn create_version(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<ResourceId>,
    payload: web::Payload,
) -> std::result::Result<HttpResponse, Problem> {
    // Before the first byte: whoever may not change it sends no gigabytes.
    library.resources.expect_editable(&actor, *id).await?;
    let seen = if_match::given(&request)?;
    let check = async |said: &_| library.resources.expect_version(&actor, *id, said).await;
    let shared = form::receive(&library, &actor, &request, payload, check).await?;
    let answer = library
        .idempotency
        .once(
            &actor,
            shared.idempotency_key.as_deref(),
            shared.request_hash.clone(),
            async |actor| {
                let made = library
                    .resources
                    .share_version(actor, *id, &shared.metadata, &shared.uploads, seen);
                answered(201, &made.await?)
            },
            async |subject| answered(201, &library.resources.resource(&actor, made(subject)?).await?),
        )
        .await;
    // Files of a form that was refused, or that came a second time, are nobody's.
    library.uploads.discard(&actor, &shared.uploads).await?;
    Ok(send(answer?))
}

/// Discards what waits beside what was approved: changed words, and new versions with the files that came with them. What
/// others see stays; what is discarded cannot be brought back.
#[utoipa::path(post, path = "/api/v1/resources/{id}/discard", tag = "resources", params(("id" = String, Path),
    ("If-Match" = String, Header, description = "the `ETag` you saw, or `*`")),
    responses((status = 200, body = Resource)))]
pub async fn discard(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<ResourceId>,
) -> std::result::Result<HttpResponse, Problem> {
    let seen = if_match::required(&request)?;
    Ok(with_tag(&library.resources.discard_waiting(&actor, *id, seen).await?))
}
