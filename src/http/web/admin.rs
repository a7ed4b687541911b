//! The administrators' first page: what needs attention, and the way to the others.

use actix_web::{HttpResponse, web};
use askama::Template;
use attention::attention;

use super::layout::{Layout, Tab};
use super::page_context::PageContext;
use super::urls;
use crate::domain::authority::{Act, Reach};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::administration::Overview;
use crate::words::pages::PageWords;

pub mod accounts;
mod attention;
pub mod curriculum;
pub mod damage;
pub mod files;
pub mod import_page;
pub mod jobs;
pub mod mirror;
pub mod notices;
pub mod one_time_passwords;
pub mod plan;
pub mod rates;
pub mod review;
pub mod roster;
pub mod schools;
pub mod storage;

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
    /// How many pages wait to be recognised, and for how long they will.
    pub recognition: Option<String>,
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
    let notices = library.reviews.notices_waiting(&visit.actor).await?;
    visit.page(&AdminPage {
        layout: visit.layout(visit.say.admin()),
        nav: nav(&visit, urls::ADMIN),
        whose: whose.unwrap_or_else(|| visit.say.admin_of_city().to_owned()),
        attention: attention(visit.say, &overview, waits.unwrap_or(0), notices),
        figures: figures(visit.say, &overview, waits.is_none()),
        recognition: overview.recognition.map(|left| {
            let hours = library.administration.recognition_hours();
            visit.say.recognition_left(left, hours)
        }),
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
        (say.standards(), urls::STANDARDS, visit.actor.may(Act::Operate)),
        (
            say.review_paths(),
            urls::REVIEW_PATHS,
            visit.actor.may(Act::EditReviewPaths),
        ),
        (say.notices_admin(), urls::NOTICES, visit.actor.may(Act::HandleNotices)),
        (say.synonyms(), "/admin/synonyms", visit.edits_synonyms()),
        (say.storage_admin(), urls::STORAGE, true),
        (say.files_admin(), urls::FILES, true),
        (say.damage_admin(), urls::DAMAGE, true),
        (say.jobs_admin(), urls::JOBS, city),
        (say.mirror_admin(), urls::MIRROR, true),
        (say.rates_admin(), urls::RATES, true),
        (say.audit_log(), "/admin/audit", true),
        (say.plan_admin(), urls::PLAN, visit.actor.may(Act::Operate)),
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
