//! The report of library health: what each school gives, who builds on whom, and what lies fallow.

use super::{ReportContents, facts};
use crate::domain::search::NamedSchool;
use crate::http::web::chart::{
    Bars, Chart, ChartFigure, ChartTable, Matrix, Measure, ShadedRow, cells, columns, shade,
};
use crate::library::administration::figures::LibraryHealth;
use crate::words::pages::PageWords;

/// Fills the page with how the library stands.
pub(in crate::http) fn fill(say: PageWords, page: &mut ReportContents, figures: &LibraryHealth) {
    page.facts = facts(say, &figures.frame);
    page.facts
        .extend(figures.nightly_at.map(|at| say.nightly_at(&at.minute())));
    page.figures = vec![by_school(say, figures), reuse(say, figures)];
}

fn name(say: PageWords, school: Option<&NamedSchool>) -> String {
    school.map_or_else(|| say.no_school().to_owned(), |school| school.name.clone())
}

fn by_school(say: PageWords, figures: &LibraryHealth) -> ChartFigure {
    let heads = say.health_heads();
    let largest = figures.schools.iter().flat_map(|row| row.counts.all()).max();
    let rows = figures.schools.iter().map(|row| {
        let label = name(say, row.school.as_ref());
        let counts = row.counts.all();
        let said = heads.iter().zip(counts).map(|(head, count)| format!("{head} {count}"));
        let said: Vec<String> = said.collect();
        let cell = |count: i64| (shade(count, largest.unwrap_or(0)), count.to_string());
        ShadedRow {
            said: say.chart_row(&label, &said.join(say.comma())),
            label,
            url: None,
            note: say.number(row.counts.published.unsigned_abs()),
            is_head: false,
            cells: cells(counts.map(cell).into()),
        }
    });
    let marks = say.health_marks().into_iter().zip(heads);
    let marks: Vec<(String, String)> = marks.map(|(mark, head)| (mark.to_owned(), head.to_owned())).collect();
    let chart = match figures.nightly_at {
        None => Chart::Nothing(say.health_not_counted().to_owned()),
        Some(_) if figures.schools.is_empty() => Chart::Nothing(say.figures_none().to_owned()),
        Some(_) => Chart::Matrix(Matrix {
            columns: columns(&marks),
            rows: rows.collect(),
            key: Vec::new(),
        }),
    };
    let numbers = figures.schools.iter().map(|row| {
        let counts = row.counts.all().map(|count| count.to_string());
        std::iter::once(name(say, row.school.as_ref())).chain(counts).collect()
    });
    ChartFigure {
        id: "by-school",
        title: say.health_by_school().to_owned(),
        notes: Vec::new(),
        chart,
        table: ChartTable {
            head: std::iter::once(say.school()).chain(heads).map(str::to_owned).collect(),
            rows: numbers.collect(),
        },
    }
}

fn reuse(say: PageWords, figures: &LibraryHealth) -> ChartFigure {
    let measures: Vec<Measure> = figures
        .reuse
        .iter()
        .map(|row| Measure {
            label: format!("{} → {}", name(say, row.from.as_ref()), name(say, row.by.as_ref())),
            value: say.number(row.count.unsigned_abs()),
            parts: vec![("bar-filled", row.count)],
            target: None,
        })
        .collect();
    let chart = if measures.is_empty() {
        Chart::Nothing(say.reuse_none().to_owned())
    } else {
        Chart::Bars(Bars::of(say, measures))
    };
    let rows = figures.reuse.iter().map(|row| {
        let (from, by) = (name(say, row.from.as_ref()), name(say, row.by.as_ref()));
        vec![from, by, row.count.to_string()]
    });
    ChartFigure {
        id: "reuse",
        title: say.reuse().to_owned(),
        notes: Vec::new(),
        chart,
        table: ChartTable {
            head: [say.reuse_from(), say.reuse_by(), say.published_resources()]
                .map(str::to_owned)
                .into(),
            rows: rows.collect(),
        },
    }
}
