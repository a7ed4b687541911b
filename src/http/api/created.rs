//! Adding something that a JSON object describes: the same key adds it once.

use std::str::FromStr;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::http::form;
use crate::library::Library;
use crate::library::idempotency::{Answered, made};

/// Adds it and answers 201 with its address, or gives the answer that is kept under the request's key. Should that be
/// lost, it is told from what was added, as `find` finds it.
pub(super) async fn created<T: Serialize, I: FromStr>(
    library: &Library,
    actor: &Actor,
    request: &HttpRequest,
    fields: &Map<String, Value>,
    add: impl AsyncFnOnce(&Actor) -> Result<T>,
    find: impl AsyncFnOnce(I) -> Result<T>,
    address: impl Fn(&T) -> String,
) -> Result<HttpResponse> {
    let key = form::idempotency_key(request)?;
    let request_hash = form::request_hash(request, fields, &[]);
    let answered = |added: T| {
        Ok(Answered {
            status: 201,
            location: Some(address(&added)),
            body: serde_json::to_string(&added).map_err(Error::unexpected)?,
        })
    };
    let answer = library.idempotency.once(
        actor,
        key.as_deref(),
        request_hash,
        async |actor| answered(add(actor).await?),
        async |subject| answered(find(made(subject)?).await?),
    );
    Ok(send(answer.await?))
}

/// Sends an answer as it was kept.
pub(super) fn send(answer: Answered) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    if let Some(location) = answer.location {
        response.insert_header((header::LOCATION, location));
    }
    response.content_type("application/json").body(answer.body)
}
