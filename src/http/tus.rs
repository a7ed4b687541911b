//! The tus 1.0.0 protocol (<https://tus.io/protocols/resumable-upload>): uploads in pieces that go on where they
//! stopped.
//!
//! Spoken here: creation, creation-with-upload, creation-defer-length, checksum, expiration, termination and
//! concatenation. What bytes are worth once they are here is for [`Library`]'s uploads to say.

mod headers;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError as _, web};

use super::problem::Problem;
use crate::actor::Actor;
use crate::config::Config;
use crate::domain::id::UploadId;
use crate::error::{Error, Refusal, Result};
use crate::library::Library;
use crate::library::uploads::{Algorithm, NewUpload, Part, Upload, UploadChunk};

/// The only version there is.
const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const EXTENSIONS: &str =
    "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination,concatenation";
/// What the bytes of an upload come as.
const BYTES: &str = "application/offset+octet-stream";
/// Where uploads live.
const UPLOADS: &str = "/api/v1/uploads";

/// Reads every header that a request may bring, for [`super::fuzzing`].
#[cfg(any(test, fuzzing))]
pub(super) fn read_headers(request: &HttpRequest) {
    let _ = headers::checksum(request);
    let _ = headers::number(request, "Upload-Offset");
    let _ = headers::has_body(request);
    let _ = headers::has_type(request, BYTES);
    if let Ok(new) = headers::new_upload(request) {
        let written = headers::written_metadata(&new.metadata);
        HeaderValue::from_str(&written).expect("what came in a header goes back in one");
    }
}

/// What the server speaks.
#[utoipa::path(options, path = "/api/v1/uploads", tag = "uploads", responses((status = 204,
    description = "version, extensions, largest file and checksums, each in a header", headers(
    ("Tus-Version" = String), ("Tus-Extension" = String), ("Tus-Max-Size" = u64), ("Tus-Checksum-Algorithm" = String)))))]
pub async fn options(library: web::Data<Library>) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header(("Tus-Resumable", VERSION))
        .insert_header(("Tus-Version", VERSION))
        .insert_header(("Tus-Extension", EXTENSIONS))
        .insert_header(("Tus-Max-Size", library.rules().max_file_bytes))
        .insert_header(("Tus-Checksum-Algorithm", Algorithm::ALL.map(Algorithm::name).join(",")))
        .finish()
}

/// What the server speaks, asked at one upload.
#[utoipa::path(options, path = "/api/v1/uploads/{id}", tag = "uploads", params(("id" = String, Path)),
    responses((status = 204, description = "as for all uploads")))]
pub async fn options_of_one(library: web::Data<Library>) -> HttpResponse {
    options(library).await
}

/// Begins an upload, perhaps with its first bytes, or joins finished pieces into one.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "uploads",
    params(
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = Option<u64>, Header, description = "the full length in bytes"),
        ("Upload-Defer-Length" = Option<u64>, Header, description = "1: the length comes later"),
        ("Upload-Metadata" = Option<String>, Header, description = "`filename` and others: key, space, base64; commas between"),
        ("Upload-Concat" = Option<String>, Header, description = "`partial`, or `final;` and the addresses of the pieces"),
        ("Upload-Checksum" = Option<String>, Header, description = "algorithm, space, base64")),
    request_body(content = Option<Vec<u8>>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 201, description = "begun", headers(
            ("Location" = String), ("Upload-Offset" = Option<u64>), ("Upload-Expires" = String))),
        (status = 400, description = "a header cannot be read, or pieces are missing"),
        (status = 408, description = "the sender stopped"), (status = 412, description = "another tus version"),
        (status = 413, description = "over `Tus-Max-Size`"), (status = 415, description = "another content type"),
        (status = 460, description = "another checksum"), (status = 507, description = "no room")))]
