//! What browsers may keep of an answer: one default for all, and names for the few exceptions.
//!
//! Schools share computers. What somebody who has signed in was shown must not be found there after they left, so it is
//! not kept at all; what is too large to send twice is kept but asked about before each use, and its tag makes that cheap.
//! A handler chooses one of these only where the default would not do, and says why.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};

use crate::actor::Actor;

/// Kept by nobody.
const NO_STORE: &str = "private, no-store";

/// Kept by the browser, and used only after asking whether it is still good and still the asker's to see.
pub const REVALIDATE: &str = "private, no-cache";

/// Kept by whoever carries it, for an hour: what everybody may see.
const PUBLIC: &str = "public, max-age=3600";

/// Empties the browser's cache of this site, for when somebody signs out.
pub const FORGET: (HeaderName, &str) = (HeaderName::from_static("clear-site-data"), "\"cache\"");

/// What answers depend on besides the address: who asks, and in which language.
const ASKER: [&str; 3] = ["cookie", "authorization", "accept-language"];

/// How long something made of a file (a picture, subtitles) is kept: by nobody unless everybody may see the file.
pub fn of_derived(actor: &Actor, is_public: bool) -> &'static str {
    match (is_public, &actor.account) {
        (true, None) => PUBLIC,
        (true, Some(_)) => REVALIDATE,
        (false, _) => NO_STORE,
    }
}

/// Middleware (`wrap(from_fn(by_default))`, outside the guard) that says of each answer how long it is kept, unless its
/// handler has, and on what it depends.
pub async fn by_default<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let request = response.request();
    let is_looked_at = [Method::GET, Method::HEAD].contains(request.method());
    let is_guest = request
        .extensions()
        .get::<Actor>()
        .is_none_or(|actor| actor.account.is_none());
    let usual = if is_looked_at && is_guest { REVALIDATE } else { NO_STORE };
    complete(response.headers_mut(), usual);
    Ok(response)
}

fn complete(headers: &mut HeaderMap, usual: &'static str) {
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(usual));
    }
    let is_public = |value: &HeaderValue| value.as_bytes().starts_with(b"public");
    if headers.get(header::CACHE_CONTROL).is_some_and(is_public) {
        return;
    }
    let said = headers.get_all(header::VARY).filter_map(|value| value.to_str().ok());
    let said = said.collect::<Vec<_>>().join(",").to_ascii_lowercase();
    let missing = ASKER
        .into_iter()
        .filter(|name| !said.split(',').any(|said| said.trim() == *name));
    for name in missing {
        headers.append(header::VARY, HeaderValue::from_static(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(headers: &[(HeaderName, &'static str)]) -> (String, String) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.clone(), HeaderValue::from_static(value));
        }
        complete(&mut map, NO_STORE);
        let all = |name| {
            let values = map.get_all(name).map(|value| value.to_str().unwrap());
            values.collect::<Vec<_>>().join(", ")
        };
        (all(header::CACHE_CONTROL), all(header::VARY))
    }

    #[test]
    fn what_a_handler_said_stays_and_what_it_left_out_is_added() {
        let asker = "cookie, authorization, accept-language";

        assert_eq!(completed(&[]), (NO_STORE.to_owned(), asker.to_owned()));
        assert_eq!(
            completed(&[
                (header::CACHE_CONTROL, REVALIDATE),
                (header::VARY, "Accept-Encoding, Cookie")
            ]),
            (
                REVALIDATE.to_owned(),
                "Accept-Encoding, Cookie, authorization, accept-language".to_owned()
            )
        );
    }

    #[test]
    fn what_everybody_may_keep_is_not_kept_once_for_each_reader() {
        assert_eq!(
            completed(&[(header::CACHE_CONTROL, PUBLIC), (header::VARY, "accept-encoding")]),
            (PUBLIC.to_owned(), "accept-encoding".to_owned())
        );
    }
}
