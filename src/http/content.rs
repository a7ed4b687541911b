//! Serves original bytes: conditions, ranges, digests and names as RFC 9110, 9530 and 8187 have them.

use std::cell::Cell;
use std::ops::Range;

use actix_web::body::SizedStream;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::caching;
use super::conditional::{Conditions, Current, Precondition, etag, repr_digest};
use super::disposition::{Showing, content_disposition};
use super::problem::Problem;
use super::range::{self, MultipartFrame, RequestedRange};
use crate::actor::Actor;
use crate::domain::id::Sha256;
use crate::error::{Error, Refusal};
use crate::library::Library;
use crate::library::resources::download::Original;

const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// Something that is given by bytes: an original, or what is put together from several.
pub(super) struct ServedContent<'a> {
    /// Its name, for saving.
    pub(super) name: &'a str,
    /// What it is served as.
    pub(super) media_type: &'a str,
    /// Tells these bytes from all others.
    pub(super) tag: &'a Sha256,
    /// The SHA-256 of the bytes, where it is known.
    pub(super) digest: Option<&'a Sha256>,
    /// How the bytes are coded, where they are: `gzip`.
    pub(super) coding: Option<&'static str>,
    /// Bytes.
    pub(super) size: u64,
}

/// A stretch of a content on its way.
pub(super) type ByteStream = BoxStream<'static, Result<Bytes, Error>>;

/// Answers a GET or HEAD for an original. `save` makes the browser keep it rather than show it.
pub async fn answer(
    library: &Library,
    actor: &Actor,
    request: &HttpRequest,
    original: &Original,
    save: bool,
) -> Result<HttpResponse, Problem> {
    let content = ServedContent {
        name: &original.name,
        media_type: &original.media_type,
        tag: &original.sha256,
        digest: Some(&original.sha256),
        coding: None,
        size: original.size,
    };
    let showing = if save {
        Showing::Attachment
    } else {
        Showing::of(&original.media_type)
    };
    let disposition = content_disposition(showing, &original.name);
    // The conditions come first: a reader who has the bytes already needs no address at the store.
    if is_to_be_sent(request, &content)
        && let Some(address) = library.resources.elsewhere(original, &disposition).await?
    {
        return Ok(HttpResponse::TemporaryRedirect()
            .insert_header((header::LOCATION, address))
            .finish());
    }
    // With several ranges one stretch that nobody vouches for is enough.
    let is_vouched = Cell::new(true);
    let mut response = answer_with(request, &content, save, async |range| {
        let (bytes, vouched) = library.resources.bytes(actor, original, range).await?;
        is_vouched.set(is_vouched.get() && vouched);
        Ok(bytes)
    })
    .await?;
    // Bytes that were not checked as they were read may be others than those of the hash; none is promised then.
    if !is_vouched.get() {
        response.headers_mut().remove(REPR_DIGEST);
    }
    Ok(response)
}

/// Answers a GET or HEAD for an original whose hash would tell its name to whoever must not know it: under a tag of its own,
/// without a digest, and never by an address at the store.
pub async fn answer_unnamed(
    library: &Library,
    actor: &Actor,
    request: &HttpRequest,
    original: &Original,
    tag: &Sha256,
) -> Result<HttpResponse, Problem> {
    let content = ServedContent {
        name: &original.name,
        media_type: &original.media_type,
        tag,
        digest: None,
        coding: None,
        size: original.size,
    };
    answer_with(request, &content, false, async |range| {
        let (bytes, _) = library.resources.bytes(actor, original, range).await?;
        Ok(bytes)
    })
    .await
}

/// Whether the conditions of a request lead to bytes being sent.
fn is_to_be_sent(request: &HttpRequest, content: &ServedContent<'_>) -> bool {
    let tag = etag(content.tag);
    let current = Current {
        etag: &tag,
        modified: None,
    };
    matches!(conditions(request.headers()).weigh(current), Precondition::Proceed)
}

