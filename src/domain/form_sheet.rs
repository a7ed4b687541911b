//! Tables whose rows are forms: each column fills a field, and each row is parsed as the interface parses its JSON, with the
//! faults of *all* rows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::fault::{FaultKind, FieldFault};
use super::spelling::strip_invisible;

/// The most rows of one table.
pub const MAX_ROWS: usize = 500;
/// What people put between the entries of one cell.
const SEPARATORS: [char; 7] = ['、', '，', ',', '；', ';', '\n', '/'];

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormColumn {
    /// The field that it fills.
    pub field: &'static str,
    /// What it may be called; what it is called where one is made.
    pub headings: &'static [&'static str],
    /// How its cells are read.
    pub cells: CellForm,
    /// Whether there must be one.
    pub is_required: bool,
}

/// How a cell is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellForm {
    /// As it stands there. Numbers, too: forms read them as they are typed.
    Text,
    /// A day, however it is written: `2026/9/1`, `2026年9月1日`.
    Day,
    /// 是 or 否.
    Flag,
    /// Several, apart by commas.
    List,
}

/// A row as the interface takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormRow {
    /// Its number in the sheet.
    pub row: u32,
    /// Its fields.
    pub fields: Map<String, Value>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormRowFault {
    /// The row.
    pub row: u32,
    /// The column's name, where one is to blame.
    pub column: Option<&'static str>,
    /// What is wrong.
    pub problem: FormRowProblem,
}

/// What can be wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormRowProblem {
    /// The table lacks the column.
    NoColumn,
    /// More rows than one table may have.
    TooManyRows,
    /// An earlier column fills the same field.
    TwoColumns,
    /// A field is wrong.
    Field(FaultKind),
    /// An earlier row says the same.
    SameAsRow(u32),
    /// What the row is about was changed since the table was exported.
    ChangedSince,
}

/// What a table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormSheet {
    /// The rows that can be read.
    pub rows: Vec<FormRow>,
    /// Everything that is wrong, by row.
    pub faults: Vec<FormRowFault>,
}

impl FormColumn {
    /// What it is called where one is made.
    pub fn heading(&self) -> &'static str {
        self.headings.first().copied().unwrap_or(self.field)
    }

    /// Whether a heading names it; width, case and a star of "must be filled" do not matter.
    fn is_called(&self, heading: &str) -> bool {
        let plain = |text: &str| -> String {
            let seen = text.nfkc().filter(|c| !c.is_whitespace() && *c != '*');
            seen.collect::<String>().to_lowercase()
        };
        let heading = plain(heading);
        heading == self.field || self.headings.iter().any(|name| plain(name) == heading)
    }

    fn value(&self, text: &str) -> Value {
        match self.cells {
            CellForm::Text => text.into(),
            CellForm::Day => day(text).unwrap_or_else(|| text.to_owned()).into(),
            CellForm::Flag => match text {
                "是" | "√" | "1" | "yes" | "true" => true.into(),
                "否" | "×" | "0" | "no" | "false" => false.into(),
                _ => text.into(),
            },
            CellForm::List => {
                let entries = text.split(SEPARATORS).map(str::trim);
                entries.filter(|entry| !entry.is_empty()).collect::<Vec<_>>().into()
            }
        }
    }
}

impl FormSheet {
    /// Reads the rows below a heading; each comes with its number in the sheet.
    pub fn read<T>(
        columns: &'static [FormColumn],
        heading_row: u32,
        headings: &[String],
        rows: &[(u32, Vec<String>)],
        parse: impl Fn(&Map<String, Value>) -> Result<T, Vec<FieldFault>>,
    ) -> Self {
        let mut sheet = Self::default();
        let found: Vec<Option<&FormColumn>> = headings
            .iter()
            .map(|heading| columns.iter().find(|column| column.is_called(heading)))
            .collect();
        let lacking = columns.iter().filter(|column| column.is_required);
        for column in lacking.filter(|column| !found.contains(&Some(*column))) {
            sheet.blame(heading_row, Some(column.heading()), FormRowProblem::NoColumn);
        }
        for (at, column) in found.iter().enumerate() {
            if column.is_some() && found[..at].contains(column) {
                let heading = column.map(FormColumn::heading);
                sheet.blame(heading_row, heading, FormRowProblem::TwoColumns);
            }
        }
        if rows.len() > MAX_ROWS {
            sheet.blame(heading_row, None, FormRowProblem::TooManyRows);
        }
        if !sheet.faults.is_empty() {
            return sheet;
        }
        for (row, cells) in rows {
            let fields = fields(&found, cells);
            match parse(&fields) {
                Ok(_) => sheet.rows.push(FormRow { row: *row, fields }),
                Err(faults) => sheet.blame_fields(columns, *row, faults),
            }
        }
        sheet
    }

