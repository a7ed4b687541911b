//! Ends answers for clients that speak HTTP/1.0 where these can tell.
//!
//! They know no chunks and must not be sent any (RFC 9112 §6.1): an answer whose length is not known ends with its
//! connection. The framework sends chunks to everybody.

use actix_http::ConnectionType;
use actix_web::Error;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Version;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::middleware::Next;

/// Middleware (`wrap(from_fn(delimit))`, outermost): it is to see the body as it will be sent.
pub async fn end_without_chunks<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let knows_chunks = request.version() >= Version::HTTP_11;
    let mut response = next.call(request).await?;
    if knows_chunks || response.response().body().size() != BodySize::Stream {
        return Ok(response);
    }
    let head = response.response_mut().head_mut();
    head.no_chunking(true);
    // A length that the handler wrote itself says where the answer ends.
    if !head.headers.contains_key(CONTENT_LENGTH) {
        head.set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}
