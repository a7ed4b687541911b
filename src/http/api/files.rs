//! Files: their bytes, their text, pictures of their pages.

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use serde::Deserialize;

use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::film;
use crate::domain::id::FileId;
use crate::domain::passage::Passage;
use crate::error::{Refusal, Thing};
use crate::http::caching;
use crate::http::conditional::{Current, Precondition, etag};
use crate::http::content;
use crate::http::disposition::{SANDBOX, Showing, content_disposition};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::paging::Page;
use crate::pack::canonical::sha256;

/// Widths of pictures, in pixels.
const WIDTHS: std::ops::RangeInclusive<u32> = 64..=2000;
/// The media type of pictures.
const JPEG: &str = "image/jpeg";
/// The width of a page's picture when nobody says.
const PAGE_WIDTH: u32 = 1000;
const THUMBNAIL_WIDTH: u32 = 480;

/// How to hand the bytes over.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContentQuery {
    /// Anything: save it rather than show it.
    pub download: Option<String>,
}

/// Erases a file of earlier versions from the history of its resource: those who may change the resource, while nobody else
/// ever saw the file; then its school's administrators and the bureau. Packs that hold it give it no more.
#[utoipa::path(delete, path = "/api/v1/files/{id}", tag = "files", params(("id" = String, Path)),
    responses((status = 204), (status = 409, description = "it is part of the present version, or of one that waits")))]
pub async fn erase(library: web::Data<Library>, actor: Actor, id: web::Path<FileId>) -> Result<HttpResponse, Problem> {
    library.resources.erase_file(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The original bytes.
#[utoipa::path(get, path = "/api/v1/files/{id}/content", tag = "files",
    params(("id" = String, Path), ContentQuery, ("Range" = Option<String>, Header, description = "RFC 9110 §14.2")),
    responses((status = 200, description = "all of it", content_type = "*/*"),
        (status = 206, description = "the ranges asked for", content_type = "*/*"),
        (status = 304, description = "you have it"), (status = 307, description = "it is at the store"),
        (status = 410, description = "lost or damaged in the store: whoever uploads it again mends it")))]
pub async fn content(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<FileId>,
    query: web::Query<ContentQuery>,
) -> Result<HttpResponse, Problem> {
    let original = library.resources.original(&actor, *id).await?;
    let response = content::answer(&library, &actor, &request, &original, query.download.is_some()).await?;
    // Counted when the answer is there: one that is refused, or known to the browser already, is no download.
    if content::is_begun(&request, &response) {
        library.resources.fetched(&actor, &original);
    }
    Ok(response)
}

/// The text as it was read, with the place of each passage.
#[utoipa::path(get, path = "/api/v1/files/{id}/passages", tag = "files", params(("id" = String, Path), Paging),
    responses((status = 200, body = Page<Passage>)))]
pub async fn passages(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<FileId>,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<Passage>>, Problem> {
    let from = paging.offset()?;
    let limit = usize::try_from(paging.limit()?).unwrap_or(usize::MAX);
    let (items, more) = library.reading.passages(&actor, *id, from, limit).await?;
    let next_cursor = more.then(|| (from.saturating_add(items.len())).to_string());
    Ok(web::Json(Page { items, next_cursor }))
}

/// Which member of an archive.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MemberQuery {
    /// Its path inside the archive, as the file's report lists it.
    pub path: Option<String>,
}

/// One member of an archive, unpacked by itself.
#[utoipa::path(get, path = "/api/v1/files/{id}/members", tag = "files", params(("id" = String, Path), MemberQuery),
    responses((status = 200, description = "its bytes", content_type = "*/*")))]
pub async fn member(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<FileId>,
    query: web::Query<MemberQuery>,
) -> Result<HttpResponse, Problem> {
    let path = query.path.as_deref().unwrap_or_default();
    let member = library.reading.member(&actor, *id, path).await?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(member.media_type.as_str())
        .insert_header((header::CONTENT_SECURITY_POLICY, SANDBOX))
        .insert_header((
            header::CONTENT_DISPOSITION,
            content_disposition(Showing::Attachment, &member.name),
        ));
    Ok(response.body(SizedStream::new(
        member.size,
        member.into_bytes().map_err(content::into_boxed),
    )))
}

/// What is said in a film, as WebVTT.
#[utoipa::path(get, path = "/api/v1/files/{id}/subtitles", tag = "files", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/vtt", body = String), (status = 304, description = "you have it")))]
pub async fn subtitles(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<FileId>,
) -> Result<HttpResponse, Problem> {
    let cues = library.reading.subtitles(&actor, *id).await?;
    let text = Bytes::from(film::web_vtt(&cues));
    derived(&library, &actor, &request, *id, ("text/vtt; charset=utf-8", text)).await
}

