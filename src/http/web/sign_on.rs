//! Sign-on by others: the way to a provider and back, and linking one's account.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::leave;
use super::page_context::{PageContext, see_other};
use super::sign_in::{SignInForm, SignInPage, local, page, render_with_error, signed_in};
use super::urls;
use crate::domain::id::IdentityId;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::proxy;
use crate::http::session_cookie;
use crate::library::Library;
use crate::library::accounts::Credentials;
use crate::library::accounts::sign_on::link::OwnProof;
use crate::library::accounts::sign_on::{SignOnAnswer, SignOnOutcome, SignOnProvider, SignOnRequest};

/// The protocol whose passwords are typed into our own form.
const LDAP: &str = "ldap";
/// The page that says that an account was linked.
const LINKED: &str = "/account?done=linked";

/// What a way to a provider begins with.
#[derive(Debug, Default, Deserialize)]
pub struct BeginQuery {
    /// The page to return to.
    pub return_to: Option<String>,
    /// It was sent to our public address already, and goes on wherever it has come: proxies may hide which host that is.
    #[serde(default)]
    pub moved: bool,
}

/// `GET /sign-on/{provider}`: sends a browser to a provider, or shows our form for a directory's password.
pub async fn begin(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    provider: web::Path<String>,
    query: web::Query<BeginQuery>,
) -> Result<HttpResponse, Problem> {
    let return_to = local(query.return_to.as_deref());
    let offered = library.accounts.sign_on_provider(&provider, visit.say.lang())?;
    if request.method() == Method::HEAD {
        // It asks nothing and leaves nothing.
        return Ok(HttpResponse::Ok().finish());
    }
    if offered.protocol == LDAP {
        return visit.page(&directory_page(
            &visit,
            &library,
            &request,
            offered,
            String::new(),
            return_to,
        ));
    }
    if let Some(public) = proxy::public_elsewhere(&request).filter(|_| !query.moved) {
        let begin = [("return_to", return_to.as_str()), ("moved", "true")];
        return Ok(see_other(&format!(
            "{public}{}",
            urls::with_query(&offered.url, &begin)
        )));
    }
    let (origin, browser) = (proxy::origin(&request), session_cookie::sign_on_of(&request));
    let asked = SignOnRequest {
        origin: &origin,
        return_to: &return_to,
        browser: browser.as_deref(),
    };
    match library.accounts.begin_sign_on(&visit.actor, &provider, &asked).await {
        Ok(departure) => {
            let mut response = see_other(&departure.url);
            let cookie = session_cookie::sign_on(&request, &departure);
            response.add_cookie(&cookie).map_err(Error::unexpected)?;
            Ok(response)
        }
        Err(error) => back_at_the_form(&visit, &library, &request, error.into(), return_to),
    }
}

/// `POST /sign-on/{provider}`: name and password of a directory.
pub async fn sign_in(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    provider: web::Path<String>,
    form: ProtectedForm<SignInForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let return_to = local(form.return_to.as_deref());
    let offered = library.accounts.sign_on_provider(&provider, visit.say.lang())?;
    let browser = session_cookie::browser_of(&request);
    let given = Credentials {
        name: &form.name,
        password: &form.password,
        new_password: None,
        code: Some(form.code.as_str()).filter(|code| !code.is_empty()),
        browser: browser.as_deref(),
    };
    match library
        .accounts
        .sign_in_at_directory(&visit.actor, &provider, &given)
        .await
    {
        Ok(session) => signed_in(&request, &visit.actor, &library, &session, &return_to).await,
        Err(error) => {
            let problem = Problem::from(error);
            if is_shown_above_our_form(&problem) {
                return back_at_the_form(&visit, &library, &request, problem, return_to);
            }
            let mut page = directory_page(&visit, &library, &request, offered, form.name, return_to);
            page.asks_code = !form.code.is_empty();
            let min = library.rules().password_min_chars;
            render_with_error(&visit, page, problem, false, min)
        }
    }
}

/// The form for a directory's password.
fn directory_page(
    visit: &PageContext,
    library: &Library,
    request: &HttpRequest,
    offered: SignOnProvider,
    name: String,
    return_to: String,
) -> SignInPage {
    SignInPage {
        action: offered.url,
        directory: Some(offered.name),
        ..page(visit, library, request, name, None, return_to)
    }
}

/// What a provider has a browser bring.
#[derive(Debug, Default, Deserialize)]
pub struct AnswerQuery {
    /// What the question came with.
    #[serde(default)]
    pub state: String,
    /// The code (OpenID Connect).
    pub code: Option<String>,
    /// The ticket (CAS).
    pub ticket: Option<String>,
    /// Why the provider says no.
    pub error: Option<String>,
    /// Which issuer answers (RFC 9207).
    pub iss: Option<String>,
}

