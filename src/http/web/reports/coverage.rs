//! The report of coverage: majors by type, and the official documents of a major's tasks.

use super::{ReportContents, facts};
use crate::domain::resource::{RESOURCE_TYPES, resource_type};
use crate::domain::search::NamedMajor;
use crate::http::web::chart::{Chart, ChartFigure, ChartTable, Matrix, ShadedRow, cells, columns, shade};
use crate::http::web::form::Choice;
use crate::http::web::{format, urls};
use crate::library::administration::figures::{
    CourseCoverage, CoverageReport, MajorCoverage, SchoolCoverage, TypeCounts,
};
use crate::words::pages::PageWords;

/// Fills the page with what is covered, and where a major is chosen with its tasks.
pub(in crate::http) fn fill(say: PageWords, page: &mut ReportContents, figures: &CoverageReport, chosen: &str) {
    page.facts = facts(say, &figures.frame);
    page.facts
        .extend(figures.as_of.as_deref().map(|day| say.as_of_day(day)));
    page.facts.push(say.resources(figures.total.unsigned_abs()));
    let major = figures.majors.iter().find(|it| key(&it.major) == chosen);
    page.majors = majors(say, figures, chosen);
    page.figures = match major {
        Some(major) => vec![tasks(say, figures, major)],
        None => vec![by_major(say, figures), by_school(say, figures)],
    };
    if let Some(figure) = page.figures.last_mut() {
        figure.notes.extend(ledger_notes(say, figures));
    }
}

/// How far the figures can be trusted.
fn ledger_notes(say: PageWords, figures: &CoverageReport) -> Vec<String> {
    let ledger = &figures.ledger;
    let since = ledger.exact_since.as_deref().unwrap_or_default();
    let is_before = figures.as_of.as_deref().is_some_and(|day| day < since);
    let compared = ledger.compared_at.filter(|_| figures.as_of.is_none());
    let before = is_before.then(|| say.before_ledger(since));
    let compared = compared.map(|at| say.ledger_compared(&at.minute(), ledger.wrong));
    let other = compared
        .is_some()
        .then(|| say.other_sums_compared(ledger.wrong_uses, ledger.wrong_training));
    before.into_iter().chain(compared).chain(other).collect()
}

fn by_school(say: PageWords, figures: &CoverageReport) -> ChartFigure {
    let name = |it: &SchoolCoverage| match &it.school {
        Some(school) => school.name.clone(),
        None => say.no_school().to_owned(),
    };
    let largest = figures.schools.iter().flat_map(|it| it.counts.0.values()).max();
    let largest = largest.copied().unwrap_or(0);
    let rows: Vec<ShadedRow> = figures
        .schools
        .iter()
        .map(|it| count_row(say, &name(it), None, &it.counts, largest))
        .collect();
    let chart = if rows.is_empty() {
        Chart::Nothing(say.figures_none().to_owned())
    } else {
        Chart::Matrix(Matrix {
            columns: columns(&kinds(say, RESOURCE_TYPES.iter().map(|kind| kind.code))),
            rows,
            key: Vec::new(),
        })
    };
    let numbers = figures.schools.iter().map(|it| count_numbers(&name(it), &it.counts));
    ChartFigure {
        id: "by-school",
        title: say.coverage_by_school().to_owned(),
        notes: Vec::new(),
        chart,
        table: ChartTable {
            head: count_head(say, say.school()),
            rows: numbers.collect(),
        },
    }
}

/// How an address names a major.
fn key(major: &NamedMajor) -> String {
    major.code.clone().unwrap_or_else(|| major.id.to_string())
}

fn majors(say: PageWords, figures: &CoverageReport, chosen: &str) -> Vec<Choice> {
    let all = Choice::new("", say.all_majors(), chosen);
    let known = figures.majors.iter().filter(|it| !it.courses.is_empty());
    let known = known.map(|it| Choice::new(key(&it.major), it.major.name.clone(), chosen));
    std::iter::once(all).chain(known).collect()
}

