//! Certificates of training, one's own record, and how much people were trained.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::domain::id::TrainingSessionId;
use crate::domain::training::certificate::parse_reason;
use crate::error::Refusal;
use crate::http::api::paging::Paging;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::training::certificates::Certificate;
use crate::library::training::records::{Trainee, TrainingRecord};
use crate::table::{Spreadsheet, SpreadsheetCell};
use crate::words::pages::PageWords;

/// How many certificates were issued.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
pub struct CertificatesIssued {
    /// How many.
    pub issued: u64,
}

/// Issues a certificate to everybody who took part in a session and has no valid one.
#[utoipa::path(post, path = "/api/v1/training/sessions/{id}/certificates", tag = "training",
    params(("id" = String, Path)), responses((status = 200, body = CertificatesIssued)))]
pub async fn certify(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
) -> Result<web::Json<CertificatesIssued>, Problem> {
    let issued = library.training.certify(&actor, *id).await?;
    Ok(web::Json(CertificatesIssued { issued }))
}

/// The certificate with a number, for anyone: whose, of what, and whether it is valid.
#[utoipa::path(get, path = "/api/v1/training/certificates/{number}", tag = "training",
    params(("number" = String, Path)), responses((status = 200, body = Certificate)))]
pub async fn certificate(
    library: web::Data<Library>,
    number: web::Path<String>,
) -> Result<web::Json<Certificate>, Problem> {
    Ok(web::Json(library.training.certificate(&number).await?))
}

/// Why a certificate is revoked.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::training::certificate` reads the JSON, to gather all faults"
)]
pub struct RevocationBody {
    /// Why, up to 500 characters; kept, and not shown to everybody.
    reason: String,
}

/// Revokes a certificate, with a reason that is kept.
#[utoipa::path(post, path = "/api/v1/training/certificates/{number}/revoke", tag = "training",
    request_body = RevocationBody, params(("number" = String, Path)), responses((status = 200, body = Certificate)))]
pub async fn revoke(
    library: web::Data<Library>,
    actor: Actor,
    number: web::Path<String>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<Certificate>, Problem> {
    let reason = parse_reason(&body).map_err(Refusal::Fields)?;
    Ok(web::Json(library.training.revoke(&actor, &number, &reason).await?))
}

/// What the asker was trained in, newest first.
#[utoipa::path(get, path = "/api/v1/training/mine", tag = "training", params(Paging),
    responses((status = 200, body = Page<TrainingRecord>)))]
pub async fn mine(
    library: web::Data<Library>,
    actor: Actor,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<TrainingRecord>>, Problem> {
    let page = library
        .training
        .own_record(&actor, paging.cursor(), paging.limit()?)
        .await?;
    Ok(web::Json(page))
}

/// Whose people, and in which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TraineesFilter {
    /// Id, code or exact name of a school; without it the whole city's. A school's administrator sees the school's own.
    pub school: Option<String>,
    /// `json`, `csv` or `xlsx`; JSON when not given. Tables hold everybody, in the language of the request.
    pub format: Option<String>,
}

/// How much people were trained: sessions and hours of each, by account, newest first.
#[utoipa::path(get, path = "/api/v1/training/people", tag = "training", params(TraineesFilter, Paging),
    responses((status = 200, body = Page<Trainee>)))]
pub async fn people(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<TraineesFilter>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let say = PageWords(Negotiation::current().lang);
    let school = query.school.as_deref().filter(|school| !school.is_empty());
    Ok(match SpreadsheetFormat::parse(query.format.as_deref())? {
        SpreadsheetFormat::Json => {
            let limit = paging.limit()?;
            let page = library
                .training
                .trainees(&actor, school, paging.cursor(), limit)
                .await?;
            HttpResponse::Ok().json(page)
        }
        SpreadsheetFormat::Csv => {
            let rows = library.training.export_trainees(&actor, school, "csv").await?;
            spreadsheet::csv(&sheet(say, &rows))?
        }
        SpreadsheetFormat::Xlsx => {
            let rows = library.training.export_trainees(&actor, school, "xlsx").await?;
            spreadsheet::xlsx(sheet(say, &rows)).await?
        }
    })
}

fn sheet(say: PageWords, rows: &[Trainee]) -> Spreadsheet {
    let head = [
        say.display_name(),
        say.school(),
        say.trained_times(),
        say.trained_counted(),
        say.training_hours(),
    ];
    let row = |trainee: &Trainee| {
        vec![
            SpreadsheetCell::Text(trainee.person.name.clone()),
            SpreadsheetCell::text(trainee.school.as_ref().map(|school| school.name.clone())),
            SpreadsheetCell::Number(trainee.sessions),
            SpreadsheetCell::Number(trainee.counted),
            SpreadsheetCell::Number(trainee.hours),
        ]
    };
    Spreadsheet {
        name: say.trainees().to_owned(),
        head: head.map(str::to_owned).into(),
        rows: rows.iter().map(row).collect(),
    }
}
