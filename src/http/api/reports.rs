//! Figures, as JSON and as tables for Excel.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::domain::resource::RESOURCE_TYPES;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{Spreadsheet, SpreadsheetCell, SpreadsheetFormat};
use crate::library::Library;
use crate::library::administration::figures::{CoverageReport, Goal, Progress, TypeCounts, UsageReport};
use crate::words::pages::PageWords;

/// Whose figures, and in which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Id, code or exact name of a school; without it the whole city's. A school's administrator sees the school's own.
    pub school: Option<String>,
    /// `json`, `csv` or `xlsx`; JSON when not given. Tables are in the language of the request.
    pub format: Option<String>,
}

impl ReportQuery {
    fn school(&self) -> Option<&str> {
        self.school.as_deref().filter(|school| !school.is_empty())
    }
}

/// How many published resources of each type every major, course and task has, and which of the official documents are
/// missing.
#[utoipa::path(get, path = "/api/v1/reports/coverage", tag = "records", params(ReportQuery),
    responses((status = 200, body = CoverageReport)))]
pub async fn coverage(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let form = SpreadsheetFormat::parse(query.format.as_deref())?;
    let figures = library.administration.coverage(&actor, query.school()).await?;
    answer(form, &figures, coverage_sheet).await
}

/// What each phase of the city's plan was to reach, and what stands in the library.
#[utoipa::path(get, path = "/api/v1/reports/progress", tag = "records", params(ReportQuery),
    responses((status = 200, body = Progress)))]
pub async fn progress(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let form = SpreadsheetFormat::parse(query.format.as_deref())?;
    let figures = library.administration.progress(&actor, query.school()).await?;
    answer(form, &figures, progress_sheet).await
}

/// How often the resources of each school and major were opened or fetched by others than their authors.
#[utoipa::path(get, path = "/api/v1/reports/usage", tag = "records", params(ReportQuery),
    responses((status = 200, body = UsageReport)))]
pub async fn usage(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let form = SpreadsheetFormat::parse(query.format.as_deref())?;
    let figures = library.administration.usage(&actor, query.school()).await?;
    answer(form, &figures, usage_sheet).await
}

async fn answer<T: Serialize>(
    form: SpreadsheetFormat,
    figures: &T,
    sheet: impl FnOnce(PageWords, &T) -> Spreadsheet,
) -> Result<HttpResponse, Problem> {
    let say = PageWords(Negotiation::current().lang);
    Ok(match form {
        SpreadsheetFormat::Json => HttpResponse::Ok().json(figures),
        SpreadsheetFormat::Csv => sheet(say, figures).csv()?,
        SpreadsheetFormat::Xlsx => sheet(say, figures).xlsx().await?,
    })
}

/// One row for each task, for each course as a whole, and for what stands at a major or nowhere.
fn coverage_sheet(say: PageWords, figures: &CoverageReport) -> Spreadsheet {
    let kinds = RESOURCE_TYPES.iter().map(|kind| say.kind(kind).to_owned());
    let mut head: Vec<String> = [say.code(), say.major(), say.course(), say.level_of(), say.task()]
        .map(str::to_owned)
        .into();
    head.extend(kinds);
    head.extend([say.in_all().to_owned(), say.missing_documents().to_owned()]);
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
        rows.push(coverage_row(say, place("", "", ""), &major.counts, &[]));
        for course in &major.courses {
            let level = course.level.as_ref().map(|code| say.level(code)).unwrap_or_default();
            let name = &course.course.name;
            rows.push(coverage_row(
                say,
                place(name, &level, ""),
                &course.counts,
                &course.missing,
            ));
            for task in &course.tasks {
                let place = place(name, &level, &task.task.name);
                rows.push(coverage_row(say, place, &task.counts, &task.missing));
            }
        }
    }
    let unplaced = [
        String::new(),
        say.unplaced().to_owned(),
        String::new(),
        String::new(),
        String::new(),
    ];
    rows.push(coverage_row(say, unplaced, &figures.unplaced, &[]));
    Spreadsheet {
        name: say.coverage().to_owned(),
        head,
        rows,
    }
}

fn coverage_row(say: PageWords, place: [String; 5], counts: &TypeCounts, missing: &[String]) -> Vec<SpreadsheetCell> {
    let mut row: Vec<SpreadsheetCell> = place.into_iter().map(SpreadsheetCell::Text).collect();
    row.extend(
        RESOURCE_TYPES
            .iter()
            .map(|kind| SpreadsheetCell::Number(counts.of(kind.code))),
    );
    row.push(SpreadsheetCell::Number(counts.total()));
    row.push(SpreadsheetCell::Text(say.kinds(missing)));
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
    }
    Spreadsheet {
        name: say.progress().to_owned(),
        head: head.map(str::to_owned).collect(),
        rows,
    }
}

fn goal_cells(goal: &Goal) -> [SpreadsheetCell; 3] {
    let number = |number: Option<i64>| number.map_or(SpreadsheetCell::Text(String::new()), SpreadsheetCell::Number);
    [
        SpreadsheetCell::Number(goal.target),
        number(goal.reached),
        number(goal.with_resources),
    ]
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
