//! Spells paths in one way: a letter, a digit or one of `-._~` is never percent-encoded (RFC 3986, 6.2.2.2).
//!
//! Routing decodes such signs before it looks for a handler, while the table of routes is asked by the path as it came: who may
//! knock, and who is asked again. Without this `/account/%74okens` would lead to the handler of `/account/tokens` and to
//! none of its rules.

use std::fmt::Write as _;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;

/// Middleware (`wrap(from_fn(spell))`), outside whatever looks at a path.
pub async fn spell(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if let Some(uri) = spelled(request.uri()) {
        // The framework keeps the address twice: paths are matched with one, queries are read from the other.
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

/// The address with the one spelling of its path, if it has another.
fn spelled(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let decoded = decode_unreserved(path);
    if decoded == path {
        return None;
    }
    let mut target = decoded;
    if let Some(query) = uri.query() {
        // Writing into a string cannot fail.
        let _ = write!(target, "?{query}");
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.parse().ok()?);
    Uri::from_parts(parts).ok()
}

fn decode_unreserved(path: &str) -> String {
    let mut pieces = path.split('%');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let sign = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match sign.map(char::from) {
            Some(sign) if is_unreserved(sign) => {
                decoded.push(sign);
                decoded.push_str(&piece[2..]);
            }
            _ => {
                decoded.push('%');
                decoded.push_str(piece);
            }
        }
    }
    decoded
}

fn is_unreserved(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '-' | '.' | '_' | '~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_no_encoding_is_spelled_plainly_and_nothing_else_is_touched() {
        let read = |uri: &'static str| spelled(&Uri::from_static(uri)).map(|uri| uri.to_string());

        assert_eq!(
            read("/account/%74oken%73?a=%74"),
            Some("/account/tokens?a=%74".to_owned())
        );
        assert_eq!(read("/%61pi/%7E/%2e"), Some("/api/~/.".to_owned()));
        // Decoded once: what is left is a sign of its own.
        assert_eq!(read("/a%2574"), None);
        for kept in ["/a%2Fb", "/%E5%B7%A5", "/a%", "/a%4", "/a%+1b", "/tokens"] {
            assert_eq!(read(kept), None, "{kept}");
        }
    }
}
