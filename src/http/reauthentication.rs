//! Asks again who somebody is, where the route table says so ([`Access::Confirmed`]): middleware inside the guard, which
//! knows whose session it is.
//!
//! A page's form is answered by the page that asks, which carries the form along; its proof comes back with the form and is
//! taken out before the handler reads it. Scripts are told `confirm-identity`. A token is not asked.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _, web};
use bytes::Bytes;

use super::negotiation::Negotiation;
use super::problem::Problem;
use super::routes::{self, Access};
use super::web::confirm::{self, ConfirmPage, Fields, Proved};
use super::web::page_context::{PageContext, see_other};
use super::web::sign_in::local;
use super::web::urls;
use super::{csrf, proxy, rates, session_cookie};
use crate::error::{Error, Refusal};
use crate::library::Library;

/// The longest form that is carried along: every form behind such a route is shorter, but for those with files. The longest
/// publishes the results of a call, with a reason for each entry.
const MOST_CARRIED: u64 = 256 << 10;

/// The middleware.
pub async fn ask_again(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let asked = match session_to_ask(&request) {
        Some(session) => ask(&mut request, &session).await,
        None => Ok(None),
    };
    match asked {
        Ok(None) => Ok(next.call(request).await?.map_into_boxed_body()),
        Ok(Some(response)) => Ok(request.into_response(response)),
        Err(problem) => Ok(request.into_response(problem.error_response())),
    }
}

/// The session of a request to a route that wants its owner to have proved lately who they are.
fn session_to_ask(request: &ServiceRequest) -> Option<String> {
    let pattern = request.match_pattern()?;
    let access = routes::access(request.method(), &pattern)?;
    let visit = visit(request.request())?;
    let is_by_session = visit.actor.account.is_some_and(|member| member.csrf.is_some());
    let session = session_cookie::of(request.request());
    session.filter(|_| access == Access::Confirmed && is_by_session)
}

/// Takes the proof that the request brings, if it brings one; the answer that asks for one, if none stands.
async fn ask(request: &mut ServiceRequest, session: &str) -> Result<Option<HttpResponse>, Problem> {
    let missing = || Error::unexpected(anyhow::anyhow!("asked again outside of the guard"));
    let visit = visit(request.request()).ok_or_else(missing)?;
    let library = request.app_data::<web::Data<Library>>().cloned().ok_or_else(missing)?;
    let form = read_form(request).await;
    let mut proved = Proved::Nothing;
    if let Some(fields) = &form {
        // Before anything of it is shown again: a form of another site must not come back as one of ours.
        let token = fields.iter().find(|(name, _)| name == csrf::FIELD);
        csrf::check(&visit.actor, token.map(|(_, value)| value.as_str()))?;
        if confirm::brings_proof(fields) {
            rates::count_proof(request, &visit.actor).map_err(Refusal::from)?;
        }
        proved = confirm::prove(&visit, &library, request.request(), fields).await?;
    }
    let is_wrong = matches!(proved, Proved::No { .. });
    if !is_wrong && library.accounts.take_confirmation(session).await? {
        return Ok(None);
    }
    let request = request.request();
    if *request.method() != Method::POST || !Negotiation::current().page {
        return ask_elsewhere(request).map(Some);
    }
    ask_here(&visit, &library, request, form, proved).await.map(Some)
}

/// Sends a reader to the page that asks; a script is told.
fn ask_elsewhere(request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let accepts = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    let is_reader = accepts.is_some_and(|types| types.contains("text/html"));
    if request.method() != Method::GET || !is_reader {
        return Err(Refusal::ConfirmIdentity.into());
    }
    // A file leaves the page standing that asked for it, so the way leads back to where its link is.
    let is_page = Negotiation::current().page;
    let return_to = came_from(request)
        .filter(|_| !is_page)
        .unwrap_or_else(|| address(request));
    Ok(see_other(&urls::with_query(
        urls::CONFIRM,
        &[("return_to", &return_to)],
    )))
}

/// Asks in place of the act's own answer.
async fn ask_here(
    visit: &PageContext,
    library: &Library,
    request: &HttpRequest,
    form: Option<Fields>,
    proved: Proved,
) -> Result<HttpResponse, Problem> {
    let back = came_from(request).unwrap_or_else(|| "/".to_owned());
    let (fault, status) = match proved {
        Proved::No { said, status } => (Some(said), status),
        Proved::Yes | Proved::Nothing => (None, StatusCode::FORBIDDEN),
    };
    let Some(fields) = form else {
        let mut page = confirm::page(visit, library, request, back).await?;
        page.is_form_lost = true;
        return visit.page_as(status, &page);
    };
    let is_of_act = |(name, _): &(String, String)| name != csrf::FIELD && !confirm::is_proof(name);
    let page = ConfirmPage {
        carried: fields.into_iter().filter(is_of_act).collect(),
        fault,
        ..ConfirmPage::of(visit, library, request, address(request), back).await?
    };
    visit.page_as(status, &page)
}

/// The fields of a page's form that is short enough to be carried. The handler finds it without the proof.
async fn read_form(request: &mut ServiceRequest) -> Option<Fields> {
    let length = request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?;
    let is_short = length.parse::<u64>().is_ok_and(|length| length <= MOST_CARRIED);
    let is_form = request.content_type() == "application/x-www-form-urlencoded";
    if !is_short || !is_form || !Negotiation::current().page {
        return None;
    }
    let body = request.extract::<Bytes>().await.ok()?;
    let fields: Option<Fields> = serde_urlencoded::from_bytes(&body).ok();
    let of_act = fields.as_deref().and_then(without_proof);
    put_back(request, of_act.map_or(body, Bytes::from));
    fields
}

/// The form as the act knows it, if it holds more than that.
fn without_proof(fields: &[(String, String)]) -> Option<String> {
    let (proofs, of_act): (Vec<_>, Vec<_>) = fields.iter().partition(|(name, _)| confirm::is_proof(name));
    let written = serde_urlencoded::to_string(of_act).ok();
    written.filter(|_| !proofs.is_empty())
}

fn put_back(request: &mut ServiceRequest, body: Bytes) {
    let length = body.len().into();
    request.headers_mut().insert(header::CONTENT_LENGTH, length);
    let payload = Box::pin(futures_util::stream::iter([Ok(body)]));
    request.set_payload(Payload::Stream { payload });
}

/// The page of ours that a request comes from.
fn came_from(request: &HttpRequest) -> Option<String> {
    let whole = request.headers().get(header::REFERER)?.to_str().ok()?;
    let host = whole.find("://")? + "://".len();
    let path = host + whole[host..].find('/')?;
    let is_ours = proxy::is_own_origin(request, &whole[..path]);
    is_ours.then(|| local(Some(&whole[path..])))
}

fn address(request: &HttpRequest) -> String {
    match request.query_string() {
        "" => request.path().to_owned(),
        query => format!("{}?{query}", request.path()),
    }
}

fn visit(request: &HttpRequest) -> Option<PageContext> {
    request.extensions().get::<PageContext>().cloned()
}
