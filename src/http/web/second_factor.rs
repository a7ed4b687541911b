//! The page of one's second factor: turning it on with an app, its recovery codes, turning it off.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::layout::Layout;
use super::page_context::{PageContext, see_other};
use super::qr;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::problem_response::with_retry_after;
use crate::http::protected_form::ProtectedForm;
use crate::http::session_cookie;
use crate::library::Library;
use crate::library::accounts::second_factor::SecondFactor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "second_factor.html")]
pub struct SecondFactorPage {
    /// The frame.
    pub layout: Layout,
    /// How far it is.
    pub factor: SecondFactor,
    /// What the app reads, as SVG.
    pub picture: Option<String>,
    /// Recovery codes, shown this once.
    pub codes: Vec<String>,
    /// What is wrong with what was typed.
    pub fault: Option<String>,
}

/// `GET /account/second-factor`
pub async fn show(visit: PageContext, library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    let page = page(&visit, &library).await?;
    visit.page(&page)
}

async fn page(visit: &PageContext, library: &Library) -> Result<SecondFactorPage, Problem> {
    let factor = library.accounts.second_factor(&visit.actor).await?;
    let picture = match &factor {
        SecondFactor::Pending { url, .. } => Some(qr::picture(url)?),
        SecondFactor::Off | SecondFactor::On { .. } => None,
    };
    Ok(SecondFactorPage {
        layout: visit.layout(visit.say.second_factor()),
        factor,
        picture,
        codes: Vec::new(),
        fault: None,
    })
}

/// What proves that it is the account's owner who asks.
#[derive(Debug, Deserialize)]
pub struct Proof {
    /// The password.
    #[serde(default)]
    pub password: String,
    /// A code of the app, or a recovery code, where there is a factor to end.
    #[serde(default)]
    pub code: String,
}

/// `POST /account/second-factor`
pub async fn begin(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    form: ProtectedForm<Proof>,
) -> Result<HttpResponse, Problem> {
    let browser = session_cookie::browser_of(&request);
    let begun = library
        .accounts
        .begin_second_factor(&visit.actor, &form.password, browser.as_deref())
        .await;
    done_or_fault(&visit, &library, begun).await
}

/// `POST /account/second-factor/end`
pub async fn end(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    form: ProtectedForm<Proof>,
) -> Result<HttpResponse, Problem> {
    let browser = session_cookie::browser_of(&request);
    let ended = library
        .accounts
        .end_second_factor(&visit.actor, &form.password, &form.code, browser.as_deref())
        .await;
    done_or_fault(&visit, &library, ended).await
}

/// A code of the app.
#[derive(Debug, Deserialize)]
pub struct CodeTyped {
    /// Its digits.
    #[serde(default)]
    pub code: String,
    /// Whether the tokens of one's programs end; a box that is not ticked is not sent.
    pub end_tokens: Option<String>,
}

/// `POST /account/second-factor/confirm`
pub async fn confirm(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    form: ProtectedForm<CodeTyped>,
) -> Result<HttpResponse, Problem> {
    let here = session_cookie::of(&request);
    let confirmed = library
        .accounts
        .confirm_second_factor(&visit.actor, here.as_deref(), &form.code, form.end_tokens.is_some())
        .await;
    let codes = match confirmed {
        Ok(codes) => codes,
        Err(error) => return done_or_fault(&visit, &library, Err(error)).await,
    };
    let mut page = page(&visit, &library).await?;
    page.codes = codes;
    visit.page(&page)
}

/// Back to the page, or the page with what was wrong. Not 401: whoever mistypes here is signed in all the same.
async fn done_or_fault(
    visit: &PageContext,
    library: &Library,
    done: crate::error::Result<()>,
) -> Result<HttpResponse, Problem> {
    let Err(error) = done else {
        return Ok(see_other("/account/second-factor"));
    };
    let problem = Problem::from(error);
    let status = match problem.refusal() {
        Some(Refusal::WrongPassword | Refusal::WrongCode) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Refusal::LockedOut { .. }) => problem.status(),
        _ => return Err(problem),
    };
    let mut page = page(visit, library).await?;
    let said = problem.say(visit.say.lang());
    page.fault = Some(format!("{}{}{}", said.title, visit.say.colon(), said.detail));
    Ok(with_retry_after(&problem, visit.page_as(status, &page)?))
}
