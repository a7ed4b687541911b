//! Charts, drawn on the server as SVG: bars, a line, a matrix. Positions are reckoned here, templates only write them down.
//!
//! Across they are measured in parts of the whole width and down in pixels, so that a chart is as wide as its place
//! and its words stay as large as those around it, from a telephone to a projector. Every chart says its numbers in
//! words, too, and stands above a table of them.

use crate::words::pages::PageWords;

/// The height of a bar with its label, in pixels.
const BAR_ROW: usize = 46;
/// The height of the part of a line chart that shows values.
const LINE_HEIGHT: f64 = 120.0;
/// Room above the highest point, for its number.
const LINE_TOP: f64 = 24.0;
/// How dark a cell can be.
const SHADES: f64 = 5.0;

/// A figure of a report: a chart, and the numbers it shows.
#[derive(Debug, Clone)]
pub struct ChartFigure {
    /// Tells it from the others on the page.
    pub id: &'static str,
    /// What it shows.
    pub title: String,
    /// What one has to know to read it.
    pub notes: Vec<String>,
    /// The chart.
    pub chart: Chart,
    /// Its numbers.
    pub table: ChartTable,
}

/// A chart.
#[derive(Debug, Clone)]
pub enum Chart {
    /// A bar each.
    Bars(Bars),
    /// Month by month.
    Line(LineChart),
    /// Rows and columns.
    Matrix(Matrix),
    /// Nothing to draw yet, and why.
    Nothing(String),
}

/// Numbers with the heads of their rows and columns.
#[derive(Debug, Clone, Default)]
pub struct ChartTable {
    /// The heads of the columns, the first that of the rows' heads.
    pub head: Vec<String>,
    /// A row's head and its numbers.
    pub rows: Vec<Vec<String>>,
}

/// Bars, the longest as wide as the chart.
#[derive(Debug, Clone)]
pub struct Bars {
    /// The whole chart in a sentence.
    pub said: String,
    /// The height in pixels.
    pub height: usize,
    /// The bars from above.
    pub bars: Vec<Bar>,
}

/// A bar with its label above.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Its number in words.
    pub value: String,
    /// Where the label's line stands.
    pub label_y: usize,
    /// Where the bar begins.
    pub bar_y: usize,
    /// What is drawn, the widest first: a class and a width in hundredths.
    pub parts: Vec<(&'static str, f32)>,
}

