//! What reviewers and authors decide of a resource: its steps from draft to withdrawn, and the mark of a model.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::with_tag;
use crate::actor::Actor;
use crate::domain::id::ResourceId;
use crate::domain::resource::StatusTransition;
use crate::error::{Refusal, Result};
use crate::http::api::if_match;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::resource_view::Resource;
use crate::library::review_steps::waits_at::WaitsAt;
use crate::library::reviews::history::ReviewHistory;

/// A reviewer's reason.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteBody {
    /// What is to be mended.
    pub note: Option<String>,
}

/// The reason in a body that may be empty. One that says something else is refused: the reason would be lost.
fn note(body: &[u8]) -> Result<Option<String>> {
    or_empty::<NoteBody>(body).map(|body| body.note)
}

/// A body that may be empty.
fn or_empty<T: Default + serde::de::DeserializeOwned>(body: &[u8]) -> Result<T> {
    if body.is_empty() {
        return Ok(T::default());
    }
    let read = serde_json::from_slice(body).map_err(|error| Refusal::Malformed {
        detail: error.to_string(),
    });
    Ok(read?)
}

macro_rules! steps {
    ($($(#[doc = $doc:literal])+ $name:ident $path:literal $step:ident;)+) => {$(
        $(#[doc = $doc])+
        #[utoipa::path(post, path = $path, tag = "review", params(("id" = String, Path),
            ("If-Match" = Option<String>, Header, description = "the `ETag` you saw: another state by now is refused (412). \
                A decision without it is about what was submitted, and refused if that has changed since (428)")),
            request_body(content = Option<NoteBody>), responses((status = 200, body = Resource)))]
        pub async fn $name(
            library: web::Data<Library>,
            actor: Actor,
            request: HttpRequest,
            id: web::Path<ResourceId>,
            body: web::Bytes,
        ) -> std::result::Result<HttpResponse, Problem> {
            let note = note(&body)?;
            let seen = if_match::given(&request)?;
            Ok(with_tag(&library.reviews.step(&actor, *id, StatusTransition::$step, note, seen).await?))
        }
    )+};
}

steps! {
    /// Asks for review.
    submit "/api/v1/resources/{id}/submit" Submit;
    /// Accepts what was submitted at the step where it waits, and at those that follow as far as the caller may take them alone.
    /// After the last it is published: from then on others see that, and until then what was approved before. `status` is
    /// `submitted` as long as others are still to be asked (`review` says who).
    approve "/api/v1/resources/{id}/approve" Approve;
    /// Sends back what was submitted, with a note. What was approved before stays.
    send_back "/api/v1/resources/{id}/return" Return;
    /// 不予通过: ends the review of what was submitted, with a note, where its path has that outcome. It stays with its author as
    /// `returned`, and only a new version can be submitted.
    reject "/api/v1/resources/{id}/reject" Reject;
    /// 撤回: takes back what was submitted and is not decided. It is a draft again, or what was sent back.
    recall "/api/v1/resources/{id}/recall" Recall;
    /// Publishes without a submission, where its path lets a school's administrator do so.
    publish "/api/v1/resources/{id}/publish" Publish;
}

/// The path that a resource takes through its review, where it waits, and what came of it: for its people and its reviewers.
#[utoipa::path(get, path = "/api/v1/resources/{id}/review", tag = "review", params(("id" = String, Path)),
    responses((status = 200, body = ReviewHistory)))]
pub async fn history(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
) -> std::result::Result<web::Json<ReviewHistory>, Problem> {
    let history = library.reviews.history(&actor, *id).await?;
    library.resources.note_reading(&actor, *id).await?;
    Ok(web::Json(history))
}

/// Takes what waits, so that others see who reviews it: for a day, or until it is given back. Taken already, it is taken anew.
#[utoipa::path(put, path = "/api/v1/resources/{id}/taking", tag = "review", params(("id" = String, Path)),
    responses((status = 200, body = WaitsAt)))]
pub async fn take(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
) -> std::result::Result<web::Json<WaitsAt>, Problem> {
    Ok(web::Json(library.reviews.take(&actor, *id).await?))
}

/// Gives back what one has taken. Not taken, it changes nothing.
#[utoipa::path(delete, path = "/api/v1/resources/{id}/taking", tag = "review", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn give_back(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
) -> std::result::Result<HttpResponse, Problem> {
    library.reviews.give_back(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How far something is taken down.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawBody {
    /// Kept with nothing: whoever takes down need not say why.
    pub note: Option<String>,
    /// `true`: mirrors let their copies go when they next hear from here, not after their time of grace of 14 days.
    #[serde(default)]
    pub at_once: bool,
}

/// Takes down; with `at_once` on every mirror too.
#[utoipa::path(post, path = "/api/v1/resources/{id}/withdraw", tag = "review", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the `ETag` you saw: another state by now is refused")),
    request_body(content = Option<WithdrawBody>), responses((status = 200, body = Resource)))]
pub async fn withdraw(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<ResourceId>,
    body: web::Bytes,
) -> std::result::Result<HttpResponse, Problem> {
    let body: WithdrawBody = or_empty(&body)?;
    let seen = if_match::given(&request)?;
    let after = if body.at_once {
        library.reviews.take_down(&actor, *id, seen).await?
    } else {
        library
            .reviews
            .step(&actor, *id, StatusTransition::Withdraw, body.note, seen)
            .await?
    };
    Ok(with_tag(&after))
}

/// Holds a published resource up as a model for others: experts and the bureau, never for their own work. Among what fits
/// a question alike it comes first. A new version has no mark.
#[utoipa::path(put, path = "/api/v1/resources/{id}/mark", tag = "review", params(("id" = String, Path)),
    responses((status = 200, body = Resource)))]
pub async fn mark(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
) -> std::result::Result<HttpResponse, Problem> {
    Ok(with_tag(&library.resources.feature(&actor, *id, true).await?))
}

/// Takes the mark of a model away.
#[utoipa::path(delete, path = "/api/v1/resources/{id}/mark", tag = "review", params(("id" = String, Path)),
    responses((status = 200, body = Resource)))]
pub async fn unmark(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
) -> std::result::Result<HttpResponse, Problem> {
    Ok(with_tag(&library.resources.feature(&actor, *id, false).await?))
}
