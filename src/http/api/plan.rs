//! The city's plan: its phases and targets.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::if_match;
use crate::actor::Actor;
use crate::domain::city_plan::PlanForm;
use crate::error::Refusal;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::curriculum::city_plan::PlanRevision;
use crate::library::paging::Page;
use crate::table::{Spreadsheet, SpreadsheetCell};
use crate::words::pages::PageWords;

/// In which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlanQuery {
    /// `json`, `csv` or `xlsx`; JSON when not given. The table is in the language of the request, and can be sent back.
    pub format: Option<String>,
}

/// The plan that counts; for those who see figures.
#[utoipa::path(get, path = "/api/v1/plan", tag = "records", params(PlanQuery),
    responses((status = 200, body = PlanRevision, headers(("ETag" = String)))))]
pub async fn show(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<PlanQuery>,
) -> Result<HttpResponse, Problem> {
    let form = SpreadsheetFormat::parse(query.format.as_deref())?;
    let plan = library.curriculum.city_plan(&actor).await?;
    let say = PageWords(Negotiation::current().lang);
    Ok(match form {
        SpreadsheetFormat::Json => with_tag(&plan),
        SpreadsheetFormat::Csv => spreadsheet::csv(&sheet(say, &plan))?,
        SpreadsheetFormat::Xlsx => spreadsheet::xlsx(sheet(say, &plan)).await?,
    })
}

/// Every plan that counted, the newest first, at most a hundred.
#[utoipa::path(get, path = "/api/v1/plan/history", tag = "records",
    responses((status = 200, body = Page<PlanRevision>)))]
pub async fn history(library: web::Data<Library>, actor: Actor) -> Result<web::Json<Page<PlanRevision>>, Problem> {
    let all = library.curriculum.city_plan_history(&actor).await?;
    Ok(web::Json(Page::only(all)))
}

/// A plan as it is changed; the schema of its JSON.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::city_plan` reads the JSON, to gather all faults"
)]
pub struct PlanBody {
    /// The document that says so, and where in it.
    source: String,
    /// All phases; they may share a month.
    phases: Vec<PlanPhaseBody>,
    /// The day that the change is of: `2026-11-30`.
    decided_on: String,
    /// Why it is changed.
    reason: String,
}

/// A phase as it is sent; the schema of its JSON.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used; `domain::city_plan` reads the JSON")]
pub struct PlanPhaseBody {
    /// Which phase of the plan it is. Without it, the one that began in the same month, or a new one.
    number: Option<i32>,
    /// Its first month: `2022-08`.
    from: String,
    /// Its last month.
    until: String,
    /// Majors to be added.
    majors: i64,
    /// Schools to join.
    schools: i64,
    /// Teachers to be trained, each as often as they are.
    teachers: i64,
}

/// Changes the plan, with a date and a reason; what was before stays in its history. For the bureau.
#[utoipa::path(put, path = "/api/v1/plan", tag = "records", request_body = PlanBody,
    params(("If-Match" = Option<String>, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = PlanRevision)))]
pub async fn change(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let seen = if_match::required(&request)?;
    let form = PlanForm::parse(&body).map_err(Refusal::Fields)?;
    let plan = library.curriculum.change_city_plan(&actor, seen, form).await?;
    Ok(with_tag(&plan))
}

fn with_tag(plan: &PlanRevision) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"r{}\"", plan.revision)))
        .json(plan)
}

fn sheet(say: PageWords, plan: &PlanRevision) -> Spreadsheet {
    let head = [say.phase_head(), say.from_month(), say.until_month()]
        .into_iter()
        .chain([say.pilot_majors(), say.pilot_schools(), say.trained_teachers()]);
    let rows = plan.plan.phases.iter().map(|phase| {
        vec![
            SpreadsheetCell::Number(phase.number.into()),
            SpreadsheetCell::Text(phase.from.clone()),
            SpreadsheetCell::Text(phase.until.clone()),
            SpreadsheetCell::Number(phase.majors),
            SpreadsheetCell::Number(phase.schools),
            SpreadsheetCell::Number(phase.teachers),
        ]
    });
    Spreadsheet {
        name: say.plan_admin().to_owned(),
        head: head.map(str::to_owned).collect(),
        rows: rows.collect(),
    }
}
