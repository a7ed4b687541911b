//! Requests to share, as JSON or as a form with files, read as they stream in: no file is held in memory.
#![expect(
    clippy::disallowed_types,
    reason = "the API's forms: the guard asks scripts for the token in a header"
)]

use actix_multipart::{Field, Multipart};
use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest, web};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value};
use sha2::Digest as _;

use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{Sha256, UploadId};
use crate::error::{Error, Refusal, Result};
use crate::library::Library;

/// The most bytes of a form's words, or of a JSON body.
pub const MAX_WORDS: usize = 1 << 20;
/// How many files of a form may come before its words. Most programs send the words first, as they are told to; what
/// comes before them is stored without knowing what for.
const MAX_EARLY_FILES: usize = 8;
/// The longest idempotency key.
const MAX_KEY: usize = 200;

/// What came with a request to share.
#[derive(Debug)]
pub struct Shared {
    /// The words, not parsed yet.
    pub metadata: Map<String, Value>,
    /// The form's files, received.
    pub uploads: Vec<UploadId>,
    /// The client's key, if it sent one.
    pub idempotency_key: Option<String>,
    /// Tells requests with the same key apart.
    pub request_hash: String,
}

/// Receives a request to share, as JSON or as a form. `check` looks at a form's words before its files are stored.
pub async fn receive(
    library: &Library,
    actor: &Actor,
    request: &HttpRequest,
    payload: web::Payload,
    check: impl AsyncFn(&Map<String, Value>) -> Result<()>,
) -> Result<Shared> {
    let idempotency_key = idempotency_key(request)?;
    let (metadata, uploads) = match request.content_type() {
        "application/json" => (object(&words(payload).await?)?, Vec::new()),
        "multipart/form-data" => {
            // Before its first byte is read: the whole must find room.
            library.uploads.expect_room(actor, length(request).unwrap_or(0)).await?;
            let form = Multipart::new(request.headers(), payload);
            multipart(library, actor, form, check).await?
        }
        _ => {
            return Err(Refusal::MediaType {
                expected: "multipart/form-data or application/json",
            }
            .into());
        }
    };
    let contents = library.uploads.contents(&uploads).await?;
    // Over what arrived and not over the body as sent: a browser draws a new boundary for every attempt.
    let request_hash = request_hash(request, &metadata, &contents);
    Ok(Shared {
        metadata,
        uploads,
        idempotency_key,
        request_hash,
    })
}

/// The key under which a request's answer is kept, if its sender gave one.
pub fn idempotency_key(request: &HttpRequest) -> Result<Option<String>> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .filter(|key| !key.is_empty() && key.len() <= MAX_KEY);
    let key = key.ok_or(Refusal::Malformed {
        detail: "Idempotency-Key: 1 to 200 visible characters".to_owned(),
    })?;
    Ok(Some(key.to_owned()))
}

/// Tells requests with the same idempotency key apart: by where they go, what they say and which bytes they bring.
pub fn request_hash(request: &HttpRequest, metadata: &Map<String, Value>, contents: &[Sha256]) -> String {
    let mut hash = sha2::Sha256::new();
    hash.update(format!("{} {}\n", request.method(), request.path()));
    for content in contents {
        hash.update(format!("{content}\n"));
    }
    hash.update(serde_json::to_vec(metadata).unwrap_or_default());
    Sha256::from_bytes(hash.finalize().into()).hex()
}

fn length(request: &HttpRequest) -> Option<u64> {
    request
        .headers()
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

async fn words(mut payload: web::Payload) -> Result<Vec<u8>> {
    let mut words = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Refusal::Malformed {
            detail: error.to_string(),
        })?;
        if words.len() + chunk.len() > MAX_WORDS {
            return Err(Refusal::BodyTooLarge {
                limit: MAX_WORDS as u64,
            }
            .into());
        }
        words.extend_from_slice(&chunk);
    }
    Ok(words)
}

/// Parses a JSON object.
pub fn object(text: &[u8]) -> Result<Map<String, Value>> {
    serde_json::from_slice(text).map_err(|error| {
        Refusal::Malformed {
            detail: error.to_string(),
        }
        .into()
    })
}

