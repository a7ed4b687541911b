//! Work that other machines do: scans to read and films to hear, claimed by lease.
//!
//! A machine asks for work, fetches the bytes that it is about, says every ten seconds that it is still there, and sends back
//! what came of it. The protocol is in docs/operations.md.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::BytesMut;
use futures_util::TryStreamExt as _;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::domain::id::{WorkClaimId, WorkerId};
use crate::domain::work::{ASK_AGAIN, MOST_RESULT_BYTES, WorkAskForm, WorkOrder, WorkResult, Worker};
use crate::error::Refusal;
use crate::http::content;
use crate::http::problem::Problem;
use crate::http::received_table::BrokenBody;
use crate::library::Library;
use crate::library::paging::Page;
use crate::pack::canonical;

/// Claims a piece of work, for a token of the scope `work`. It lasts for `lease_secs` without a sign of life. 204 where there
/// is none: `Retry-After` says when to ask again.
#[utoipa::path(post, path = "/api/v1/work/claims", tag = "records", request_body = WorkAskForm,
    responses((status = 200, body = WorkOrder), (status = 204, description = "nothing waits"),
        (status = 409, description = "pages are read with other models here")))]
pub async fn claim(
    library: web::Data<Library>,
    actor: Actor,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let form = WorkAskForm::parse(&body).map_err(Refusal::Fields)?;
    Ok(match library.jobs.claim_work(&actor, form).await? {
        Some(order) => HttpResponse::Ok().json(order),
        None => HttpResponse::NoContent()
            .insert_header((header::RETRY_AFTER, ASK_AGAIN.as_secs().to_string()))
            .finish(),
    })
}

/// The bytes that a claim is about, while it holds.
#[utoipa::path(get, path = "/api/v1/work/claims/{id}/content", tag = "records", params(("id" = String, Path)),
    responses((status = 200, description = "all of it", content_type = "application/octet-stream"),
        (status = 206, description = "the ranges asked for", content_type = "application/octet-stream")))]
pub async fn show_content(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<WorkClaimId>,
) -> Result<HttpResponse, Problem> {
    let original = library.jobs.work_content(&actor, *id).await?;
    // Never by an address at the store: machines that help see nothing but the library.
    content::answer_unnamed(&library, &actor, &request, &original, &original.sha256).await
}

/// Says that a machine is still at it: the claim lasts for a lease from now on.
#[utoipa::path(post, path = "/api/v1/work/claims/{id}/beat", tag = "records", params(("id" = String, Path)),
    responses((status = 204), (status = 409, description = "somebody else has it now")))]
pub async fn beat(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<WorkClaimId>,
) -> Result<HttpResponse, Problem> {
    library.jobs.extend_work(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends back what came of a claim. The same result may be sent again, and is answered in the same way.
#[utoipa::path(put, path = "/api/v1/work/claims/{id}/result", tag = "records", request_body = WorkResult,
    params(("id" = String, Path)),
    responses((status = 204), (status = 409, description = "somebody else has it now"),
        (status = 422, description = "it is not as our own programs answer; the work was put back")))]
pub async fn put_result(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<WorkClaimId>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = receive(payload).await?;
    let sha256 = canonical::sha256(&body);
    // Megabytes of JSON would hold up every request of this thread.
    let parsed = web::block(move || serde_json::from_slice::<WorkResult>(&body)).await;
    let parsed = parsed.map_err(crate::error::Error::unexpected)?;
    match parsed {
        Ok(result) => library.jobs.take_result(&actor, *id, result, &sha256).await?,
        Err(error) => library.jobs.refuse_unread(&actor, *id, error.to_string()).await?,
    }
    Ok(HttpResponse::NoContent().finish())
}

async fn receive(mut payload: web::Payload) -> Result<BytesMut, Problem> {
    let mut body = BytesMut::new();
    while let Some(piece) = payload
        .try_next()
        .await
        .map_err(|error| BrokenBody::from(error).into_error())?
    {
        if (body.len() + piece.len()) as u64 > MOST_RESULT_BYTES {
            let limit = MOST_RESULT_BYTES;
            return Err(Refusal::BodyTooLarge { limit }.into());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// Gives a claim back undone: somebody else takes it at once.
#[utoipa::path(delete, path = "/api/v1/work/claims/{id}", tag = "records", params(("id" = String, Path)),
    responses((status = 204), (status = 409, description = "somebody else has it now")))]
pub async fn give_back(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<WorkClaimId>,
) -> Result<HttpResponse, Problem> {
    library.jobs.give_work_back(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The machines that help, the last seen first, in one page: for those who see the whole city.
#[utoipa::path(get, path = "/api/v1/workers", tag = "records", responses((status = 200, body = Page<Worker>)))]
pub async fn list(library: web::Data<Library>, actor: Actor) -> Result<web::Json<Page<Worker>>, Problem> {
    Ok(web::Json(Page::only(library.jobs.workers(&actor).await?)))
}

/// Sends a machine away: its token is withdrawn, and others take up what it is at. For the bureau.
#[utoipa::path(delete, path = "/api/v1/workers/{id}", tag = "records", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<WorkerId>,
) -> Result<HttpResponse, Problem> {
    library.jobs.drop_worker(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
