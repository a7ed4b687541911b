//! The jury: who is of it, what it sees, the points it gives.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::domain::id::{AccountId, RecognitionCallId, RecognitionEntryId};
use crate::domain::recognition::results::{ScoreForm, parse_conflict, parse_names};
use crate::error::Refusal;
use crate::http::api::list_table::FormatQuery;
use crate::http::content;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::recognition::judging::JudgedEntry;
use crate::library::recognition::jury::Juror;
use crate::library::sheets;

/// Everybody who was ever of a call's jury, with what they may not score: for those who see the whole city. Tables have the
/// headings that `POST /api/v1/sheets/recognition-jury` reads.
#[utoipa::path(get, path = "/api/v1/recognition/calls/{id}/jury", tag = "recognition",
    params(("id" = String, Path), FormatQuery), responses((status = 200, body = Page<Juror>)))]
pub async fn jury(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
    query: web::Query<FormatQuery>,
) -> Result<HttpResponse, Problem> {
    let recognition = &library.recognition;
    Ok(match SpreadsheetFormat::parse(query.format.as_deref())? {
        SpreadsheetFormat::Json => HttpResponse::Ok().json(Page::only(recognition.jury(&actor, *id).await?)),
        SpreadsheetFormat::Csv => {
            let jury = recognition.export_jury(&actor, *id, "csv").await?;
            spreadsheet::csv(&sheets::recognition_jury::table(&jury))?
        }
        SpreadsheetFormat::Xlsx => {
            let jury = recognition.export_jury(&actor, *id, "xlsx").await?;
            spreadsheet::xlsx(sheets::recognition_jury::table(&jury)).await?
        }
    })
}

/// Who is appointed.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used; `domain::recognition` reads the JSON")]
pub struct AppointBody {
    /// Sign-in names of experts, teachers and schools' administrators.
    names: Vec<String>,
}

/// Appoints people to a call's jury by their sign-in names: all of them, or nobody.
#[utoipa::path(post, path = "/api/v1/recognition/calls/{id}/jury", tag = "recognition", request_body = AppointBody,
    params(("id" = String, Path)), responses((status = 200, body = Page<Juror>)))]
pub async fn appoint(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<Page<Juror>>, Problem> {
    let names = parse_names(&body).map_err(Refusal::Fields)?;
    Ok(web::Json(Page::only(
        library.recognition.appoint(&actor, *id, &names).await?,
    )))
}

/// Dismisses somebody from the jury: what they gave is kept and not counted.
#[utoipa::path(delete, path = "/api/v1/recognition/calls/{id}/jury/{account}", tag = "recognition",
    params(("id" = String, Path), ("account" = String, Path)), responses((status = 204)))]
pub async fn dismiss(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(RecognitionCallId, AccountId)>,
) -> Result<HttpResponse, Problem> {
    let (id, account) = path.into_inner();
    library.recognition.dismiss(&actor, id, account).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What the asker judges of a call, with what they gave; nothing while it takes entries. Nobody sees the voices of others.
#[utoipa::path(get, path = "/api/v1/recognition/calls/{id}/judging", tag = "recognition",
    params(("id" = String, Path)), responses((status = 200, body = Page<JudgedEntry>)))]
pub async fn judging(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
) -> Result<web::Json<Page<JudgedEntry>>, Problem> {
    Ok(web::Json(Page::only(library.recognition.judging(&actor, *id).await?)))
}

/// One entry as the jury sees it; in a blind call with its files, without names.
#[utoipa::path(get, path = "/api/v1/recognition/entries/{id}/judging", tag = "recognition",
    params(("id" = String, Path)), responses((status = 200, body = JudgedEntry)))]
pub async fn judged(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionEntryId>,
) -> Result<web::Json<JudgedEntry>, Problem> {
    Ok(web::Json(library.recognition.judged_entry(&actor, *id).await?))
}

/// Gives an entry points, in place of those the asker gave before, until the jury's last day is over.
#[utoipa::path(put, path = "/api/v1/recognition/entries/{id}/score", tag = "recognition", request_body = ScoreForm,
    params(("id" = String, Path)), responses((status = 200, body = JudgedEntry)))]
pub async fn score(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionEntryId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<JudgedEntry>, Problem> {
    Ok(web::Json(library.recognition.score(&actor, *id, &body).await?))
}

/// Of whom a conflict is declared.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used; `domain::recognition` reads the JSON")]
pub struct ConflictBody {
    /// Of whom, by those who hold the call; the asker when not given.
    account: Option<String>,
}

/// Declares that somebody of the jury has something to do with an entry. It cannot be taken back.
#[utoipa::path(post, path = "/api/v1/recognition/entries/{id}/conflicts", tag = "recognition",
    request_body = ConflictBody, params(("id" = String, Path)), responses((status = 204)))]
pub async fn declare(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionEntryId>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let account = parse_conflict(&body).map_err(Refusal::Fields)?;
    library.recognition.declare_conflict(&actor, *id, account).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /recognition/entries/{id}/evidence/{position}/{number}`: a file that shows an entry, without the name that it has.
pub async fn evidence(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    path: web::Path<(RecognitionEntryId, i32, usize)>,
) -> Result<HttpResponse, Problem> {
    let (id, position, number) = path.into_inner();
    let (original, tag) = library.recognition.evidence_file(&actor, id, position, number).await?;
    let response = content::answer_unnamed(&library, &actor, &request, &original, &tag).await?;
    if content::is_begun(&request, &response) {
        library.resources.fetched(&actor, &original);
    }
    Ok(response)
}
