//! Figures, as JSON and as tables for Excel.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::resource::RESOURCE_TYPES;
use crate::domain::search::NamedSchool;
use crate::domain::time::Timestamp;
use crate::http::as_of::AsOfQuery;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, ReportFormat, SpreadsheetFormat};
use crate::http::web::reports::printed::printed;
use crate::http::web::reports::{self as pages, ReportContents, ReportKind};
use crate::library::Library;
use crate::library::administration::figures::{
    CoverageReport, Goal, LibraryHealth, Progress, TaskUsageReport, TypeCounts, UsageReport,
};
use crate::table::{Spreadsheet, SpreadsheetCell};
use crate::words::pages::PageWords;

/// Whose figures, and in which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Id, code or exact name of a school; without it the whole city's. A school's administrator sees the school's own.
    pub school: Option<String>,
    /// `json`, `csv`, `xlsx` or `pdf`; JSON when not given. Tables and documents are in the language of the request.
    pub format: Option<String>,
}

/// Which major is looked into.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MajorQuery {
    /// Id, code or exact name of a major; of coverage the PDF alone is of its tasks, other forms show all.
    pub major: Option<String>,
}

impl ReportQuery {
    fn school(&self) -> Option<&str> {
        self.school.as_deref().filter(|school| !school.is_empty())
    }
}

/// How many published resources of each type every major, course, task and school has, now or on a day, and which of the
/// official documents are missing.
#[utoipa::path(get, path = "/api/v1/reports/coverage", tag = "records", params(ReportQuery, AsOfQuery, MajorQuery),
    responses((status = 200, body = CoverageReport)))]
pub async fn coverage(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<ReportQuery>,
    of_day: web::Query<AsOfQuery>,
    looked_into: web::Query<MajorQuery>,
) -> Result<HttpResponse, Problem> {
    let form = ReportFormat::parse(query.format.as_deref())?;
    let day = of_day.day()?;
    let figures = library.administration.coverage(&actor, query.school(), day).await?;
    note_export(&library, &actor, "coverage", form);
    let major = looked_into.major.as_deref().unwrap_or_default();
    let fill = |say, contents: &mut ReportContents, figures: &CoverageReport| {
        pages::coverage::fill(say, contents, figures, major);
    };
    answer(
        form,
        &figures,
        coverage_sheet,
        (ReportKind::Coverage, figures.frame.counted_at, fill),
    )
    .await
}

/// What each phase of the city's plan was to reach, and what stands in the library.
#[utoipa::path(get, path = "/api/v1/reports/progress", tag = "records", params(ReportQuery),
    responses((status = 200, body = Progress)))]
pub async fn progress(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let form = ReportFormat::parse(query.format.as_deref())?;
    let figures = library.administration.progress(&actor, query.school()).await?;
    note_export(&library, &actor, "progress", form);
    answer(
        form,
        &figures,
        progress_sheet,
        (ReportKind::Progress, figures.frame.counted_at, pages::progress::fill),
    )
    .await
}

/// How often the resources of each school and major were opened or fetched by others than their authors.
#[utoipa::path(get, path = "/api/v1/reports/usage", tag = "records", params(ReportQuery),
    responses((status = 200, body = UsageReport)))]
pub async fn usage(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let form = ReportFormat::parse(query.format.as_deref())?;
    let figures = library.administration.usage(&actor, query.school()).await?;
    note_export(&library, &actor, "usage", form);
    answer(
        form,
        &figures,
        usage_sheet,
        (ReportKind::Usage, figures.frame.counted_at, pages::usage::fill),
    )
    .await
}

/// How often the resources of each school were used at each major, course and task, by others than their authors.
#[utoipa::path(get, path = "/api/v1/reports/task-usage", tag = "records", params(ReportQuery, MajorQuery),
    responses((status = 200, body = TaskUsageReport)))]
pub async fn task_usage(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<ReportQuery>,
    looked_into: web::Query<MajorQuery>,
) -> Result<HttpResponse, Problem> {
    let form = ReportFormat::parse(query.format.as_deref())?;
    let major = looked_into.major.as_deref().filter(|major| !major.is_empty());
    let figures = library.administration.task_usage(&actor, query.school(), major).await?;
    note_export(&library, &actor, "task-usage", form);
    let at = figures.frame.counted_at;
    let shown = (ReportKind::TaskUsage, at, pages::task_usage::fill);
    answer(form, &figures, task_usage_sheet, shown).await
}

