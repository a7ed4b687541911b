//! The report of usage: by school, by month, by major.

use std::collections::BTreeMap;

use super::progress::months_table;
use super::{ReportContents, facts, uses_note};
use crate::domain::search::NamedRef;
use crate::http::web::chart::{
    Bars, Chart, ChartFigure, ChartTable, LineChart, Matrix, Measure, ShadedRow, cells, columns, shade,
};
use crate::library::administration::figures::{UsageReport, UsageRow};
use crate::words::pages::PageWords;

/// Fills the page with what is used.
pub(in crate::http) fn fill(say: PageWords, page: &mut ReportContents, figures: &UsageReport) {
    page.facts = facts(say, &figures.frame);
    page.facts
        .push(say.chart_row(say.uses_in_all(), &say.number(figures.uses.unsigned_abs())));
    let schools = sums(figures, |row| school(say, row));
    let mut shown = Vec::new();
    if schools.len() > 1 {
        shown.push(bars(say, "by-school", say.usage_by_school(), say.school(), &schools));
    }
    shown.push(by_month(say, figures));
    shown.push(if schools.len() > 1 {
        matrix(say, figures)
    } else {
        let majors = sums(figures, |row| (major(say, row), String::new()));
        bars(say, "by-major", say.uses_in_all(), say.major(), &majors)
    });
    page.figures = shown;
}

/// A school by name and code.
fn school(say: PageWords, row: &UsageRow) -> (String, String) {
    match &row.school {
        Some(NamedRef { code, name, .. }) => (name.clone(), code.clone().unwrap_or_default()),
        None => (say.no_school().to_owned(), "–".to_owned()),
    }
}

fn major(say: PageWords, row: &UsageRow) -> String {
    let major = row.major.as_ref();
    major.map_or_else(|| say.unplaced().to_owned(), |major| major.name.clone())
}

/// The uses by something that has a name and a mark, the most used first.
fn sums(figures: &UsageReport, of: impl Fn(&UsageRow) -> (String, String)) -> Vec<((String, String), i64)> {
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in &figures.rows {
        *sums.entry(of(row)).or_default() += row.uses;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, uses)| -uses);
    sums
}

fn bars(say: PageWords, id: &'static str, title: &str, head: &str, sums: &[((String, String), i64)]) -> ChartFigure {
    let measure = |((name, _), uses): &((String, String), i64)| Measure {
        label: name.clone(),
        value: say.number(uses.unsigned_abs()),
        parts: vec![("bar-filled", *uses)],
        target: None,
    };
    let chart = if sums.iter().all(|(_, uses)| *uses == 0) {
        Chart::Nothing(say.usage_none().to_owned())
    } else {
        Chart::Bars(Bars::of(say, sums.iter().map(measure).collect()))
    };
    ChartFigure {
        id,
        title: title.to_owned(),
        notes: Vec::new(),
        chart,
        table: ChartTable {
            head: vec![head.to_owned(), say.uses_in_all().to_owned()],
            rows: sums
                .iter()
                .map(|((name, _), uses)| vec![name.clone(), uses.to_string()])
                .collect(),
        },
    }
}

fn by_month(say: PageWords, figures: &UsageReport) -> ChartFigure {
    let sum = |at: usize| figures.rows.iter().map(|row| row.by_month[at]).sum();
    let months: Vec<(String, i64)> = figures
        .months
        .iter()
        .enumerate()
        .map(|(at, month)| (month.clone(), sum(at)))
        .collect();
    ChartFigure {
        id: "by-month",
        title: say.usage_by_month().to_owned(),
        notes: std::iter::once(say.usage_months_note().to_owned())
            .chain(uses_note(say, &figures.ledger))
            .collect(),
        chart: Chart::Line(LineChart::of(say, &months)),
        table: months_table(say, say.usage(), &months),
    }
}

fn matrix(say: PageWords, figures: &UsageReport) -> ChartFigure {
    let mut schools: Vec<(String, String)> = sums(figures, |row| school(say, row))
        .into_iter()
        .map(|((name, mark), _)| (mark, name))
        .collect();
    schools.sort();
    let majors = sums(figures, |row| (major(say, row), String::new()));
    let used = |name: &str, mark: &str| -> i64 {
        let rows = figures.rows.iter();
        let of_both = rows.filter(|row| major(say, row) == name && school(say, row).1 == mark);
        of_both.map(|row| row.uses).sum()
    };
    let largest = figures.rows.iter().map(|row| row.uses).max().unwrap_or(0);
    let row = |((name, _), uses): &((String, String), i64)| {
        let counts: Vec<i64> = schools.iter().map(|(mark, _)| used(name, mark)).collect();
        let text = |count: i64| if count > 0 { count.to_string() } else { String::new() };
        let said: Vec<String> = schools
            .iter()
            .zip(&counts)
            .filter(|(_, count)| **count > 0)
            .map(|((_, school), count)| format!("{school} {count}"))
            .collect();
        ShadedRow {
            label: name.clone(),
            url: None,
            note: say.number(uses.unsigned_abs()),
            said: say.chart_row(name, &said.join(say.comma())),
            is_head: false,
            cells: cells(
                counts
                    .iter()
                    .map(|count| (shade(*count, largest), text(*count)))
                    .collect(),
            ),
        }
    };
    let mut head = vec![say.major().to_owned()];
    head.extend(schools.iter().map(|(_, name)| name.clone()));
    head.push(say.in_all().to_owned());
    let numbers = |((name, _), uses): &((String, String), i64)| {
        let mut numbers = vec![name.clone()];
        numbers.extend(schools.iter().map(|(mark, _)| used(name, mark).to_string()));
        numbers.push(uses.to_string());
        numbers
    };
    ChartFigure {
        id: "by-both",
        title: say.usage_by_major().to_owned(),
        notes: Vec::new(),
        table: ChartTable {
            head,
            rows: majors.iter().map(numbers).collect(),
        },
        chart: Chart::Matrix(Matrix {
            columns: columns(&schools),
            rows: majors.iter().map(row).collect(),
            key: Vec::new(),
        }),
    }
}
