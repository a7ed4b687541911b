//! The cookie in which a browser keeps its session.

use actix_web::cookie::{Cookie, SameSite};

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

/// The cookie that ends a session in the browser.
pub fn end() -> Cookie<'static> {
    let mut cookie = Cookie::build(NAME, "").path("/").http_only(true).finish();
    cookie.make_removal();
    cookie
}
