//! Reports: figures as charts, with their numbers beside them and as tables to take along.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::chart::ChartFigure;
use super::form::Choice;
use super::layout::{Layout, Tab};
use super::page_context::PageContext;
use super::urls;
use crate::domain::authority::{Act, Reach};
use crate::http::as_of::AsOfQuery;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::administration::figures::{FigureFrame, LedgerState};
use crate::words::pages::PageWords;

pub(in crate::http) mod coverage;
pub mod evidence;
pub(in crate::http) mod health;
pub(in crate::http) mod printed;
pub(in crate::http) mod progress;
pub(in crate::http) mod task_usage;
pub(in crate::http) mod usage;

/// The page of one report.
#[derive(Debug, Template)]
#[template(path = "reports.html")]
pub struct ReportsPage {
    /// The frame.
    pub layout: Layout,
    /// The reports, and the records for those who may read them.
    pub tabs: Vec<Tab>,
    /// What the report is about.
    pub lead: &'static str,
    /// The report's name in addresses.
    pub of: &'static str,
    /// Whose figures; not for those who see one school's only.
    pub schools: Vec<Choice>,
    /// Of which day; only where a report can say it. Nothing written: as it stands now.
    pub as_of: Option<String>,
    /// What it says.
    pub contents: ReportContents,
    /// The table as CSV.
    pub csv_url: String,
    /// The table as a workbook.
    pub xlsx_url: String,
    /// The page for a printer.
    pub pdf_url: String,
}

/// What a report says, on its page and on paper.
#[derive(Debug, Default)]
pub struct ReportContents {
    /// Which major, where the report looks into one.
    pub majors: Vec<Choice>,
    /// Whose figures these are and when they were counted; what is worth a number of its own.
    pub facts: Vec<String>,
    /// The charts.
    pub figures: Vec<ChartFigure>,
}

/// Which report, of what.
#[derive(Debug, Default, Deserialize)]
pub struct ReportsQuery {
    /// `coverage`, `progress`, `usage`, `task-usage` or `health`; coverage when not given.
    pub of: Option<String>,
    /// A school.
    pub school: Option<String>,
    /// The major to look into.
    pub major: Option<String>,
    /// The day at whose end is counted.
    pub as_of: Option<String>,
}

/// A report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// What is covered.
    Coverage,
    /// How far the plan has come.
    Progress,
    /// What is used.
    Usage,
    /// What is used, task by task.
    TaskUsage,
    /// Who gives, who builds on whom, what lies fallow.
    Health,
}

impl ReportKind {
    /// What it is called.
    pub fn title(self, say: PageWords) -> &'static str {
        match self {
            Self::Coverage => say.coverage(),
            Self::Progress => say.progress(),
            Self::Usage => say.usage(),
            Self::TaskUsage => say.task_usage(),
            Self::Health => say.library_health(),
        }
    }

    /// What it is about.
    pub fn lead(self, say: PageWords) -> &'static str {
        match self {
            Self::Coverage => say.coverage_lead(),
            Self::Progress => say.progress_lead(),
            Self::Usage => say.usage_lead(),
            Self::TaskUsage => say.task_usage_lead(),
            Self::Health => say.health_lead(),
        }
    }
}

/// The reports with the names that addresses give them.
const REPORTS: [(&str, ReportKind); 5] = [
    ("coverage", ReportKind::Coverage),
    ("progress", ReportKind::Progress),
    ("usage", ReportKind::Usage),
    ("task-usage", ReportKind::TaskUsage),
    ("health", ReportKind::Health),
];

/// `GET /reports`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<ReportsQuery>,
) -> Result<HttpResponse, Problem> {
    let asked = query.of.as_deref().unwrap_or_default();
    let (of, report) = REPORTS
        .into_iter()
        .find(|(name, _)| *name == asked)
        .unwrap_or(REPORTS[0]);
    let school = query.school.as_deref().filter(|school| !school.is_empty());
    let as_of = query.as_of.as_deref().filter(|_| report == ReportKind::Coverage);
    let limits = ReportLimits {
        school: school.unwrap_or_default(),
        major: query.major.as_deref().unwrap_or_default(),
        as_of: as_of.unwrap_or_default(),
    };
    let mut page = page(&visit, of, report, limits);
    match report {
        ReportKind::Coverage => {
            let day = AsOfQuery {
                as_of: query.as_of.clone(),
            };
            let figures = library
                .administration
                .coverage(&visit.actor, school, day.day()?)
                .await?;
            coverage::fill(visit.say, &mut page.contents, &figures, limits.major);
        }
        ReportKind::Progress => {
            let figures = library.administration.progress(&visit.actor, school).await?;
            progress::fill(visit.say, &mut page.contents, &figures);
        }
        ReportKind::Usage => {
            let figures = library.administration.usage(&visit.actor, school).await?;
            usage::fill(visit.say, &mut page.contents, &figures);
        }
        ReportKind::TaskUsage => {
            let major = Some(limits.major).filter(|major| !major.is_empty());
            let figures = library.administration.task_usage(&visit.actor, school, major).await?;
            task_usage::fill(visit.say, &mut page.contents, &figures);
            page.contents.majors = majors(&visit, &library, limits.major).await?;
        }
        ReportKind::Health => {
            let figures = library.administration.library_health(&visit.actor, school).await?;
            health::fill(visit.say, &mut page.contents, &figures);
        }
    }
    if chooses_school(&visit) {
        page.schools = schools(&visit, &library, school.unwrap_or_default()).await?;
    }
    visit.page(&page)
}

