//! Ends a request whose body stops coming: every wait for a sender has an end, with or without an account.
//!
//! Uploads watch their own senders (`blob`'s staging), because they keep what came before the silence. This is for every other
//! body, and a second line for theirs.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{self, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, ResponseError as _, web};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::time::{Instant, Sleep};

use super::problem::Problem;
use crate::config::Config;
use crate::error::Refusal;

/// A sender who is slower than this over the whole body is as good as silent: one byte a minute would hold a
/// connection for years. The slowest modem sends ten times as much.
const SLOWEST_BYTES_PER_SECOND: u64 = 512;

/// Uploads say more about a silence than we can, so they are let find it first.
const GRACE: Duration = Duration::from_secs(1);

/// Middleware (`wrap(from_fn(end_silence))`, inside the guard) that answers 408 where the sender of a body stops.
pub async fn time_out(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let config = request.app_data::<web::Data<Config>>();
    let limit = config.map(|config| config.server.stall_timeout() + GRACE);
    let Some(limit) = limit.filter(|_| has_body(&request)) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let stalled = Rc::new(Cell::new(false));
    let body = WatchedBody::new(request.take_payload(), limit, Rc::clone(&stalled));
    request.set_payload(dev::Payload::Stream {
        payload: Box::pin(body),
    });
    let response = next.call(request).await?.map_into_boxed_body();
    Ok(if stalled.get() { timed_out(response) } else { response })
}

fn has_body(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0")
}

/// The handler took the end of its body for a broken line; what it said of that gives way.
fn timed_out(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let mut response = match response.status() {
        // An upload that found the silence itself says how far it came; that answer stands.
        StatusCode::REQUEST_TIMEOUT => response,
        _ => response.into_response(Problem::from(Refusal::Stalled).error_response()),
    };
    // What the sender may still send belongs to no request that we would read.
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// A body whose sender is watched.
struct WatchedBody {
    body: dev::Payload,
    limit: Duration,
    /// Runs while we wait for the sender; not while the sender waits for us.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    /// How long we have waited in all.
    waited: Duration,
    received_bytes: u64,
    stalled: Rc<Cell<bool>>,
}

impl WatchedBody {
    fn new(body: dev::Payload, limit: Duration, stalled: Rc<Cell<bool>>) -> Self {
        Self {
            body,
            limit,
            waiting: None,
            waited: Duration::ZERO,
            received_bytes: 0,
            stalled,
        }
    }

    /// How long the next bytes may take.
    fn patience(&self) -> Duration {
        let earned = Duration::from_secs(self.received_bytes / SLOWEST_BYTES_PER_SECOND);
        self.limit.min((self.limit + earned).saturating_sub(self.waited))
    }
}

impl Stream for WatchedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        // The body is asked before the clock: bytes that lay ready while the handler was busy are never late.
        if let Poll::Ready(next) = this.body.poll_next_unpin(context) {
            if let Some((since, _)) = this.waiting.take() {
                this.waited += since.elapsed();
            }
            if let Some(Ok(bytes)) = &next {
                this.received_bytes += bytes.len() as u64;
            }
            return Poll::Ready(next);
        }
        let patience = this.patience();
        let (_, sleep) = this
            .waiting
            .get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(patience))));
        ready!(sleep.as_mut().poll(context));
        this.stalled.set(true);
        let silent = std::io::Error::from(std::io::ErrorKind::TimedOut);
        Poll::Ready(Some(Err(PayloadError::Io(silent))))
    }
}
