//! Recognition: calls and entries.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::created::created;
use super::list_table::{self, FormatQuery, ListTable, heads, text};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::id::{AccountId, RecognitionCallId, RecognitionEntryId};
use crate::domain::recognition::CallForm;
use crate::domain::recognition::entry::EntryForm;
use crate::error::Refusal;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::recognition::calls::RecognitionCall;
use crate::library::recognition::entries::RecognitionEntry;
use crate::library::recognition::marks::{MarkQuery, OwnMark, RecognitionMark};
use crate::library::sheets;
use crate::table::{Spreadsheet, SpreadsheetCell};
use crate::words::pages::PageWords;

pub mod judging;
pub mod results;

/// Marks on a page when nobody says how many.
const MARKS_SHOWN: u64 = 100;

/// Calls 评优活动, newest first: those that were announced for everybody, drafts for those who hold them. Tables hold all of
/// them, with the headings that `POST /api/v1/sheets/recognition-calls` reads.
#[utoipa::path(get, path = "/api/v1/recognition/calls", tag = "recognition", params(FormatQuery, Paging),
    responses((status = 200, body = Page<RecognitionCall>)))]
pub async fn calls(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let recognition = &library.recognition;
    Ok(match SpreadsheetFormat::parse(query.format.as_deref())? {
        SpreadsheetFormat::Json => {
            let limit = paging.limit()?;
            HttpResponse::Ok().json(recognition.calls(&actor, paging.cursor(), limit).await?)
        }
        SpreadsheetFormat::Csv => {
            let calls = recognition.export_calls(&actor, "csv").await?;
            spreadsheet::csv(&sheets::recognition_calls::table(&calls))?
        }
        SpreadsheetFormat::Xlsx => {
            let calls = recognition.export_calls(&actor, "xlsx").await?;
            spreadsheet::xlsx(sheets::recognition_calls::table(&calls)).await?
        }
    })
}

/// Makes a call; nobody else sees it until it is announced.
#[utoipa::path(post, path = "/api/v1/recognition/calls", tag = "recognition", request_body = CallForm,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = RecognitionCall)))]
pub async fn add_call(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let add = async |actor: &Actor| {
        let form = CallForm::parse(&body).map_err(Refusal::Fields)?;
        library.recognition.add_call(actor, form).await
    };
    let find = async |id| library.recognition.call(&actor, id).await;
    let address = |call: &RecognitionCall| format!("/api/v1/recognition/calls/{}", call.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// One call.
#[utoipa::path(get, path = "/api/v1/recognition/calls/{id}", tag = "recognition", params(("id" = String, Path)),
    responses((status = 200, body = RecognitionCall)))]
pub async fn call(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
) -> Result<web::Json<RecognitionCall>, Problem> {
    Ok(web::Json(library.recognition.call(&actor, *id).await?))
}

/// Changes a call: what is given replaces, `null` empties, the rest stays. Once it is announced its last days may be put off.
#[utoipa::path(patch, path = "/api/v1/recognition/calls/{id}", tag = "recognition",
    request_body(content = Object, description = "fields of `RecognitionCallBody`: those that change; `revision`: the one that was read"),
    params(("id" = String, Path)), responses((status = 200, body = RecognitionCall)))]
pub async fn edit_call(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<RecognitionCall>, Problem> {
    Ok(web::Json(library.recognition.edit_call(&actor, *id, &body).await?))
}

/// Announces a call: everybody sees it from now on.
#[utoipa::path(post, path = "/api/v1/recognition/calls/{id}/announce", tag = "recognition",
    params(("id" = String, Path)), responses((status = 200, body = RecognitionCall)))]
pub async fn announce(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
) -> Result<web::Json<RecognitionCall>, Problem> {
    Ok(web::Json(library.recognition.announce(&actor, *id).await?))
}

/// Says that a call is not held. What was entered stays for the record.
#[utoipa::path(post, path = "/api/v1/recognition/calls/{id}/cancel", tag = "recognition",
    params(("id" = String, Path)), responses((status = 200, body = RecognitionCall)))]
