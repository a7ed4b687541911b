//! The administrators' first page: what needs attention, and the way to the others.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::format::bytes;
use super::layout::{Layout, Tab};
use super::page_context::PageContext;
use super::urls;
use crate::domain::authority::{Act, Reach};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::administration::Overview;
use crate::words::pages::PageWords;

pub mod accounts;
pub mod curriculum;
pub mod damage;
pub mod files;
pub mod jobs;
pub mod mirror;
pub mod one_time_passwords;
pub mod roster;
pub mod schools;
pub mod storage;
pub mod table_import;

/// The first of the administrators' pages.
#[derive(Debug, Template)]
#[template(path = "admin.html")]
pub struct AdminPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// Whose things these are: the whole city's or a school's.
    pub whose: String,
    /// What needs attention, the most urgent first.
    pub attention: Vec<Attention>,
    /// How much there is: each number under its name.
    pub figures: Vec<(String, &'static str)>,
}

/// Something that needs attention.
#[derive(Debug, Clone)]
pub struct Attention {
    /// How much: `3`, `92 %`.
    pub number: String,
    /// Of what.
    pub what: String,
    /// What can be done about it.
    pub go: &'static str,
    /// Where.
    pub url: String,
    /// Whether it is a fault, not only work to do.
    pub is_fault: bool,
}

/// `GET /admin`
pub async fn show(visit: PageContext, library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    let overview = library.administration.overview(&visit.actor).await?;
    let reach = library.administration.reach(&visit.actor)?;
    let own = library
        .accounts
        .me(&visit.actor)
        .await?
        .school
        .map(|school| school.name);
    let whose = own.filter(|_| reach != Reach::City);
    // The queue behind the link: what others submitted. An auditor has none, and sees how much waits among the figures.
    let waits = match visit.reviews() {
        true => Some(library.reviews.reviews_waiting(&visit.actor).await?),
        false => None,
    };
    visit.page(&AdminPage {
        layout: visit.layout(visit.say.admin()),
        nav: nav(&visit, urls::ADMIN),
        whose: whose.unwrap_or_else(|| visit.say.admin_of_city().to_owned()),
        attention: attention(visit.say, &overview, waits.unwrap_or(0)),
        figures: figures(visit.say, &overview, waits.is_none()),
    })
}

/// The administrators' pages that the reader may open; `here` is the open one.
pub fn nav(visit: &PageContext, here: &str) -> Vec<Tab> {
    let say = visit.say;
    let city = visit.actor.reach(Act::Oversee) == Some(Reach::City);
    let pages = [
        (say.admin_overview(), urls::ADMIN, true),
        (say.accounts(), urls::ACCOUNTS, true),
        (say.schools_admin(), urls::SCHOOLS, city),
        (say.curriculum_admin(), urls::CURRICULUM, visit.actor.may(Act::Operate)),
        (say.synonyms(), "/admin/synonyms", visit.edits_synonyms()),
        (say.storage_admin(), urls::STORAGE, true),
        (say.files_admin(), urls::FILES, true),
        (say.damage_admin(), urls::DAMAGE, true),
        (say.jobs_admin(), urls::JOBS, city),
        (say.mirror_admin(), urls::MIRROR, true),
        (say.audit_log(), "/admin/audit", true),
        (say.reports(), "/reports", true),
    ];
    let tab = |label: &str, url: &str| Tab {
        label: label.to_owned(),
        url: url.to_owned(),
        is_here: url == here,
    };
    pages
        .into_iter()
        .filter(|(_, _, is_open)| *is_open)
        .map(|(label, url, _)| tab(label, url))
        .collect()
}

fn attention(say: PageWords, overview: &Overview, waits: u64) -> Vec<Attention> {
    let row = |number: String, what, go, url: &str, is_fault| Attention {
        number,
        what,
        go,
        url: url.to_owned(),
        is_fault,
    };
    let mut rows = Vec::new();
    if overview.damaged > 0 {
        let n = overview.damaged;
        let what = say.damaged_files(n);
        rows.push(row(say.number(n), what, say.admin_go_look(), urls::DAMAGE, true));
    }
    if let Some(dead) = overview.dead.filter(|dead| *dead > 0) {
        rows.push(row(
            say.number(dead),
            say.dead_jobs(dead),
            say.admin_go_look(),
            urls::JOBS,
            true,
        ));
    }
    if let Some(free) = overview.short_of_disk {
        rows.push(row(
            bytes(free),
            say.disk_is_short(),
            say.admin_go_look(),
            urls::STORAGE,
            true,
        ));
    }
    if let Some(days) = overview.days_without_backup {
        let what = say.days_without_backup(days);
        rows.push(row(say.number(days), what, say.admin_go_look(), urls::STORAGE, true));
    }
    if let Some(n) = overview.orphans {
        let what = say.orphans_ask(n);
        rows.push(row(say.number(n), what, say.admin_go_look(), urls::STORAGE, true));
    }
    for room in &overview.tight {
        let used = format!("{} %", room.hundredths().unwrap_or(0));
        let what = say.room_is_tight(&room.school.name);
        rows.push(row(used, what, say.admin_go_look(), urls::STORAGE, true));
    }
    if waits > 0 {
        let what = say.waiting_review(waits);
        rows.push(row(say.number(waits), what, say.admin_go_review(), urls::REVIEW, false));
    }
    if overview.unfindable > 0 {
        let n = overview.unfindable;
        rows.push(row(
            say.number(n),
            say.unfindable_files(n),
            say.admin_go_look(),
            urls::FILES,
            false,
        ));
    }
    rows
}

fn figures(say: PageWords, overview: &Overview, with_waiting: bool) -> Vec<(String, &'static str)> {
    let figures = [
        Some((overview.published, say.admin_figure_published())),
        with_waiting.then_some((overview.waiting, say.admin_figure_waiting())),
        Some((overview.accounts, say.admin_figure_accounts())),
        (overview.schools > 1).then_some((overview.schools, say.admin_figure_schools())),
        overview.working.map(|n| (n, say.admin_figure_working())),
    ];
    figures
        .into_iter()
        .flatten()
        .map(|(n, label)| (say.number(n), label))
        .collect()
}

/// A page of a list with what limits it.
fn next(path: &str, cursor: Option<String>, fields: &[(&str, &str)]) -> Option<String> {
    let cursor = cursor?;
    let mut all = fields.to_vec();
    all.push(("cursor", &cursor));
    Some(urls::with_query(path, &all))
}