pub async fn create(
    library: web::Data<Library>,
    site: web::Data<Config>,
    actor: Actor,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let created = async {
        let new = headers::new_upload(&request)?;
        let first = first_piece(&request, &new, payload)?;
        let brings_bytes = first.is_some();
        let begun = begin(library, actor, new, first).await?;
        let origin = site.server.public_url.as_deref().unwrap_or_default();
        let mut response = HttpResponse::Created();
        response.insert_header((header::LOCATION, format!("{origin}{UPLOADS}/{}", begun.id)));
        if brings_bytes {
            response.insert_header(("Upload-Offset", begun.offset));
        }
        Ok(until(&mut response, &begun).finish())
    };
    answer(&request, created).await
}

/// How far an upload has come.
#[utoipa::path(head, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = String, Path), ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses(
        (status = 200, description = "each in a header", headers(
            ("Upload-Offset" = u64), ("Upload-Length" = Option<u64>), ("Upload-Defer-Length" = Option<u64>),
            ("Upload-Metadata" = Option<String>), ("Upload-Concat" = Option<String>), ("Upload-Expires" = String))),
        (status = 404, description = "none of the caller's"), (status = 410, description = "expired"),
        (status = 412, description = "another tus version")))]
pub async fn head(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<UploadId>,
) -> HttpResponse {
    let told = async {
        let upload = library.uploads.upload(&actor, *id).await?;
        Ok(tell(&upload))
    };
    answer(&request, told).await
}

/// Adds bytes to an upload, where it stopped.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = String, Path),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Offset" = u64, Header, description = "where the bytes go: what `HEAD` answered"),
        ("Upload-Length" = Option<u64>, Header, description = "the full length, where it was deferred"),
        ("Upload-Checksum" = Option<String>, Header, description = "algorithm, space, base64")),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "kept", headers(("Upload-Offset" = u64), ("Upload-Expires" = String))),
        (status = 400, description = "a header cannot be read"), (status = 403, description = "it is made of pieces"),
        (status = 404, description = "none of the caller's"), (status = 408, description = "the sender stopped"),
        (status = 409, description = "another offset, or a newer request took over"), (status = 410, description = "expired"),
        (status = 412, description = "another tus version"), (status = 413, description = "more than its length"),
        (status = 415, description = "another content type"), (status = 460, description = "another checksum"),
        (status = 507, description = "no room")))]
pub async fn patch(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<UploadId>,
    payload: web::Payload,
) -> HttpResponse {
    let patched = async {
        let offset = headers::number(&request, "Upload-Offset")?;
        let offset = offset.filter(|_| headers::has_type(&request, BYTES));
        let offset = offset.ok_or_else(|| lacks(&request))?;
        let piece = piece(&request, offset, payload)?;
        let written = library.uploads.write_upload(&actor, *id, piece).await?;
        let mut response = HttpResponse::NoContent();
        response.insert_header(("Upload-Offset", written.offset));
        Ok(until(&mut response, &written).finish())
    };
    answer(&request, patched).await
}

/// Gives an upload up and frees its bytes.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = String, Path), ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses((status = 204, description = "gone"), (status = 404, description = "none of the caller's"),
        (status = 410, description = "expired"), (status = 412, description = "another tus version")))]
pub async fn terminate(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<UploadId>,
) -> HttpResponse {
    let terminated = async {
        library.uploads.terminate_upload(&actor, *id).await?;
        Ok(HttpResponse::NoContent().finish())
    };
    answer(&request, terminated).await
}

/// Does what `X-HTTP-Method-Override` says, for networks that let nothing but `GET` and `POST` through.
#[utoipa::path(post, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = String, Path), ("X-HTTP-Method-Override" = String, Header, description = "`PATCH`, `DELETE` or `HEAD`")),
    request_body(content = Option<Vec<u8>>, content_type = "application/offset+octet-stream"),
    responses((status = 200, description = "as `HEAD`"), (status = 204, description = "as `PATCH` or `DELETE`"),
        (status = 405, description = "another method")))]