/// What each school gives, who builds on whom, and what lies unused for a year, unread or twice; counted once a night.
#[utoipa::path(get, path = "/api/v1/reports/health", tag = "records", params(ReportQuery),
    responses((status = 200, body = LibraryHealth)))]
pub async fn health(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let form = ReportFormat::parse(query.format.as_deref())?;
    let figures = library.administration.library_health(&actor, query.school()).await?;
    note_export(&library, &actor, "health", form);
    answer(
        form,
        &figures,
        health_sheet,
        (ReportKind::Health, figures.frame.counted_at, pages::health::fill),
    )
    .await
}

/// Notes who takes which figures along.
fn note_export(library: &Library, actor: &Actor, report: &str, form: ReportFormat) {
    let told = AuditChanges::default().set("format", form.code());
    library
        .audit
        .exported(actor, AuditAction::ReportExport, Some(report.to_owned()), &told);
}

async fn answer<T: Serialize>(
    form: ReportFormat,
    figures: &T,
    sheet: impl FnOnce(PageWords, &T) -> Spreadsheet,
    (report, at, fill): (ReportKind, Timestamp, impl FnOnce(PageWords, &mut ReportContents, &T)),
) -> Result<HttpResponse, Problem> {
    let say = PageWords(Negotiation::current().lang);
    Ok(match form {
        ReportFormat::Table(SpreadsheetFormat::Json) => HttpResponse::Ok().json(figures),
        ReportFormat::Table(SpreadsheetFormat::Csv) => spreadsheet::csv(&sheet(say, figures))?,
        ReportFormat::Table(SpreadsheetFormat::Xlsx) => spreadsheet::xlsx(sheet(say, figures)).await?,
        ReportFormat::Pdf => {
            let mut contents = ReportContents::default();
            fill(say, &mut contents, figures);
            spreadsheet::pdf(printed(say, report, contents, at)).await?
        }
    })
}

/// One row for each task, for each course as a whole, and for what stands at a major or nowhere; then one for each school,
/// which the last column names.
fn coverage_sheet(say: PageWords, figures: &CoverageReport) -> Spreadsheet {
    let kinds = RESOURCE_TYPES.iter().map(|kind| say.kind(kind).to_owned());
    let mut head: Vec<String> = [say.code(), say.major(), say.course(), say.level_of(), say.task()]
        .map(str::to_owned)
        .into();
    head.extend(kinds);
    head.extend([say.in_all(), say.missing_documents(), say.school()].map(str::to_owned));
    let nowhere = || [const { String::new() }; 5];
    let mut rows = Vec::new();
    for major in &figures.majors {
        let place = |course: &str, level: &str, task: &str| {
            let code = major.major.code.clone().unwrap_or_default();
            [
                code,
                major.major.name.clone(),
                course.to_owned(),
                level.to_owned(),
                task.to_owned(),
            ]
        };
        rows.push(coverage_row(say, place("", "", ""), &major.counts, (&[], "")));
        for course in &major.courses {
            let level = course.level.as_ref().map(|code| say.level(code)).unwrap_or_default();
            let name = &course.course.name;
            rows.push(coverage_row(
                say,
                place(name, &level, ""),
                &course.counts,
                (&course.missing, ""),
            ));
            for task in &course.tasks {
                let place = place(name, &level, &task.task.name);
                rows.push(coverage_row(say, place, &task.counts, (&task.missing, "")));
            }
        }
    }
    let mut unplaced = nowhere();
    say.unplaced().clone_into(&mut unplaced[1]);
    rows.push(coverage_row(say, unplaced, &figures.unplaced, (&[], "")));
    for of in &figures.schools {
        let school = of.school.as_ref().map_or(say.no_school(), |school| &school.name);
        rows.push(coverage_row(say, nowhere(), &of.counts, (&[], school)));
    }
    Spreadsheet {
        name: say.coverage().to_owned(),
        head,
        rows,
    }
}

