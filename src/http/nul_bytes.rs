//! Replaces NUL bytes in addresses: no text has one, and PostgreSQL answers a query with one in it with an error.
//!
//! `%00` is read as the sign for an unreadable character, so it names nothing and is found nowhere, on either database.
//! In bodies the forms drop control characters; whatever passes them is refused by the database, see [`crate::error`].

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;

const NUL: &str = "%00";
/// U+FFFD, percent-encoded.
const UNREADABLE: &str = "%EF%BF%BD";

/// Middleware (`wrap(from_fn(replace))`).
pub async fn replace(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if let Some(uri) = without_nul_bytes(request.uri()) {
        // The framework keeps the address twice: paths are matched with one, queries are read from the other.
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

/// The address with its NUL bytes replaced, if there are any.
pub(super) fn without_nul_bytes(uri: &Uri) -> Option<Uri> {
    let target = uri.path_and_query()?.as_str();
    let replaced = target.contains(NUL).then(|| target.replace(NUL, UNREADABLE))?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(replaced.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nul_bytes_are_replaced() {
        let replaced = |uri: &'static str| without_nul_bytes(&Uri::from_static(uri)).map(|uri| uri.to_string());

        assert_eq!(
            replaced("/a%00b?c=%00d&e=%25"),
            Some("/a%EF%BF%BDb?c=%EF%BF%BDd&e=%25".to_owned())
        );
        assert_eq!(replaced("/a?b=%2500"), None);
    }
}
