//! Scans and pictures: pages that a machine reads, in which order, and what it read wrongly.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::domain::id::FileId;
use crate::domain::ocr::OcrProgress;
use crate::domain::ocr_correction::LineCorrection;
use crate::error::Refusal;
use crate::http::content;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::web::problem as problem_page;
use crate::library::Library;
use crate::library::reading::corrections::RecognisedLine;
use crate::words::pages::PageWords;

/// A page takes some tenths of a second.
const ASKED_AGAIN_SECS: u32 = 3;

/// Has the pages of a file that a machine has not read yet, or could not, read before all others: those who may change the
/// resource.
#[utoipa::path(post, path = "/api/v1/files/{id}/read-first", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = OcrProgress),
        (status = 404, description = "no page of it is to be read by a machine, or nothing is read so here")))]
pub async fn first(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<FileId>,
) -> Result<web::Json<OcrProgress>, Problem> {
    Ok(web::Json(library.reading.read_first(&actor, *id).await?))
}

/// A scan as a PDF in which one can search and copy: pictures of its pages, with the words that a machine read and people put
/// right where nobody sees them. It is made when somebody first asks, and again when its words changed; the original stays as
/// it is.
#[utoipa::path(get, path = "/api/v1/files/{id}/searchable", tag = "files", params(("id" = String, Path)),
    responses((status = 200, description = "the PDF", content_type = "application/pdf"),
        (status = 202, body = BeingMade, description = "it is being made: ask again when `Retry-After` is over"),
        (status = 404, description = "no page of it was read by a machine")))]
pub async fn searchable(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<FileId>,
) -> Result<HttpResponse, Problem> {
    let Some(pdf) = library.reading.searchable_pdf(&actor, *id).await? else {
        return Ok(being_made(&request));
    };
    let content = content::ServedContent {
        name: &PageWords(Negotiation::current().lang).searchable_name(&pdf.name),
        media_type: "application/pdf",
        tag: &pdf.sha256,
        digest: Some(&pdf.sha256),
        coding: None,
        size: pdf.size,
    };
    content::answer_with(&request, &content, true, async |range| {
        library.reading.searchable_bytes(&actor, &pdf, range).await
    })
    .await
}

/// What is being made, and will be there in a while.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BeingMade {
    /// `being-made`.
    state: &'static str,
}

/// That what was asked for is being made. A browser asks again by itself, without a script.
fn being_made(request: &HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::Accepted();
    response.insert_header((header::RETRY_AFTER, ASKED_AGAIN_SECS));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    let accepts = request.headers().get(header::ACCEPT);
    let is_browser = accepts.is_some_and(|accepts| accepts.to_str().is_ok_and(|it| it.contains("text/html")));
    if !is_browser {
        return response.json(BeingMade { state: "being-made" });
    }
    let page = problem_page::html(&Refusal::BeingMade.into(), Negotiation::current().lang);
    response.insert_header(("refresh", ASKED_AGAIN_SECS));
    response.content_type("text/html; charset=utf-8").body(page)
}

/// The lines of a page that a machine read, with what people put right.
#[utoipa::path(get, path = "/api/v1/files/{id}/pages/{page}/lines", tag = "files",
    params(("id" = String, Path), ("page" = u32, Path)),
    responses((status = 200, body = Vec<RecognisedLine>),
        (status = 404, description = "no machine read that page")))]
pub async fn lines(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(FileId, u32)>,
) -> Result<web::Json<Vec<RecognisedLine>>, Problem> {
    let (file, page) = path.into_inner();
    Ok(web::Json(library.reading.recognised_lines(&actor, file, page).await?))
}

/// Puts a line right that a machine read wrongly: those who may change the resource. What they say is kept for the content,
/// whatever is read of it later.
#[utoipa::path(put, path = "/api/v1/files/{id}/pages/{page}/lines/{line}", tag = "files", request_body = LineCorrection,
    params(("id" = String, Path), ("page" = u32, Path), ("line" = u32, Path)),
    responses((status = 200, body = Vec<RecognisedLine>),
        (status = 412, description = "somebody changed the line meanwhile")))]
pub async fn correct(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(FileId, u32, u32)>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<Vec<RecognisedLine>>, Problem> {
    let (file, page, line) = path.into_inner();
    let correction = LineCorrection::parse(&body).map_err(Refusal::Fields)?;
    let lines = library
        .reading
        .correct_line(&actor, file, (page, line), correction)
        .await?;
    Ok(web::Json(lines))
}

/// Takes back what somebody said of a line, so that what the machine read stands there again: those who may change the
/// resource.
#[utoipa::path(delete, path = "/api/v1/files/{id}/pages/{page}/lines/{line}", tag = "files",
    params(("id" = String, Path), ("page" = u32, Path), ("line" = u32, Path)),
    responses((status = 200, body = Vec<RecognisedLine>)))]
pub async fn take_back(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(FileId, u32, u32)>,
) -> Result<web::Json<Vec<RecognisedLine>>, Problem> {
    let (file, page, line) = path.into_inner();
    Ok(web::Json(
        library.reading.take_line_back(&actor, file, (page, line)).await?,
    ))
}
