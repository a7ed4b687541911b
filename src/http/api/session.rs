//! Signing in and out.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::http::guard::SESSION_COOKIE;
use crate::http::problem::Problem;
use crate::http::proxy::is_secure;
use crate::library::Library;
use crate::library::accounts::{Me, NewSession};

/// Name and password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The sign-in name.
    pub name: String,
    /// The password.
    pub password: String,
    /// Another password, in place of the one that was given for once.
    pub new_password: Option<String>,
}

/// A session, just begun.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SessionBody {
    /// Who signed in.
    pub account: Me,
    /// What later writes with the cookie must send as `X-CSRF-Token`.
    pub csrf_token: String,
}

/// Signs in; the session comes as a cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "people", request_body = Credentials,
    responses((status = 201, body = SessionBody)))]
pub async fn sign_in(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Credentials>,
) -> Result<HttpResponse, Problem> {
    let session = match &body.new_password {
        Some(new) => {
            library
                .accounts
                .sign_in_anew(&actor, &body.name, &body.password, new)
                .await?
        }
        None => library.accounts.sign_in(&actor, &body.name, &body.password).await?,
    };
    let csrf_token = session.member.csrf.clone().unwrap_or_default();
    let account = library
        .accounts
        .me(&Actor {
            account: Some(session.member.clone()),
            ..actor
        })
        .await?;
    let cookie = session_cookie(&session, &library, is_secure(&request));
    Ok(HttpResponse::Created()
        .cookie(cookie)
        .json(SessionBody { account, csrf_token }))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "people", responses((status = 204)))]
pub async fn sign_out(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if let Some(cookie) = request.cookie(SESSION_COOKIE) {
        library.accounts.sign_out(&actor, cookie.value()).await?;
    }
    Ok(HttpResponse::NoContent().cookie(ended_cookie()).finish())
}

/// Who am I.
#[utoipa::path(get, path = "/api/v1/me", tag = "people", responses((status = 200, body = Me)))]
pub async fn me(library: web::Data<Library>, actor: Actor) -> Result<web::Json<Me>, Problem> {
    Ok(web::Json(library.accounts.me(&actor).await?))
}

/// The cookie of a new session.
pub fn session_cookie(session: &NewSession, library: &Library, secure: bool) -> Cookie<'static> {
    let left = session.expires_at.0 - library.clock().now().0;
    Cookie::build(SESSION_COOKIE, session.key.clone())
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .max_age(actix_web::cookie::time::Duration::milliseconds(left))
        .finish()
}

/// The cookie that ends a session in the browser.
pub fn ended_cookie() -> Cookie<'static> {
    let mut cookie = Cookie::build(SESSION_COOKIE, "").path("/").http_only(true).finish();
    cookie.make_removal();
    cookie
}
