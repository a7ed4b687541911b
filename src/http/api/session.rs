//! Signing in and out.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::http::caching;
use crate::http::problem::Problem;
use crate::http::session_cookie;
use crate::library::Library;
use crate::library::accounts::{Credentials, Me};

/// Name and password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Credentials)]
pub struct CredentialsBody {
    /// The sign-in name.
    pub name: String,
    /// The password.
    pub password: String,
    /// Another password, in place of the one that was given for once.
    pub new_password: Option<String>,
    /// A code of the second factor, or a recovery code, where the account has one.
    pub code: Option<String>,
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
#[utoipa::path(post, path = "/api/v1/session", tag = "people", request_body = CredentialsBody,
    responses((status = 201, body = SessionBody)))]
pub async fn sign_in(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<CredentialsBody>,
) -> Result<HttpResponse, Problem> {
    let browser = session_cookie::browser_of(&request);
    let given = Credentials {
        name: &body.name,
        password: &body.password,
        new_password: body.new_password.as_deref(),
        code: body.code.as_deref(),
        browser: browser.as_deref(),
    };
    let session = library.accounts.sign_in(&actor, &given).await?;
    let csrf_token = session.member.csrf.clone().unwrap_or_default();
    let account = library
        .accounts
        .me(&Actor {
            account: Some(session.member.clone()),
            ..actor
        })
        .await?;
    Ok(HttpResponse::Created()
        .cookie(session_cookie::begin(&request, &session, &library))
        .cookie(session_cookie::known_browser(&request, &session))
        .json(SessionBody { account, csrf_token }))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "people", responses((status = 204)))]
pub async fn sign_out(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if let Some(key) = session_cookie::of(&request) {
        library.accounts.sign_out(&actor, &key).await?;
    }
    Ok(HttpResponse::NoContent()
        .cookie(session_cookie::end(&request))
        .insert_header(caching::FORGET)
        .finish())
}

/// Who am I.
#[utoipa::path(get, path = "/api/v1/me", tag = "people", responses((status = 200, body = Me)))]
pub async fn me(library: web::Data<Library>, actor: Actor) -> Result<web::Json<Me>, Problem> {
    Ok(web::Json(library.accounts.me(&actor).await?))
}
