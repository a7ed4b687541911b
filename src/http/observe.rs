//! Records each request: an id, a span, metrics, and one line in the log when its last byte has gone.
//!
//! Neither line nor figure says who asked or for what: the pattern of the route stands for the path, because paths and
//! queries hold what people search for.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use bytes::Bytes;
use tracing::field::Empty;
use tracing::{Instrument, Span, info, info_span};

use crate::telemetry::{field, metric};

/// The header that carries the id, both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id taken from a client.
const LONGEST_ID: usize = 64;

/// What stands for the route when no route matched.
const NO_ROUTE: &str = "unmatched";

tokio::task_local! {
    static CURRENT: RequestId;
}

/// Names one request: in its log lines, in the answer's `X-Request-Id`, in the `instance` of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id of the request that is being answered; `None` outside of one.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Answers under this id, in a task of its own as well.
    pub async fn scope<T>(self, answer: impl Future<Output = T>) -> T {
        CURRENT.scope(self, answer).await
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes the id that a proxy or client gave, if it is short and plain, or makes a new one. Anything else could
    /// forge log lines.
    fn from_headers(headers: &HeaderMap) -> Self {
        let given = headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .filter(|text| is_plain(text));
        Self(given.map_or_else(|| uuid::Uuid::now_v7().to_string().into(), Arc::from))
    }

    fn to_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("an id is made of plain characters")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (8..=LONGEST_ID).contains(&text.len()) && text.bytes().all(plain)
}