/// A bar that is still to be placed.
#[derive(Debug, Clone)]
pub struct Measure {
    /// What it stands for.
    pub label: String,
    /// Its number in words.
    pub value: String,
    /// What is drawn: a class and a value, the widest first.
    pub parts: Vec<(&'static str, i64)>,
    /// What a full bar stands for, where it has a target of its own; the largest of all values otherwise.
    pub target: Option<i64>,
}

impl Bars {
    /// Places bars below each other.
    pub fn of(say: PageWords, measures: Vec<Measure>) -> Self {
        let largest = measures.iter().flat_map(|it| &it.parts).map(|(_, value)| *value);
        let largest = largest.max().unwrap_or(0).max(1);
        let said: Vec<String> = measures.iter().map(|it| say.chart_row(&it.label, &it.value)).collect();
        let bar = |(at, it): (usize, Measure)| Bar {
            label: it.label,
            value: it.value,
            label_y: at * BAR_ROW + 18,
            bar_y: at * BAR_ROW + 26,
            parts: it
                .parts
                .into_iter()
                .map(|(class, value)| (class, percent(value, it.target.unwrap_or(largest))))
                .collect(),
        };
        Self {
            said: said.join(say.lang().pick("；", "; ")),
            height: measures.len() * BAR_ROW,
            bars: measures.into_iter().enumerate().map(bar).collect(),
        }
    }
}

/// A line from month to month.
#[derive(Debug, Clone)]
pub struct LineChart {
    /// The whole chart in a sentence.
    pub said: String,
    /// Its points from the left.
    pub points: Vec<Point>,
    /// The pieces between them.
    pub pieces: Vec<LineSegment>,
}

/// A point of a line.
#[derive(Debug, Clone)]
pub struct Point {
    /// Across.
    pub x: String,
    /// Down.
    pub y: String,
    /// Where its number stands.
    pub value_y: String,
    /// Its number.
    pub value: String,
    /// The same in hundredths of the largest.
    pub share: f32,
    /// The month, short: `11`.
    pub label: String,
    /// The year, where it begins on the chart.
    pub year: Option<String>,
}

/// A piece of a line.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "named as SVG names them")]
pub struct LineSegment {
    pub x1: String,
    pub y1: String,
    pub x2: String,
    pub y2: String,
}

impl LineChart {
    /// Places months (`2026-11`) side by side.
    pub fn of(say: PageWords, months: &[(String, i64)]) -> Self {
        let largest = months.iter().map(|(_, value)| *value).max().unwrap_or(0).max(1);
        let mut year_before = "";
        let mut points = Vec::with_capacity(months.len());
        for (at, (month, value)) in months.iter().enumerate() {
            let (year, label) = month.split_once('-').unwrap_or(("", month));
            let y = LINE_TOP + LINE_HEIGHT * (1.0 - ratio(*value, largest));
            points.push(Point {
                x: format!("{:.2}%", (as_float(at) + 0.5) * 100.0 / as_float(months.len())),
                y: format!("{y:.1}"),
                value_y: format!("{:.1}", y - 10.0),
                value: say.number(value.unsigned_abs()),
                share: percent(*value, largest),
                label: label.to_owned(),
                year: (year != year_before).then(|| year.to_owned()),
            });
            year_before = year;
        }
        let piece = |ends: &[Point]| LineSegment {
            x1: ends[0].x.clone(),
            y1: ends[0].y.clone(),
            x2: ends[1].x.clone(),
            y2: ends[1].y.clone(),
        };
        let said: Vec<String> = months
            .iter()
            .map(|(month, value)| say.chart_row(month, &value.to_string()))
            .collect();
        Self {
            said: said.join(say.lang().pick("；", "; ")),
            pieces: points.windows(2).map(piece).collect(),
            points,
        }
    }
}

/// Rows and columns, darker where there is more.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// What stands above the columns.
    pub columns: Vec<MatrixColumn>,
    /// The rows from above.
    pub rows: Vec<ShadedRow>,
    /// What the shades mean, where that is not how many: a class and words.
    pub key: Vec<(&'static str, &'static str)>,
}

/// A column of a matrix.
#[derive(Debug, Clone)]
pub struct MatrixColumn {
    /// Its mark: a type's seal, a school's code.
    pub mark: String,
    /// What the mark stands for.
    pub name: String,
    /// Where its middle is.
    pub x: String,
}

/// A row of a matrix.
#[derive(Debug, Clone)]
pub struct ShadedRow {
    /// What it stands for.
    pub label: String,
    /// Leads further.
    pub url: Option<String>,
    /// What follows the label: a sum, what is missing.
    pub note: String,
    /// The whole row in words.
    pub said: String,
    /// Whether the rows after it are its parts.
    pub is_head: bool,
    /// Its cells.
    pub cells: Vec<ShadedCell>,
}

/// A cell of a matrix.
#[derive(Debug, Clone)]
pub struct ShadedCell {
    /// Where it begins.
    pub x: String,
    /// Where its middle is.
    pub middle: String,
    /// How wide it is.
    pub width: String,
    /// How it is filled.
    pub class: &'static str,
    /// What stands in it.
    pub text: String,
}

/// The columns of a matrix, by mark and name.
pub fn columns(named: &[(String, String)]) -> Vec<MatrixColumn> {
    let place = |(at, (mark, name)): (usize, &(String, String))| MatrixColumn {
        mark: mark.clone(),
        name: name.clone(),
        x: middle(at, named.len()),
    };
    named.iter().enumerate().map(place).collect()
}

