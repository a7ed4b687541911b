//! The sign-in page, and signing out.

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use percent_encoding::{CONTROLS, utf8_percent_encode};
use serde::Deserialize;

use super::layout::{Layout, Link};
use super::leave;
use super::page_context::{PageContext, see_other};
use super::urls;
use crate::actor::Actor;
use crate::error::{Error, Refusal};
use crate::http::caching;
use crate::http::problem::Problem;
use crate::http::problem_response::with_retry_after;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::{passkey_site, session_cookie};
use crate::library::Library;
use crate::library::accounts::sign_on::SignOnProvider;
use crate::library::accounts::{Credentials, NewSession};

/// The sign-in page.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// The frame.
    pub layout: Layout,
    /// The name as typed. The password is never sent back.
    pub name: String,
    /// Whether the password was one for once, so that another is asked for.
    pub anew: Option<NewPassword>,
    /// Whether a code of the second factor is asked for.
    pub asks_code: bool,
    /// What is wrong with both together: they do not match, or too many attempts.
    pub fault: Option<String>,
    /// The page to return to, a path of this site.
    pub return_to: String,
    /// By whom one signs on besides.
    pub providers: Vec<Link>,
    /// Where the form goes.
    pub action: String,
    /// The directory whose password is asked for; none: one of ours.
    pub directory: Option<String>,
    /// Whether browsers make passkeys at this site's address.
    pub has_passkeys: bool,
}

/// Asks for a password of one's own.
#[derive(Debug, Clone)]
pub struct NewPassword {
    /// What it must be.
    pub note: String,
    /// What is wrong with the one that was typed.
    pub fault: Option<String>,
}

/// Where signing in leads.
#[derive(Debug, Default, Deserialize)]
pub struct SignInQuery {
    /// The page to return to.
    pub return_to: Option<String>,
}

/// `GET /sign-in`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    query: web::Query<SignInQuery>,
) -> Result<HttpResponse, Problem> {
    let return_to = local(query.return_to.as_deref());
    if visit.actor.account.is_some() {
        return Ok(see_other(&return_to));
    }
    let page = page(&visit, &library, &request, String::new(), None, return_to);
    visit.page(&page)
}

/// Name and password, as the form sends them.
#[derive(Debug, Deserialize)]
pub struct SignInForm {
    /// The sign-in name.
    #[serde(default)]
    pub name: String,
    /// The password.
    #[serde(default)]
    pub password: String,
    /// Another password, in place of the one that was given for once.
    #[serde(default)]
    pub new_password: String,
    /// A code of the second factor, or a recovery code.
    #[serde(default)]
    pub code: String,
    /// The page to return to.
    pub return_to: Option<String>,
}

/// `POST /sign-in`
pub async fn sign_in(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    form: ProtectedForm<SignInForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let return_to = local(form.return_to.as_deref());
    let browser = session_cookie::browser_of(&request);
    let given = Credentials {
        name: &form.name,
        password: &form.password,
        new_password: Some(form.new_password.as_str()).filter(|new| !new.is_empty()),
        code: Some(form.code.as_str()).filter(|code| !code.is_empty()),
        browser: browser.as_deref(),
    };
    match library.accounts.sign_in(&visit.actor, &given).await {
        Ok(session) => {
            let onward = onward(&library, &session, &form, return_to).await?;
            signed_in(&request, &visit.actor, &library, &session, &onward).await
        }
        Err(error) => {
            let was_anew = !form.new_password.is_empty();
            let mut page = page(&visit, &library, &request, form.name, None, return_to);
            page.asks_code = !form.code.is_empty();
            let min = library.rules().password_min_chars;
            render_with_error(&visit, page, error.into(), was_anew, min)
        }
    }
}

/// Sends somebody on who has just signed in.
pub(super) async fn signed_in(
    request: &HttpRequest,
    actor: &Actor,
    library: &Library,
    session: &NewSession,
    return_to: &str,
) -> Result<HttpResponse, Problem> {
    session_cookie::end_the_one_before(request, actor, library).await?;
    let mut response = see_other(return_to);
    for cookie in [
        session_cookie::begin(request, session, library),
        session_cookie::known_browser(request, session),
    ] {
        response.add_cookie(&cookie).map_err(Error::unexpected)?;
    }
    Ok(response)
}

