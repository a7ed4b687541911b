//! Authenticates each request and checks that its route admits whoever asks: one middleware before every handler.
//!
//! It reads the token or the cookie, holds the route table's access level against it, and refuses writes that another
//! site's page made a browser send. Finer rights are the library's.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use tracing::Instrument as _;

use super::audited;
use super::csrf;
use super::negotiation::Negotiation;
use super::observe::RequestId;
use super::problem::Problem;
use super::proxy;
use super::rates;
use super::routes::{self, Access};
use super::session_cookie;
use super::web::page_context::{PageContext, see_other};
use crate::actor::{Actor, Member};
use crate::config::{Config, Language};
use crate::domain::role::TokenScope;
use crate::error::{Error, Refusal};
use crate::library::Library;
use crate::words::Lang;

/// Carries the session's CSRF token on writes from scripts.
const CSRF_HEADER: &str = "x-csrf-token";
/// Where machines ask that work for the library.
const WORK: &str = "/api/v1/work/";

/// The middleware.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let wants = Negotiation::of(request.request(), usual_language(&request));
    let acts = !is_safe(request.method());
    let passing = wants.scope(pass(request, next));
    if acts { to_its_end(passing).await } else { passing.await }
}

/// Runs an act to its end, even if its sender leaves and the request is dropped: what was begun is done wholly, what
/// arrived is recorded, and what is left over is put away. A body that is cut off is an error to whoever reads it.
async fn to_its_end(
    act: impl Future<Output = Result<ServiceResponse<BoxBody>, actix_web::Error>> + 'static,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // What is the request's own does not go along to another task by itself.
    let id = RequestId::current();
    let act = async move {
        match id {
            Some(id) => id.scope(act).await,
            None => act.await,
        }
    };
    let task = actix_web::rt::spawn(act.in_current_span());
    task.await
        .unwrap_or_else(|error| Err(Problem::from(Error::unexpected(error)).into()))
}

fn usual_language(request: &ServiceRequest) -> Lang {
    let config = request.app_data::<web::Data<Config>>();
    config.map_or(Lang::default(), |config| match config.site.default_language {
        Language::Zh => Lang::Zh,
        Language::En => Lang::En,
    })
}

async fn pass(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let admitted = admit(&request).await;
    // After who asks is known, because a whole school may stand behind one address.
    let counted = match rates::count(&request, admitted.as_ref().ok()).await {
        Ok(counted) => counted,
        Err(met) => {
            let shown_to = admitted.unwrap_or_else(|_| Actor::guest());
            let mut response = refused(request, shown_to, Refusal::from(met).into()).await;
            rates::tell(response.headers_mut(), &met.standing);
            return Ok(response);
        }
    };
    let mut response = match admitted {
        Ok(actor) => {
            let visit = visit(&request, actor.clone()).await;
            request.extensions_mut().insert(actor.clone());
            request.extensions_mut().insert(visit.clone());
            let response = visit.scope(next.call(request)).await?;
            note_refusal(&actor, &response);
            response.map_into_boxed_body()
        }
        Err((_, problem)) if asks_to_sign_in(&request, &problem) => {
            let address = PageContext::of(request.request(), Actor::guest()).sign_in_url();
            request.into_response(see_other(&address))
        }
        Err((actor, problem)) => {
            let response = refused(request, Actor::guest(), problem).await;
            note_refusal(&actor, &response);
            response
        }
    };
    if let Some(counted) = counted {
        counted.settle(&mut response);
    }
    Ok(response)
}

/// The answer to a request that no handler sees.
async fn refused(request: ServiceRequest, actor: Actor, problem: Problem) -> ServiceResponse<BoxBody> {
    let visit = PageContext::of(request.request(), actor);
    let problem = actix_web::Error::from(problem);
    visit.scope(async { request.error_response(problem) }).await
}

/// Has the audit log say that a request was refused, if it was refused for who sent it.
fn note_refusal<B>(actor: &Actor, response: &ServiceResponse<B>) {
    let request = response.request();
    let problem = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Problem>());
    if let Some((library, problem)) = request.app_data::<web::Data<Library>>().zip(problem) {
        audited::note_refusal(library, actor, request, problem);
    }
}

/// The visit; that of a page says how much waits for the reader.
async fn visit(request: &ServiceRequest, actor: Actor) -> PageContext {
    let visit = PageContext::of(request.request(), actor);
    // Scripts and pictures of the pages would ask for that number as well, several times for one page.
    let is_page = Negotiation::current().page && !request.path().starts_with("/assets/");
    match request.app_data::<web::Data<Library>>() {
        Some(library) if is_page => visit.with_pending_count(library).await,
        _ => visit,
    }
}

