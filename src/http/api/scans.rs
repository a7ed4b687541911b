//! Scans and pictures: pages that a machine reads, in which order, and what it read wrongly.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use futures_util::TryStreamExt as _;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::domain::id::FileId;
use crate::domain::ocr::OcrProgress;
use crate::domain::ocr_correction::LineCorrection;
use crate::error::Refusal;
use crate::http::content;
use crate::http::disposition::{SANDBOX, Showing, content_disposition};
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::reading::corrections::RecognisedLine;
use crate::words::pages::PageWords;

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
/// right where nobody sees them. It is written as it is sent; the original stays as it is.
#[utoipa::path(get, path = "/api/v1/files/{id}/searchable", tag = "files", params(("id" = String, Path)),
    responses((status = 200, description = "the PDF", content_type = "application/pdf"),
        (status = 404, description = "no page of it was read by a machine")))]
pub async fn searchable(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<FileId>,
) -> Result<HttpResponse, Problem> {
    let (name, written) = Arc::clone(&library.reading).searchable_pdf(&actor, *id).await?;
    let name = PageWords(Negotiation::current().lang).searchable_name(&name);
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_SECURITY_POLICY, SANDBOX))
        .insert_header((
            header::CONTENT_DISPOSITION,
            content_disposition(Showing::Attachment, &name),
        ))
        .streaming(written.map_err(content::into_boxed)))
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
