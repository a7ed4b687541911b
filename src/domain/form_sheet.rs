//! Tables whose rows are forms: each column fills a field, and each row is parsed as the interface parses its JSON, with the
//! faults of *all* rows. What a column reads it writes, so that a table that was taken along says the same when it comes back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::fault::{FaultKind, FieldFault};
use super::spelling::{is_invisible, strip_invisible, whole_number};

/// The most rows of one table.
pub const MAX_ROWS: usize = 5_000;
/// The most faults that are told at once: whoever made as many reads no further.
pub const MAX_FAULTS: usize = 500;
/// The column that says which thing a row is about. Names change, and what is removed must not come back by its name.
pub const ID: FormColumn = FormColumn::optional("id", &["系统编号"], CellForm::Text);
/// What people put between the entries of one cell.
const SEPARATORS: [char; 7] = ['、', '，', ',', '；', ';', '\n', '/'];

/// A column of a table.
#[derive(Debug, Clone, Copy)]
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

/// How a cell is read and written.
#[derive(Debug, Clone, Copy)]
pub enum CellForm {
    /// As it stands there. Numbers, too: forms read them as they are typed.
    Text,
    /// A day, however it is written: `2026/9/1`, `2026年9月1日`.
    Day,
    /// 是 or 否.
    Flag,
    /// Several, apart by commas.
    List,
    /// A whole number, however it is written.
    Number,
    /// Several addresses, each on a line of its own.
    Addresses,
    /// One of a few: stable names, each with what people call it.
    Choice(&'static [(&'static str, &'static str)]),
    /// As these two say.
    Own(fn(&str) -> Value, fn(&Value) -> String),
}

/// A row as the interface takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormRow {
    /// Its number in the sheet.
    pub row: u32,
    /// Which thing it is about, where it says so.
    pub id: Option<String>,
    /// Its fields. An empty cell is `null`, and a field whose column is not there is not there.
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
    /// A column that every table must have.
    pub const fn required(field: &'static str, headings: &'static [&'static str], cells: CellForm) -> Self {
        Self {
            field,
            headings,
            cells,
            is_required: true,
        }
    }

    /// A column that may be left out.
    pub const fn optional(field: &'static str, headings: &'static [&'static str], cells: CellForm) -> Self {
        Self {
            is_required: false,
            ..Self::required(field, headings, cells)
        }
    }

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

    fn read(&self, text: &str) -> Value {
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
            CellForm::Number => whole_number(text).map_or_else(|| text.into(), Value::from),
            CellForm::Addresses => text.split_whitespace().collect::<Vec<_>>().into(),
            CellForm::Choice(choices) => {
                let meant = choices.iter().find(|(_, name)| *name == text);
                meant.map_or(text, |(code, _)| code).into()
            }
            CellForm::Own(read, _) => read(text),
        }
    }

    /// What stands in the cell of a field, as [`FormSheet::read`] reads it again.
    pub fn written(&self, value: Option<&Value>) -> String {
        let text = match (value, self.cells) {
            (None | Some(Value::Null), _) => String::new(),
            (Some(value), CellForm::Own(_, write)) => write(value),
            (Some(Value::String(code)), CellForm::Choice(choices)) => {
                let named = choices.iter().find(|(choice, _)| choice == code);
                named.map_or(code.as_str(), |(_, name)| name).to_owned()
            }
            (Some(Value::Array(entries)), cells) => {
                let between = if matches!(cells, CellForm::Addresses) {
                    "\n"
                } else {
                    "、"
                };
                let entries = entries.iter().filter_map(Value::as_str);
                entries.collect::<Vec<_>>().join(between)
            }
            (Some(Value::Bool(is_so)), _) => if *is_so { "是" } else { "否" }.to_owned(),
            (Some(Value::String(text)), _) => text.clone(),
            (Some(other), _) => other.to_string(),
        };
        // What looks guarded and is not gets a guard of its own, which is taken away again.
        if unguarded(&text).len() < text.len() {
            format!("'{text}")
        } else {
            text
        }
    }

    /// What is wrong with a field, in words of the table: the names that a cell takes, not those of the interface.
    fn told(&self, fault: FaultKind) -> FaultKind {
        match (fault, self.cells) {
            (FaultKind::Unknown { value, .. }, CellForm::Choice(choices)) => FaultKind::Unknown {
                value,
                hint: choices.iter().map(|(_, name)| *name).collect::<Vec<_>>().join("、"),
            },
            (fault, _) => fault,
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
        let found: Vec<Option<&FormColumn>> = headings.iter().map(|heading| named(columns, heading)).collect();
        sheet.blame_headings(columns, heading_row, &found);
        if rows.len() > MAX_ROWS {
            sheet.blame(heading_row, None, FormRowProblem::TooManyRows);
        }
        if !sheet.faults.is_empty() {
            return sheet;
        }
        for (row, cells) in rows {
            let mut fields = fields(&found, cells);
            // A list whose own columns say which thing a row is about reads that itself.
            let says_itself = columns.iter().any(|column| column.field == ID.field);
            let id = if says_itself { None } else { fields.remove(ID.field) };
            match parse(&fields) {
                Ok(_) => sheet.rows.push(FormRow {
                    row: *row,
                    id: id.and_then(|id| id.as_str().map(str::to_owned)),
                    fields,
                }),
                Err(faults) => sheet.blame_fields(columns, *row, faults),
            }
            if sheet.faults.len() >= MAX_FAULTS {
                break;
            }
        }
        sheet
    }

    /// What is missing, and what is said twice.
    fn blame_headings(&mut self, columns: &'static [FormColumn], row: u32, found: &[Option<&FormColumn>]) {
        let fills = |column: &FormColumn, other: Option<&FormColumn>| other.is_some_and(|it| it.field == column.field);
        for column in columns.iter().filter(|column| column.is_required) {
            if !found.iter().any(|other| fills(column, *other)) {
                self.blame(row, Some(column.heading()), FormRowProblem::NoColumn);
            }
        }
        for (at, column) in found.iter().enumerate() {
            let Some(column) = column else { continue };
            if found[..at].iter().any(|other| fills(column, *other)) {
                self.blame(row, Some(column.heading()), FormRowProblem::TwoColumns);
            }
        }
    }

    /// Adds a fault of a row.
    pub fn blame(&mut self, row: u32, column: Option<&'static str>, problem: FormRowProblem) {
        self.faults.push(FormRowFault { row, column, problem });
    }

    /// Adds what is wrong with fields of a row.
    pub fn blame_fields(&mut self, columns: &'static [FormColumn], row: u32, faults: Vec<FieldFault>) {
        for fault in faults {
            let field = fault.pointer.split('/').nth(1).unwrap_or_default();
            let column = columns.iter().chain([&ID]).find(|column| column.field == field);
            let kind = match column {
                Some(column) => column.told(fault.kind),
                None => fault.kind,
            };
            self.blame(row, column.map(FormColumn::heading), FormRowProblem::Field(kind));
        }
    }
}

fn named<'a>(columns: &'a [FormColumn], heading: &str) -> Option<&'a FormColumn> {
    columns.iter().chain([&ID]).find(|column| column.is_called(heading))
}