pub async fn overridden(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<UploadId>,
    payload: web::Payload,
) -> HttpResponse {
    match headers::text(&request, "X-HTTP-Method-Override") {
        Some("PATCH") => patch(library, actor, request, id, payload).await,
        Some("DELETE") => terminate(library, actor, request, id).await,
        Some("HEAD") => head(library, actor, request, id).await,
        _ => answer(&request, async { Err(Refusal::MethodNotAllowed.into()) }).await,
    }
}

/// Answers in the right version, or refuses another one. Refusals carry it too.
async fn answer(request: &HttpRequest, act: impl Future<Output = Result<HttpResponse>>) -> HttpResponse {
    let answered = if headers::text(request, "Tus-Resumable") == VERSION.to_str().ok() {
        act.await
    } else {
        Err(Refusal::TusVersion.into())
    };
    let mut response = answered.unwrap_or_else(|error| Problem::from(error).error_response());
    let name = header::HeaderName::from_static("tus-resumable");
    response.headers_mut().insert(name, VERSION);
    response
}

async fn begin(
    library: web::Data<Library>,
    actor: Actor,
    new: NewUpload,
    first: Option<UploadChunk<web::Payload>>,
) -> Result<Upload> {
    let begun = library.uploads.begin_upload(&actor, new).await?;
    let Some(piece) = first else { return Ok(begun) };
    let written = library.uploads.write_upload(&actor, begun.id, piece).await;
    if written.is_err() {
        // Whoever sent it does not know its address and cannot take it up again.
        library.uploads.terminate_upload(&actor, begun.id).await?;
    }
    written
}

/// The bytes that come with the request that begins an upload, if there are any.
fn first_piece(
    request: &HttpRequest,
    new: &NewUpload,
    payload: web::Payload,
) -> Result<Option<UploadChunk<web::Payload>>> {
    if !headers::has_body(request) {
        return Ok(None);
    }
    if !headers::has_type(request, BYTES) {
        return Err(Refusal::MediaType { expected: BYTES }.into());
    }
    if matches!(new.part, Part::Final(_)) {
        return Err(Refusal::UploadIsFinal.into());
    }
    let mut piece = piece(request, 0, payload)?;
    // It went into the upload's row already.
    piece.length = None;
    Ok(Some(piece))
}

fn piece(request: &HttpRequest, offset: u64, body: web::Payload) -> Result<UploadChunk<web::Payload>> {
    Ok(UploadChunk {
        offset,
        size: headers::number(request, "Content-Length")?,
        checksum: headers::checksum(request)?,
        length: headers::number(request, "Upload-Length")?,
        body,
    })
}

/// What a `PATCH` lacks: the right content type, or an offset.
fn lacks(request: &HttpRequest) -> Error {
    if headers::has_type(request, BYTES) {
        headers::malformed("Upload-Offset must be given").into()
    } else {
        Refusal::MediaType { expected: BYTES }.into()
    }
}

fn until<'a>(response: &'a mut HttpResponseBuilder, upload: &Upload) -> &'a mut HttpResponseBuilder {
    response.insert_header(("Upload-Expires", upload.expires_at.http_date()))
}

fn tell(upload: &Upload) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        // As tus 1.0.0 spells it.
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("Upload-Offset", upload.offset));
    match upload.length {
        Some(length) => response.insert_header(("Upload-Length", length)),
        None => response.insert_header(("Upload-Defer-Length", 1)),
    };
    if !upload.metadata.is_empty() {
        response.insert_header(("Upload-Metadata", headers::written_metadata(&upload.metadata)));
    }
    match &upload.part {
        Part::Whole => {}
        Part::Partial => {
            response.insert_header(("Upload-Concat", "partial"));
        }
        Part::Final(pieces) => {
            let pieces: Vec<String> = pieces.iter().map(|id| format!("{UPLOADS}/{id}")).collect();
            response.insert_header(("Upload-Concat", format!("final;{}", pieces.join(" "))));
        }
    }
    until(&mut response, upload).finish()
}
