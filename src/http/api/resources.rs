//! Resources: sharing, looking, changing, reviewing.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::curriculum::Level;
use crate::domain::form::ShareForm;
use crate::domain::id::ResourceId;
use crate::domain::resource::{Status, StatusTransition};
use crate::domain::stage::stage_key;
use crate::error::{Refusal, Result};
use crate::http::form::{self, Shared};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::idempotency::{Answered, made};
use crate::library::resource_view::{Page, Resource, Version};
use crate::library::resources::edit::Filter;

/// Which resources.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Id, code or exact name of a major.
    pub major: Option<String>,
    /// Id or exact name of a course.
    pub course: Option<String>,
    /// Id or exact name of a task.
    pub task: Option<String>,
    /// Code of a type.
    pub r#type: Option<String>,
    /// Id, code or exact name of a school.
    pub school: Option<String>,
    /// Code of a stage, or a school's own name of one.
    pub stage: Option<String>,
    /// `intermediate`, `advanced` or `pre_technician`.
    pub level: Option<String>,
    /// `draft`, `submitted`, `returned`, `published` or `withdrawn`.
    pub status: Option<String>,
    /// `true`: only one's own.
    pub mine: Option<String>,
}

/// Resources that the caller may see, newest first.
#[utoipa::path(get, path = "/api/v1/resources", tag = "resources", params(ListQuery, Paging),
    responses((status = 200, body = Page<Resource>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<ListQuery>,
    paging: web::Query<Paging>,
) -> std::result::Result<web::Json<Page<Resource>>, Problem> {
    let Some(filter) = filter(&library, &actor, &query).await? else {
        return Ok(web::Json(Page {
            items: Vec::new(),
            next_cursor: None,
        }));
    };
    Ok(web::Json(
        library
            .resources
            .list(&actor, &filter, paging.cursor(), paging.limit()?)
            .await?,
    ))
}

/// What the query is limited to; nothing at all when it names something that is not there.
async fn filter(library: &Library, actor: &Actor, query: &ListQuery) -> Result<Option<Filter>> {
    let status = match query.status.as_deref().filter(|status| !status.is_empty()) {
        Some(status) => match serde_json::from_value::<Status>(Value::String(status.to_owned())) {
            Ok(status) => Some(status),
            Err(_) => return Ok(None),
        },
        None => None,
    };
    let mine = matches!(query.mine.as_deref(), Some("true" | "1"));
    if mine && actor.id().is_none() {
        return Err(Refusal::NotSignedIn.into());
    }
    let named = library.curriculum.named(
        given(query.major.as_ref()),
        given(query.course.as_ref()),
        given(query.task.as_ref()),
        given(query.school.as_ref()),
    );
    let Some(named) = named.await? else { return Ok(None) };
    Ok(Some(Filter {
        major: named.major,
        course: named.course,
        task: named.task,
        school: named.school,
        kind: given(query.r#type.as_ref()).map(str::to_owned),
        stage: given(query.stage.as_ref()).map(stage_key),
        level: given(query.level.as_ref())
            .map(|given| Level::parse(given).map_or_else(|| given.to_owned(), |level| level.code().to_owned())),
        status,
        owner: actor.id().filter(|_| mine),
    }))
}

fn given(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}

/// Shares files as a new resource: `multipart/form-data` with `metadata` (JSON) and `file` parts, or JSON with the ids
/// of finished `uploads`.
#[utoipa::path(post, path = "/api/v1/resources", tag = "resources",
    request_body(content((ShareBody = "application/json"), (ShareMultipart = "multipart/form-data"))),
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = Resource)))]
pub async fn create(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    payload: web::Payload,
) -> std::result::Result<HttpResponse, Problem> {
    let shared = form::receive(&library, &actor, &request, payload).await?;
    let answer = library
        .idempotency
        .once(
            &actor,
            shared.idempotency_key.as_deref(),
            shared.request_hash.clone(),
            async |actor| {
                let form = share_form(&library, &shared).await?;
                answered(201, &library.resources.share(actor, form).await?)
            },
            async |subject| answered(201, &library.resources.resource(&actor, made(subject)?).await?),
        )
        .await;
    // Files of a form that was refused, or that came a second time, are nobody's.
    library.uploads.discard(&actor, &shared.uploads).await?;
    Ok(send(answer?))
}