fn coverage_row(
    say: PageWords,
    place: [String; 5],
    counts: &TypeCounts,
    (missing, school): (&[String], &str),
) -> Vec<SpreadsheetCell> {
    let mut row: Vec<SpreadsheetCell> = place.into_iter().map(SpreadsheetCell::Text).collect();
    row.extend(
        RESOURCE_TYPES
            .iter()
            .map(|kind| SpreadsheetCell::Number(counts.of(kind.code))),
    );
    row.push(SpreadsheetCell::Number(counts.total()));
    row.push(SpreadsheetCell::Text(say.kinds(missing)));
    row.push(SpreadsheetCell::Text(school.to_owned()));
    row
}

fn progress_sheet(say: PageWords, figures: &Progress) -> Spreadsheet {
    let goals = [say.pilot_majors(), say.pilot_schools(), say.trained_teachers()];
    let head = [say.phase_head(), say.from_month(), say.until_month(), say.goal()]
        .into_iter()
        .chain([say.target(), say.reached(), say.with_resources()]);
    let mut rows = Vec::new();
    for phase in &figures.phases {
        for (name, goal) in goals.into_iter().zip([&phase.majors, &phase.schools, &phase.teachers]) {
            let mut row = vec![
                SpreadsheetCell::Number(phase.phase.into()),
                SpreadsheetCell::Text(phase.from.clone()),
                SpreadsheetCell::Text(phase.until.clone()),
                SpreadsheetCell::Text(name.to_owned()),
            ];
            row.extend(goal_cells(goal));
            rows.push(row);
        }
        let months = [&phase.from, &phase.until].map(|month| SpreadsheetCell::Text(month.clone()));
        let mut people = vec![SpreadsheetCell::Number(phase.phase.into())];
        people.extend(months);
        people.extend(counted(say.different_teachers(), phase.people));
        rows.push(people);
    }
    rows.extend(figures_of_no_phase(say, figures));
    rows.extend(figures.published.iter().map(|it| {
        let month = || SpreadsheetCell::Text(it.month.clone());
        let mut row = vec![SpreadsheetCell::Text(String::new()), month(), month()];
        row.extend(counted(say.published_in_month(), it.count));
        row
    }));
    // The document with the plan stands where its targets do.
    let source = [
        String::new(),
        String::new(),
        String::new(),
        say.plan_source().to_owned(),
    ];
    let source = source
        .into_iter()
        .chain([figures.source.clone(), String::new(), String::new()]);
    rows.push(source.map(SpreadsheetCell::Text).collect());
    Spreadsheet {
        name: say.progress().to_owned(),
        head: head.map(str::to_owned).collect(),
        rows,
    }
}

/// What is counted over all phases: who was trained in all, what is shared by how many, companies, visits of experts.
fn figures_of_no_phase(say: PageWords, figures: &Progress) -> impl Iterator<Item = Vec<SpreadsheetCell>> {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let counts = [
        (say.trained_times_in_all(), figures.trained),
        (say.trained_people_in_all(), figures.trained_people),
        (say.published_resources(), figures.resources),
        (say.sharing_teachers(), figures.authors),
        (say.partner_companies(), signed(figures.companies)),
        (say.given_by_companies(), signed(figures.given_by_companies)),
        (say.expert_visits(), signed(figures.visits)),
        (say.expert_visits_closed(), signed(figures.visits_closed)),
    ];
    let nothing = || SpreadsheetCell::Text(String::new());
    counts.into_iter().map(move |(name, count)| {
        let mut row = vec![nothing(), nothing(), nothing()];
        row.extend(counted(name, count));
        row
    })
}

/// The cells of a number without a target: what it counts, and how many.
fn counted(name: &str, count: i64) -> [SpreadsheetCell; 4] {
    let nothing = || SpreadsheetCell::Text(String::new());
    let name = SpreadsheetCell::Text(name.to_owned());
    [name, nothing(), SpreadsheetCell::Number(count), nothing()]
}

fn goal_cells(goal: &Goal) -> [SpreadsheetCell; 3] {
    let number = |number: Option<i64>| number.map_or(SpreadsheetCell::Text(String::new()), SpreadsheetCell::Number);
    [
        SpreadsheetCell::Number(goal.target),
        number(goal.reached),
        number(goal.with_resources),
    ]
}

