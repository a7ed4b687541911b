//! Packs: choosing, publishing, and the addresses of `docs/packs.md` that clients fetch from.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::created::{created, send};
use super::if_match;
use super::list_table::{self, FormatQuery, ListTable, heads, text};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::id::{PackId, ResourceId};
use crate::domain::pack::{BuildState, PackForm, version_note};
use crate::error::{Error, Refusal, Result, Thing};
use crate::http::form;
use crate::http::problem::Problem;
use crate::http::proxy;
use crate::library::Library;
use crate::library::idempotency::Answered;
use crate::library::packs::checks::PackItemChecks;
use crate::library::packs::receipts::PackReceipt;
use crate::library::packs::{Pack, PackFilter, PackStatus, PackVersion};
use crate::library::paging::Page;
use crate::pack::receipt::SignedReceipt;
use crate::table::SpreadsheetCell;
use crate::words::pages::PageWords;

pub mod serve;
pub mod tuf;

type PackResponse = std::result::Result<HttpResponse, Problem>;
type Json<T> = std::result::Result<web::Json<T>, Problem>;

/// Which packs.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PacksQuery {
    /// Id, code or exact name of a school.
    pub school: Option<String>,
    /// Only those whose newest version holds this resource.
    pub resource: Option<String>,
    /// `true`: only one's own.
    pub mine: Option<String>,
    /// `true`: only those whose words wait for the caller's approval; of other filters nothing is asked then.
    pub waiting: Option<String>,
}

/// Packs that the caller may see, newest first.
#[utoipa::path(get, path = "/api/v1/packs", tag = "packs", params(PacksQuery, FormatQuery, Paging),
    responses((status = 200, body = Page<Pack>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<PacksQuery>,
    format: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
    request: HttpRequest,
) -> PackResponse {
    let mine = matches!(query.mine.as_deref(), Some("true" | "1"));
    if mine && actor.id().is_none() {
        return Err(Refusal::NotSignedIn.into());
    }
    let is_waiting = matches!(query.waiting.as_deref(), Some("true" | "1"));
    let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
    let named = library
        .curriculum
        .named(None, None, None, given(&query.school).as_deref())
        .await?;
    let resource = given(&query.resource).map(|id| id.parse::<ResourceId>());
    // What names nothing that is known limits the list to nothing.
    let filter = match (named, resource.transpose()) {
        (Some(named), Ok(resource)) => Some(PackFilter {
            school: named.school,
            owner: actor.id().filter(|_| mine),
            resource,
            ..PackFilter::default()
        }),
        _ => None,
    };
    let (packs, asker) = (library.clone(), actor.clone());
    let page = async move |cursor: Option<String>, limit| {
        let cursor = cursor.as_deref();
        match &filter {
            _ if is_waiting => packs.packs.packs_waiting(&asker, cursor, limit).await,
            Some(filter) => packs.packs.packs(&asker, filter, cursor, limit).await,
            None => Ok(Page::only(Vec::new())),
        }
    };
    let site = proxy::origin(&request);
    let of = (&library, &actor, "packs");
    Ok(list_table::answer(of, (&format, &paging), |say| packs_table(say, site), page).await?)
}

fn packs_table(say: PageWords, site: String) -> ListTable<Pack> {
    ListTable {
        name: say.packs().to_owned(),
        heads: heads(say.pack_heads()),
        row: Box::new(move |say, it| {
            vec![
                text(&*it.title),
                text(&*it.description),
                SpreadsheetCell::text(it.school.as_ref().map(|school| school.name.clone())),
                text(&*it.owner.name),
                text(say.scope(it.scope)),
                text(status(say, it.status)),
                SpreadsheetCell::Number(it.version.into()),
                text(it.updated_at.minute()),
                text(format!("{site}{}", it.url)),
            ]
        }),
    }
}

fn status(say: PageWords, status: PackStatus) -> &'static str {
    match status {
        PackStatus::Draft => say.pack_is_draft(),
        PackStatus::Published => say.pack_is_published(),
        PackStatus::Withdrawn => say.pack_is_withdrawn(),
    }
}

