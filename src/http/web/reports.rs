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
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::administration::figures::FigureFrame;

pub(super) mod coverage;
pub(super) mod progress;
pub(super) mod usage;

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
    /// Which major, where the report looks into one.
    pub majors: Vec<Choice>,
    /// Whose figures these are and when they were counted; what is worth a number of its own.
    pub facts: Vec<String>,
    /// The charts.
    pub figures: Vec<ChartFigure>,
    /// The table as CSV.
    pub csv_url: String,
    /// The table as a workbook.
    pub xlsx_url: String,
}

/// Which report, of what.
#[derive(Debug, Default, Deserialize)]
pub struct ReportsQuery {
    /// `coverage`, `progress` or `usage`; coverage when not given.
    pub of: Option<String>,
    /// A school.
    pub school: Option<String>,
    /// The major to look into.
    pub major: Option<String>,
}

/// A report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReportKind {
    Coverage,
    Progress,
    Usage,
}

/// The reports with the names that addresses give them.
const REPORTS: [(&str, ReportKind); 3] = [
    ("coverage", ReportKind::Coverage),
    ("progress", ReportKind::Progress),
    ("usage", ReportKind::Usage),
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
    let mut page = page(&visit, of, report, school);
    match report {
        ReportKind::Coverage => {
            let figures = library.administration.coverage(&visit.actor, school).await?;
            coverage::fill(
                visit.say,
                &mut page,
                &figures,
                query.major.as_deref().unwrap_or_default(),
            );
        }
        ReportKind::Progress => {
            let figures = library.administration.progress(&visit.actor, school).await?;
            progress::fill(visit.say, &mut page, &figures);
        }
        ReportKind::Usage => {
            let figures = library.administration.usage(&visit.actor, school).await?;
            usage::fill(visit.say, &mut page, &figures);
        }
    }
    if chooses_school(&visit) {
        page.schools = schools(&visit, &library, school.unwrap_or_default()).await?;
    }
    visit.page(&page)
}

fn page(visit: &PageContext, of: &'static str, report: ReportKind, school: Option<&str>) -> ReportsPage {
    let say = visit.say;
    let school = school.unwrap_or_default();
    let table = |format| {
        urls::with_query(
            &format!("/api/v1/reports/{of}"),
            &[("school", school), ("format", format)],
        )
    };
    ReportsPage {
        layout: visit.layout(say.reports()),
        tabs: tabs(visit, of, school),
        lead: match report {
            ReportKind::Coverage => say.coverage_lead(),
            ReportKind::Progress => say.progress_lead(),
            ReportKind::Usage => say.usage_lead(),
        },
        of,
        schools: Vec::new(),
        majors: Vec::new(),
        facts: Vec::new(),
        figures: Vec::new(),
        csv_url: table("csv"),
        xlsx_url: table("xlsx"),
    }
}

fn tabs(visit: &PageContext, open: &str, school: &str) -> Vec<Tab> {
    let say = visit.say;
    let tab = |of: &str, label: &str| Tab {
        label: label.to_owned(),
        url: urls::with_query(urls::REPORTS, &[("of", of), ("school", school)]),
        is_here: of == open,
    };
    let mut tabs = vec![
        tab("coverage", say.coverage()),
        tab("progress", say.progress()),
        tab("usage", say.usage()),
    ];
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

async fn schools(visit: &PageContext, library: &Library, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let all = Choice::new("", visit.say.whole_city(), chosen);
    let schools = library.curriculum.schools().await?.into_iter();
    let schools = schools.map(|school| Choice::new(school.code, school.name, chosen));
    Ok(std::iter::once(all).chain(schools).collect())
}

/// Whose figures these are and when they were counted.
fn facts(say: crate::words::pages::PageWords, frame: &FigureFrame) -> Vec<String> {
    let whose = frame.school.as_ref().map(|school| school.name.clone());
    vec![
        whose.unwrap_or_else(|| say.whole_city().to_owned()),
        say.counted_at(&frame.counted_at.minute()),
    ]
}
