//! The cookie in which a browser keeps its session.

use actix_web::cookie::{Cookie, SameSite};

use crate::domain::sign_in::BROWSER_KNOWN_FOR;
use crate::library::Library;
use crate::library::accounts::NewSession;

/// The cookie's name.
pub const NAME: &str = "gongxue_session";

/// The cookie of a new session.
pub fn begin(session: &NewSession, library: &Library, secure: bool) -> Cookie<'static> {
    let left = session.expires_at.0 - library.clock().now().0;
    Cookie::build(NAME, session.key.clone())
        .path("/")
        .http_only(true)
        .secure(secure)
        // Lax and not Strict: whoever follows a link from a class's chat arrives signed in, and foreign forms bring no
        // cookie.
        .same_site(SameSite::Lax)
        .max_age(actix_web::cookie::time::Duration::milliseconds(left))
        .finish()
}

/// The cookie by which a browser is known again in which somebody signed in: others who guess their password elsewhere do not
/// keep them out of it. It opens nothing.
pub const BROWSER: &str = "gongxue_browser";

/// The cookie of a browser in which somebody signed in.
pub fn known_browser(session: &NewSession, secure: bool) -> Cookie<'static> {
    Cookie::build(BROWSER, session.browser.clone())
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .max_age(BROWSER_KNOWN_FOR.try_into().unwrap_or_default())
        .finish()
}

/// The cookie that ends a session in the browser.
pub fn end() -> Cookie<'static> {
    let mut cookie = Cookie::build(NAME, "").path("/").http_only(true).finish();
    cookie.make_removal();
    cookie
}
