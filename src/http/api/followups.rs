//! What versions of standards ask to be looked after.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::if_match;
use super::list_table::{self, ListTable};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{FollowUpId, StandardId};
use crate::domain::standard::followup::{FollowUpDecision, FollowUpKind, FollowUpState};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::http::problem::Problem;
use crate::http::spreadsheet::SpreadsheetFormat;
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::standards::followups::{FollowUp, FollowUpProgress, FollowUpQuery};
use crate::table::SpreadsheetCell;
use crate::words::pages::PageWords;

/// Which of them.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FollowUpFilter {
    /// Those of a version: its id.
    pub standard: Option<String>,
    /// Those of a school: its id, code or exact name.
    pub school: Option<String>,
    /// `open`, `done` or `waived`.
    pub state: Option<String>,
    /// `resource`, `pack` or `order`.
    pub kind: Option<String>,
    /// `true`: one's own alone, and of people who may do nothing any more what one's school has to look after, or the city.
    pub mine: Option<String>,
}

impl FollowUpFilter {
    /// What it limits a list to, with all that is wrong with it. An empty value limits nothing.
    pub fn read(&self) -> Result<FollowUpQuery> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let mut faults = Vec::new();
        let states = FollowUpState::ALL.map(FollowUpState::code).join(", ");
        let kinds = FollowUpKind::ALL.map(FollowUpKind::code).join(", ");
        let query = FollowUpQuery {
            standard: one_of(&mut faults, "standard", given(&self.standard), "an id", |text| {
                text.parse().ok()
            }),
            school: given(&self.school),
            state: one_of(
                &mut faults,
                "state",
                given(&self.state),
                &states,
                FollowUpState::of_code,
            ),
            kind: one_of(&mut faults, "kind", given(&self.kind), &kinds, FollowUpKind::of_code),
            own: one_of(&mut faults, "mine", given(&self.mine), "true, false", |text| {
                text.parse().ok()
            })
            .unwrap_or(false),
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
    hint: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let value = given?;
    let found = read(&value);
    if found.is_none() {
        let hint = hint.to_owned();
        faults.push(FieldFault::at(field, FaultKind::Unknown { value, hint }));
    }
    found
}

/// In which form they are wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FollowUpFormat {
    /// `json`, `csv` or `xlsx`; JSON when not given. CSV holds all of them, a workbook up to 50,000.
    pub format: Option<String>,
}

/// What versions of standards ask to be looked after, as far as you see it: your own, your school's, or the city's.
#[utoipa::path(get, path = "/api/v1/standards/followups", tag = "curriculum",
    params(FollowUpFilter, FollowUpFormat, Paging), responses((status = 200, body = Page<FollowUp>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    filter: web::Query<FollowUpFilter>,
    format: web::Query<FollowUpFormat>,
    paging: web::Query<Paging>,
) -> std::result::Result<HttpResponse, Problem> {
    let query = filter.read()?;
    let form = SpreadsheetFormat::parse(format.format.as_deref())?;
    if form == SpreadsheetFormat::Json {
        let page = library
            .standards
            .followups(&actor, &query, paging.cursor(), paging.limit()?)
            .await?;
        return Ok(HttpResponse::Ok().json(page));
    }
    let shape = if form == SpreadsheetFormat::Csv { "csv" } else { "xlsx" };
    library.standards.begin_export(&actor, &query, shape)?;
    let table = |say: PageWords| ListTable {
        name: say.followups().to_owned(),
        heads: heads(say),
        row: Box::new(row),
    };
    let page = async move |cursor: Option<String>, limit| {
        let cursor = cursor.as_deref();
        library.standards.followups(&actor, &query, cursor, limit).await
    };
    Ok(list_table::send(form, table, page).await?)
}

/// The last two are for the table's way back.
fn heads(say: PageWords) -> Vec<String> {
    let heads = [
        say.standards(),
        say.followup_what(),
        say.followup_title(),
        say.followup_why(),
        say.school(),
        say.followup_state(),
        say.followup_reason(),
        say.followup_decided(),
        say.followup_id(),
        say.followup_revision(),
    ];
    heads.map(str::to_owned).to_vec()
}

fn row(say: PageWords, it: &FollowUp) -> Vec<SpreadsheetCell> {
    let cells = [
        it.standard_title.clone(),
        say.followup_kind(it.kind).to_owned(),
        it.title
            .clone()
            .unwrap_or_else(|| say.followup_untitled(it.is_gone).to_owned()),
        say.followup_because(it.change, &it.subject),
        it.school.as_ref().map(|school| school.name.clone()).unwrap_or_default(),
        say.followup_state_of(it.state).to_owned(),
        it.reason.clone().unwrap_or_default(),
        it.decided_at.map(Timestamp::day).unwrap_or_default(),
        it.id.to_string(),
    ];
    let cells = cells.into_iter().map(SpreadsheetCell::Text);
    cells.chain([SpreadsheetCell::Number(it.revision)]).collect()
}

/// What is decided about one.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::standard::followup` reads the JSON, to gather all faults"
)]
pub struct FollowUpBody {
    /// `done`, `waived`, or `open` again.
    state: FollowUpState,
    /// Why it is waived, up to 500 characters; with `waived` alone.
    reason: Option<String>,
}

/// Decides about one: its owner, an administrator of its school, or the bureau.
#[utoipa::path(patch, path = "/api/v1/standards/followups/{id}", tag = "curriculum", request_body = FollowUpBody,
    params(("id" = String, Path), ("If-Match" = String, Header, description = "`\"r\"` and the `revision` you saw")),
    responses((status = 200, body = FollowUp)))]
pub async fn decide(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<FollowUpId>,
    body: web::Json<Map<String, Value>>,
) -> std::result::Result<HttpResponse, Problem> {
    let seen = if_match::required(&request)?;
    let decision = FollowUpDecision::parse(&body).map_err(Refusal::Fields)?;
    let decided = library.standards.decide(&actor, *id, seen, decision).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"r{}\"", decided.revision)))
        .json(decided))
}

/// How far each school has come with what a version asks for, as far as you see it.
#[utoipa::path(get, path = "/api/v1/standards/{id}/progress", tag = "curriculum", params(("id" = String, Path)),
    responses((status = 200, body = Page<FollowUpProgress>)))]
pub async fn progress(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<StandardId>,
) -> std::result::Result<web::Json<Page<FollowUpProgress>>, Problem> {
    Ok(web::Json(Page::only(library.standards.progress(&actor, *id).await?)))
}
