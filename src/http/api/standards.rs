//! Versions of curriculum standards.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::created::created;
use super::if_match;
use super::list_table::{self, FormatQuery, ListTable, heads, text};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{Sha256, StandardId};
use crate::domain::standard::comparison::StandardChange;
use crate::domain::standard::{StandardForm, StandardState};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::http::problem::Problem;
use crate::http::received_table;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::standards::sheet::{COLUMNS, SheetCell, StandardSheet};
use crate::library::standards::{Standard, StandardQuery, StandardView};
use crate::table::{Spreadsheet, SpreadsheetCell};
use crate::words::pages::PageWords;

/// Which versions.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StandardsFilter {
    /// Those of a major: its id, code or exact name.
    pub major: Option<String>,
    /// `draft` or `published`; drafts are for those who keep the catalogue.
    pub state: Option<String>,
}

impl StandardsFilter {
    /// What it limits a list to. An empty value limits nothing.
    pub fn read(&self) -> Result<StandardQuery> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let state = given(&self.state).map(|text| {
            let kind = || FaultKind::Unknown {
                value: text.clone(),
                hint: StandardState::ALL.map(StandardState::code).join(", "),
            };
            StandardState::of_code(&text).ok_or_else(|| Refusal::Fields(vec![FieldFault::at("state", kind())]))
        });
        Ok(StandardQuery {
            major: given(&self.major),
            state: state.transpose()?,
        })
    }
}

/// Versions of curriculum standards 课程标准, the newest first.
#[utoipa::path(get, path = "/api/v1/standards", tag = "curriculum", params(StandardsFilter, FormatQuery, Paging),
    responses((status = 200, body = Page<Standard>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    filter: web::Query<StandardsFilter>,
    format: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> std::result::Result<HttpResponse, Problem> {
    let query = filter.read()?;
    let (standards, asker) = (library.clone(), actor.clone());
    let page = async move |cursor: Option<String>, limit| {
        let cursor = cursor.as_deref();
        standards.standards.list(&asker, &query, cursor, limit).await
    };
    let of = (&library, &actor, "standards");
    Ok(list_table::answer(of, (&format, &paging), standards_table, page).await?)
}

fn standards_table(say: PageWords) -> ListTable<Standard> {
    ListTable {
        name: say.standards().to_owned(),
        heads: heads(say.standard_heads()),
        row: Box::new(|say, it| {
            vec![
                SpreadsheetCell::text(it.major.code.clone()),
                text(&*it.major.name),
                text(say.standard_number(it.state, it.number)),
                text(&*it.title),
                SpreadsheetCell::text(it.issued_no.clone()),
                SpreadsheetCell::text(it.effective_on.map(|day| day.to_string())),
                SpreadsheetCell::text(it.notes.clone()),
                SpreadsheetCell::text(it.published_at.map(Timestamp::minute)),
            ]
        }),
    }
}

/// Makes a draft, still without its table: for those who keep the catalogue.
#[utoipa::path(post, path = "/api/v1/standards", tag = "curriculum", request_body = StandardForm,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = StandardView)))]
pub async fn add(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> std::result::Result<HttpResponse, Problem> {
    let add = async |actor: &Actor| {
        let form = StandardForm::parse(&body).map_err(Refusal::Fields)?;
        library.standards.add(actor, form).await
    };
    let find = async |id| library.standards.standard(&actor, id).await;
    let address = |view: &StandardView| format!("/api/v1/standards/{}", view.standard.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// One version: of what is published its courses, tasks and what it changed; of a draft what it would change, and the `base`
/// that this is reckoned from.
#[utoipa::path(get, path = "/api/v1/standards/{id}", tag = "curriculum", params(("id" = String, Path)),
    responses((status = 200, body = StandardView, headers(("ETag" = String)))))]
pub async fn show(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<StandardId>,
) -> std::result::Result<HttpResponse, Problem> {
    Ok(with_tag(&library.standards.standard(&actor, *id).await?))
}

/// Changes the words of a draft: what is given replaces, `null` empties, the rest stays.
#[utoipa::path(patch, path = "/api/v1/standards/{id}", tag = "curriculum",
    request_body(content = Object, description = "fields of `StandardBody` but `major`: those that change"),
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = StandardView)))]
pub async fn edit(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<StandardId>,
    body: web::Json<Map<String, Value>>,
) -> std::result::Result<HttpResponse, Problem> {
    let seen = seen(&library, &actor, &request, *id).await?;
    Ok(with_tag(&library.standards.edit(&actor, *id, seen, &body).await?))
}

/// Removes a draft.
#[utoipa::path(delete, path = "/api/v1/standards/{id}", tag = "curriculum",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the `ETag` you saw")),
    responses((status = 204)))]