    /// Adds a fault of a row.
    pub fn blame(&mut self, row: u32, column: Option<&'static str>, problem: FormRowProblem) {
        self.faults.push(FormRowFault { row, column, problem });
    }

    /// Adds what is wrong with fields of a row.
    pub fn blame_fields(&mut self, columns: &'static [FormColumn], row: u32, faults: Vec<FieldFault>) {
        for fault in faults {
            let field = fault.pointer.split('/').nth(1).unwrap_or_default();
            let column = columns.iter().find(|column| column.field == field);
            let problem = FormRowProblem::Field(fault.kind);
            self.blame(row, column.map(FormColumn::heading), problem);
        }
    }
}

fn fields(columns: &[Option<&FormColumn>], cells: &[String]) -> Map<String, Value> {
    let mut fields = Map::new();
    for (column, cell) in columns.iter().zip(cells) {
        let text = unguarded(strip_invisible(cell));
        let Some(column) = column.filter(|_| !text.is_empty()) else {
            continue;
        };
        fields.insert(column.field.to_owned(), column.value(&text));
    }
    fields
}

/// Without the apostrophe that our own tables put before what a spreadsheet would take for a formula.
fn unguarded(text: String) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => text,
    }
}

/// A day as it is kept, from three numbers in the order of a calendar here. What says more than one day is none.
fn day(text: &str) -> Option<String> {
    let narrow: String = text.nfkc().collect();
    // A cell with a time of day: `2026-09-01 00:00:00`.
    let (date, rest) = narrow.trim().split_once([' ', 'T']).unwrap_or((narrow.trim(), ""));
    let is_time = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | 'Z'));
    let mut numbers = date
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let mut next = || numbers.next()?.parse::<u16>().ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let is_one = numbers.next().is_none() && is_time(rest.trim());
    is_one.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form::FieldReader;

    const COLUMNS: &[FormColumn] = &[
        FormColumn {
            field: "title",
            headings: &["标题", "名称"],
            cells: CellForm::Text,
            is_required: true,
        },
        FormColumn {
            field: "from",
            headings: &["开始日期"],
            cells: CellForm::Day,
            is_required: false,
        },
        FormColumn {
            field: "schools",
            headings: &["学校"],
            cells: CellForm::List,
            is_required: false,
        },
    ];

    fn read(headings: &[&str], rows: &[&[&str]]) -> FormSheet {
        let own = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows: Vec<(u32, Vec<String>)> = (2..).zip(rows).map(|(row, cells)| (row, own(cells))).collect();
        FormSheet::read(COLUMNS, 1, &own(headings), &rows, |fields| {
            let mut reader = FieldReader::new(fields);
            let title = reader.required("title", 4);
            reader.day("from");
            reader.list("schools", 2);
            reader.finish(|| title)
        })
    }

    #[test]
    fn cells_become_what_the_interface_takes() {
        for written in ["2026/9/1", "2026年9月1日", "2026-09-01 00:00:00", "２０２６．９．１"] {
            let sheet = read(
                &["名 称*", "开始日期", "学校", "备注"],
                &[&["甲", written, "一校、二校", "x"]],
            );

            assert_eq!(sheet.faults, [], "{written}");
            let expected = serde_json::json!({"title": "甲", "from": "2026-09-01", "schools": ["一校", "二校"]});
            assert_eq!(Value::Object(sheet.rows[0].fields.clone()), expected);
        }
    }

    #[test]
    fn what_says_two_things_is_told_and_not_cut() {
        for range in [
            "2026年11月24日-26日",
            "2026-11-24 至 2026-11-26",
            "2026/11/24-2026/11/26",
        ] {
            let sheet = read(&["标题", "开始日期"], &[&["甲", range]]);
            assert_eq!(sheet.faults.len(), 1, "{range}");
        }
        let twice = read(&["标题", "名称"], &[&["甲", "乙"]]);
        assert_eq!(twice.faults[0].problem, FormRowProblem::TwoColumns);
    }

    #[test]
    fn every_fault_is_told_with_its_row_and_its_column() {
        let sheet = read(
            &["标题", "开始日期"],
            &[&["", "某日"], &["甲", ""], &["太长的标题", ""]],
        );

        let told: Vec<_> = sheet.faults.iter().map(|fault| (fault.row, fault.column)).collect();
        assert_eq!(told, [(2, Some("标题")), (2, Some("开始日期")), (4, Some("标题"))]);
        assert_eq!(sheet.rows.len(), 1);
        let without = read(&["开始日期"], &[&["2026-09-01"]]);
        assert_eq!(without.faults[0].problem, FormRowProblem::NoColumn);
        assert!(without.rows.is_empty());
    }
}
