//! Resources: sharing, looking, changing.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use self::body::{MetadataBody, ShareBody, ShareMultipart};
use self::table::resources_table;
use super::created::send;
use super::if_match;
use super::list_table::{self, FormatQuery};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::curriculum::Level;
use crate::domain::form::ShareForm;
use crate::domain::id::ResourceId;
use crate::domain::resource::Status;
use crate::domain::stage::stage_key;
use crate::error::{Refusal, Result};
use crate::http::form;
use crate::http::problem::Problem;
use crate::http::proxy;
use crate::library::Library;
use crate::library::idempotency::{Answered, made};
use crate::library::paging::Page;
use crate::library::resource_view::Resource;
use crate::library::resources::edit::Filter;

pub mod body;
pub mod review;
mod table;
pub mod versions;

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
#[utoipa::path(get, path = "/api/v1/resources", tag = "resources", params(ListQuery, FormatQuery, Paging),
    responses((status = 200, body = Page<Resource>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    query: web::Query<ListQuery>,
    format: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> std::result::Result<HttpResponse, Problem> {
    list_table::expect_member(&actor, &format)?;
    let filter = filter(&library, &actor, &query).await?;
    let (read, asker) = (library.clone(), actor.clone());
    let page = async move |cursor: Option<String>, limit| match &filter {
        Some(filter) => read.resources.list(&asker, filter, cursor.as_deref(), limit).await,
        None => Ok(Page::only(Vec::new())),
    };
    let site = proxy::origin(&request);
    let of = (&library, &actor, "resources");
    Ok(list_table::answer(of, (&format, &paging), |say| resources_table(say, site), page).await?)
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
        commented_but_by: None,
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
    let check = async |said: &_| {
        let form = share_form(&library, said).await?;
        library.curriculum.expect_place(&form.resource).await
    };
    // Received even if the key was used before: only its bytes tell whether it is the same request.
    let shared = form::receive(&library, &actor, &request, payload, check).await?;
    let answer = library
        .idempotency
        .once(
            &actor,
            shared.idempotency_key.as_deref(),
            shared.request_hash.clone(),
            async |actor| {
                let mut form = share_form(&library, &shared.metadata).await?;
                form.uploads.extend(&shared.uploads);
                answered(201, &library.resources.share(actor, form).await?)
            },
            async |subject| answered(201, &library.resources.resource(&actor, made(subject)?).await?),
        )
        .await;
    // Files of a form that was refused, or that came a second time, are nobody's.
    library.uploads.discard(&actor, &shared.uploads).await?;
    Ok(send(answer?))
}

async fn share_form(library: &Library, said: &Map<String, Value>) -> Result<ShareForm> {
    match ShareForm::parse(said) {
        Ok(form) => Ok(form),
        Err(mut faults) => {
            faults.extend(library.curriculum.unknown_places(said).await?);
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
    match if_match::required(request)? {
        Some(revision) => Ok(revision),
        None => Ok(library.resources.resource(actor, id).await?.revision),
    }
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
