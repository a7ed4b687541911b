//! Ends the connection of a request whose body nobody reads to its end.
//!
//! The framework does so for bodies that said their length. One in chunks that its handler lets go it waits for without end:
//! a guest who never sent the last chunk held a connection, after the answer, until they went away. So the body is held as
//! long as the answer, and then counts as one that was not read.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{self, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::middleware::Next;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

/// A body with more than one holder.
#[derive(Clone)]
struct SharedBody(Rc<RefCell<dev::Payload>>);

impl Stream for SharedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.borrow_mut().poll_next_unpin(context)
    }
}

/// An answer that holds the body of its request.
pub struct HoldingAnswer {
    answer: BoxBody,
    _request: SharedBody,
}

impl MessageBody for HoldingAnswer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(context)
    }
}

/// Middleware (`wrap(from_fn(hold))`, outermost: whoever answers without reading is inside).
pub async fn hold(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, HoldingAnswer>>, Error> {
    if !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let body = SharedBody(Rc::new(RefCell::new(request.take_payload())));
    request.set_payload(dev::Payload::Stream {
        payload: Box::pin(body.clone()),
    });
    let response = next.call(request).await?;
    Ok(response.map_body(|_, answer| {
        EitherBody::right(HoldingAnswer {
            answer: answer.boxed(),
            _request: body,
        })
    }))
}
