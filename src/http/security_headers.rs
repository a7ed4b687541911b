//! Security headers: what browsers are told that our pages may not do.
//!
//! Every answer carries them; a handler that needs another `Content-Security-Policy` (a file that must never run in our
//! origin, the API's documentation page) sets its own, and it is left alone.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, web};

use super::proxy::is_secure;
use crate::config::Config;

/// What our own pages load: nothing from elsewhere, nothing inline, no frames around them. `blob:` lets the uploader
/// show a picture before it is sent.
pub const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Each header and its value when the handler has not said otherwise.
const DEFAULTS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, PAGE_POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Our addresses hold search words; other sites learn only that somebody came from here.
    (REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (
        PERMISSIONS_POLICY,
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
];

/// Middleware (`wrap(from_fn(secure))`) that adds the headers a handler has not set.
pub async fn secure<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let transport = transport_security(response.request());
    add_defaults(response.headers_mut());
    if let Some(value) = transport {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, value);
    }
    Ok(response)
}

/// Tells browsers to come by TLS alone from now on (RFC 6797), where they do already. This host only: what else stands
/// in the domain is not ours to say.
fn transport_security(request: &HttpRequest) -> Option<HeaderValue> {
    let config = request.app_data::<web::Data<Config>>()?;
    let seconds = config.server.hsts_secs();
    if seconds == 0 || !is_secure(request) {
        return None;
    }
    HeaderValue::from_str(&format!("max-age={seconds}")).ok()
}

/// Adds the headers that are not there yet. For answers that no middleware sees, such as those to errors of one.
pub fn add_defaults(headers: &mut HeaderMap) {
    for (name, value) in DEFAULTS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse, web};

    use super::*;
    use crate::http::disposition::SANDBOX;

    async fn file() -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
            .finish()
    }

    #[actix_web::test]
    async fn every_answer_is_guarded_even_one_to_an_unknown_address() {
        let app = init_service(App::new().wrap(from_fn(secure))).await;

        let response = call_service(&app, TestRequest::get().uri("/nowhere").to_request()).await;

        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        for (name, value) in DEFAULTS {
            assert_eq!(response.headers().get(&name).unwrap(), value, "{name}");
        }
    }

    #[actix_web::test]
    async fn a_policy_that_the_handler_chose_is_left_alone() {
        let app = init_service(App::new().wrap(from_fn(secure)).route("/file", web::get().to(file))).await;

        let response = call_service(&app, TestRequest::get().uri("/file").to_request()).await;

        let policies: Vec<_> = response.headers().get_all(CONTENT_SECURITY_POLICY).collect();
        assert_eq!(policies, [SANDBOX]);
    }
}