fn fields(columns: &[Option<&FormColumn>], cells: &[String]) -> Map<String, Value> {
    let mut fields = Map::new();
    // A row may end before the heading does: what is not there is empty.
    let cells = cells.iter().map(String::as_str).chain(std::iter::repeat(""));
    for (column, cell) in columns.iter().zip(cells) {
        let Some(column) = column else { continue };
        // In words, signs without width join emoji; in what names something they are a slip of the hand.
        let cell = match column.cells {
            CellForm::Text => cell
                .trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
                .to_owned(),
            _ => strip_invisible(cell),
        };
        let text = unguarded(&cell);
        let value = if text.is_empty() {
            Value::Null
        } else {
            column.read(text)
        };
        fields.insert(column.field.to_owned(), value);
    }
    fields
}

/// Without the apostrophe that our own tables put before what a spreadsheet would take for a formula.
fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@']) => rest,
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
        FormColumn::required("title", &["标题", "名称"], CellForm::Text),
        FormColumn::optional("from", &["开始日期"], CellForm::Day),
        FormColumn::optional("schools", &["学校"], CellForm::List),
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
    fn what_a_column_writes_it_reads_again() {
        let column = |cells| FormColumn { cells, ..COLUMNS[0] };
        let choice = CellForm::Choice(&[("on-site", "现场")]);
        for (cells, value, written) in [
            (CellForm::Text, Value::from("'=1+1"), "''=1+1"),
            (CellForm::Text, Value::from("=1+1"), "=1+1"),
            (CellForm::Text, Value::from("'90 年代"), "'90 年代"),
            (CellForm::Flag, Value::from(true), "是"),
            (CellForm::List, Value::from(vec!["S1", "S2"]), "S1、S2"),
            (CellForm::Addresses, Value::from(vec!["/r/1", "/p/2"]), "/r/1\n/p/2"),
            (choice, Value::from("on-site"), "现场"),
        ] {
            let column = column(cells);
            assert_eq!(column.written(Some(&value)), written);
            let read = fields(&[Some(&column)], &[written.to_owned()]);
            assert_eq!(read.get("title"), Some(&value), "{written}");
        }
        assert_eq!(column(choice).written(None), "");
    }

    #[test]
    fn an_empty_cell_empties_and_a_column_that_is_not_there_leaves_things_as_they_are() {
        let sheet = read(&["标题", "开始日期", "系统编号"], &[&["甲", "", "7"], &["乙"]]);

        assert_eq!(sheet.faults, []);
        let told: Vec<_> = sheet
            .rows
            .iter()
            .map(|row| (row.id.as_deref(), row.fields.clone()))
            .collect();
        let fields = |title: &str| {
            serde_json::json!({"title": title, "from": null})
                .as_object()
                .unwrap()
                .clone()
        };
        assert_eq!(told, [(Some("7"), fields("甲")), (None, fields("乙"))]);
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
