//! Background jobs, for those who see the whole city.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::list_table::{self, FormatQuery, ListTable, heads, text};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::JobId;
use crate::domain::job::JobState;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::jobs::admin::Job;
use crate::library::paging::Page;
use crate::table::SpreadsheetCell;
use crate::words::pages::PageWords;

/// Which jobs.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobsQuery {
    /// `queued`, `running` or `dead` (when not given).
    pub state: Option<String>,
    /// Only this kind: `extract`.
    pub kind: Option<String>,
}

/// Jobs in a state, newest first. A job that is done is gone.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "records", params(JobsQuery, FormatQuery, Paging),
    responses((status = 200, body = Page<Job>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<JobsQuery>,
    format: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let state = state(query.state.as_deref())?;
    let kind = query.into_inner().kind.filter(|kind| !kind.is_empty());
    let (jobs, asker) = (library.clone(), actor.clone());
    let page = async move |cursor: Option<String>, limit| {
        let (kind, cursor) = (kind.as_deref(), cursor.as_deref());
        jobs.jobs.jobs(&asker, state, kind, cursor, limit).await
    };
    let of = (&library, &actor, "jobs");
    Ok(list_table::answer(of, (&format, &paging), jobs_table, page).await?)
}

fn jobs_table(say: PageWords) -> ListTable<Job> {
    ListTable {
        name: say.jobs_admin().to_owned(),
        heads: heads(say.job_heads()),
        row: Box::new(|say, it| {
            vec![
                text(say.job_of(&it.kind)),
                text(&*it.subject),
                text(&*it.state),
                SpreadsheetCell::Number(it.attempts.into()),
                SpreadsheetCell::text(it.error.clone()),
                text(it.created_at.minute()),
            ]
        }),
    }
}

fn state(given: Option<&str>) -> Result<JobState, Refusal> {
    let given = given.filter(|given| !given.is_empty()).unwrap_or(JobState::Dead.code());
    let fault = || FaultKind::Unknown {
        value: given.to_owned(),
        hint: JobState::ALL.map(JobState::code).join(", "),
    };
    JobState::of_code(given).ok_or_else(|| Refusal::Fields(vec![FieldFault::at("state", fault())]))
}

/// Tries a dead job again. For the bureau.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "records", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn retry(library: web::Data<Library>, actor: Actor, id: web::Path<JobId>) -> Result<HttpResponse, Problem> {
    library.jobs.retry_job(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