/// A pack to be made; the schema of its JSON.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::pack` reads the JSON, to gather all faults"
)]
pub struct PackBody {
    /// Its title, up to 200 characters.
    title: String,
    /// What it is for.
    description: Option<String>,
    /// `school` (default), `city` or `public`: whom it is for.
    scope: Option<String>,
    /// `true`: its versions are evidence, with tables of the twelve documents of each task and `SHA256SUMS` of all files.
    evidence: Option<bool>,
    /// Only resources of this school, by id, code or exact name, where a part of the curriculum is chosen.
    of_school: Option<String>,
    /// What is chosen, in order.
    contents: Option<Vec<EntryBody>>,
    /// Short for one entry: a major by id, code or exact name.
    major: Option<String>,
    /// Short for one entry: a course by id or exact name.
    course: Option<String>,
    /// Short for one entry: a task by id or exact name.
    task: Option<String>,
    /// Short for entries: resources by id.
    resources: Option<Vec<String>>,
}

/// Something chosen: exactly one of `major`, `course`, `task`, `resource`, or `file` with `from`.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::pack` reads the JSON, to gather all faults"
)]
pub struct EntryBody {
    /// A major by id, code or exact name.
    major: Option<String>,
    /// A course by id or exact name.
    course: Option<String>,
    /// A task by id or exact name.
    task: Option<String>,
    /// A resource by id.
    resource: Option<String>,
    /// A file by id, of which a place is meant.
    file: Option<String>,
    /// Where the place begins: `{"kind":"page","page":12}`.
    #[schema(value_type = Option<Object>)]
    from: Option<Value>,
    /// Where it ends.
    #[schema(value_type = Option<Object>)]
    to: Option<Value>,
    /// For the teacher.
    note: Option<String>,
    /// Only resources of these types.
    types: Option<Vec<String>>,
    /// Only resources for these stages of their task, by code or name.
    stages: Option<Vec<String>>,
}

/// Makes a pack of parts of the curriculum, resources and fragments.
#[utoipa::path(post, path = "/api/v1/packs", tag = "packs", request_body = PackBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = Pack)))]
pub async fn create(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> PackResponse {
    let add = async |actor: &Actor| {
        let form = PackForm::parse(&body).map_err(Refusal::Fields)?;
        library.packs.add_pack(actor, form).await
    };
    let find = async |id| library.packs.pack(&actor, id).await;
    let address = |pack: &Pack| format!("/api/v1/packs/{}", pack.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// One pack with what was chosen.
#[utoipa::path(get, path = "/api/v1/packs/{id}", tag = "packs", params(("id" = String, Path)),
    responses((status = 200, body = Pack, headers(("ETag" = String)))))]
pub async fn show(library: web::Data<Library>, actor: Actor, id: web::Path<PackId>) -> PackResponse {
    Ok(with_tag(&library.packs.pack(&actor, *id).await?))
}

fn with_tag(pack: &Pack) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"r{}\"", pack.revision)))
        .json(pack)
}

/// Changes a pack's words or what is chosen. Published versions stay as they are.
#[utoipa::path(patch, path = "/api/v1/packs/{id}", tag = "packs", request_body = PackBody,
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = Pack)))]
pub async fn edit(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<PackId>,
    body: web::Json<Map<String, Value>>,
) -> PackResponse {
    let seen = match if_match::required(&request)? {
        Some(revision) => revision,
        None => library.packs.pack(&actor, *id).await?.revision,
    };
    Ok(with_tag(&library.packs.edit_pack(&actor, *id, seen, &body).await?))
}