/// Middleware (`wrap(from_fn(observe))`, outermost) that watches each request.
///
/// The id lies in the request's extensions and in [`RequestId::current`].
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::from_headers(request.headers());
    let mut watch = RequestRecord::start(request.method().clone(), &id);
    request.extensions_mut().insert(id.clone());

    let answer = next.call(request).instrument(watch.span.clone());
    match CURRENT.scope(id.clone(), answer).await {
        Ok(mut response) => {
            response.headers_mut().insert(REQUEST_ID, id.to_header());
            watch.route = response.request().match_pattern();
            watch.status = response.status();
            Ok(response.map_body(|_, body| {
                BoxBody::new(RecordedBody {
                    body: body.boxed(),
                    watch,
                })
            }))
        }
        Err(error) => {
            // Made here, within the request's id: the framework would make it outside, and the problem would name no
            // request.
            let mut response = CURRENT.sync_scope(id.clone(), || error.error_response());
            response.headers_mut().insert(REQUEST_ID, id.to_header());
            watch.status = response.status();
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// What is known of a request so far; tells it when dropped, which is when the last byte has gone or the client has.
struct RequestRecord {
    span: Span,
    started: Instant,
    method: Method,
    route: Option<String>,
    status: StatusCode,
    sent_bytes: u64,
}

impl RequestRecord {
    fn start(method: Method, id: &RequestId) -> Self {
        metrics::gauge!(metric::HTTP_REQUESTS_ACTIVE).increment(1);
        let span = info_span!(
            "request",
            { field::REQUEST_ID } = %id,
            { field::METHOD } = %method,
            { field::ROUTE } = Empty,
        );
        // A client that leaves before the answer began is counted as one that closed its request (nginx's 499).
        let status = StatusCode::from_u16(499).expect("three digits");
        Self {
            span,
            started: Instant::now(),
            method,
            route: None,
            status,
            sent_bytes: 0,
        }
    }

    fn tell(&self, took: Duration) {
        let route = self.route.as_deref().unwrap_or(NO_ROUTE);
        let (method, status, sent) = (&self.method, self.status.as_u16(), self.sent_bytes);
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.span.record(field::ROUTE, route);
        self.span.in_scope(|| {
            info!(
                { field::STATUS } = status,
                { field::DURATION_MS } = duration_ms,
                { field::SIZE_BYTES } = sent,
                "{method} {route} answered {status} in {duration_ms} ms"
            );
        });
    }

    fn count(&self, took: Duration) {
        let route = self.route.clone().unwrap_or_else(|| NO_ROUTE.to_owned());
        metrics::gauge!(metric::HTTP_REQUESTS_ACTIVE).decrement(1);
        metrics::counter!(metric::HTTP_RESPONSE_BYTES, "route" => route.clone()).increment(self.sent_bytes);
        metrics::histogram!(
            metric::HTTP_REQUEST_SECONDS,
            "route" => route,
            "method" => method_label(&self.method),
            "status" => class(self.status),
        )
        .record(took);
    }
}

impl Drop for RequestRecord {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        self.tell(took);
        self.count(took);
    }
}

/// A label takes few values: clients may invent methods, and each would be kept for ever.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

/// A body that is watched until its end.
struct RecordedBody {
    body: BoxBody,
    watch: RequestRecord,
}

impl MessageBody for RecordedBody {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(chunk))) = &polled {
            self.watch.sent_bytes += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Once;

    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_and_read_body, call_service, init_service, read_body};
    use actix_web::{App, HttpResponse, web};

    use super::*;
    use crate::telemetry::{figures, render_figures};

    async fn current() -> String {
        RequestId::current().unwrap().to_string()
    }

    async fn refuse() -> Result<HttpResponse, Error> {
        Err(actix_web::error::ErrorForbidden("no"))
    }

    async fn guard<B: MessageBody>(_: ServiceRequest, _: Next<B>) -> Result<ServiceResponse<B>, Error> {
        Err(actix_web::error::ErrorUnauthorized("no"))
    }

    /// Gives every thread a listener. Without one, tracing remembers for the whole process that nobody listens.
    fn listen() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| drop(tracing_subscriber::fmt().with_test_writer().try_init()));
    }

    /// A service of three routes under the middleware: one answers its id, one refuses, one is guarded.
    macro_rules! service {
        () => {{
            listen();
            init_service(
                App::new()
                    .wrap(from_fn(observe))
                    .route("/id/{name}", web::get().to(current))
                    .route("/refuse", web::get().to(refuse))
                    .service(
                        web::resource("/guarded")
                            .wrap(from_fn(guard))
                            .route(web::get().to(current)),
                    ),
            )
            .await
        }};
    }

    #[actix_web::test]
    async fn an_id_given_by_a_proxy_reaches_handler_and_answer() {
        let app = service!();
        let request = TestRequest::get()
            .uri("/id/a")
            .insert_header((REQUEST_ID, "edge-42-abc"));

        let response = call_service(&app, request.to_request()).await;

        assert_eq!(response.headers().get(REQUEST_ID).unwrap(), "edge-42-abc");
        assert_eq!(read_body(response).await, "edge-42-abc");
    }

    #[actix_web::test]
    async fn an_id_that_could_forge_a_log_line_is_replaced() {
        let app = service!();
        for forged in [
            "short",
            "with space in it",
            "<script>alert(1)</script>",
            &"a".repeat(65),
        ] {
            let request = TestRequest::get().uri("/id/a").insert_header((REQUEST_ID, forged));

            let body = call_and_read_body(&app, request.to_request()).await;

            assert_ne!(body, forged.as_bytes());
            assert_eq!(body.len(), 36);
        }
    }

    #[actix_web::test]
    async fn refusals_carry_the_id_too() {
        let app = service!();
        for (address, status) in [("/refuse", StatusCode::FORBIDDEN), ("/nowhere", StatusCode::NOT_FOUND)] {
            let response = call_service(&app, TestRequest::get().uri(address).to_request()).await;

            assert_eq!(response.status(), status);
            assert!(response.headers().contains_key(REQUEST_ID), "{address}");
        }
    }

    #[actix_web::test]
    async fn the_route_is_counted_and_not_the_path() {
        figures();
        let app = service!();

        call_and_read_body(&app, TestRequest::get().uri("/id/zhangsan?q=secret").to_request()).await;

        let text = render_figures();
        let line = r#"gongxue_http_request_duration_seconds_count{route="/id/{name}",method="GET",status="2xx"}"#;
        assert!(text.contains(line), "{text}");
        assert!(!text.contains("zhangsan"));
    }

    #[actix_web::test]
    async fn one_line_is_logged_without_personal_data() {
        let app = service!();
        let log = tempfile::NamedTempFile::new().unwrap();
        let writer = Arc::new(log.reopen().unwrap());
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_writer(writer)
            .finish();
        let _guard = tracing::subscriber::set_default(subscriber);

        call_and_read_body(&app, TestRequest::get().uri("/id/zhangsan?q=secret").to_request()).await;

        let log = std::fs::read_to_string(log.path()).unwrap();
        let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 1, "{log}");
        assert_eq!(lines[0]["http.status"], 200);
        assert_eq!(lines[0]["size_bytes"], 36);
        assert_eq!(lines[0]["span"]["http.route"], "/id/{name}");
        assert_eq!(lines[0]["span"]["request.id"].as_str().unwrap().len(), 36);
        assert!(!log.contains("zhangsan") && !log.contains("secret"), "{log}");
    }
}