/// A guest who opens a page for members is shown where to sign in; everything else gets its refusal.
fn asks_to_sign_in(request: &ServiceRequest, problem: &Problem) -> bool {
    let is_needed = matches!(problem.refusal(), Some(Refusal::NotSignedIn));
    is_needed && is_safe(request.method()) && Negotiation::current().page
}

/// Who asks, or who was refused and why.
async fn admit(request: &ServiceRequest) -> Result<Actor, (Actor, Problem)> {
    let guest = Actor {
        address: proxy::client(request.request()).map(|address| address.to_string()),
        ..Actor::guest()
    };
    let actor = match recognize(request, &guest).await {
        Ok(account) => Actor { account, ..guest },
        Err(problem) => return Err((guest, problem)),
    };
    match expect_admitted(request, &actor) {
        Ok(()) => Ok(actor),
        Err(problem) => Err((actor, problem)),
    }
}

/// Whether the request's token was made for a machine that works: what everybody may see is not its to ask for, either.
fn is_for_work_alone(actor: &Actor) -> bool {
    let member = actor.account.as_ref();
    member.is_some_and(|member| member.token == TokenScope::Work)
}

fn expect_admitted(request: &ServiceRequest, actor: &Actor) -> Result<(), Problem> {
    let access = request
        .match_pattern()
        .and_then(|pattern| routes::access(request.method(), &pattern));
    if matches!(access, Some(Access::Member | Access::Confirmed)) && actor.account.is_none() {
        return Err(Refusal::NotSignedIn.into());
    }
    if is_for_work_alone(actor) && !request.path().starts_with(WORK) {
        return Err(Refusal::TokenTooNarrow.into());
    }
    // After the token or cookie was read, because the CSRF token to compare with is the session's.
    refuse_forged(request, actor)
}

/// Whose token or session a request carries.
async fn recognize(request: &ServiceRequest, guest: &Actor) -> Result<Option<Member>, Problem> {
    let library = request.app_data::<web::Data<Library>>().ok_or_else(|| {
        Problem::from(Error::unexpected(anyhow::anyhow!(
            "the application was built without a library"
        )))
    })?;
    match bearer(request) {
        Some(token) => Ok(Some(library.accounts.member_of_token(token, guest).await?)),
        None => member_of_cookie(request, library).await,
    }
}

fn bearer(request: &ServiceRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn member_of_cookie(request: &ServiceRequest, library: &Library) -> Result<Option<Member>, Problem> {
    let Some(key) = session_cookie::of(request.request()) else {
        return Ok(None);
    };
    Ok(library.accounts.member_of_session(&key).await?)
}

/// Refuses writes that another site makes a browser send: those with its cookie, and signing it in as somebody else.
/// Browsers say where a request comes from; those too old to say are asked for the session's token alone. Writes of our
/// own scripts carry that token in a header; forms carry it as a field, which [`super::protected_form`] checks.
fn refuse_forged(request: &ServiceRequest, actor: &Actor) -> Result<(), Problem> {
    if is_safe(request.method()) || is_by_token(actor) {
        return Ok(());
    }
    if !is_from_here(request) {
        return Err(Refusal::Csrf.into());
    }
    if !request.path().starts_with("/api/") {
        return Ok(());
    }
    Ok(csrf::check(actor, header_text(request, CSRF_HEADER))?)
}

/// Whether a token let the request in: whoever sends one knows it. Another `Authorization` proves nothing, because
/// browsers add one by themselves where a proxy asked for a password.
fn is_by_token(actor: &Actor) -> bool {
    actor.account.as_ref().is_some_and(|member| member.csrf.is_none())
}

/// Whether a browser sends this from one of our own pages, as far as it says. Not from another host of our domain either:
/// what runs there is not ours.
fn is_from_here(request: &ServiceRequest) -> bool {
    match header_text(request, "sec-fetch-site") {
        Some(from) => ["same-origin", "none"].contains(&from),
        None => header_text(request, "origin").is_none_or(|origin| proxy::is_own_origin(request.request(), origin)),
    }
}

fn header_text<'a>(request: &'a ServiceRequest, name: &str) -> Option<&'a str> {
    // What is no text is not ours.
    let value = request.headers().get(name)?;
    Some(value.to_str().unwrap_or_default())
}

fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

/// Hands the actor to handlers.
impl FromRequest for Actor {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let actor = request.extensions().get::<Actor>().cloned();
        std::future::ready(actor.ok_or_else(|| {
            Problem::from(Error::unexpected(anyhow::anyhow!(
                "a handler without the guard before it"
            )))
        }))
    }
}