/// `GET /sign-on/{provider}/answer`
pub async fn answer(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    provider: web::Path<String>,
    query: web::Query<AnswerQuery>,
) -> Result<HttpResponse, Problem> {
    if request.method() == Method::HEAD {
        return Ok(HttpResponse::Ok().finish());
    }
    let (browser, known) = (
        session_cookie::sign_on_of(&request),
        session_cookie::browser_of(&request),
    );
    let (accounts, actor) = (Arc::clone(&library.accounts), visit.actor.clone());
    // To its end, even if the browser leaves: the question is used up, and what came of it is recorded.
    let finishing = actix_web::rt::spawn(async move {
        let answer = SignOnAnswer {
            state: &query.state,
            code: query.code.as_deref(),
            ticket: query.ticket.as_deref(),
            error: query.error.as_deref(),
            issuer: query.iss.as_deref(),
            browser: browser.as_deref(),
            known_browser: known.as_deref(),
        };
        accounts.finish_sign_on(&actor, &provider, &answer).await
    });
    match finishing.await.map_err(Error::unexpected)? {
        Ok(SignOnOutcome::SignedIn { session, return_to }) => {
            signed_in(&request, &visit.actor, &library, &session, &return_to).await
        }
        Ok(SignOnOutcome::Linked) => Ok(see_other(LINKED)),
        Err(error) => back_at_the_form(&visit, &library, &request, error.into(), "/".to_owned()),
    }
}

/// Shows what is wrong above our own form, which opens the accounts that have a password of ours whatever a provider does.
fn back_at_the_form(
    visit: &PageContext,
    library: &Library,
    request: &HttpRequest,
    problem: Problem,
    return_to: String,
) -> Result<HttpResponse, Problem> {
    if !is_shown_above_our_form(&problem) || visit.actor.account.is_some() {
        return Err(problem);
    }
    let said = problem.say(visit.say.lang());
    let fault = format!("{}{}{}", said.title, visit.say.colon(), said.detail);
    let page = page(visit, library, request, String::new(), Some(fault), return_to);
    visit.page_as(problem.status(), &page)
}

fn is_shown_above_our_form(problem: &Problem) -> bool {
    matches!(
        problem.refusal(),
        Some(Refusal::SignOnUnavailable | Refusal::SignOnRefused(_) | Refusal::AccountDisabled)
    )
}

/// The password of one's own account, and for a directory name and password there.
#[derive(Debug, Deserialize)]
pub struct LinkTyped {
    /// The password.
    #[serde(default)]
    pub password: String,
    /// A code of its second factor, or a recovery code.
    #[serde(default)]
    pub code: String,
    /// The name at the directory.
    #[serde(default)]
    pub name_there: String,
    /// The password at the directory.
    #[serde(default)]
    pub password_there: String,
}

/// `POST /account/sign-on/{provider}`
pub async fn link(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    provider: web::Path<String>,
    form: ProtectedForm<LinkTyped>,
) -> Result<HttpResponse, Problem> {
    let (origin, browser) = (proxy::origin(&request), session_cookie::sign_on_of(&request));
    let asked = SignOnRequest {
        origin: &origin,
        return_to: "/account",
        browser: browser.as_deref(),
    };
    let known = session_cookie::browser_of(&request);
    let own = OwnProof {
        password: &form.password,
        code: Some(form.code.as_str()).filter(|code| !code.is_empty()),
        browser: known.as_deref(),
    };
    let offered = library.accounts.sign_on_provider(&provider, visit.say.lang())?;
    if offered.protocol == LDAP {
        let there = Credentials {
            name: &form.name_there,
            password: &form.password_there,
            new_password: None,
            code: None,
            browser: known.as_deref(),
        };
        library
            .accounts
            .link_directory(&visit.actor, &provider, &own, &there)
            .await?;
        return Ok(see_other(LINKED));
    }
    let departure = library
        .accounts
        .begin_link(&visit.actor, &provider, &own, &asked)
        .await?;
    let mut response = leave::page(&visit, &visit.say.link_at(&offered.name), departure.url.clone())?;
    let cookie = session_cookie::sign_on(&request, &departure);
    response.add_cookie(&cookie).map_err(Error::unexpected)?;
    Ok(response)
}

/// `POST /account/identities/{id}/unlink`
pub async fn unlink(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<IdentityId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.accounts.unlink(&visit.actor, *id).await?;
    Ok(see_other("/account?done=unlinked"))
}