/// The cells of a row, by class and text.
pub fn cells(filled: Vec<(&'static str, String)>) -> Vec<ShadedCell> {
    let all = filled.len().max(1);
    let place = |(at, (class, text)): (usize, (&'static str, String))| ShadedCell {
        x: format!("{:.2}%", as_float(at) * 100.0 / as_float(all) + 0.15),
        middle: middle(at, all),
        width: format!("{:.2}%", 100.0 / as_float(all) - 0.3),
        class,
        text,
    };
    filled.into_iter().enumerate().map(place).collect()
}

/// How dark a number is among numbers up to `largest`. Each shade stands for a multiple, not for a distance: counts of
/// resources differ by hundreds, and nothing against one is the difference that matters most.
pub fn shade(value: i64, largest: i64) -> &'static str {
    if value <= 0 {
        return "shade-0";
    }
    let of_all = to_float(value).ln_1p() / to_float(largest.max(value)).ln_1p();
    match (of_all * SHADES).ceil() {
        ..=1.0 => "shade-1",
        ..=2.0 => "shade-2",
        ..=3.0 => "shade-3",
        ..=4.0 => "shade-4",
        _ => "shade-5",
    }
}

fn middle(at: usize, of: usize) -> String {
    format!("{:.2}%", (as_float(at) + 0.5) * 100.0 / as_float(of))
}

#[expect(clippy::cast_possible_truncation, reason = "a hundred and two digits behind it")]
fn percent(value: i64, largest: i64) -> f32 {
    (ratio(value, largest).min(1.0) * 100.0) as f32
}

fn ratio(value: i64, largest: i64) -> f64 {
    to_float(value.max(0)) / to_float(largest.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "a picture is no place for fifteen digits")]
fn to_float(value: i64) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "a picture is no place for fifteen digits")]
fn as_float(at: usize) -> f64 {
    at as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn the_longest_bar_is_as_wide_as_the_chart_and_nothing_has_no_width() {
        let measure = |label: &str, value: i64| Measure {
            label: label.to_owned(),
            value: value.to_string(),
            parts: vec![("bar", value)],
            target: None,
        };

        let bars = Bars::of(
            PageWords(Lang::Zh),
            vec![measure("甲", 8), measure("乙", 0), measure("丙", 2)],
        );

        let widths: Vec<f32> = bars.bars.iter().map(|bar| bar.parts[0].1).collect();
        assert_eq!(widths, [100.0, 0.0, 25.0]);
        assert_eq!(bars.said, "甲：8；乙：0；丙：2");
    }

    #[test]
    fn a_target_that_is_reached_fills_its_bar_beside_larger_ones() {
        let measure = |reached: i64, target: i64| Measure {
            label: String::new(),
            value: String::new(),
            parts: vec![("bar-target", target), ("bar-reached", reached)],
            target: Some(target),
        };

        let bars = Bars::of(PageWords(Lang::Zh), vec![measure(6, 6), measure(4, 8), measure(9, 3)]);

        let widths = |part: usize| bars.bars.iter().map(|bar| bar.parts[part].1).collect::<Vec<f32>>();
        assert_eq!(widths(1), [100.0, 50.0, 100.0]);
        assert_eq!(widths(0), [100.0; 3]);
    }

    #[test]
    fn a_line_rises_where_there_is_more_and_names_each_year_once() {
        let months = [
            ("2026-12".to_owned(), 0),
            ("2027-01".to_owned(), 4),
            ("2027-02".to_owned(), 2),
        ];

        let line = LineChart::of(PageWords(Lang::En), &months);

        let heights: Vec<&str> = line.points.iter().map(|point| point.y.as_str()).collect();
        assert_eq!(heights, ["144.0", "24.0", "84.0"]);
        let years: Vec<Option<&str>> = line.points.iter().map(|point| point.year.as_deref()).collect();
        assert_eq!(years, [Some("2026"), Some("2027"), None]);
        assert_eq!(line.pieces.len(), 2);
    }

    #[test]
    fn one_is_seen_beside_nothing_even_where_there_are_thousands() {
        assert_eq!(shade(0, 5_000), "shade-0");
        assert_eq!(shade(1, 5_000), "shade-1");
        assert_eq!(shade(5_000, 5_000), "shade-5");
        assert_eq!(shade(1, 1), "shade-5");
    }
}
