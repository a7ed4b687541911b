//! What the hub answers to a request.

use std::sync::Mutex;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_RANGE, ETAG, IF_NONE_MATCH, LOCATION, RANGE};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::json;

use super::{PIECE, Shelf, text_of};
use crate::domain::id::Sha256;
use crate::pack::canonical::{self, sha256};
use crate::pack::chunks;
use crate::pack::manifest::Target;
use crate::pack::numbers::ItemNumbers;

type Piece = Result<Bytes, std::io::Error>;

impl Shelf {
    fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        let address = request.path().trim_start_matches("/api/v1/").to_owned();
        let query = request.query_string();
        self.asked.push(format!("{address}?{query}"));
        if self.wants_token && !request.headers().contains_key("authorization") {
            return problem(401, "sign-in-required", "Sign in first.");
        }
        if let Some((from, to)) = self.redirects.as_ref().filter(|_| query.is_empty())
            && *from == address
        {
            return HttpResponse::Found().insert_header((LOCATION, to.as_str())).finish();
        }
        if let Some(bytes) = self.documents.get(&address) {
            return if self.compresses {
                compressed(bytes)
            } else {
                document(request, bytes)
            };
        }
        let parts: Vec<&str> = address.split('/').collect();
        match parts.as_slice() {
            ["packs", _, "versions", version, "bundle"] => {
                let wanted = self.named(version, query);
                let gone = wanted.iter().filter(|(_, sha256)| self.gone.contains(sha256));
                let gone: Vec<usize> = gone.map(|(number, _)| *number).collect();
                if !gone.is_empty() {
                    return no_longer(&gone, self.keeps_quiet);
                }
                let wanted: Vec<Sha256> = wanted.into_iter().map(|(_, sha256)| sha256).collect();
                self.bytes(request, &wanted)
            }
            ["packs", _, "versions", version, "passages"] => {
                let texts = self.named(version, query).into_iter();
                let texts: Vec<Vec<u8>> = texts.map(|(_, sha256)| text_of(&sha256)).collect();
                document(request, &texts.concat())
            }
            ["packs", _, "versions", _, "files", sha256] => self.bytes(request, &[sha256.parse().unwrap()]),
            ["packs", _, "versions", _, "files", sha256, "chunks"] => {
                let list = chunks::cut(self.files[&sha256.parse().unwrap()].as_slice()).unwrap();
                document(request, &canonical::to_vec(&list))
            }
            _ => problem(404, "not-found", "There is no such page."),
        }
    }

    /// What numbers in a question mean.
    fn named(&self, version: &str, query: &str) -> Vec<(usize, Sha256)> {
        let numbers: ItemNumbers = query.trim_start_matches("items=").parse().unwrap();
        let manifest = &self.manifests[&version.parse().unwrap()];
        let targets: Vec<&Target> = manifest.targets.values().collect();
        numbers
            .iter()
            .map(|number| (number, targets[number].hashes.sha256.clone()))
            .collect()
    }

    fn bytes(&mut self, request: &HttpRequest, wanted: &[Sha256]) -> HttpResponse {
        if wanted.iter().any(|sha256| self.gone.contains(sha256)) {
            return problem(410, "pack-item-gone", "It may no longer be shared.");
        }
        let mut all = Vec::new();
        for sha256 in wanted {
            let at = all.len();
            all.extend_from_slice(&self.files[sha256]);
            if self.flips.0.as_ref() == Some(sha256) && self.flips.1 > 0 {
                self.flips.1 -= 1;
                all[at] ^= 1;
            }
        }
        let length = all.len();
        let range = range(request, length).filter(|_| !self.ignores_ranges);
        let (from, end) = range.unwrap_or((0, length));
        let body = all[from..end].to_vec();
        let cut = self.cuts.pop_front().filter(|cut| *cut < body.len());
        self.sent += cut.unwrap_or(body.len());
        let status = if range.is_some() {
            StatusCode::PARTIAL_CONTENT
        } else {
            StatusCode::OK
        };
        HttpResponse::build(status)
            .insert_header((
                CONTENT_RANGE,
                format!("bytes {from}-{}/{length}", end.saturating_sub(1)),
            ))
            .body(SizedStream::new(body.len() as u64, pieces(&body, cut)))
    }
}

fn no_longer(gone: &[usize], keeps_quiet: bool) -> HttpResponse {
    let mut body = json!({"code": "pack-item-gone", "title": "", "detail": "It may no longer be shared."});
    if !keeps_quiet {
        body["items"] = ItemNumbers::take_from(gone).0.to_string().into();
    }
    HttpResponse::build(StatusCode::GONE).json(body)
}

fn pieces(body: &[u8], cut: Option<usize>) -> impl stream::Stream<Item = Piece> + use<> {
    let sent = &body[..cut.unwrap_or(body.len())];
    let pieces: Vec<Piece> = sent
        .chunks(PIECE)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let end = stream::iter(cut).then(async |_| {
        // The server puts on the line what was written before whenever there is nothing more at once.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("cut"))
    });
    stream::iter(pieces).chain(end)
}

pub(super) async fn serve(request: HttpRequest, shelf: web::Data<Mutex<Shelf>>) -> HttpResponse {
    shelf.lock().unwrap().answer(&request)
}

fn compressed(bytes: &[u8]) -> HttpResponse {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut gzip, bytes).unwrap();
    HttpResponse::Ok()
        .insert_header((CONTENT_ENCODING, "gzip"))
        .body(gzip.finish().unwrap())
}

fn document(request: &HttpRequest, bytes: &[u8]) -> HttpResponse {
    let etag = format!("\"{}\"", sha256(bytes));
    let is_same = request
        .headers()
        .get(IF_NONE_MATCH)
        .is_some_and(|held| held.as_bytes() == etag.as_bytes());
    if is_same {
        return HttpResponse::NotModified().insert_header((ETAG, etag)).finish();
    }
    HttpResponse::Ok().insert_header((ETAG, etag)).body(bytes.to_vec())
}

fn problem(status: u16, code: &str, detail: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap())
        .json(json!({"title": "No", "status": status, "detail": detail, "code": code}))
}

/// `bytes=5-` and `bytes=5-9`.
fn range(request: &HttpRequest, length: usize) -> Option<(usize, usize)> {
    let range = request.headers().get(RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    let (from, last) = range.split_once('-')?;
    let end = last.parse().map_or(length, |last: usize| last + 1);
    Some((from.parse().ok()?, end))
}
