//! Compresses pages, scripts and lists: on a school's line a page of results is a fifth of itself.

use actix_http::encoding::Encoder;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_RANGES, AcceptEncoding, CONTENT_ENCODING, CONTENT_TYPE, ContentEncoding, ETAG, Encoding, Header as _,
    HeaderMap, HeaderName, HeaderValue, VARY,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

/// Media types that are worth compressing; the others are compressed already.
const COMPRESSIBLE: [&str; 7] = [
    "text/html",
    "text/css",
    "text/javascript",
    "image/svg+xml",
    "application/json",
    "application/problem+json",
    "application/atom+xml",
];

/// What says that an answer stands for exact bytes, or is compressed already: it is left alone.
const EXACT: [HeaderName; 3] = [ETAG, ACCEPT_RANGES, CONTENT_ENCODING];

/// Middleware (`wrap(from_fn(shrink))`).
pub async fn compress(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let takes_gzip = takes_gzip(&request);
    let mut response = next.call(request).await?.map_into_boxed_body();
    if !is_compressible(response.headers()) {
        return Ok(response);
    }
    // A cache is told here too: it would otherwise give this answer to those who take gzip, or theirs to this one.
    if !takes_gzip {
        let by_encoding = HeaderValue::from_static("accept-encoding");
        response.headers_mut().append(VARY, by_encoding);
        return Ok(response);
    }
    Ok(response.map_body(|head, body| Encoder::response(ContentEncoding::Gzip, head, body).boxed()))
}

/// Whether whoever asks takes bytes coded with gzip.
pub fn takes_gzip(request: &impl HttpMessage) -> bool {
    // With `identity` among the choices, a client that prefers it, or forbids gzip by `q=0`, gets it.
    let known = [Encoding::gzip(), Encoding::identity()];
    let accepted = AcceptEncoding::parse(request).ok();
    accepted.and_then(|accepted| accepted.negotiate(known.iter())) == Some(Encoding::gzip())
}

fn is_compressible(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    COMPRESSIBLE.contains(&kind) && !EXACT.iter().any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::ACCEPT_ENCODING;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, HttpResponse, web};

    use super::*;

    const PAGE: &str = "<p>星三角降压启动</p>";

    async fn page() -> HttpResponse {
        HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .body(PAGE.repeat(100))
    }

    async fn file() -> HttpResponse {
        HttpResponse::Ok()
            .content_type("text/html")
            .insert_header((ETAG, "\"abc\""))
            .insert_header((ACCEPT_RANGES, "bytes"))
            .body(PAGE.repeat(100))
    }

    async fn ask(path: &str, accepted: &str) -> (HeaderMap, web::Bytes) {
        let app = App::new()
            .route("/page", web::get().to(page))
            .route("/file", web::get().to(file))
            .wrap(from_fn(compress));
        let app = init_service(app).await;
        let request = TestRequest::get().uri(path).insert_header((ACCEPT_ENCODING, accepted));
        let response = call_service(&app, request.to_request()).await;
        let headers = response.headers().clone();
        (headers, read_body(response).await)
    }

    #[actix_web::test]
    async fn a_page_travels_compressed_to_whoever_takes_it() {
        let (headers, body) = ask("/page", "gzip, deflate, br").await;

        assert_eq!(headers.get(CONTENT_ENCODING).unwrap(), "gzip");
        assert_eq!(headers.get(VARY).unwrap(), "accept-encoding");
        assert!(body.len() < PAGE.len() * 100 / 5, "{} bytes", body.len());
    }

    #[actix_web::test]
    async fn who_does_not_take_it_gets_the_page_as_it_is() {
        for accepted in ["identity", "br", "gzip;q=0"] {
            let (headers, body) = ask("/page", accepted).await;

            assert!(headers.get(CONTENT_ENCODING).is_none(), "{accepted}");
            assert_eq!(headers.get(VARY).unwrap(), "accept-encoding");
            assert_eq!(body.len(), PAGE.len() * 100);
        }
    }

    #[actix_web::test]
    async fn a_file_that_ranges_count_in_is_left_alone() {
        let (headers, body) = ask("/file", "gzip").await;

        assert!(headers.get(CONTENT_ENCODING).is_none());
        assert_eq!(body.len(), PAGE.len() * 100);
    }
}
