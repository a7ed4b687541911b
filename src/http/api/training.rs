//! Teacher training: bases and sessions.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::created::created;
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{TrainingBaseId, TrainingSessionId};
use crate::domain::training::{TrainingBaseForm, TrainingMode, TrainingSessionForm, TrainingState};
use crate::error::{Refusal, Result};
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::sheets;
use crate::library::training::bases::TrainingBase;
use crate::library::training::sessions::{TrainingQuery, TrainingSession};

pub mod attendance;
pub mod online;
pub mod records;

/// In which form bases are wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BasesFormat {
    /// `json`, `csv` or `xlsx`; JSON when not given. Tables have the headings that `POST /api/v1/sheets/training-bases` reads.
    pub format: Option<String>,
}

/// Bases 师资研修基地 where teachers are trained, by name.
#[utoipa::path(get, path = "/api/v1/training/bases", tag = "training", params(BasesFormat),
    responses((status = 200, body = Page<TrainingBase>)))]
pub async fn bases(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<BasesFormat>,
) -> std::result::Result<HttpResponse, Problem> {
    let training = &library.training;
    Ok(match SpreadsheetFormat::parse(query.format.as_deref())? {
        SpreadsheetFormat::Json => HttpResponse::Ok().json(Page::only(training.bases(&actor).await?)),
        SpreadsheetFormat::Csv => {
            let bases = training.export_bases(&actor, "csv").await?;
            spreadsheet::csv(&sheets::training_bases::table(&bases))?
        }
        SpreadsheetFormat::Xlsx => {
            let bases = training.export_bases(&actor, "xlsx").await?;
            spreadsheet::xlsx(sheets::training_bases::table(&bases)).await?
        }
    })
}

/// Adds a base: the bureau anywhere, a school's administrator at the school.
#[utoipa::path(post, path = "/api/v1/training/bases", tag = "training", request_body = TrainingBaseForm,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = TrainingBase)))]
pub async fn add_base(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> std::result::Result<HttpResponse, Problem> {
    let add = async |actor: &Actor| {
        let form = TrainingBaseForm::parse(&body).map_err(Refusal::Fields)?;
        library.training.add_base(actor, form).await
    };
    let find = async |id| library.training.base(&actor, id).await;
    let address = |base: &TrainingBase| format!("/api/v1/training/bases/{}", base.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// One base.
#[utoipa::path(get, path = "/api/v1/training/bases/{id}", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = TrainingBase)))]
pub async fn base(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingBaseId>,
) -> std::result::Result<web::Json<TrainingBase>, Problem> {
    Ok(web::Json(library.training.base(&actor, *id).await?))
}

/// Changes a base: what is given replaces, `null` empties, the rest stays.
#[utoipa::path(patch, path = "/api/v1/training/bases/{id}", tag = "training",
    request_body(content = Object, description = "fields of `TrainingBaseBody`: those that change"),
    params(("id" = String, Path)), responses((status = 200, body = TrainingBase)))]
pub async fn edit_base(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingBaseId>,
    body: web::Json<Map<String, Value>>,
) -> std::result::Result<web::Json<TrainingBase>, Problem> {
    Ok(web::Json(library.training.edit_base(&actor, *id, None, &body).await?))
}

/// Removes a base that held no session.
#[utoipa::path(delete, path = "/api/v1/training/bases/{id}", tag = "training", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove_base(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingBaseId>,
) -> std::result::Result<HttpResponse, Problem> {
    library.training.remove_base(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which sessions.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TrainingFilter {
    /// Those of a school: its id, code or exact name.
    pub school: Option<String>,
    /// Those that a base holds: its id or exact name.
    pub base: Option<String>,
    /// `on-site` or `online`.
    pub mode: Option<String>,
    /// `planned`, `running`, `over` or `cancelled`.
    pub state: Option<String>,
    /// `true`: those that are counted for the plan; `false`: the others.
    pub counts: Option<String>,
    /// `open`: those of one's own to hold that ended in the last 60 days, and of somebody it is not said whether they came.
    pub attendance: Option<String>,
    /// Words of the title or the topic.
    pub q: Option<String>,
}

impl TrainingFilter {
    /// What it limits a list to, with all that is wrong with it. An empty value limits nothing.
    pub fn read(&self) -> Result<TrainingQuery> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let mut faults = Vec::new();
        let query = TrainingQuery {
            school: given(&self.school),
            base: given(&self.base),
            mode: one_of(
                &mut faults,
                "mode",
                given(&self.mode),
                TrainingMode::of_code,
                &TrainingMode::ALL.map(TrainingMode::code),
            ),
            state: one_of(
                &mut faults,
                "state",
                given(&self.state),
                TrainingState::of_code,
                &TrainingState::ALL.map(TrainingState::code),
            ),
            counts: one_of(
                &mut faults,
                "counts",
                given(&self.counts),
                |text| text.parse().ok(),
                &["true", "false"],
            ),
            attendance_open: one_of(
                &mut faults,
                "attendance",
                given(&self.attendance),
                |text| (text == "open").then_some(()),
                &["open"],
            )
            .is_some(),
            text: self.q.clone().unwrap_or_default(),
        };
        if faults.is_empty() {
            Ok(query)
        } else {
            Err(Refusal::Fields(faults).into())
        }
    }
}

fn one_of<T>(
    faults: &mut Vec<FieldFault>,
    field: &str,
    given: Option<String>,
    read: impl Fn(&str) -> Option<T>,
    hint: &[&str],
) -> Option<T> {
    let given = given?;
    let found = read(&given);
    if found.is_none() {
        let hint = hint.join(", ");
        faults.push(FieldFault::at(field, FaultKind::Unknown { value: given, hint }));
    }
    found
}

/// In which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SessionsFormat {
    /// `json`, `csv` or `xlsx`; JSON when not given. Tables hold up to 10,000 sessions, with the headings that
    /// `POST /api/v1/sheets/training-sessions` reads.
    pub format: Option<String>,
}