pub async fn cancel_call(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
) -> Result<web::Json<RecognitionCall>, Problem> {
    Ok(web::Json(library.recognition.cancel_call(&actor, *id).await?))
}

/// Entries 申报 of a call by number: all for those who see the whole city, those of the school for its administrators, one's
/// own for everybody else. Tables have the headings that `POST /api/v1/sheets/recognition-entries` reads.
#[utoipa::path(get, path = "/api/v1/recognition/calls/{id}/entries", tag = "recognition",
    params(("id" = String, Path), FormatQuery, Paging), responses((status = 200, body = Page<RecognitionEntry>)))]
pub async fn entries(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
    query: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let recognition = &library.recognition;
    Ok(match SpreadsheetFormat::parse(query.format.as_deref())? {
        SpreadsheetFormat::Json => {
            let limit = paging.limit()?;
            let page = recognition.entries(&actor, *id, paging.cursor(), limit).await?;
            HttpResponse::Ok().json(page)
        }
        SpreadsheetFormat::Csv => {
            let rows = recognition.export_entries(&actor, *id, "csv").await?;
            spreadsheet::csv(&sheets::recognition_entries::table(&rows))?
        }
        SpreadsheetFormat::Xlsx => {
            let rows = recognition.export_entries(&actor, *id, "xlsx").await?;
            spreadsheet::xlsx(sheets::recognition_entries::table(&rows)).await?
        }
    })
}

/// Enters something for a call that is open: a school by its administrators, a teacher for themselves. The same is entered
/// once, so a request that is sent again adds nothing.
#[utoipa::path(post, path = "/api/v1/recognition/calls/{id}/entries", tag = "recognition", request_body = EntryForm,
    params(("id" = String, Path)), responses((status = 201, body = RecognitionEntry)))]
pub async fn enter(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let entry = library.recognition.enter(&actor, *id, &body).await?;
    let address = format!("/api/v1/recognition/entries/{}", entry.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, address))
        .json(entry))
}

/// One entry, for those who entered it and those who see the whole city.
#[utoipa::path(get, path = "/api/v1/recognition/entries/{id}", tag = "recognition", params(("id" = String, Path)),
    responses((status = 200, body = RecognitionEntry)))]
pub async fn entry(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionEntryId>,
) -> Result<web::Json<RecognitionEntry>, Problem> {
    Ok(web::Json(library.recognition.entry(&actor, *id).await?))
}

/// Changes an entry while its call is open: what is given replaces, `null` empties, the rest stays.
#[utoipa::path(patch, path = "/api/v1/recognition/entries/{id}", tag = "recognition",
    request_body(content = Object, description = "fields of `RecognitionEntryBody`: those that change; `revision`: the one that was read"),
    params(("id" = String, Path)), responses((status = 200, body = RecognitionEntry)))]
pub async fn edit_entry(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionEntryId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<RecognitionEntry>, Problem> {
    Ok(web::Json(library.recognition.edit_entry(&actor, *id, &body).await?))
}

/// Withdraws an entry before the results are out.
#[utoipa::path(post, path = "/api/v1/recognition/entries/{id}/withdraw", tag = "recognition",
    params(("id" = String, Path)), responses((status = 200, body = RecognitionEntry)))]
pub async fn withdraw(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionEntryId>,
) -> Result<web::Json<RecognitionEntry>, Problem> {
    Ok(web::Json(library.recognition.withdraw_entry(&actor, *id).await?))
}

/// What marks stand on.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MarksFilter {
    /// A school: its id, code or exact name.
    pub school: Option<String>,
    /// A course: its id or exact name.
    pub course: Option<String>,
    /// A major: its id, code or exact name.
    pub major: Option<String>,
    /// Somebody: their id, as marks and results name them.
    pub person: Option<AccountId>,
}