fn by_major(say: PageWords, figures: &CoverageReport) -> ChartFigure {
    let (held, quiet): (Vec<_>, Vec<_>) = figures.majors.iter().partition(|it| it.counts.total() > 0);
    let largest = held
        .iter()
        .flat_map(|it| it.counts.0.values())
        .max()
        .copied()
        .unwrap_or(0);
    let school = figures
        .frame
        .school
        .as_ref()
        .and_then(|it| it.code.clone())
        .unwrap_or_default();
    let mut rows: Vec<ShadedRow> = held
        .iter()
        .map(|it| {
            let (major, day) = (key(&it.major), figures.as_of.as_deref().unwrap_or_default());
            let fields = [
                ("of", "coverage"),
                ("school", &school),
                ("major", &major),
                ("as_of", day),
            ];
            let url = urls::with_query(urls::REPORTS, &fields);
            count_row(say, &it.major.name, Some(url), &it.counts, largest)
        })
        .collect();
    if figures.unplaced.total() > 0 {
        rows.push(count_row(say, say.unplaced(), None, &figures.unplaced, largest));
    }
    let chart = if rows.is_empty() {
        Chart::Nothing(say.figures_none().to_owned())
    } else {
        Chart::Matrix(Matrix {
            columns: columns(&kinds(say, RESOURCE_TYPES.iter().map(|kind| kind.code))),
            rows,
            key: Vec::new(),
        })
    };
    let names: Vec<&str> = quiet.iter().map(|it| it.major.name.as_str()).collect();
    let quiet = (!names.is_empty()).then(|| {
        let names = names.join(say.lang().pick("、", ", "));
        say.chart_row(say.coverage_quiet(), &names)
    });
    ChartFigure {
        id: "by-major",
        title: say.coverage_by_major().to_owned(),
        notes: quiet.into_iter().collect(),
        chart,
        table: count_table(say, &held, &figures.unplaced),
    }
}

fn kinds(say: PageWords, codes: impl Iterator<Item = &'static str>) -> Vec<(String, String)> {
    codes
        .filter_map(resource_type)
        .map(|kind| (format::seal(kind.code).to_owned(), say.kind(kind).to_owned()))
        .collect()
}

fn count_row(say: PageWords, name: &str, url: Option<String>, counts: &TypeCounts, largest: i64) -> ShadedRow {
    let cell = |code: &str| {
        let count = counts.of(code);
        let text = if count > 0 { count.to_string() } else { String::new() };
        (shade(count, largest), text)
    };
    let filled = RESOURCE_TYPES.iter().filter(|kind| counts.of(kind.code) > 0);
    let said: Vec<String> = filled
        .map(|kind| format!("{} {}", say.kind(kind), counts.of(kind.code)))
        .collect();
    ShadedRow {
        label: name.to_owned(),
        url,
        note: say.number(counts.total().unsigned_abs()),
        said: say.chart_row(name, &said.join(say.comma())),
        is_head: false,
        cells: cells(RESOURCE_TYPES.iter().map(|kind| cell(kind.code)).collect()),
    }
}

fn count_table(say: PageWords, held: &[&MajorCoverage], unplaced: &TypeCounts) -> ChartTable {
    let rows = held.iter().map(|it| count_numbers(&it.major.name, &it.counts));
    let unplaced = (unplaced.total() > 0).then(|| count_numbers(say.unplaced(), unplaced));
    ChartTable {
        head: count_head(say, say.major()),
        rows: rows.chain(unplaced).collect(),
    }
}

fn count_head(say: PageWords, of: &str) -> Vec<String> {
    let kinds = RESOURCE_TYPES.iter().map(|kind| say.kind(kind).to_owned());
    std::iter::once(of.to_owned())
        .chain(kinds)
        .chain([say.in_all().to_owned()])
        .collect()
}

