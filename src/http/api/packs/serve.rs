//! Serves a version of a pack: signed documents, files one by one and together, archives.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest, web};
use serde::Deserialize;

use super::{PackResponse, number, version_of};
use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{PackId, Sha256};
use crate::error::{Refusal, Result, Thing};
use crate::http::compression::takes_gzip;
use crate::http::content::{self, ServedContent};
use crate::library::Library;
use crate::library::delivery::serve_files::ConcatenatedContent;
use crate::library::resources::download::Original;
use crate::pack::archive::ArchiveFormat;
use crate::pack::numbers::ItemNumbers;

/// A request for bytes, and who asks whom for them.
#[derive(Debug)]
pub struct DownloadRequest {
    pub(super) library: web::Data<Library>,
    pub(super) actor: Actor,
    request: HttpRequest,
}

impl FromRequest for DownloadRequest {
    type Error = actix_web::Error;
    type Future = Ready<actix_web::Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let library = web::Data::extract(request).into_inner();
        let actor = Actor::extract(request).into_inner();
        ready(library.and_then(|library| {
            Ok(Self {
                library,
                actor: actor?,
                request: request.clone(),
            })
        }))
    }
}

impl DownloadRequest {
    /// Answers with a file.
    pub(super) async fn original(&self, original: &Original) -> PackResponse {
        content::answer(&self.library, &self.actor, &self.request, original, true).await
    }

    /// Answers with a list, compressed for whoever takes it so: that is another representation, with a tag of its own.
    pub(super) async fn list(&self, list: &Original) -> PackResponse {
        let mut response = if takes_gzip(&self.request) {
            let packed = self.library.delivery.compressed(list).await?;
            self.concatenated(&packed, &list.name, &list.media_type, Some("gzip"))
                .await?
        } else {
            content::answer(&self.library, &self.actor, &self.request, list, false).await?
        };
        let varies = HeaderValue::from_static("Accept-Encoding");
        response.headers_mut().insert(header::VARY, varies);
        Ok(response)
    }

    /// Answers with a document that is signed as it stands.
    pub(super) async fn document(&self, name: &str, body: String) -> PackResponse {
        let sha256 = crate::pack::canonical::sha256(body.as_bytes());
        let content = ServedContent {
            name,
            media_type: "application/json",
            tag: &sha256,
            digest: Some(&sha256),
            coding: None,
            size: body.len() as u64,
        };
        let bytes = bytes::Bytes::from(body);
        content::answer_with(&self.request, &content, false, async |range| {
            let part = usize::try_from(range.start).unwrap_or(0)..usize::try_from(range.end).unwrap_or(0);
            let part = bytes.slice(part);
            Ok(Box::pin(futures_util::stream::once(async move { Ok(part) })) as content::ByteStream)
        })
        .await
    }

    /// Answers with stretches of several files, one behind the other.
    async fn concatenated(
        &self,
        joined: &ConcatenatedContent,
        name: &str,
        media_type: &str,
        coding: Option<&'static str>,
    ) -> PackResponse {
        let content = ServedContent {
            name,
            media_type,
            tag: &joined.tag,
            digest: None,
            coding,
            size: joined.size,
        };
        content::answer_with(&self.request, &content, true, async |range| {
            self.library.delivery.joined_bytes(&self.actor, joined, range).await
        })
        .await
    }
}

/// The signed list of a version's files.
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions/{number}/manifest.json", tag = "packs",
    params(("id" = String, Path), ("number" = i32, Path)),
    responses((status = 200, description = "see docs/packs.md", content_type = "application/json"), (status = 304, description = "you have it")))]
pub async fn manifest(asked: DownloadRequest, path: web::Path<(PackId, String)>) -> PackResponse {
    let (id, number) = version_of(&path)?;
    let manifest = asked.library.delivery.manifest(&asked.actor, id, number).await?;
    asked.list(&manifest).await
}

/// What turns the list of the version before into this one (RFC 7396).
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions/{number}/manifest.patch.json", tag = "packs",
    params(("id" = String, Path), ("number" = i32, Path)),
    responses((status = 200, description = "see docs/packs.md", content_type = "application/merge-patch+json"), (status = 304, description = "you have it")))]