async fn share_form(library: &Library, shared: &Shared) -> Result<ShareForm> {
    match ShareForm::parse(&shared.metadata) {
        Ok(mut form) => {
            form.uploads.extend(&shared.uploads);
            Ok(form)
        }
        Err(mut faults) => {
            faults.extend(library.curriculum.unknown_places(&shared.metadata).await?);
            Err(Refusal::Fields(faults).into())
        }
    }
}

/// One resource with its files.
#[utoipa::path(get, path = "/api/v1/resources/{id}", tag = "resources", params(("id" = String, Path)),
    responses((status = 200, body = Resource, headers(("ETag" = String)))))]
pub async fn show(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
) -> std::result::Result<HttpResponse, Problem> {
    let resource = library.resources.opened(&actor, *id).await?;
    Ok(with_tag(&resource))
}

/// Changes a resource's words: what is given replaces, `null` empties. `If-Match` says which state was seen.
#[utoipa::path(patch, path = "/api/v1/resources/{id}", tag = "resources", request_body = MetadataBody,
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = Resource)))]
pub async fn edit(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<ResourceId>,
    body: web::Json<Map<String, Value>>,
) -> std::result::Result<HttpResponse, Problem> {
    let seen = seen_revision(&library, &actor, &request, *id).await?;
    let resource = library.resources.edit(&actor, *id, seen, &body).await?;
    Ok(with_tag(&resource))
}

/// The revision that `If-Match` names.
async fn seen_revision(library: &Library, actor: &Actor, request: &HttpRequest, id: ResourceId) -> Result<i64> {
    match tagged_revision(request)? {
        Some(revision) => Ok(revision),
        None => Ok(library.resources.resource(actor, id).await?.revision),
    }
}

/// The revision in `If-Match`; nothing for `*`, which is any.
pub(super) fn tagged_revision(request: &HttpRequest) -> Result<Option<i64>> {
    let tag = request
        .headers()
        .get(header::IF_MATCH)
        .and_then(|value| value.to_str().ok());
    let tag = tag.ok_or(Refusal::IfMatchRequired)?.trim();
    if tag == "*" {
        return Ok(None);
    }
    // A tag that is none of ours cannot be the present state's.
    let number = tag
        .trim_matches('"')
        .strip_prefix('r')
        .and_then(|number| number.parse().ok());
    Ok(Some(number.ok_or(Refusal::ChangedMeanwhile)?))
}

/// The revision in `If-Match`, where a request may do without.
fn seen(request: &HttpRequest) -> Result<Option<i64>> {
    if request.headers().contains_key(header::IF_MATCH) {
        return tagged_revision(request);
    }
    Ok(None)
}

/// Removes a resource.
#[utoipa::path(delete, path = "/api/v1/resources/{id}", tag = "resources", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
) -> std::result::Result<HttpResponse, Problem> {
    library.resources.remove(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A resource's versions, newest first.
#[utoipa::path(get, path = "/api/v1/resources/{id}/versions", tag = "resources", params(("id" = String, Path)),
    responses((status = 200, body = Page<Version>)))]
pub async fn versions(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
) -> std::result::Result<web::Json<Page<Version>>, Problem> {
    Ok(web::Json(Page {
        items: library.resources.versions(&actor, *id).await?,
        next_cursor: None,
    }))
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
    Ok(web::Json(library.resources.version(&actor, id, number).await?))
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
    library.resources.expect_editable(&actor, *id).await?;
    let seen = seen(&request)?;
    let shared = form::receive(&library, &actor, &request, payload).await?;
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
            ("If-Match" = Option<String>, Header, description = "the `ETag` you saw: another state by now is refused")),
            request_body(content = Option<NoteBody>), responses((status = 200, body = Resource)))]
        pub async fn $name(
            library: web::Data<Library>,
            actor: Actor,
            request: HttpRequest,
            id: web::Path<ResourceId>,
            body: web::Bytes,
        ) -> std::result::Result<HttpResponse, Problem> {
            let note = note(&body)?;
            let seen = seen(&request)?;
            Ok(with_tag(&library.reviews.step(&actor, *id, StatusTransition::$step, note, seen).await?))
        }
    )+};
}

