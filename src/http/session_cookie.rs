//! The cookies in which a browser keeps its session, and what it is known again by.
//!
//! Where browsers reach us over TLS they are `Secure` and their names begin with `__Host-`: such a cookie is taken from this
//! very host alone, so that no other host of the domain can slip somebody its own session. Under that address the plain
//! names are not read any more, for the same reason: who was signed in by one signs in again.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, CookieBuilder, SameSite, time};

use super::proxy::is_secure;
use crate::actor::Actor;
use crate::domain::passkey::CEREMONY_LASTS;
use crate::domain::sign_in::BROWSER_KNOWN_FOR;
use crate::error::Result;
use crate::library::Library;
use crate::library::accounts::sign_on::{ANSWER_WITHIN, Departure};
use crate::library::accounts::{NewSession, secret};

/// The name of the session's cookie without TLS.
pub const NAME: &str = "gongxue_session";

/// The name of the cookie by which a browser is known again in which somebody signed in: others who guess their password
/// elsewhere do not keep them out of it. It opens nothing.
const BROWSER: &str = "gongxue_browser";

/// The name of the cookie that a provider's answer must come with, so that nobody has another's browser signed in as
/// themselves.
const SIGN_ON: &str = "gongxue_sign_on";

/// The name of the cookie that the answer of a passkey comes with at signing in: no other browser can send it.
const CEREMONY: &str = "gongxue_passkey";

/// The session's key that a request carries.
pub fn of(request: &HttpRequest) -> Option<String> {
    value(request, NAME)
}

/// What the browser is known again by that a request comes from.
pub fn browser_of(request: &HttpRequest) -> Option<String> {
    value(request, BROWSER)
}

/// What a browser that was sent to a provider is known again by.
pub fn sign_on_of(request: &HttpRequest) -> Option<String> {
    value(request, SIGN_ON)
}

/// The cookie of a browser that is sent to a provider.
pub fn sign_on(request: &HttpRequest, departure: &Departure) -> Cookie<'static> {
    cookie(request, SIGN_ON, departure.browser.clone())
        .max_age(ANSWER_WITHIN.try_into().unwrap_or_default())
        .finish()
}

/// The cookie of a new session.
pub fn begin(request: &HttpRequest, session: &NewSession, library: &Library) -> Cookie<'static> {
    let left = session.expires_at.0 - library.clock().now().0;
    cookie(request, NAME, session.key.clone())
        .max_age(time::Duration::milliseconds(left))
        .finish()
}

/// The cookie of a browser in which somebody signed in.
pub fn known_browser(request: &HttpRequest, session: &NewSession) -> Cookie<'static> {
    cookie(request, BROWSER, session.browser.clone())
        .max_age(BROWSER_KNOWN_FOR.try_into().unwrap_or_default())
        .finish()
}

/// Ends the session that the browser came with when it begins another: nobody would end it there any more.
pub async fn end_the_one_before(request: &HttpRequest, actor: &Actor, library: &Library) -> Result<()> {
    // A cookie that is nobody's ends nothing that would be worth a line of the records.
    if let Some(key) = of(request).filter(|_| actor.account.is_some()) {
        library.accounts.sign_out(actor, &key).await?;
    }
    Ok(())
}

/// The cookie of a browser that begins to sign in by a passkey; one that has it keeps it, for there may be several windows.
pub fn ceremony(request: &HttpRequest) -> Result<Cookie<'static>> {
    let fresh = secret()?;
    let value = ceremony_of(request).filter(|value| value.len() == fresh.len());
    let cookie = cookie(request, CEREMONY, value.unwrap_or(fresh));
    Ok(cookie.max_age(CEREMONY_LASTS.try_into().unwrap_or_default()).finish())
}

/// What the browser was given to answer with that signs in by a passkey.
pub fn ceremony_of(request: &HttpRequest) -> Option<String> {
    value(request, CEREMONY)
}

/// The cookie that ends a session in the browser.
pub fn end(request: &HttpRequest) -> Cookie<'static> {
    let mut cookie = cookie(request, NAME, String::new()).finish();
    cookie.make_removal();
    cookie
}

fn value(request: &HttpRequest, plain: &str) -> Option<String> {
    let cookie = request.cookie(&name(request, plain))?;
    Some(cookie.value().to_owned())
}

fn cookie(request: &HttpRequest, plain: &str, value: String) -> CookieBuilder<'static> {
    Cookie::build(name(request, plain), value)
        .path("/")
        .http_only(true)
        .secure(is_secure(request))
        // Lax and not Strict: whoever follows a link from a class's chat arrives signed in, and foreign forms bring no
        // cookie.
        .same_site(SameSite::Lax)
}

fn name(request: &HttpRequest, plain: &str) -> String {
    let prefix = if is_secure(request) { "__Host-" } else { "" };
    format!("{prefix}{plain}")
}
