//! Zeros in addresses: no text has a character with the number zero, and PostgreSQL answers a question with one in it
//! with an error.
//!
//! `%00` is read as the sign for an unreadable character, so it names nothing and is found nowhere, on either database.
//! In bodies the forms drop control characters; whatever passes them is refused by the database, see [`crate::error`].

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;

const ZERO: &str = "%00";
/// U+FFFD, percent-encoded.
const UNREADABLE: &str = "%EF%BF%BD";

/// The middleware.
pub async fn replace(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if let Some(uri) = without_zeros(request.uri()) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

/// The address with its zeros replaced, if there are any.
fn without_zeros(uri: &Uri) -> Option<Uri> {
    let target = uri.path_and_query()?.as_str();
    let replaced = target.contains(ZERO).then(|| target.replace(ZERO, UNREADABLE))?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(replaced.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_zeros_are_replaced() {
        let replaced = |uri: &'static str| without_zeros(&Uri::from_static(uri)).map(|uri| uri.to_string());

        assert_eq!(
            replaced("/a%00b?c=%00d&e=%25"),
            Some("/a%EF%BF%BDb?c=%EF%BF%BDd&e=%25".to_owned())
        );
        assert_eq!(replaced("/a?b=%2500"), None);
    }
}