fn count_numbers(name: &str, counts: &TypeCounts) -> Vec<String> {
    let kinds = RESOURCE_TYPES.iter().map(|kind| counts.of(kind.code).to_string());
    std::iter::once(name.to_owned())
        .chain(kinds)
        .chain([counts.total().to_string()])
        .collect()
}

fn tasks(say: PageWords, figures: &CoverageReport, major: &MajorCoverage) -> ChartFigure {
    let documents: Vec<&str> = figures.official_documents.iter().map(String::as_str).collect();
    let official = || {
        documents
            .iter()
            .filter_map(|code| resource_type(code))
            .map(|kind| kind.code)
    };
    let rows: Vec<ShadedRow> = major
        .courses
        .iter()
        .flat_map(|course| course_rows(say, course, &documents))
        .collect();
    let chart = if rows.is_empty() {
        Chart::Nothing(say.no_courses_known().to_owned())
    } else {
        Chart::Matrix(Matrix {
            columns: columns(&kinds(say, official())),
            rows,
            key: vec![
                ("there", say.has_it()),
                ("by-course", say.has_from_course()),
                ("missing", say.has_not()),
            ],
        })
    };
    let mut head = vec![say.task().to_owned()];
    head.extend(kinds(say, official()).into_iter().map(|(_, name)| name));
    head.push(say.missing_documents().to_owned());
    let mut rows = Vec::new();
    for course in &major.courses {
        rows.push(document_row(
            say,
            &course.course.name,
            &course.counts,
            &course.missing,
            &documents,
        ));
        for task in &course.tasks {
            rows.push(document_row(
                say,
                &task.task.name,
                &task.counts,
                &task.missing,
                &documents,
            ));
        }
    }
    ChartFigure {
        id: "of-tasks",
        title: format!("{} · {}", major.major.name, say.coverage_of_tasks()),
        notes: vec![say.coverage_rule().to_owned()],
        chart,
        table: ChartTable { head, rows },
    }
}

fn document_row(
    say: PageWords,
    name: &str,
    counts: &TypeCounts,
    missing: &[String],
    documents: &[&str],
) -> Vec<String> {
    let mut row = vec![name.to_owned()];
    row.extend(documents.iter().map(|code| counts.of(code).to_string()));
    row.push(say.kinds(missing));
    row
}

fn course_rows(say: PageWords, course: &CourseCoverage, documents: &[&str]) -> Vec<ShadedRow> {
    let name = match &course.level {
        Some(level) => format!("{} · {}", course.course.name, say.level(level)),
        None => course.course.name.clone(),
    };
    let nothing = TypeCounts::default();
    let mut head = documents_row(say, &name, documents, &course.counts, &nothing);
    head.is_head = true;
    head.url = Some(urls::course(course.course.id));
    let tasks = course
        .tasks
        .iter()
        .map(|it| documents_row(say, &it.task.name, documents, &it.counts, &course.whole));
    std::iter::once(head).chain(tasks).collect()
}

fn documents_row(
    say: PageWords,
    name: &str,
    documents: &[&str],
    own: &TypeCounts,
    by_course: &TypeCounts,
) -> ShadedRow {
    let state = |code: &str| match (own.of(code), by_course.of(code)) {
        (0, 0) => ("missing", String::new()),
        (0, _) => ("by-course", "·".to_owned()),
        (count, _) => ("there", count.to_string()),
    };
    let filled: Vec<_> = documents.iter().map(|code| state(code)).collect();
    let missing = filled.iter().filter(|(class, _)| *class == "missing").count();
    let names: Vec<String> = documents
        .iter()
        .zip(&filled)
        .filter(|(_, (class, _))| *class == "missing")
        .map(|(code, _)| (*code).to_owned())
        .collect();
    let said = format!("{} {}", say.documents_missing(missing), say.kinds(&names));
    ShadedRow {
        label: name.to_owned(),
        url: None,
        note: say.documents_missing(missing),
        said: say.chart_row(name, said.trim_end()),
        is_head: false,
        cells: cells(filled),
    }
}