/// Removes a pack that was never published; withdraws one that was.
#[utoipa::path(delete, path = "/api/v1/packs/{id}", tag = "packs", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(library: web::Data<Library>, actor: Actor, id: web::Path<PackId>) -> PackResponse {
    library.packs.remove_pack(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is new in a version.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishBody {
    /// In its publisher's words, up to 2000 characters.
    #[serde(default)]
    note: String,
}

/// Publishes a new version: 201 when it is ready, 202 when it is still being built. Published by somebody who may approve it
/// for its audience, its words are approved with it: that takes `If-Match` where others do not read them yet (428).
#[utoipa::path(post, path = "/api/v1/packs/{id}/publish", tag = "packs", request_body = Option<PublishBody>,
    params(("id" = String, Path),
        ("If-Match" = Option<String>, Header, description = "the `ETag` you saw: another state by now is refused (412)"),
        ("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = PackVersion), (status = 202, body = PackVersion)))]
pub async fn publish(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<PackId>,
    body: web::Bytes,
) -> PackResponse {
    let note = publish_body(&body)?.note;
    let note = version_note(&note).map_err(|fault| Refusal::Fields(vec![fault]))?;
    let seen = if_match::given(&request)?;
    let key = form::idempotency_key(&request)?;
    let said = Map::from_iter([("note".to_owned(), Value::from(note.as_str()))]);
    let answer = library.idempotency.once(
        &actor,
        key.as_deref(),
        form::request_hash(&request, &said, &[]),
        async |actor| published(*id, &library.packs.publish_pack(actor, *id, note, seen).await?),
        async |subject| {
            let version = number(subject.rsplit('/').next().unwrap_or_default())?;
            published(*id, &library.packs.built_version(&actor, *id, version).await?)
        },
    );
    Ok(send(answer.await?))
}

fn published(pack: PackId, version: &PackVersion) -> Result<Answered> {
    Ok(Answered {
        status: if version.state == BuildState::Ready { 201 } else { 202 },
        location: Some(format!("/api/v1/packs/{pack}/versions/{}", version.number)),
        body: serde_json::to_string(version).map_err(Error::unexpected)?,
    })
}

/// The body may be left out; one that is there and cannot be read is refused.
fn publish_body(body: &[u8]) -> Result<PublishBody> {
    if body.is_empty() {
        return Ok(PublishBody::default());
    }
    let read = serde_json::from_slice(body).map_err(|error| Refusal::Malformed {
        detail: error.to_string(),
    });
    Ok(read?)
}

/// A pack's versions, newest first.
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions", tag = "packs", params(("id" = String, Path)),
    responses((status = 200, body = Page<PackVersion>)))]
pub async fn versions(library: web::Data<Library>, actor: Actor, id: web::Path<PackId>) -> Json<Page<PackVersion>> {
    Ok(web::Json(Page::only(library.packs.pack_versions(&actor, *id).await?)))
}

/// One version: how far its building is, what is in it.
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions/{number}", tag = "packs",
    params(("id" = String, Path), ("number" = i32, Path)), responses((status = 200, body = PackVersion)))]
pub async fn version(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(PackId, String)>,
) -> Json<PackVersion> {
    let (id, number) = version_of(&path)?;
    Ok(web::Json(library.packs.pack_version(&actor, id, number).await?))
}

fn version_of(path: &(PackId, String)) -> Result<(PackId, i32)> {
    Ok((path.0, number(&path.1)?))
}

fn number(text: &str) -> Result<i32> {
    let number = text.parse().ok().filter(|number| *number > 0);
    Ok(number.ok_or(Refusal::NoSuch(Thing::Version))?)
}

/// What automatic checks find of the resources that a pack would take in now, in the order chosen: the checks of a review, for those
/// who make the pack and those who approve it. They inform, and keep nobody from publishing. `limit` resources are looked at; a
/// page may hold fewer, and is not the last as long as `next_cursor` says so.
#[utoipa::path(get, path = "/api/v1/packs/{id}/checks", tag = "packs", params(("id" = String, Path), Paging),
    responses((status = 200, body = Page<PackItemChecks>)))]
pub async fn checks(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<PackId>,
    paging: web::Query<Paging>,
) -> Json<Page<PackItemChecks>> {
    let found = library
        .packs
        .item_checks(&actor, *id, paging.cursor(), paging.limit()?)
        .await?;
    Ok(web::Json(found))
}

/// Says that a version is held; signed by the holder.
#[utoipa::path(post, path = "/api/v1/packs/{id}/versions/{number}/receipts", tag = "packs", request_body = Object,
    params(("id" = String, Path), ("number" = i32, Path)), responses((status = 201, body = PackReceipt)))]
pub async fn keep_receipt(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(PackId, String)>,
    body: web::Json<SignedReceipt>,
) -> PackResponse {
    let (id, number) = version_of(&path)?;
    let receipt = library.packs.keep_receipt(&actor, id, number, &body).await?;
    Ok(HttpResponse::Created().json(receipt))
}

/// Who holds a pack; for those who may edit it.
#[utoipa::path(get, path = "/api/v1/packs/{id}/receipts", tag = "packs", params(("id" = String, Path)),
    responses((status = 200, body = Page<PackReceipt>)))]
pub async fn receipts(library: web::Data<Library>, actor: Actor, id: web::Path<PackId>) -> Json<Page<PackReceipt>> {
    Ok(web::Json(Page::only(library.packs.receipts(&actor, *id).await?)))
}
