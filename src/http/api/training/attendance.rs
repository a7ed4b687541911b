//! Who takes part in a session of training: enrolling, signing in, correcting, taking along.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::domain::id::{AttendanceId, TrainingSessionId};
use crate::domain::training::attendance::{AttendanceCorrection, parse_names};
use crate::error::Refusal;
use crate::http::api::paging::Paging;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::training::attendance::{CodeOfDay, OwnPart};
use crate::library::training::parts::Attendance;
use crate::table::{Spreadsheet, SpreadsheetCell};
use crate::words::pages::PageWords;

/// In which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AttendanceQuery {
    /// `json`, `csv` or `xlsx`; JSON when not given. Tables hold everybody, in the language of the request.
    pub format: Option<String>,
}

/// Who takes part in a session: everybody for who trains for the city, a school's people for its administrators.
#[utoipa::path(get, path = "/api/v1/training/sessions/{id}/attendance", tag = "training",
    params(("id" = String, Path), AttendanceQuery, Paging), responses((status = 200, body = Page<Attendance>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
    query: web::Query<AttendanceQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let say = PageWords(Negotiation::current().lang);
    let format = SpreadsheetFormat::parse(query.format.as_deref())?;
    Ok(match format {
        SpreadsheetFormat::Json => {
            let limit = paging.limit()?;
            let page = library
                .training
                .attendances(&actor, *id, paging.cursor(), limit)
                .await?;
            HttpResponse::Ok().json(page)
        }
        SpreadsheetFormat::Csv => {
            let rows = library.training.export_attendances(&actor, *id, "csv").await?;
            spreadsheet::csv(&sheet(say, &rows))?
        }
        SpreadsheetFormat::Xlsx => {
            let rows = library.training.export_attendances(&actor, *id, "xlsx").await?;
            spreadsheet::xlsx(sheet(say, &rows)).await?
        }
    })
}

fn sheet(say: PageWords, rows: &[Attendance]) -> Spreadsheet {
    let head = [
        say.login_name(),
        say.display_name(),
        say.school(),
        say.training_state(),
        say.training_hours(),
        say.training_signed_days(),
        say.training_corrections(),
    ];
    let row = |part: &Attendance| {
        let days: Vec<String> = part.days.iter().map(ToString::to_string).collect();
        let corrections: Vec<String> = part
            .corrections
            .iter()
            .map(|it| say.training_correction(it.at, &it.by.name, it.to_state, it.to_hours, &it.reason))
            .collect();
        vec![
            SpreadsheetCell::Text(part.login.clone()),
            SpreadsheetCell::Text(part.person.name.clone()),
            SpreadsheetCell::text(part.school.as_ref().map(|school| school.name.clone())),
            SpreadsheetCell::Text(say.attendance_state(part.state).to_owned()),
            SpreadsheetCell::Number(part.hours.into()),
            SpreadsheetCell::Text(days.join(" ")),
            SpreadsheetCell::Text(corrections.join("；")),
        ]
    };
    Spreadsheet {
        name: say.training_people_list().to_owned(),
        head: head.map(str::to_owned).into(),
        rows: rows.iter().map(row).collect(),
    }
}

/// Whom to enrol.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::training::attendance` reads the JSON, to gather all faults"
)]
pub struct EnrolBody {
    /// Sign-in names, up to 300; whoever asks when not given.
    names: Option<Vec<String>>,
}

/// Who was enrolled.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Enrolled {
    /// The asker, when nobody was named.
    Own(OwnPart),
    /// Those who were named.
    Named(Page<Attendance>),
}

/// Enrols the asker, or people by their sign-in names: whoever holds the session, and a school's administrator the school's.
/// Answers with the asker's own part, or a list of those who were named.
#[utoipa::path(post, path = "/api/v1/training/sessions/{id}/attendance", tag = "training", request_body = EnrolBody,
    params(("id" = String, Path)), responses((status = 200, body = Enrolled)))]
pub async fn enrol(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<Enrolled>, Problem> {
    let names = parse_names(&body).map_err(Refusal::Fields)?;
    if names.is_empty() {
        let own = library.training.join(&actor, *id).await?;
        return Ok(web::Json(Enrolled::Own(own)));
    }
    let named = library.training.enrol(&actor, *id, &names).await?;
    Ok(web::Json(Enrolled::Named(Page::only(named))))
}

/// Withdraws the asker from a session that they have not taken part in.
#[utoipa::path(post, path = "/api/v1/training/sessions/{id}/withdraw", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = OwnPart)))]
pub async fn withdraw(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
) -> Result<web::Json<OwnPart>, Problem> {
    Ok(web::Json(library.training.leave(&actor, *id).await?))
}

/// Corrects how somebody's part stands or which hours are counted, with a reason that is kept.
#[utoipa::path(patch, path = "/api/v1/training/sessions/{id}/attendance/{attendance}", tag = "training",
    request_body = AttendanceCorrection, params(("id" = String, Path), ("attendance" = String, Path)),
    responses((status = 200, body = Attendance)))]
pub async fn correct(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(TrainingSessionId, AttendanceId)>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<Attendance>, Problem> {
    let (session, part) = path.into_inner();
    let correction = AttendanceCorrection::parse(&body).map_err(Refusal::Fields)?;
    Ok(web::Json(
        library.training.correct(&actor, session, part, correction).await?,
    ))
}

/// The code that the room shows now, on a day of the session: for whoever holds it.
#[utoipa::path(get, path = "/api/v1/training/sessions/{id}/code", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = CodeOfDay)))]
pub async fn code(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
) -> Result<web::Json<CodeOfDay>, Problem> {
    Ok(web::Json(library.training.code_of_day(&actor, *id).await?))
}

/// A code as it is sent.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct CodeSent {
    /// The eight digits that the room shows.
    pub code: String,
}

/// Signs the asker in by the code that the room shows: once a day. Sent again, it changes nothing.
#[utoipa::path(post, path = "/api/v1/training/sessions/{id}/sign-in", tag = "training", request_body = CodeSent,
    params(("id" = String, Path)), responses((status = 200, body = OwnPart)))]
pub async fn sign_in(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
    body: web::Json<CodeSent>,
) -> Result<web::Json<OwnPart>, Problem> {
    Ok(web::Json(library.training.sign_in(&actor, *id, &body.code).await?))
}