/// Sessions 培训班 that the asker sees, by their first day, the last first.
#[utoipa::path(get, path = "/api/v1/training/sessions", tag = "training", params(TrainingFilter, SessionsFormat, Paging),
    responses((status = 200, body = Page<TrainingSession>)))]
pub async fn sessions(
    library: web::Data<Library>,
    actor: Actor,
    filter: web::Query<TrainingFilter>,
    format: web::Query<SessionsFormat>,
    paging: web::Query<Paging>,
) -> std::result::Result<HttpResponse, Problem> {
    let query = filter.read()?;
    let training = &library.training;
    Ok(match SpreadsheetFormat::parse(format.format.as_deref())? {
        SpreadsheetFormat::Json => {
            let page = training.sessions(&actor, &query, paging.cursor(), paging.limit()?);
            HttpResponse::Ok().json(page.await?)
        }
        SpreadsheetFormat::Csv => {
            let sessions = training.export_sessions(&actor, &query, "csv").await?;
            spreadsheet::csv(&sheets::training_sessions::table(&sessions))?
        }
        SpreadsheetFormat::Xlsx => {
            let sessions = training.export_sessions(&actor, &query, "xlsx").await?;
            spreadsheet::xlsx(sheets::training_sessions::table(&sessions)).await?
        }
    })
}

/// Makes a session: the bureau for the city, a school's administrator for the school.
#[utoipa::path(post, path = "/api/v1/training/sessions", tag = "training", request_body = TrainingSessionForm,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = TrainingSession)))]
pub async fn add_session(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> std::result::Result<HttpResponse, Problem> {
    let add = async |actor: &Actor| {
        let form = TrainingSessionForm::parse(&body).map_err(Refusal::Fields)?;
        library.training.add_session(actor, form).await
    };
    let find = async |id| library.training.session(&actor, id).await;
    let address = |session: &TrainingSession| format!("/api/v1/training/sessions/{}", session.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// One session.
#[utoipa::path(get, path = "/api/v1/training/sessions/{id}", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = TrainingSession)))]
pub async fn session(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
) -> std::result::Result<web::Json<TrainingSession>, Problem> {
    Ok(web::Json(library.training.session(&actor, *id).await?))
}

/// Changes a session: what is given replaces, `null` empties, the rest stays.
#[utoipa::path(patch, path = "/api/v1/training/sessions/{id}", tag = "training",
    request_body(content = Object, description = "fields of `TrainingSessionBody`: those that change"),
    params(("id" = String, Path)),
    responses((status = 200, body = TrainingSession)))]
pub async fn edit_session(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
    body: web::Json<Map<String, Value>>,
) -> std::result::Result<web::Json<TrainingSession>, Problem> {
    Ok(web::Json(library.training.edit_session(&actor, *id, &body).await?))
}

/// Says that a session is not held. What was counted of it stays.
#[utoipa::path(post, path = "/api/v1/training/sessions/{id}/cancel", tag = "training",
    params(("id" = String, Path)), responses((status = 200, body = TrainingSession)))]
pub async fn cancel_session(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TrainingSessionId>,
) -> std::result::Result<web::Json<TrainingSession>, Problem> {
    Ok(web::Json(library.training.cancel_session(&actor, *id).await?))
}