pub async fn manifest_patch(asked: DownloadRequest, path: web::Path<(PackId, String)>) -> PackResponse {
    let (id, number) = version_of(&path)?;
    let patch = asked.library.delivery.manifest_patch(&asked.actor, id, number).await?;
    asked.list(&patch).await
}

/// The signed snapshot of a version.
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions/{number}/snapshot.json", tag = "packs",
    params(("id" = String, Path), ("number" = i32, Path)),
    responses((status = 200, description = "see docs/packs.md", content_type = "application/json"), (status = 304, description = "you have it")))]
pub async fn snapshot(asked: DownloadRequest, path: web::Path<(PackId, String)>) -> PackResponse {
    let (id, number) = version_of(&path)?;
    let body = asked.library.delivery.snapshot(&asked.actor, id, number).await?;
    asked.document("snapshot.json", body).await
}

/// What says which version is the newest, signed for some days.
#[utoipa::path(get, path = "/api/v1/packs/{id}/timestamp.json", tag = "packs", params(("id" = String, Path)),
    responses((status = 200, description = "see docs/packs.md", content_type = "application/json"), (status = 304, description = "you have it")))]
pub async fn timestamp(asked: DownloadRequest, id: web::Path<PackId>) -> PackResponse {
    let body = asked.library.delivery.timestamp(&asked.actor, *id).await?;
    asked.document("timestamp.json", body).await
}

/// The keys that sign packs, newest.
#[utoipa::path(get, path = "/api/v1/trust/root.json", tag = "packs",
    responses((status = 200, description = "see docs/packs.md", content_type = "application/json"), (status = 304, description = "you have it")))]
pub async fn root(asked: DownloadRequest) -> PackResponse {
    let root = asked.library.signing.root().await?;
    asked.document("root.json", root).await
}

/// The keys that sign packs, by version.
#[utoipa::path(get, path = "/api/v1/trust/{version}.root.json", tag = "packs", params(("version" = i32, Path)),
    responses((status = 200, description = "see docs/packs.md", content_type = "application/json"), (status = 304, description = "you have it")))]
pub async fn root_version(asked: DownloadRequest, version: web::Path<String>) -> PackResponse {
    let root = asked.library.signing.root_version(number(&version)?).await?;
    asked.document("root.json", root).await
}

/// One file of a version, by its SHA-256.
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions/{number}/files/{sha256}", tag = "packs",
    params(("id" = String, Path), ("number" = i32, Path), ("sha256" = String, Path)),
    responses((status = 200, description = "all of it", content_type = "*/*"),
        (status = 206, description = "the ranges asked for", content_type = "*/*"),
        (status = 304, description = "you have it"), (status = 307, description = "it is at the store")))]
pub async fn file(asked: DownloadRequest, path: web::Path<(PackId, String, String)>) -> PackResponse {
    let (id, given, hex) = path.into_inner();
    let sha256: Sha256 = hex.parse().map_err(|_| Refusal::NoSuch(Thing::File))?;
    let original = asked
        .library
        .delivery
        .pack_file(&asked.actor, id, number(&given)?, &sha256)
        .await?;
    asked.original(&original).await
}

/// Where one file of a version may be cut, to find what is new in it.
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions/{number}/files/{sha256}/chunks", tag = "packs",
    params(("id" = String, Path), ("number" = i32, Path), ("sha256" = String, Path)),
    responses((status = 200, description = "see docs/packs.md", content_type = "application/json"), (status = 304, description = "you have it")))]
pub async fn chunks(asked: DownloadRequest, path: web::Path<(PackId, String, String)>) -> PackResponse {
    let (id, given, hex) = path.into_inner();
    let sha256: Sha256 = hex.parse().map_err(|_| Refusal::NoSuch(Thing::File))?;
    let list = asked
        .library
        .delivery
        .chunks(&asked.actor, id, number(&given)?, &sha256)
        .await?;
    asked.concatenated(&list, "chunks.json", "application/json", None).await
}

/// Which files of a version.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ItemsQuery {
    /// Numbers and ranges of numbers in the manifest's order, rising: `0-99,205`.
    pub items: Option<String>,
}

impl ItemsQuery {
    fn numbers(&self) -> Result<ItemNumbers> {
        let fault = |kind| Refusal::Fields(vec![FieldFault::at("items", kind)]);
        let given = self.items.as_deref().ok_or_else(|| fault(FaultKind::Required))?;
        let expected = "rising numbers and ranges such as 0-99,205, at most 4000 characters";
        Ok(given.parse().map_err(|_| fault(FaultKind::Malformed { expected }))?)
    }
}