/// Marks 称号 that are valid today, newest first: of courses, majors, schools and people. Those of a resource are said with it.
#[utoipa::path(get, path = "/api/v1/recognition/marks", tag = "recognition", params(MarksFilter, FormatQuery, Paging),
    responses((status = 200, body = Page<RecognitionMark>)))]
pub async fn marks(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<MarksFilter>,
    format: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
    let mut on = MarkQuery::default();
    if let Some(school) = given(&query.school) {
        on.school = Some(library.curriculum.school(&school).await?.id);
    }
    if let Some(course) = given(&query.course) {
        on.course = Some(library.curriculum.course(&course).await?.id);
    }
    if let Some(major) = given(&query.major) {
        on.major = Some(library.curriculum.major(&major).await?.id);
    }
    on.person = query.person;
    let recognition = library.clone();
    let page = async move |cursor: Option<String>, limit| {
        let cursor = cursor.as_deref();
        recognition.recognition.marks_page(&on, cursor, limit).await
    };
    let mut paging = paging.into_inner();
    // As long as a page may be for those who ask for none: there are few.
    paging.limit.get_or_insert_with(|| MARKS_SHOWN.to_string());
    let of = (&library, &actor, "marks");
    Ok(list_table::answer(of, (&format, &paging), marks_table, page).await?)
}

fn marks_table(say: PageWords) -> ListTable<RecognitionMark> {
    ListTable {
        name: say.marks_table().to_owned(),
        heads: heads(say.mark_heads()),
        row: Box::new(|say, it| {
            vec![
                text(say.recognition_kind(it.kind)),
                SpreadsheetCell::text(it.award.clone()),
                SpreadsheetCell::text(it.school.as_ref().map(|school| school.name.clone())),
                SpreadsheetCell::text(it.course.as_ref().map(|course| course.name.clone())),
                SpreadsheetCell::text(it.major.as_ref().map(|major| major.name.clone())),
                SpreadsheetCell::text(it.person.as_ref().map(|person| person.name.clone())),
                text(it.from.to_string()),
                SpreadsheetCell::text(it.until.map(|day| day.to_string())),
            ]
        }),
    }
}

/// The marks 称号 that whoever asks bears or bore, newest first: from when until when, and whether they are valid today.
#[utoipa::path(get, path = "/api/v1/me/marks", tag = "recognition", params(FormatQuery),
    responses((status = 200, body = Page<OwnMark>)))]
pub async fn own_marks(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<FormatQuery>,
) -> Result<HttpResponse, Problem> {
    let format = SpreadsheetFormat::parse(query.format.as_deref())?;
    let marks = library.recognition.own_marks(&actor).await?;
    let say = PageWords(Negotiation::current().lang);
    Ok(match format {
        SpreadsheetFormat::Json => HttpResponse::Ok().json(Page::only(marks)),
        SpreadsheetFormat::Csv => spreadsheet::csv(&mark_sheet(say, &marks))?,
        SpreadsheetFormat::Xlsx => spreadsheet::xlsx(mark_sheet(say, &marks)).await?,
    })
}

fn mark_sheet(say: PageWords, marks: &[OwnMark]) -> Spreadsheet {
    let head = [
        say.mark_kind(),
        say.mark_award(),
        say.school(),
        say.major(),
        say.course(),
        say.mark_first_day(),
        say.mark_last_day(),
        say.mark_state_heading(),
    ];
    let rows = marks.iter().map(|OwnMark { mark, state, .. }| {
        let cells = [
            Some(say.recognition_kind(mark.kind).to_owned()),
            mark.award.clone(),
            mark.school.as_ref().map(|school| school.name.clone()),
            mark.major.as_ref().map(|major| major.name.clone()),
            mark.course.as_ref().map(|course| course.name.clone()),
            Some(mark.from.to_string()),
            mark.until.map(|day| day.to_string()),
            Some(say.mark_state(*state).to_owned()),
        ];
        cells.map(SpreadsheetCell::text).into()
    });
    Spreadsheet {
        name: say.own_marks().to_owned(),
        head: head.map(str::to_owned).into(),
        rows: rows.collect(),
    }
}
