//! The revision that a request has seen: its `If-Match`; and the `ETag` that says which one an answer is.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::error::{Refusal, Result};

/// The revision in `If-Match`; nothing for `*`, which is any.
pub(super) fn required(request: &HttpRequest) -> Result<Option<i64>> {
    let tag = request
        .headers()
        .get(header::IF_MATCH)
        .and_then(|value| value.to_str().ok());
    let tag = tag.ok_or(Refusal::IfMatchRequired)?.trim();
    if tag == "*" {
        return Ok(None);
    }
    // A tag that is none of ours cannot be the present state's.
    let number = tag
        .trim_matches('"')
        .strip_prefix('r')
        .and_then(|number| number.parse().ok());
    Ok(Some(number.ok_or(Refusal::ChangedMeanwhile)?))
}

/// The revision in `If-Match`, where a request may do without.
pub(super) fn given(request: &HttpRequest) -> Result<Option<i64>> {
    if request.headers().contains_key(header::IF_MATCH) {
        return required(request);
    }
    Ok(None)
}

/// An answer with the revision of what it shows.
pub(super) fn tagged(revision: i64, shown: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"r{revision}\"")))
        .json(shown)
}