/// Where signing in leads: back, or to the passkeys of somebody whose password was reset, because whoever had taken the
/// account over may have added one.
async fn onward(
    library: &Library,
    session: &NewSession,
    form: &SignInForm,
    return_to: String,
) -> Result<String, Problem> {
    if form.new_password.is_empty() {
        return Ok(return_to);
    }
    let who = Actor {
        account: Some(session.member.clone()),
        ..Actor::guest()
    };
    let passkeys = library.accounts.own_passkeys(&who).await?;
    Ok(if passkeys.is_empty() {
        return_to
    } else {
        "/account?done=password-chosen".to_owned()
    })
}

/// Shows the form once more with what is wrong; anything but the person's own mistake is a refusal like others.
pub(super) fn render_with_error(
    visit: &PageContext,
    mut page: SignInPage,
    problem: Problem,
    was_anew: bool,
    min: usize,
) -> Result<HttpResponse, Problem> {
    let lang = visit.say.lang();
    let note = visit.say.password_note(min);
    let anew = |fault| Some(NewPassword { note, fault });
    match problem.refusal() {
        Some(Refusal::WrongPassword | Refusal::LockedOut { .. }) => {
            let said = problem.say(lang);
            page.fault = Some(format!("{}{}{}", said.title, visit.say.colon(), said.detail));
            page.anew = anew(None).filter(|_| was_anew);
        }
        Some(Refusal::SecondFactorRequired | Refusal::WrongCode) => {
            let said = problem.say(lang);
            page.fault = Some(format!("{}{}{}", said.title, visit.say.colon(), said.detail));
            page.asks_code = true;
            page.anew = anew(None).filter(|_| was_anew);
        }
        Some(Refusal::PasswordOnce) => page.anew = anew(None),
        Some(Refusal::Fields(faults)) => page.anew = anew(faults.first().map(|fault| fault.kind.say(lang))),
        _ => return Err(problem),
    }
    Ok(with_retry_after(&problem, visit.page_as(problem.status(), &page)?))
}

/// The page; also where a sign-on that came to nothing ends, for our own form may do.
pub(super) fn page(
    visit: &PageContext,
    library: &Library,
    request: &HttpRequest,
    name: String,
    fault: Option<String>,
    return_to: String,
) -> SignInPage {
    let providers = library.accounts.sign_on_providers(visit.say.lang()).into_iter();
    let button = |provider: SignOnProvider| {
        let url = urls::with_query(&provider.url, &[("return_to", &return_to)]);
        Link::new(provider.name, url)
    };
    SignInPage {
        layout: visit.layout(visit.say.sign_in_heading()),
        name,
        anew: None,
        asks_code: false,
        fault,
        providers: providers.map(button).collect(),
        action: "/sign-in".to_owned(),
        directory: None,
        return_to,
        has_passkeys: passkey_site::of(request).is_some(),
    }
}

/// `POST /sign-out`
pub async fn sign_out(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let there = match session_cookie::of(&request) {
        Some(key) => library.accounts.sign_out(&visit.actor, &key).await?,
        None => None,
    };
    let mut response = match there {
        Some(url) => {
            let visit = visit.as_guest();
            leave::page(&visit, visit.say.signing_out_there(), url)?
        }
        None => see_other("/"),
    };
    let (name, what) = caching::FORGET;
    response.headers_mut().insert(name, HeaderValue::from_static(what));
    response
        .add_cookie(&session_cookie::end(&request))
        .map_err(Error::unexpected)?;
    Ok(response)
}

/// A path of this site, or the home page: nobody is sent elsewhere by an address that somebody else made.
pub fn local(return_to: Option<&str>) -> String {
    let is_local = |path: &&str| {
        // Browsers read `//host` and `/\host` as another site, and drop tabs and line ends before they look.
        path.starts_with('/') && !path.starts_with("//") && !path.contains(|c: char| c == '\\' || c.is_control())
    };
    // A link that somebody typed may hold Han, which no header carries.
    utf8_percent_encode(return_to.filter(is_local).unwrap_or("/"), CONTROLS).to_string()
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(local(Some("/r/1?page=12&q=a")), "/r/1?page=12&q=a");
        for foreign in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "r/1",
            "",
        ] {
            assert_eq!(local(Some(foreign)), "/", "{foreign:?}");
        }
        assert_eq!(local(None), "/");
        assert_eq!(
            local(Some("/search?q=星")),
            "/search?q=%E6%98%9F",
            "what no header carries"
        );
    }
}