/// A copy of a film or a sound that every browser plays, or that a slow line carries, where one was made.
#[utoipa::path(get, path = "/api/v1/files/{id}/stream", tag = "files",
    params(("id" = String, Path), ("Range" = Option<String>, Header, description = "RFC 9110 §14.2")),
    responses((status = 200, description = "all of it: fragmented MP4", content_type = "video/mp4"),
        (status = 206, description = "the ranges asked for", content_type = "video/mp4"),
        (status = 304, description = "you have it")))]
pub async fn stream(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<FileId>,
) -> Result<HttpResponse, Problem> {
    let streamed = library.reading.streamed(&actor, *id).await?;
    let content = content::ServedContent {
        name: &streamed.name,
        media_type: "video/mp4",
        tag: &streamed.tag,
        digest: None,
        coding: None,
        size: streamed.size,
    };
    content::answer_with(&request, &content, false, async |range| {
        library.reading.stream_bytes(&actor, &streamed, range).await
    })
    .await
}

/// The same as an HLS stream (RFC 8216): a playlist of stretches of its bytes.
#[utoipa::path(get, path = "/api/v1/files/{id}/stream.m3u8", tag = "files", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/vnd.apple.mpegurl", body = String)))]
pub async fn playlist(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<FileId>,
) -> Result<HttpResponse, Problem> {
    let playlist = library.reading.playlist(&actor, *id, "stream").await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.apple.mpegurl")
        .body(playlist))
}

/// The chapters of a film, as WebVTT.
#[utoipa::path(get, path = "/api/v1/files/{id}/chapters", tag = "files", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/vtt", body = String)))]
pub async fn chapters(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<FileId>,
) -> Result<HttpResponse, Problem> {
    let film = library.reading.film(&actor, *id).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/vtt; charset=utf-8")
        .body(film::web_vtt(&film::spans(&film.chapters))))
}

/// How large a picture.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PictureQuery {
    /// Pixels across, 64 to 2000.
    #[param(minimum = 64, maximum = 2000, value_type = Option<u32>)]
    pub width: Option<String>,
}

impl PictureQuery {
    fn width(&self, usual: u32) -> u32 {
        let asked = self.width.as_ref().and_then(|width| width.parse().ok());
        asked.unwrap_or(usual).clamp(*WIDTHS.start(), *WIDTHS.end())
    }
}

/// A picture of a page.
#[utoipa::path(get, path = "/api/v1/files/{id}/pages/{page}", tag = "files",
    params(("id" = String, Path), ("page" = u32, Path, description = "counted from 1"), PictureQuery),
    responses((status = 200, content_type = "image/jpeg", body = [u8]), (status = 304, description = "you have it")))]
pub async fn page(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    path: web::Path<(FileId, String)>,
    query: web::Query<PictureQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, page) = path.into_inner();
    let page = page
        .parse()
        .ok()
        .filter(|page| *page > 0)
        .ok_or(Refusal::NoSuch(Thing::Picture))?;
    let picture = library
        .reading
        .picture(&actor, id, page, query.width(PAGE_WIDTH))
        .await?;
    derived(&library, &actor, &request, id, (JPEG, picture)).await
}

/// A small picture: of the first page, or of a moment of the film.
#[utoipa::path(get, path = "/api/v1/files/{id}/thumbnail", tag = "files", params(("id" = String, Path), PictureQuery),
    responses((status = 200, content_type = "image/jpeg", body = [u8]), (status = 304, description = "you have it")))]
pub async fn thumbnail(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<FileId>,
    query: web::Query<PictureQuery>,
) -> Result<HttpResponse, Problem> {
    let picture = library
        .reading
        .thumbnail(&actor, *id, query.width(THUMBNAIL_WIDTH))
        .await?;
    derived(&library, &actor, &request, *id, (JPEG, picture)).await
}

/// Sends what was made of a file, or says that the browser's is still good.
async fn derived(
    library: &Library,
    actor: &Actor,
    request: &HttpRequest,
    file: FileId,
    (media_type, bytes): (&'static str, Bytes),
) -> Result<HttpResponse, Problem> {
    // A guest was shown it, so it is.
    let is_public = actor.account.is_none() || library.resources.is_public_file(file).await?;
    let etag = etag(&sha256(&bytes));
    let current = Current {
        etag: &etag,
        modified: None,
    };
    let is_known = content::conditions(request.headers()).weigh(current) == Precondition::NotModified;
    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::ETAG, etag.as_str()))
        .insert_header((header::CACHE_CONTROL, caching::of_derived(actor, is_public)));
    if is_known {
        return Ok(response.finish());
    }
    Ok(response.content_type(media_type).body(bytes))
}
