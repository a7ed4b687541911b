//! Passkeys of one's own, and signing in with one (WebAuthn). What an authenticator answers is sent as browsers give it
//! (`PublicKeyCredential.toJSON()`).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::session::begun;
use crate::actor::Actor;
use crate::domain::id::PasskeyId;
use crate::http::problem::Problem;
use crate::http::{passkey_site, session_cookie};
use crate::library::Library;
use crate::library::accounts::passkey_proof::PasskeyAnswer;
use crate::library::accounts::passkeys::Passkey;
use crate::library::paging::Page;

/// What a browser is asked with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PasskeyOptions {
    /// The options of `navigator.credentials.create` or `get`, bytes in base64url (WebAuthn level 3).
    #[serde(rename = "publicKey")]
    #[schema(value_type = Object)]
    pub public_key: Value,
}

/// A passkey that an authenticator made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskeyBody {
    /// What its owner calls it, up to 60 characters.
    pub name: String,
    /// The authenticator's answer.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// What a passkey is called.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "the schema of JSON that the domain parses")]
pub struct PasskeyNameBody {
    /// Up to 60 characters.
    name: String,
}

/// The answer of an authenticator.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswerBody {
    /// As browsers give it.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// The caller's passkeys, newest first, in one page: there are at most 20.
#[utoipa::path(get, path = "/api/v1/passkeys", tag = "people", responses((status = 200, body = Page<Passkey>)))]
pub async fn list(library: web::Data<Library>, actor: Actor) -> Result<web::Json<Page<Passkey>>, Problem> {
    Ok(web::Json(Page::only(library.accounts.own_passkeys(&actor).await?)))
}

/// Begins to add a passkey, in a browser's session; its answer comes within five minutes.
#[utoipa::path(post, path = "/api/v1/passkeys/options", tag = "people",
    responses((status = 200, body = PasskeyOptions)))]
pub async fn options(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
) -> Result<web::Json<PasskeyOptions>, Problem> {
    let session = session_cookie::of(&request);
    let site = passkey_site::expected(&request)?;
    let begun = library.accounts.begin_passkey(&actor, &site, session.as_deref());
    let public_key = begun.await?;
    Ok(web::Json(PasskeyOptions { public_key }))
}

/// Adds the passkey that was made with these options.
#[utoipa::path(post, path = "/api/v1/passkeys", tag = "people", request_body = NewPasskeyBody,
    responses((status = 201, body = Passkey)))]
pub async fn add(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<NewPasskeyBody>,
) -> Result<HttpResponse, Problem> {
    let session = session_cookie::of(&request);
    let passkey = library
        .accounts
        .add_passkey(
            &actor,
            &passkey_site::expected(&request)?,
            session.as_deref(),
            &body.name,
            &body.credential,
        )
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/api/v1/passkeys/{}", passkey.id)))
        .json(passkey))
}

/// Calls a passkey of the caller's something else.
#[utoipa::path(patch, path = "/api/v1/passkeys/{id}", tag = "people", params(("id" = String, Path)),
    request_body = PasskeyNameBody, responses((status = 204)))]
pub async fn rename(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<PasskeyId>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    library.accounts.rename_passkey(&actor, *id, &body).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a passkey of the caller's away. It signs in no more.
#[utoipa::path(delete, path = "/api/v1/passkeys/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<PasskeyId>,
) -> Result<HttpResponse, Problem> {
    library.accounts.remove_passkey(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Begins to sign in by a passkey. No name is asked for, and everybody gets the same; the answer comes within five minutes,
/// with the cookie that is set here.
#[utoipa::path(post, path = "/api/v1/passkeys/sign-in/options", tag = "people",
    responses((status = 200, body = PasskeyOptions)))]
pub async fn sign_in_options(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let cookie = session_cookie::ceremony(&request)?;
    let site = passkey_site::expected(&request)?;
    let begun = library.accounts.begin_passkey_sign_in(&actor, &site, cookie.value());
    let public_key = begun.await?;
    Ok(HttpResponse::Ok().cookie(cookie).json(PasskeyOptions { public_key }))
}

/// Signs in by a passkey; the session comes as a cookie. It counts as password and second factor together.
#[utoipa::path(post, path = "/api/v1/passkeys/sign-in", tag = "people", request_body = PasskeyAnswerBody,
    responses((status = 201, body = super::session::SessionBody)))]
pub async fn sign_in(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<PasskeyAnswerBody>,
) -> Result<HttpResponse, Problem> {
    let secret = session_cookie::ceremony_of(&request).unwrap_or_default();
    let browser = session_cookie::browser_of(&request);
    let site = passkey_site::expected(&request)?;
    let answer = PasskeyAnswer {
        site: &site,
        credential: &body.credential,
    };
    let session = library
        .accounts
        .sign_in_by_passkey(&actor, answer, &secret, browser.as_deref())
        .await?;
    begun(&library, actor, &request, &session).await
}

/// Begins to prove by a passkey who is signed in; its answer is sent to `POST /api/v1/session/confirm`.
#[utoipa::path(post, path = "/api/v1/passkeys/confirm/options", tag = "people",
    responses((status = 200, body = PasskeyOptions)))]
pub async fn confirm_options(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
) -> Result<web::Json<PasskeyOptions>, Problem> {
    let session = session_cookie::of(&request);
    let site = passkey_site::expected(&request)?;
    let begun = library
        .accounts
        .begin_passkey_confirmation(&actor, &site, session.as_deref());
    let public_key = begun.await?;
    Ok(web::Json(PasskeyOptions { public_key }))
}
