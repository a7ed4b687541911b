//! Reports on paper: what their pages show, with every table open.

use super::{ReportContents, ReportKind};
use crate::domain::time::Timestamp;
use crate::http::web::chart::{Bar, Chart, ChartFigure, LineChart};
use crate::table::pdf::{PrintedBar, PrintedDocument, PrintedSection};
use crate::words::pages::PageWords;

/// A report as a document that bears the date of its figures. Who asked for it does not stand there.
pub(in crate::http) fn printed(
    say: PageWords,
    report: ReportKind,
    contents: ReportContents,
    at: Timestamp,
) -> PrintedDocument {
    PrintedDocument {
        title: report.title(say).to_owned(),
        lead: vec![report.lead(say).to_owned(), contents.facts.join(" · ")],
        sections: contents.figures.into_iter().map(section).collect(),
        made_at: at,
        say,
    }
}

fn section(figure: ChartFigure) -> PrintedSection {
    let mut notes = figure.notes;
    let bars = match figure.chart {
        Chart::Bars(bars) => bars.bars.into_iter().map(bar).collect(),
        Chart::Line(line) => months(&line, &figure.table.rows),
        // Its numbers are the table's.
        Chart::Matrix(_) => Vec::new(),
        Chart::Nothing(why) => {
            notes.push(why);
            Vec::new()
        }
    };
    PrintedSection {
        title: figure.title,
        notes,
        bars,
        head: figure.table.head,
        rows: figure.table.rows,
    }
}

fn bar(bar: Bar) -> PrintedBar {
    PrintedBar {
        label: bar.label,
        value: bar.value,
        parts: bar.parts.into_iter().map(|(_, width)| width).collect(),
    }
}

/// A bar for each month of a line.
fn months(line: &LineChart, rows: &[Vec<String>]) -> Vec<PrintedBar> {
    let bars = line.points.iter().zip(rows).map(|(point, row)| PrintedBar {
        label: row.first().cloned().unwrap_or_default(),
        value: point.value.clone(),
        parts: vec![point.share],
    });
    bars.collect()
}
