//! Visits of experts to schools.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::created::created;
use super::if_match;
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::id::VisitId;
use crate::domain::visit::{VisitForm, parse_answer};
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::sheets;
use crate::library::visits::Visit;

/// Which visits, and in which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VisitsFilter {
    /// Those to a school: its id, code or exact name.
    pub school: Option<String>,
    /// `json`, `csv` or `xlsx`; JSON when not given. Tables hold all of these, with the headings that
    /// `POST /api/v1/sheets/visits` reads.
    pub format: Option<String>,
}

/// Visits 专家指导, newest first: all for those who see the whole city, those to the school for its administrators, their own
/// for experts.
#[utoipa::path(get, path = "/api/v1/visits", tag = "visits", params(VisitsFilter, Paging),
    responses((status = 200, body = Page<Visit>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<VisitsFilter>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let school = query.school.as_deref().filter(|school| !school.is_empty());
    Ok(match SpreadsheetFormat::parse(query.format.as_deref())? {
        SpreadsheetFormat::Json => {
            let limit = paging.limit()?;
            let page = library.visits.visits(&actor, school, paging.cursor(), limit).await?;
            HttpResponse::Ok().json(page)
        }
        SpreadsheetFormat::Csv => {
            let rows = library.visits.export_visits(&actor, school, "csv").await?;
            spreadsheet::csv(&sheets::visits::table(&rows))?
        }
        SpreadsheetFormat::Xlsx => {
            let rows = library.visits.export_visits(&actor, school, "xlsx").await?;
            spreadsheet::xlsx(sheets::visits::table(&rows)).await?
        }
    })
}

/// Records a visit: experts their own, the bureau anybody's.
#[utoipa::path(post, path = "/api/v1/visits", tag = "visits", request_body = VisitForm,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = Visit)))]
pub async fn add(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let add = async |actor: &Actor| {
        let form = VisitForm::parse(&body).map_err(Refusal::Fields)?;
        library.visits.add_visit(actor, form).await
    };
    let find = async |id| library.visits.visit(&actor, id).await;
    let address = |visit: &Visit| format!("/api/v1/visits/{}", visit.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// One visit.
#[utoipa::path(get, path = "/api/v1/visits/{id}", tag = "visits", params(("id" = String, Path)),
    responses((status = 200, body = Visit, headers(("ETag" = String)))))]
pub async fn show(library: web::Data<Library>, actor: Actor, id: web::Path<VisitId>) -> Result<HttpResponse, Problem> {
    let visit = library.visits.visit(&actor, *id).await?;
    Ok(if_match::tagged(visit.revision, &visit))
}

/// Changes a visit until the school answers: what is given replaces, `null` empties, the rest stays. With `If-Match`,
/// what somebody else changed meanwhile is not overwritten.
#[utoipa::path(patch, path = "/api/v1/visits/{id}", tag = "visits",
    request_body(content = Object, description = "fields of `VisitBody`: those that change"),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = Visit, headers(("ETag" = String)))))]
pub async fn edit(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<VisitId>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let seen = if_match::given(&request)?;
    let visit = library.visits.edit_visit(&actor, *id, seen, &body).await?;
    Ok(if_match::tagged(visit.revision, &visit))
}

/// Removes a visit that was recorded by mistake, until the school answers: those who record such visits.
#[utoipa::path(delete, path = "/api/v1/visits/{id}", tag = "visits", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<VisitId>,
) -> Result<HttpResponse, Problem> {
    library.visits.remove_visit(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What the school did.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used; `domain::visit` reads the JSON")]
pub struct VisitAnswerBody {
    /// What was done about the advice, up to 5,000 characters.
    done: String,
}

/// Says what the school did about a visit, until it is closed: the school's administrators.
#[utoipa::path(post, path = "/api/v1/visits/{id}/answer", tag = "visits", request_body = VisitAnswerBody,
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = Visit, headers(("ETag" = String)))))]
pub async fn answer(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<VisitId>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let seen = if_match::given(&request)?;
    let done = parse_answer(&body).map_err(Refusal::Fields)?;
    let visit = library.visits.answer_visit(&actor, *id, seen, done).await?;
    Ok(if_match::tagged(visit.revision, &visit))
}

/// Closes a visit that was answered: the expert, or the bureau.
#[utoipa::path(post, path = "/api/v1/visits/{id}/close", tag = "visits",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = Visit, headers(("ETag" = String)))))]
pub async fn close(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<VisitId>,
) -> Result<HttpResponse, Problem> {
    let seen = if_match::given(&request)?;
    let visit = library.visits.close_visit(&actor, *id, seen).await?;
    Ok(if_match::tagged(visit.revision, &visit))
}
