//! Reads the headers of a tus request.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::UPLOADS;
use crate::domain::id::UploadId;
use crate::error::{Refusal, Result};
use crate::library::uploads::{Algorithm, Checksum, NewUpload, Part};

/// A header's value, if it is text.
pub(super) fn text<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok().map(str::trim)
}

/// A header's value as a number; a header that is no number is refused.
pub(super) fn number(request: &HttpRequest, name: &str) -> Result<Option<u64>> {
    let Some(value) = request.headers().get(name) else {
        return Ok(None);
    };
    // `parse` takes a plus sign, which no header has.
    let digits = value.to_str().ok().filter(|text| !text.starts_with('+'));
    let number = digits.and_then(|digits| digits.parse().ok());
    let number = number.ok_or_else(|| malformed(&format!("{name}: a whole number of bytes")))?;
    Ok(Some(number))
}

/// Whether the request's body comes as this type.
pub(super) fn has_type(request: &HttpRequest, expected: &str) -> bool {
    request.content_type().eq_ignore_ascii_case(expected)
}

/// Whether the request brings bytes.
pub(super) fn has_body(request: &HttpRequest) -> bool {
    let length = text(request, "Content-Length");
    length.is_some_and(|length| length != "0") || request.headers().contains_key(header::TRANSFER_ENCODING)
}

/// What the bytes of the request must hash to.
pub(super) fn checksum(request: &HttpRequest) -> Result<Option<Checksum>> {
    let Some(value) = text(request, "Upload-Checksum") else {
        return Ok(None);
    };
    let (name, digest) = value.split_once(' ').unwrap_or((value, ""));
    let algorithm = Algorithm::named(name).ok_or(Refusal::UploadChecksumAlgorithm)?;
    let digest = STANDARD.decode(digest.trim()).ok();
    let checksum = digest.and_then(|digest| Checksum::new(algorithm, digest));
    let checksum = checksum.ok_or_else(|| malformed("Upload-Checksum: algorithm, space, base64 of its digest"))?;
    Ok(Some(checksum))
}

/// What is to begin.
pub(super) fn new_upload(request: &HttpRequest) -> Result<NewUpload> {
    let part = part(request)?;
    let length = number(request, "Upload-Length")?;
    let is_deferred = match text(request, "Upload-Defer-Length") {
        None => false,
        Some("1") => true,
        Some(_) => return Err(malformed("Upload-Defer-Length: 1, or not at all").into()),
    };
    let says_length = length.is_some() || is_deferred;
    if matches!(part, Part::Final(_)) == says_length || (length.is_some() && is_deferred) {
        let detail = "Upload-Length or Upload-Defer-Length, one of both; a final upload has the length of its pieces";
        return Err(malformed(detail).into());
    }
    let metadata = text(request, "Upload-Metadata").map(metadata).transpose()?;
    Ok(NewUpload {
        length,
        metadata: metadata.unwrap_or_default(),
        part,
    })
}

fn part(request: &HttpRequest) -> Result<Part> {
    let Some(value) = text(request, "Upload-Concat") else {
        return Ok(Part::Whole);
    };
    if value == "partial" {
        return Ok(Part::Partial);
    }
    let pieces = value.strip_prefix("final;");
    let pieces = pieces.ok_or_else(|| malformed("Upload-Concat: `partial`, or `final;` and addresses"))?;
    let pieces: Option<Vec<UploadId>> = pieces.split_ascii_whitespace().map(id_in).collect();
    Ok(Part::Final(pieces.ok_or(Refusal::UploadPieces)?))
}

/// The upload that an address names, whole or without its host.
fn id_in(address: &str) -> Option<UploadId> {
    let (before, id) = address.rsplit_once('/')?;
    before.ends_with(UPLOADS).then(|| id.parse().ok())?
}

/// Reads `key base64,key base64,…`; a key may come without a value, but not twice.
fn metadata(text: &str) -> Result<BTreeMap<String, String>> {
    let mut pairs = BTreeMap::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value.trim()).ok();
        let value = value.and_then(|value| String::from_utf8(value).ok());
        let value = value.ok_or_else(|| malformed(&format!("Upload-Metadata: `{key}` is not base64 of UTF-8 text")))?;
        if pairs.insert(key.to_owned(), value).is_some() {
            return Err(malformed(&format!("Upload-Metadata: `{key}` comes twice")).into());
        }
    }
    Ok(pairs)
}

/// Writes metadata as it came.
pub(super) fn written_metadata(metadata: &BTreeMap<String, String>) -> String {
    let pair = |(key, value): (&String, &String)| {
        if value.is_empty() {
            key.clone()
        } else {
            format!("{key} {}", STANDARD.encode(value))
        }
    };
    metadata.iter().map(pair).collect::<Vec<_>>().join(",")
}

/// Refuses a header that cannot be read.
pub(super) fn malformed(detail: &str) -> Refusal {
    Refusal::Malformed {
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{id_in, metadata, written_metadata};

    #[test]
    fn metadata_comes_back_as_it_was_sent() {
        let sent = "filename 5bel5L2c6aG1LnBkZg==,is_confidential";

        let pairs = metadata(sent).unwrap();

        assert_eq!(pairs["filename"], "工作页.pdf");
        assert_eq!(pairs["is_confidential"], "");
        assert_eq!(written_metadata(&pairs), sent);
    }

    #[test]
    fn metadata_that_is_ambiguous_is_refused() {
        for wrong in ["a YQ==,a Yg==", "a Y", "a /w=="] {
            assert!(metadata(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn pieces_are_named_with_or_without_their_host() {
        let id = "0198f2f4-7c1e-7b4e-9a53-0d0a3c2b1a00";

        assert!(id_in(&format!("/api/v1/uploads/{id}")).is_some());
        assert!(id_in(&format!("https://ku.example/api/v1/uploads/{id}")).is_some());
        assert!(id_in(&format!("/api/v1/resources/{id}")).is_none());
        assert!(id_in("/api/v1/uploads/7").is_none());
    }
}