/// Files of a version, one after the other, without anything between them.
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions/{number}/bundle", tag = "packs",
    params(("id" = String, Path), ("number" = i32, Path), ItemsQuery),
    responses((status = 200, description = "all of it", content_type = "application/octet-stream"),
        (status = 206, description = "the ranges asked for", content_type = "application/octet-stream"), (status = 304, description = "you have it")))]
pub async fn bundle(
    asked: DownloadRequest,
    path: web::Path<(PackId, String)>,
    query: web::Query<ItemsQuery>,
) -> PackResponse {
    let (id, number) = version_of(&path)?;
    let joined = asked
        .library
        .delivery
        .bundle(&asked.actor, id, number, &query.numbers()?)
        .await?;
    asked
        .concatenated(&joined, "bundle.bin", "application/octet-stream", None)
        .await
}

/// The text of files of a version as it was read, one after the other: a JSON passage a line.
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions/{number}/passages", tag = "packs",
    params(("id" = String, Path), ("number" = i32, Path), ItemsQuery),
    responses((status = 200, description = "all of it", content_type = "application/x-ndjson"),
        (status = 206, description = "the ranges asked for", content_type = "application/x-ndjson"), (status = 304, description = "you have it")))]
pub async fn passages(
    asked: DownloadRequest,
    path: web::Path<(PackId, String)>,
    query: web::Query<ItemsQuery>,
) -> PackResponse {
    let (id, number) = version_of(&path)?;
    let joined = asked
        .library
        .delivery
        .pack_passages(&asked.actor, id, number, &query.numbers()?)
        .await?;
    asked
        .concatenated(&joined, "passages.ndjson", "application/x-ndjson", None)
        .await
}

/// One of the documents that were made for a version that is evidence. It stays when what it is about is withdrawn.
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions/{number}/evidence/{name}", tag = "packs",
    params(("id" = String, Path), ("number" = i32, Path),
        ("name" = String, Path, description = "`evidence.xlsx`, `evidence.pdf`, `evidence.csv` or `SHA256SUMS`")),
    responses((status = 200, description = "all of it", content_type = "*/*"), (status = 304, description = "you have it")))]
pub async fn evidence(asked: DownloadRequest, path: web::Path<(PackId, String, String)>) -> PackResponse {
    let (id, given, name) = path.into_inner();
    let document = asked
        .library
        .delivery
        .evidence_document(&asked.actor, id, number(&given)?, &name)
        .await?;
    asked.original(&document).await
}

/// A version as one file: a folder in a ZIP (`zip`), a bag of RFC 8493 (`bagit.zip`), a Common Cartridge 1.1 of GB/T 36347
/// (`imscc`), a SCORM 1.2 package (`scorm.zip`), or of one that is evidence its bundle (`evidence.zip`).
#[utoipa::path(get, path = "/api/v1/packs/{id}/versions/{number}/archive.{ending}", tag = "packs",
    params(("id" = String, Path), ("number" = i32, Path), ("ending" = String, Path, description = "`zip`, `bagit.zip`, `imscc`, `scorm.zip` or `evidence.zip`")),
    responses((status = 200, description = "all of it", content_type = "application/zip"),
        (status = 206, description = "the ranges asked for", content_type = "application/zip"), (status = 304, description = "you have it")))]
pub async fn archive(asked: DownloadRequest, path: web::Path<(PackId, String, String)>) -> PackResponse {
    let (id, given, ending) = path.into_inner();
    let format = ArchiveFormat::of_ending(&ending).ok_or(Refusal::NoSuch(Thing::Page))?;
    let archive = asked
        .library
        .delivery
        .archive(&asked.actor, id, number(&given)?, format)
        .await?;
    let content = ServedContent {
        name: &archive.name,
        media_type: format.media_type(),
        tag: &archive.tag,
        digest: None,
        coding: None,
        size: archive.size,
    };
    content::answer_with(&asked.request, &content, true, async |range| {
        asked
            .library
            .delivery
            .archive_bytes(&asked.actor, &archive, range)
            .await
    })
    .await
}