steps! {
    /// Asks for review.
    submit "/api/v1/resources/{id}/submit" Submit;
    /// Accepts and publishes what was submitted.
    approve "/api/v1/resources/{id}/approve" Approve;
    /// Sends back what was submitted, with a note.
    send_back "/api/v1/resources/{id}/return" Return;
    /// Publishes without a submission.
    publish "/api/v1/resources/{id}/publish" Publish;
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
    let seen = seen(&request)?;
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

/// A resource's entity tag.
fn tag(resource: &Resource) -> String {
    format!("\"r{}\"", resource.revision)
}

fn with_tag(resource: &Resource) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, tag(resource)))
        .json(resource)
}

fn answered(status: u16, resource: &Resource) -> Result<Answered> {
    let body = serde_json::to_string(resource).map_err(crate::error::Error::unexpected)?;
    Ok(Answered {
        status,
        location: Some(format!("/api/v1/resources/{}", resource.id)),
        body,
    })
}

/// Sends an answer as it was kept.
pub(super) fn send(answer: Answered) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(answer.status).unwrap_or(actix_web::http::StatusCode::OK);
    let mut response = HttpResponse::build(status);
    if let Some(location) = answer.location {
        response.insert_header((header::LOCATION, location));
    }
    response.content_type("application/json").body(answer.body)
}

/// What can be said of a resource; the schema of its JSON.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::form` reads the JSON, to gather all faults"
)]
pub struct MetadataBody {
    /// Its title, up to 200 characters.
    title: Option<String>,
    /// The type's code.
    r#type: Option<String>,
    /// What it is, up to 5000 characters.
    description: Option<String>,
    /// Id, code or exact name of its major.
    major: Option<String>,
    /// Id or exact name of its course.
    course: Option<String>,
    /// Id or exact name of its task.
    task: Option<String>,
    /// The stage 学习环节 of its task: `inform`, `plan`, `decide`, `execute`, `check`, `evaluate`, or a school's own name.
    stage: Option<String>,
    /// `intermediate`, `advanced` or `pre_technician`.
    level: Option<String>,
    /// Up to 50.
    keywords: Option<Vec<String>>,
    /// Up to 50.
    authors: Option<Vec<String>>,
    /// When it was made.
    year: Option<i32>,
    /// On which terms others may use it.
    licence: Option<String>,
    /// How far it is shared once published.
    scope: Option<crate::domain::role::Scope>,
    /// BCP 47.
    language: Option<String>,
    /// The resource it was adapted from.
    based_on: Option<String>,
}

/// A new resource.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::form` reads the JSON, to gather all faults"
)]
pub struct ShareBody {
    /// Its title, up to 200 characters.
    title: String,
    /// The type's code.
    r#type: String,
    /// The other metadata.
    #[schema(inline)]
    #[serde(flatten)]
    rest: Option<MetadataBody>,
    /// Ids of finished uploads, in order.
    uploads: Option<Vec<String>>,
    /// Ask for review at once.
    submit: Option<bool>,
}

/// A new version.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::form` reads the JSON, to gather all faults"
)]
pub struct VersionBody {
    /// The metadata that changes.
    #[schema(inline)]
    #[serde(flatten)]
    metadata: MetadataBody,
    /// Ids of finished uploads; one with the path of an old file takes its place.
    uploads: Option<Vec<String>>,
    /// Paths of files to leave out from now on.
    remove: Option<Vec<String>>,
}

/// A form with files.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used; the form is read as it streams in")]
pub struct ShareMultipart {
    /// The JSON of the metadata.
    metadata: String,
    /// Any number of files; `filename` may hold a relative path.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
}