/// What of a report is shown; empty: all.
#[derive(Debug, Clone, Copy)]
struct ReportLimits<'a> {
    school: &'a str,
    major: &'a str,
    as_of: &'a str,
}

fn page(visit: &PageContext, of: &'static str, report: ReportKind, limits: ReportLimits<'_>) -> ReportsPage {
    let say = visit.say;
    let (school, as_of) = (limits.school, limits.as_of);
    let table = |format: &str| {
        // Of coverage only paper shows less than all: what the page shows.
        let is_of_major = format == "pdf" || report == ReportKind::TaskUsage;
        let major = if is_of_major { limits.major } else { "" };
        let fields = [
            ("school", school),
            ("as_of", as_of),
            ("major", major),
            ("format", format),
        ];
        urls::with_query(&format!("/api/v1/reports/{of}"), &fields)
    };
    ReportsPage {
        layout: visit.layout(say.reports()),
        tabs: tabs(visit, of, school),
        lead: report.lead(say),
        of,
        schools: Vec::new(),
        as_of: (report == ReportKind::Coverage).then(|| as_of.to_owned()),
        contents: ReportContents::default(),
        csv_url: table("csv"),
        xlsx_url: table("xlsx"),
        pdf_url: table("pdf"),
    }
}

fn tabs(visit: &PageContext, open: &str, school: &str) -> Vec<Tab> {
    let say = visit.say;
    let tab = |of: &str, label: &str| Tab {
        label: label.to_owned(),
        url: urls::with_query(urls::REPORTS, &[("of", of), ("school", school)]),
        is_here: of == open,
    };
    let mut tabs: Vec<Tab> = REPORTS.map(|(of, report)| tab(of, report.title(say))).into();
    tabs.push(Tab {
        label: say.evidence().to_owned(),
        url: urls::with_query(urls::EVIDENCE, &[("school", school)]),
        is_here: open == "evidence",
    });
    if visit.sees_records() {
        tabs.push(Tab {
            label: say.audit().to_owned(),
            url: urls::AUDIT.to_owned(),
            is_here: false,
        });
    }
    tabs
}

/// The tabs above the records.
pub(super) fn tabs_of_records(visit: &PageContext) -> Vec<Tab> {
    let mut tabs = tabs(visit, "", "");
    if let Some(tab) = tabs.last_mut() {
        tab.is_here = true;
    }
    tabs
}

fn chooses_school(visit: &PageContext) -> bool {
    visit.actor.reach(Act::SeeFigures) == Some(Reach::City)
}

/// The majors that a report can be of.
async fn majors(visit: &PageContext, library: &Library, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let all = Choice::new("", visit.say.all_majors(), chosen);
    let majors = library.curriculum.majors().await?.into_iter();
    let majors = majors.map(|major| Choice::new(major.id.to_string(), major.name, chosen));
    Ok(std::iter::once(all).chain(majors).collect())
}

async fn schools(visit: &PageContext, library: &Library, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let all = Choice::new("", visit.say.whole_city(), chosen);
    let schools = library.curriculum.schools().await?.into_iter();
    let schools = schools.map(|school| Choice::new(school.code, school.name, chosen));
    Ok(std::iter::once(all).chain(schools).collect())
}

/// Whose figures these are and when they were counted.
fn facts(say: PageWords, frame: &FigureFrame) -> Vec<String> {
    let whose = frame.school.as_ref().map(|school| school.name.clone());
    vec![
        whose.unwrap_or_else(|| say.whole_city().to_owned()),
        say.counted_at(&frame.counted_at.minute()),
    ]
}

/// Whether uses add up; nothing before they were first compared.
fn uses_note(say: PageWords, ledger: &LedgerState) -> Option<String> {
    let at = ledger.compared_at?.minute();
    Some(say.uses_compared(&at, ledger.wrong_uses))
}
