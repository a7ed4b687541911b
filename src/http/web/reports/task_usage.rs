//! The report of use by task: which tasks' resources are used, and whose.

use std::collections::BTreeMap;

use super::{ReportContents, facts, uses_note};
use crate::http::web::chart::{Bars, Chart, ChartFigure, ChartTable, Measure};
use crate::library::administration::figures::{TaskUsageReport, TaskUsageRow};
use crate::words::pages::PageWords;

/// So many tasks have a bar; the table has all.
const BARS: usize = 30;

/// Fills the page with what is used, task by task.
pub(in crate::http) fn fill(say: PageWords, page: &mut ReportContents, figures: &TaskUsageReport) {
    page.facts = facts(say, &figures.frame);
    page.facts
        .extend(figures.major.as_ref().map(|major| major.name.clone()));
    page.facts
        .push(say.chart_row(say.uses_in_all(), &say.number(figures.uses.unsigned_abs())));
    page.figures = vec![by_task(say, figures)];
}

/// A place of the curriculum in words: `数控加工 · 零件钳加工 · 鸭嘴锤制作`.
fn place(say: PageWords, row: &TaskUsageRow) -> String {
    let Some(major) = &row.major else {
        return say.unplaced().to_owned();
    };
    let mut parts = vec![major.name.as_str()];
    parts.extend(row.course.as_ref().map(|course| course.name.as_str()));
    match &row.task {
        Some(task) => parts.push(&task.name),
        None if row.course.is_some() => parts.push(say.whole_course_row()),
        None => {}
    }
    parts.join(" · ")
}

fn by_task(say: PageWords, figures: &TaskUsageReport) -> ChartFigure {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for row in &figures.rows {
        *sums.entry(place(say, row)).or_default() += row.uses;
    }
    let mut sums: Vec<(String, i64)> = sums.into_iter().filter(|(_, uses)| *uses > 0).collect();
    sums.sort_by_key(|(_, uses)| -uses);
    let measures = sums.into_iter().take(BARS).map(|(label, uses)| Measure {
        label,
        value: say.number(uses.unsigned_abs()),
        parts: vec![("bar-filled", uses)],
        target: None,
    });
    let measures: Vec<Measure> = measures.collect();
    let chart = if measures.is_empty() {
        Chart::Nothing(say.usage_none().to_owned())
    } else {
        Chart::Bars(Bars::of(say, measures))
    };
    let head = [say.school(), say.major(), say.course(), say.task()]
        .into_iter()
        .chain([say.published_resources(), say.uses_in_all()])
        .map(str::to_owned)
        .chain(figures.months.iter().cloned());
    let rows = figures.rows.iter().map(|row| numbers(say, row));
    ChartFigure {
        id: "by-task",
        title: say.task_usage().to_owned(),
        notes: std::iter::once(say.usage_months_note().to_owned())
            .chain(uses_note(say, &figures.ledger))
            .collect(),
        chart,
        table: ChartTable {
            head: head.collect(),
            rows: rows.collect(),
        },
    }
}

fn numbers(say: PageWords, row: &TaskUsageRow) -> Vec<String> {
    let name = |name: Option<&String>| name.cloned().unwrap_or_default();
    let school = row.school.as_ref().map(|school| &school.name);
    let mut cells = vec![
        school.map_or_else(|| say.no_school().to_owned(), String::clone),
        name(row.major.as_ref().map(|major| &major.name)),
        name(row.course.as_ref().map(|course| &course.name)),
        name(row.task.as_ref().map(|task| &task.name)),
        row.resources.to_string(),
        row.uses.to_string(),
    ];
    cells.extend(row.by_month.iter().map(i64::to_string));
    cells
}
