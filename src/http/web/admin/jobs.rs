//! The page of background jobs: what waits, what runs, what has died.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{nav, next};
use crate::domain::authority::Act;
use crate::domain::id::{JobId, WorkerId};
use crate::domain::job::JobState;
use crate::domain::work::Worker;
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::page_query::PageQuery;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::jobs::admin::{Job, WorkOfKind};
use crate::words::pages::PageWords;

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
    /// Other machines that help.
    pub workers: Vec<WorkerRow>,
    /// Whether the reader may try them again.
    pub may_retry: bool,
    /// The next page.
    pub next_url: Option<String>,
}

/// Another machine that helps.
#[derive(Debug, Clone)]
pub struct WorkerRow {
    /// What its people call it.
    pub name: String,
    /// Whose token it shows, what it can do, when it was last heard of, what it did.
    pub facts: Vec<String>,
    /// Where it is sent away.
    pub drop_url: String,
}

impl WorkerRow {
    /// The machine in words.
    pub fn of(say: PageWords, worker: Worker) -> Self {
        let kinds: Vec<String> = worker.kinds.iter().map(|kind| say.job_of(kind.code())).collect();
        let whose = match worker.token.is_empty() {
            true => worker.account,
            false => format!("{} · {}", worker.account, worker.token),
        };
        Self {
            facts: vec![
                whose,
                kinds.join(say.comma()),
                say.worker_seen(&worker.seen_at.minute()),
                say.worker_at(worker.running),
                say.worker_did(worker.pages, worker.films, worker.refused),
                worker.version,
            ],
            drop_url: format!("/admin/workers/{}", worker.id),
            name: worker.name,
        }
    }
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
    let workers = library.jobs.workers(&visit.actor).await?;
    let mut layout = visit.layout(say.jobs_admin());
    layout.notice = query.done.as_deref().map(|done| match done {
        "drop" => say.worker_dropped().to_owned(),
        _ => say.job_retried().to_owned(),
    });
    visit.page(&JobsPage {
        layout,
        nav: nav(&visit, urls::JOBS),
        kinds,
        dead: dead.items,
        workers: workers.into_iter().map(|worker| WorkerRow::of(say, worker)).collect(),
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

/// `POST /admin/workers/{id}`
pub async fn drop_worker(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<WorkerId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.jobs.drop_worker(&visit.actor, *id).await?;
    Ok(see_other("/admin/jobs?done=drop"))
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
