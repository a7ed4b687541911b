//! How a problem is answered: `application/problem+json` (RFC 9457) to programs, a page to browsers.
//!
//! Apart from [`super::problem`], which every page imports: what shows a problem as a page has to know pages.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};

use super::negotiation::Negotiation;
use super::problem::Problem;
use super::range::unsatisfied_range;
use super::web;
use crate::error::Refusal;

/// Seconds after which a database or a store that was away may be back.
const AWAY_SECS: u32 = 10;

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        if let Some(source) = self.unexpected() {
            tracing::error!("the request failed: {source:#}");
        }
        let wants = Negotiation::current();
        let mut response = HttpResponse::build(self.status());
        add_headers(self, &mut response);
        if leaves_body_unread(self) {
            response.force_close();
        }
        response.insert_header((header::CONTENT_LANGUAGE, wants.lang.code()));
        // A 404 or 410 may be kept by caches otherwise, and hide what is shared or mended a minute later.
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if wants.page {
            let page = web::problem::html(self, wants.lang);
            return response.content_type("text/html; charset=utf-8").body(page);
        }
        let body = serde_json::to_string(&self.body(wants.lang)).unwrap_or_default();
        response.content_type("application/problem+json").body(body)
    }
}

/// A page that says a refusal among its own words, with when to come back if that is known.
pub fn with_retry_after(problem: &Problem, mut response: HttpResponse) -> HttpResponse {
    if let Some(Refusal::LockedOut { retry_after } | Refusal::TooManyRequests { retry_after, .. }) = problem.refusal() {
        let seconds = whole_secs(*retry_after).max(1).into();
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// Adds the headers that belong to the refusal itself.
fn add_headers(problem: &Problem, response: &mut HttpResponseBuilder) {
    match problem.refusal() {
        Some(Refusal::LockedOut { retry_after } | Refusal::TooManyRequests { retry_after, .. }) => {
            response.insert_header((header::RETRY_AFTER, whole_secs(*retry_after).max(1)));
        }
        Some(Refusal::Busy | Refusal::BeingMade | Refusal::IdempotencyBusy) => {
            response.insert_header((header::RETRY_AFTER, 2));
        }
        Some(Refusal::Unavailable(_)) => {
            response.insert_header((header::RETRY_AFTER, AWAY_SECS));
        }
        Some(Refusal::NotSignedIn | Refusal::InvalidToken | Refusal::WrongPassword) => {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        Some(Refusal::RangeNotSatisfiable { size }) => {
            response.insert_header((header::CONTENT_RANGE, unsatisfied_range(*size)));
        }
        Some(Refusal::UploadOffset { offset }) => {
            response.insert_header(("Upload-Offset", *offset));
        }
        Some(Refusal::TusVersion) => {
            response.insert_header(("Tus-Version", "1.0.0"));
        }
        _ => {}
    }
}

/// Seconds, not one too few: whoever waits so long is not refused once more.
fn whole_secs(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// Whether the rest of the request's body may still be on its way, so that the connection cannot be used again.
fn leaves_body_unread(problem: &Problem) -> bool {
    matches!(
        problem.status(),
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::INSUFFICIENT_STORAGE
    )
}
