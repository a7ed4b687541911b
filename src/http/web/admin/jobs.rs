//! The page of background jobs: what waits, what runs, what has died.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{nav, next};
use crate::domain::authority::Act;
use crate::domain::id::JobId;
use crate::domain::job::JobState;
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::page_query::PageQuery;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::jobs::admin::{Job, WorkOfKind};

/// How many dead jobs stand on a page.
const PAGE_SIZE: u64 = 20;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_jobs.html")]
pub struct JobsPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// How much of each kind.
    pub kinds: Vec<WorkOfKind>,
    /// The dead, newest first.
    pub dead: Vec<Job>,
    /// Whether the reader may try them again.
    pub may_retry: bool,
    /// The next page.
    pub next_url: Option<String>,
}

/// `GET /admin/jobs`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let say = visit.say;
    let kinds = library.jobs.work(&visit.actor).await?;
    let dead = library
        .jobs
        .jobs(&visit.actor, JobState::Dead, None, query.cursor(), PAGE_SIZE)
        .await?;
    let mut layout = visit.layout(say.jobs_admin());
    layout.notice = query.done.as_ref().map(|_| say.job_retried().to_owned());
    visit.page(&JobsPage {
        layout,
        nav: nav(&visit, urls::JOBS),
        kinds,
        dead: dead.items,
        may_retry: visit.actor.may(Act::Operate),
        next_url: next(urls::JOBS, dead.next_cursor, &[]),
    })
}

/// `POST /admin/jobs/{id}`
pub async fn retry(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<JobId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.jobs.retry_job(&visit.actor, *id).await?;
    Ok(see_other("/admin/jobs?done=retry"))
}

/// Which kind is tried again.
#[derive(Debug, Deserialize)]
pub struct RetryAll {
    /// The kind.
    #[serde(default)]
    pub kind: String,
}

/// `POST /admin/jobs`
pub async fn retry_all(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedForm<RetryAll>,
) -> Result<HttpResponse, Problem> {
    library.jobs.retry_jobs(&visit.actor, &form.kind).await?;
    Ok(see_other("/admin/jobs?done=retry"))
}