/// One row for each school; then one for each two of which one built on the other, in the last two columns.
fn health_sheet(say: PageWords, figures: &LibraryHealth) -> Spreadsheet {
    let head = [say.school_code(), say.school()].into_iter().chain(say.health_heads());
    let head = head.chain([say.reuse_by(), say.reuse_count()]);
    let nothing = || SpreadsheetCell::Text(String::new());
    let rows = figures.schools.iter().map(|row| {
        let school = row.school.as_ref();
        let mut cells = vec![
            SpreadsheetCell::text(school.and_then(|school| school.code.clone())),
            SpreadsheetCell::text(school.map(|school| school.name.clone())),
        ];
        cells.extend(row.counts.all().map(SpreadsheetCell::Number));
        cells.extend([nothing(), nothing()]);
        cells
    });
    let reuse = figures.reuse.iter().map(|row| {
        let name = |school: Option<&NamedSchool>| school.map_or(say.no_school(), |school| &school.name).to_owned();
        let code = row.from.as_ref().and_then(|school| school.code.clone());
        let mut cells = vec![
            SpreadsheetCell::text(code),
            SpreadsheetCell::Text(name(row.from.as_ref())),
        ];
        cells.extend(say.health_heads().map(|_| nothing()));
        cells.extend([
            SpreadsheetCell::Text(name(row.by.as_ref())),
            SpreadsheetCell::Number(row.count),
        ]);
        cells
    });
    Spreadsheet {
        name: say.library_health().to_owned(),
        head: head.map(str::to_owned).collect(),
        rows: rows.chain(reuse).collect(),
    }
}

fn task_usage_sheet(say: PageWords, figures: &TaskUsageReport) -> Spreadsheet {
    let head = [say.school_code(), say.school(), say.code(), say.major()]
        .into_iter()
        .chain([say.course(), say.task(), say.published_resources(), say.uses_in_all()])
        .map(str::to_owned)
        .chain(figures.months.iter().cloned());
    let rows = figures.rows.iter().map(|row| {
        let (school, major) = (row.school.as_ref(), row.major.as_ref());
        let mut cells = vec![
            SpreadsheetCell::text(school.and_then(|school| school.code.clone())),
            SpreadsheetCell::text(school.map(|school| school.name.clone())),
            SpreadsheetCell::text(major.and_then(|major| major.code.clone())),
            SpreadsheetCell::text(major.map(|major| major.name.clone())),
            SpreadsheetCell::text(row.course.as_ref().map(|course| course.name.clone())),
            SpreadsheetCell::text(row.task.as_ref().map(|task| task.name.clone())),
            SpreadsheetCell::Number(row.resources),
            SpreadsheetCell::Number(row.uses),
        ];
        cells.extend(row.by_month.iter().copied().map(SpreadsheetCell::Number));
        cells
    });
    Spreadsheet {
        name: say.task_usage().to_owned(),
        head: head.collect(),
        rows: rows.collect(),
    }
}

fn usage_sheet(say: PageWords, figures: &UsageReport) -> Spreadsheet {
    let mut head: Vec<String> = [
        say.school_code(),
        say.school(),
        say.code(),
        say.major(),
        say.published_resources(),
        say.uses_in_all(),
    ]
    .map(str::to_owned)
    .into();
    head.extend(figures.months.iter().cloned());
    let rows = figures.rows.iter().map(|row| {
        let mut cells = vec![
            SpreadsheetCell::text(row.school.as_ref().and_then(|school| school.code.clone())),
            SpreadsheetCell::text(row.school.as_ref().map(|school| school.name.clone())),
            SpreadsheetCell::text(row.major.as_ref().and_then(|major| major.code.clone())),
            SpreadsheetCell::text(row.major.as_ref().map(|major| major.name.clone())),
            SpreadsheetCell::Number(row.resources),
            SpreadsheetCell::Number(row.uses),
        ];
        cells.extend(row.by_month.iter().copied().map(SpreadsheetCell::Number));
        cells
    });
    Spreadsheet {
        name: say.usage().to_owned(),
        head,
        rows: rows.collect(),
    }
}
