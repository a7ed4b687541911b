//! How entries stand, and what comes of a call.

use actix_web::{HttpResponse, web};
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::domain::id::{RecognitionCallId, RecognitionResultId};
use crate::domain::recognition::results::{Awards, ResultCorrection, parse_awards};
use crate::error::Refusal;
use crate::http::api::list_table::FormatQuery;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::recognition::results::{EntryStanding, RecognitionResult, Standings};
use crate::table::{Spreadsheet, SpreadsheetCell};
use crate::words::pages::PageWords;

/// How the entries of a call stand by the voices that count, the best first: for those who see the whole city.
#[utoipa::path(get, path = "/api/v1/recognition/calls/{id}/standings", tag = "recognition",
    params(("id" = String, Path), FormatQuery), responses((status = 200, body = Standings)))]
pub async fn standings(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
    query: web::Query<FormatQuery>,
) -> Result<HttpResponse, Problem> {
    let say = PageWords(Negotiation::current().lang);
    let recognition = &library.recognition;
    Ok(match SpreadsheetFormat::parse(query.format.as_deref())? {
        SpreadsheetFormat::Json => {
            let rows = recognition.standings(&actor, *id).await?;
            HttpResponse::Ok().json(rows)
        }
        SpreadsheetFormat::Csv => {
            let rows = recognition.export_standings(&actor, *id, "csv").await?;
            spreadsheet::csv(&sheet(say, &rows))?
        }
        SpreadsheetFormat::Xlsx => {
            let rows = recognition.export_standings(&actor, *id, "xlsx").await?;
            spreadsheet::xlsx(sheet(say, &rows)).await?
        }
    })
}

fn sheet(say: PageWords, rows: &[EntryStanding]) -> Spreadsheet {
    let head = [
        say.result_place(),
        say.entry_number(),
        say.school(),
        say.entry_title(),
        say.result_score(),
        say.result_voices(),
        say.result_comments(),
    ];
    let row = |row: &EntryStanding| {
        vec![
            SpreadsheetCell::text(row.place.map(|place| place.to_string())),
            SpreadsheetCell::Number(i64::from(row.entry.number)),
            SpreadsheetCell::text(row.entry.school.as_ref().map(|school| school.name.clone())),
            SpreadsheetCell::Text(row.entry.title.clone()),
            SpreadsheetCell::text(row.score.clone()),
            SpreadsheetCell::Number(i64::from(row.voices)),
            SpreadsheetCell::Text(row.comments.join("\n")),
        ]
    };
    Spreadsheet {
        name: say.standings().to_owned(),
        head: head.map(str::to_owned).into(),
        rows: rows.iter().map(row).collect(),
    }
}

/// Publishes the results of a call, once: each entry needs its voices, and the jury is through or its last day is over. What is
/// published are the standings whose digest is given; others are refused.
#[utoipa::path(post, path = "/api/v1/recognition/calls/{id}/publish", tag = "recognition",
    request_body = Awards, params(("id" = String, Path)),
    responses((status = 200, body = Page<RecognitionResult>)))]
pub async fn publish(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<Page<RecognitionResult>>, Problem> {
    let awards = parse_awards(&body).map_err(Refusal::Fields)?;
    let results = library.recognition.publish_results(&actor, *id, awards).await?;
    Ok(web::Json(Page::only(results)))
}

/// The results of a call: what was awarded, for everybody, with what was corrected; nothing before they are out.
#[utoipa::path(get, path = "/api/v1/recognition/calls/{id}/results", tag = "recognition",
    params(("id" = String, Path), FormatQuery), responses((status = 200, body = Page<RecognitionResult>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionCallId>,
    query: web::Query<FormatQuery>,
) -> Result<HttpResponse, Problem> {
    let say = PageWords(Negotiation::current().lang);
    let recognition = &library.recognition;
    Ok(match SpreadsheetFormat::parse(query.format.as_deref())? {
        SpreadsheetFormat::Json => HttpResponse::Ok().json(Page::only(recognition.results(&actor, *id).await?)),
        SpreadsheetFormat::Csv => {
            let rows = recognition.export_results(&actor, *id, "csv").await?;
            spreadsheet::csv(&results_sheet(say, &rows))?
        }
        SpreadsheetFormat::Xlsx => {
            let rows = recognition.export_results(&actor, *id, "xlsx").await?;
            spreadsheet::xlsx(results_sheet(say, &rows)).await?
        }
    })
}

fn results_sheet(say: PageWords, rows: &[RecognitionResult]) -> Spreadsheet {
    let head = [
        say.result_place(),
        say.entry_number(),
        say.school(),
        say.entry_title(),
        say.course_or_major(),
        say.entry_person(),
        say.result_score(),
        say.result_award(),
        say.result_reason(),
        say.result_decided(),
    ];
    let row = |row: &RecognitionResult| {
        let course = row.course.as_ref().map(|course| course.name.clone());
        let major = row.major.as_ref().map(|major| major.name.clone());
        vec![
            SpreadsheetCell::text(row.place.map(|place| place.to_string())),
            SpreadsheetCell::Number(i64::from(row.number)),
            SpreadsheetCell::text(row.school.as_ref().map(|school| school.name.clone())),
            SpreadsheetCell::Text(row.title.clone()),
            SpreadsheetCell::text(course.or(major)),
            SpreadsheetCell::text(row.person.as_ref().map(|person| person.name.clone())),
            SpreadsheetCell::text(row.score.clone()),
            SpreadsheetCell::text(row.award.clone()),
            SpreadsheetCell::text(row.reason.clone()),
            SpreadsheetCell::Text(row.decided_at.day()),
        ]
    };
    Spreadsheet {
        name: say.results().to_owned(),
        head: head.map(str::to_owned).into(),
        rows: rows.iter().map(row).collect(),
    }
}

/// Corrects a result: what it was stays beside it.
#[utoipa::path(post, path = "/api/v1/recognition/results/{id}/correct", tag = "recognition",
    request_body = ResultCorrection, params(("id" = String, Path)),
    responses((status = 200, body = Page<RecognitionResult>)))]
pub async fn correct(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<RecognitionResultId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<Page<RecognitionResult>>, Problem> {
    let correction = ResultCorrection::parse(&body).map_err(Refusal::Fields)?;
    let results = library.recognition.correct_result(&actor, *id, correction).await?;
    Ok(web::Json(Page::only(results)))
}