/// Answers a GET or HEAD for bytes that `open` begins to read.
pub(super) async fn answer_with(
    request: &HttpRequest,
    content: &ServedContent<'_>,
    save: bool,
    open: impl AsyncFn(Range<u64>) -> Result<ByteStream, Error>,
) -> Result<HttpResponse, Problem> {
    let showing = if save {
        Showing::Attachment
    } else {
        Showing::of(content.media_type)
    };
    let tag = etag(content.tag);
    let current = Current {
        etag: &tag,
        modified: None,
    };
    let conditions = conditions(request.headers());
    match conditions.weigh(current) {
        Precondition::Proceed => {}
        Precondition::NotModified => return Ok(described(StatusCode::NOT_MODIFIED, content, &tag).finish()),
        Precondition::Failed => return Err(Refusal::ChangedMeanwhile.into()),
    }
    // Of other methods a range is ignored (RFC 9110 §14.2).
    let header = request
        .headers()
        .get(header::RANGE)
        .filter(|_| request.method() == Method::GET)
        .and_then(|value| value.to_str().ok());
    let wanted = range::wanted(header.filter(|_| conditions.may_continue(current)), content.size);
    let mut response = match &wanted {
        RequestedRange::Whole => described(StatusCode::OK, content, &tag),
        RequestedRange::One(_) | RequestedRange::Several(_) => described(StatusCode::PARTIAL_CONTENT, content, &tag),
        RequestedRange::Nothing => return Err(Refusal::RangeNotSatisfiable { size: content.size }.into()),
    };
    response.insert_header((header::CONTENT_DISPOSITION, content_disposition(showing, content.name)));
    if let Some(coding) = content.coding {
        response.insert_header((header::CONTENT_ENCODING, coding));
    }
    // By the type and not by `save`: a browser may show what it was told to keep.
    if let Some(policy) = Showing::of(content.media_type).content_security_policy() {
        response.insert_header((header::CONTENT_SECURITY_POLICY, policy));
    }
    match wanted {
        RequestedRange::Several(ranges) => send_several(content, response, ranges, open).await,
        RequestedRange::One(range) => {
            response.insert_header((header::CONTENT_RANGE, range::content_range(&range, content.size)));
            send(content, response, range, open).await
        }
        RequestedRange::Whole | RequestedRange::Nothing => send(content, response, 0..content.size, open).await,
    }
}

/// Whether an answer gives an original from its first byte on, or says where to get it: a download that begins, and
/// neither goes on nor turns out to be known already.
pub fn is_begun(request: &HttpRequest, response: &HttpResponse) -> bool {
    let part = response.headers().get(header::CONTENT_RANGE);
    let begins = match response.status() {
        StatusCode::OK => true,
        StatusCode::PARTIAL_CONTENT => part.is_some_and(|part| part.as_bytes().starts_with(b"bytes 0-")),
        // The store answers the range, and we never learn which: a request for a part is not counted.
        StatusCode::TEMPORARY_REDIRECT => !request.headers().contains_key(header::RANGE),
        _ => false,
    };
    request.method() == Method::GET && begins
}

/// The conditions in a request's headers.
pub(super) fn conditions(headers: &HeaderMap) -> Conditions<'_> {
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    Conditions {
        if_match: header(header::IF_MATCH),
        if_none_match: header(header::IF_NONE_MATCH),
        if_modified_since: header(header::IF_MODIFIED_SINCE),
        if_unmodified_since: header(header::IF_UNMODIFIED_SINCE),
        if_range: header(header::IF_RANGE),
    }
}

/// Begins an answer with what is true of the content whichever part is sent.
fn described(status: StatusCode, content: &ServedContent<'_>, tag: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        // Who may have it can change at any moment, so every use asks again; the tag makes that cheap.
        .insert_header((header::CACHE_CONTROL, caching::REVALIDATE));
    if let Some(digest) = content.digest {
        response.insert_header((REPR_DIGEST, repr_digest(digest)));
    }
    response
}

async fn send(
    content: &ServedContent<'_>,
    mut response: HttpResponseBuilder,
    range: Range<u64>,
    open: impl AsyncFn(Range<u64>) -> Result<ByteStream, Error>,
) -> Result<HttpResponse, Problem> {
    let length = range.end - range.start;
    let bytes = open(range).await?;
    response.insert_header((header::CONTENT_TYPE, content.media_type));
    Ok(response.body(SizedStream::new(length, bytes.map_err(into_boxed))))
}

async fn send_several(
    content: &ServedContent<'_>,
    mut response: HttpResponseBuilder,
    ranges: Vec<Range<u64>>,
    open: impl AsyncFn(Range<u64>) -> Result<ByteStream, Error>,
) -> Result<HttpResponse, Problem> {
    // Random, so that no content can hold it on purpose and end its part early.
    let boundary = uuid::Uuid::now_v7().to_string();
    let frame = MultipartFrame::new(ranges, content.size, content.media_type, &boundary);
    let mut parts: Vec<ByteStream> = Vec::new();
    for (head, range) in frame.parts() {
        let head = Bytes::from(head.clone());
        parts.push(stream::once(async move { Ok(head) }).boxed());
        // All are opened before the first byte is sent: content that is lost is then still an answer with its status.
        parts.push(open(range.clone()).await?);
    }
    let tail = Bytes::from(frame.tail());
    parts.push(stream::once(async move { Ok(tail) }).boxed());
    let body = stream::iter(parts).flatten().map_err(into_boxed);
    response.insert_header((header::CONTENT_TYPE, frame.content_type()));
    Ok(response.body(SizedStream::new(frame.length(), body)))
}

/// The connection breaks off; the log has the reason.
pub(super) fn into_boxed(error: Error) -> Box<dyn std::error::Error> {
    tracing::error!("a download broke off: {error:?}");
    error.into()
}