pub async fn remove(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<StandardId>,
) -> std::result::Result<HttpResponse, Problem> {
    let seen = seen(&library, &actor, &request, *id).await?;
    library.standards.remove(&actor, *id, seen).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives a draft its table, an XLSX or CSV file with the columns of the catalogue and 原课程, 原任务. A table with a faulty row
/// changes nothing; `errors` names each.
#[utoipa::path(put, path = "/api/v1/standards/{id}/table", tag = "curriculum",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = StandardView)))]
pub async fn put_table(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<StandardId>,
    payload: web::Payload,
) -> std::result::Result<HttpResponse, Problem> {
    let seen = seen(&library, &actor, &request, *id).await?;
    let file = received_table::receive(payload).await?;
    Ok(with_tag(&library.standards.put_table(&actor, *id, seen, file).await?))
}

/// In which form a table is wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TableQuery {
    /// `xlsx` or `csv`; a workbook when not given.
    pub format: Option<String>,
}

/// The courses and tasks of a version as a table.
#[utoipa::path(get, path = "/api/v1/standards/{id}/table", tag = "curriculum", params(("id" = String, Path), TableQuery),
    responses((status = 200, description = "a table", content(
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv")))))]
pub async fn table(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<StandardId>,
    query: web::Query<TableQuery>,
) -> std::result::Result<HttpResponse, Problem> {
    let sheet = library.standards.sheet(&actor, *id).await?;
    Ok(send(sheet, query.format.as_deref()).await?)
}

/// What is taught of a major, as the table of a draft: change names, double rows to split, leave rows out to retire, and send
/// it back.
#[utoipa::path(get, path = "/api/v1/majors/{id}/table", tag = "curriculum",
    params(("id" = String, Path, description = "its id, code or exact name"), TableQuery),
    responses((status = 200, description = "a table", content(
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv")))))]
pub async fn taught_table(
    library: web::Data<Library>,
    id: web::Path<String>,
    query: web::Query<TableQuery>,
) -> std::result::Result<HttpResponse, Problem> {
    let sheet = library.standards.taught_sheet(&id).await?;
    Ok(send(sheet, query.format.as_deref()).await?)
}

/// What is to be published.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StandardPublishBody {
    /// The `base` that you saw beside the changes.
    #[schema(value_type = String)]
    base: Sha256,
}

/// Publishes a draft: the curriculum becomes what its table says. If it was changed since you saw what that changes, nothing
/// happens; look at it anew.
#[utoipa::path(post, path = "/api/v1/standards/{id}/publish", tag = "curriculum", request_body = StandardPublishBody,
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = StandardView)))]
pub async fn publish(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<StandardId>,
    body: web::Json<StandardPublishBody>,
) -> std::result::Result<HttpResponse, Problem> {
    let seen = seen(&library, &actor, &request, *id).await?;
    let published = library.standards.publish(&actor, *id, seen, &body.base).await?;
    Ok(with_tag(&published))
}

/// Which version another is compared with.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ComparisonQuery {
    /// The id of another published version of the same major.
    #[param(value_type = String)]
    pub with: StandardId,
}

/// What a published version has otherwise than another of the same major.
#[utoipa::path(get, path = "/api/v1/standards/{id}/changes", tag = "curriculum",
    params(("id" = String, Path), ComparisonQuery), responses((status = 200, body = Page<StandardChange>)))]
pub async fn changes(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<StandardId>,
    query: web::Query<ComparisonQuery>,
) -> std::result::Result<web::Json<Page<StandardChange>>, Problem> {
    let changes = library.standards.compared(&actor, *id, query.with).await?;
    Ok(web::Json(Page::only(changes)))
}

async fn seen(library: &Library, actor: &Actor, request: &HttpRequest, id: StandardId) -> Result<i64> {
    match if_match::required(request)? {
        Some(revision) => Ok(revision),
        None => library.standards.revision(actor, id).await,
    }
}

fn with_tag(view: &StandardView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"r{}\"", view.standard.revision)))
        .json(view)
}

async fn send(sheet: StandardSheet, format: Option<&str>) -> Result<HttpResponse> {
    let format = SpreadsheetFormat::parse(format)?;
    let name = match sheet.number {
        Some(number) => format!("{}-课程标准-第{number}版", sheet.major),
        None => format!("{}-课程标准", sheet.major),
    };
    let cell = |cell: SheetCell| match cell {
        SheetCell::Text(text) => SpreadsheetCell::Text(text),
        SheetCell::Hours(Some(hours)) => SpreadsheetCell::Number(hours.into()),
        SheetCell::Hours(None) => SpreadsheetCell::Text(String::new()),
    };
    let table = Spreadsheet {
        name,
        // In Chinese whoever asks: the headings are what the reader of the table knows first.
        head: COLUMNS.iter().map(|column| column.zh().to_owned()).collect(),
        rows: sheet.rows.into_iter().map(|row| row.map(cell).to_vec()).collect(),
    };
    match format {
        SpreadsheetFormat::Csv => spreadsheet::csv(&table),
        SpreadsheetFormat::Json | SpreadsheetFormat::Xlsx => spreadsheet::xlsx(table).await,
    }
}