/// Receives a form; one that breaks off leaves nothing behind.
async fn multipart(
    library: &Library,
    actor: &Actor,
    mut form: Multipart,
    check: impl AsyncFn(&Map<String, Value>) -> Result<()>,
) -> Result<(Map<String, Value>, Vec<UploadId>)> {
    let mut uploads = Vec::new();
    let metadata = fields(library, actor, &mut form, &mut uploads, check).await;
    // A client that tries again sends its files again; these would only wait for their end.
    if metadata.is_err() {
        library.uploads.discard(actor, &uploads).await?;
    }
    Ok((metadata?, uploads))
}

/// Receives the fields of a form in the order they come; returns the words.
async fn fields(
    library: &Library,
    actor: &Actor,
    form: &mut Multipart,
    uploads: &mut Vec<UploadId>,
    check: impl AsyncFn(&Map<String, Value>) -> Result<()>,
) -> Result<Map<String, Value>> {
    let missing = || Refusal::Fields(vec![FieldFault::at("metadata", FaultKind::Required)]);
    let mut metadata = None;
    while let Some(field) = form.next().await {
        let field = field.map_err(broken)?;
        match field.name().unwrap_or_default() {
            "metadata" => {
                let said = object(&text(field).await?)?;
                check(&said).await?;
                metadata = Some(said);
            }
            "file" if metadata.is_none() && uploads.len() >= MAX_EARLY_FILES => return Err(missing().into()),
            "file" => uploads.extend(file(library, actor, field).await?),
            name => return Err(Refusal::Fields(vec![FieldFault::at(name, FaultKind::UnknownField)]).into()),
        }
    }
    Ok(metadata.ok_or_else(missing)?)
}

/// Receives one file; a file field that was left empty in a browser brings none.
pub async fn file(library: &Library, actor: &Actor, field: Field) -> Result<Option<UploadId>> {
    match file_name(&field) {
        Some(name) => Ok(Some(library.uploads.receive(actor, &name, field).await?)),
        None => nothing(field).await.map(|()| None),
    }
}

/// Expects that a field without a file's name brings no bytes: none that arrived is dropped without a word.
pub async fn nothing(field: Field) -> Result<()> {
    if text(field).await?.is_empty() {
        return Ok(());
    }
    Err(Refusal::Fields(vec![FieldFault::at("filename", FaultKind::Required)]).into())
}

/// The name of a field's file, however the program that sends it writes names: as `filename*` (RFC 8187), as a mail's word
/// (RFC 2047), or with the back slashes of Windows in it, which are no escapes (WHATWG, multipart/form-data).
pub fn file_name(field: &Field) -> Option<String> {
    let disposition = field.content_disposition()?;
    let extended = disposition.get_filename_ext().and_then(|name| {
        let encoding = encoding_rs::Encoding::for_label(name.charset.to_string().as_bytes())?;
        Some(encoding.decode_without_bom_handling(&name.value).0.into_owned())
    });
    let plain = || {
        let raw = field.headers().get(header::CONTENT_DISPOSITION)?;
        let name = written_name(std::str::from_utf8(raw.as_bytes()).ok()?);
        name.or_else(|| disposition.get_filename().map(str::to_owned))
    };
    let name = extended.or_else(plain).filter(|name| !name.is_empty())?;
    Some(if name.starts_with("=?") { from_mail(&name) } else { name })
}

/// The quoted `filename` of a header as it is written; only a quote can be escaped.
pub(super) fn written_name(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("filename=\"")?;
    let mut name = String::new();
    let mut signs = rest.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' => return Some(name),
            '\\' if signs.peek() == Some(&'"') => name.extend(signs.next()),
            '\\' if signs.peek() == Some(&'\\') => name.extend(signs.next()),
            sign => name.push(sign),
        }
    }
    None
}

pub(super) fn from_mail(name: &str) -> String {
    let header = format!("Name: {name}");
    mailparse::parse_header(header.as_bytes()).map_or_else(|_| name.to_owned(), |(header, _)| header.get_value())
}

/// Reads one field of words.
pub async fn text(mut field: Field) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    while let Some(chunk) = field.try_next().await.map_err(broken)? {
        if text.len() + chunk.len() > MAX_WORDS {
            return Err(Refusal::BodyTooLarge {
                limit: MAX_WORDS as u64,
            }
            .into());
        }
        text.extend_from_slice(&chunk);
    }
    Ok(text)
}

/// Makes a refusal of a form that breaks off or is none.
#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
pub fn broken(error: actix_multipart::MultipartError) -> Error {
    Refusal::Malformed {
        detail: format!("multipart/form-data: {error}"),
    }
    .into()
}
