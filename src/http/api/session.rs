//! Signing in and out.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::passkey::RelyingParty;
use crate::error::Refusal;
use crate::http::caching;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::{passkey_site, session_cookie};
use crate::library::Library;
use crate::library::accounts::confirm::IdentityProof;
use crate::library::accounts::passkey_proof::PasskeyAnswer;
use crate::library::accounts::sign_on::SignOnProvider;
use crate::library::accounts::{Credentials, Me, NewSession};

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
    /// The directory whose name and password these are: the `id` of a provider whose protocol is `ldap`. Not given: they are
    /// of this site.
    pub provider: Option<String>,
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
    let session = match &body.provider {
        Some(provider) => library.accounts.sign_in_at_directory(&actor, provider, &given).await?,
        None => library.accounts.sign_in(&actor, &given).await?,
    };
    begun(&library, actor, &request, &session).await
}

/// The answer to whoever signed in.
pub(super) async fn begun(
    library: &web::Data<Library>,
    actor: Actor,
    request: &HttpRequest,
    session: &NewSession,
) -> Result<HttpResponse, Problem> {
    session_cookie::end_the_one_before(request, &actor, library).await?;
    let csrf_token = session.member.csrf.clone().unwrap_or_default();
    let account = library
        .accounts
        .me(&Actor {
            account: Some(session.member.clone()),
            ..actor
        })
        .await?;
    Ok(HttpResponse::Created()
        .cookie(session_cookie::begin(request, session, library))
        .cookie(session_cookie::known_browser(request, session))
        .json(SessionBody { account, csrf_token }))
}

/// What proves who somebody is: one of these.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IdentityProof)]
pub struct IdentityProofBody {
    /// The password.
    pub password: Option<String>,
    /// A code of the second factor, or a recovery code.
    pub code: Option<String>,
    /// What an authenticator answered to `POST /api/v1/passkeys/confirm/options`.
    #[schema(value_type = Option<Object>)]
    pub passkey: Option<Value>,
}

impl IdentityProofBody {
    fn proof<'a>(&'a self, site: Option<&'a RelyingParty>) -> Result<IdentityProof<'a>, Refusal> {
        match (&self.password, &self.code, &self.passkey) {
            (Some(password), None, None) => Ok(IdentityProof::Password(password)),
            (None, Some(code), None) => Ok(IdentityProof::Code(code)),
            (None, None, Some(credential)) => {
                let site = site.ok_or(Refusal::PasskeysUnavailable)?;
                Ok(IdentityProof::Passkey(PasskeyAnswer { site, credential }))
            }
            _ => Err(Refusal::Fields(vec![FieldFault::at("password", FaultKind::Required)])),
        }
    }
}

/// Proves once more who is signed in here, for acts that answer `confirm-identity` otherwise. For sessions: a token is not
/// asked.
#[utoipa::path(post, path = "/api/v1/session/confirm", tag = "people", request_body = IdentityProofBody,
    responses((status = 204)))]
pub async fn confirm(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<IdentityProofBody>,
) -> Result<HttpResponse, Problem> {
    let session = session_cookie::of(&request);
    let browser = session_cookie::browser_of(&request);
    let site = passkey_site::of(&request);
    let proof = body.proof(site.as_ref())?;
    library
        .accounts
        .confirm_identity(&actor, session.as_deref(), proof, browser.as_deref())
        .await?;
    Ok(HttpResponse::NoContent().finish())
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

/// The providers by whom people sign on besides, in the order of their buttons.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SignOnProviders {
    /// The providers.
    pub items: Vec<SignOnProvider>,
}

/// By whom people sign on besides: a browser begins at a provider's `url`.
#[utoipa::path(get, path = "/api/v1/sign-on-providers", tag = "people",
    responses((status = 200, body = SignOnProviders)))]
pub async fn providers(library: web::Data<Library>) -> web::Json<SignOnProviders> {
    let items = library.accounts.sign_on_providers(Negotiation::current().lang);
    web::Json(SignOnProviders { items })
}
