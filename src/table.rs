//! Tables to take along: CSV, workbooks, and documents for a printer. The same table gives the same bytes.
//!
//! | file | what it is about |
//! |---|---|
//! | here | a table, as CSV and as a workbook |
//! | [`evidence`] | the twelve documents of learning tasks |
//! | [`pdf`] | tables and bars on pages, with a Chinese font of its own |

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

pub mod evidence;
pub mod pdf;

/// Without it Excel reads Chinese as something else.
pub const BOM: &str = "\u{feff}";
/// The width of columns with text, in characters.
const TEXT_WIDTH: f64 = 22.0;
/// Excel's own limit of the characters of a cell; a character is at most two of its units.
const MAX_CELL_CHARS: usize = 16_000;
/// Excel's own limit of the characters of a sheet's name.
const MAX_SHEET_CHARS: usize = 31;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spreadsheet {
    /// What it is called; the file's name.
    pub name: String,
    /// The heads of its columns.
    pub head: Vec<String>,
    /// Its rows, each as wide as the head.
    pub rows: Vec<Vec<SpreadsheetCell>>,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpreadsheetCell {
    /// Words.
    Text(String),
    /// A number to reckon with.
    Number(i64),
}

impl SpreadsheetCell {
    /// Words that may be missing.
    pub fn text(text: impl Into<Option<String>>) -> Self {
        Self::Text(text.into().unwrap_or_default())
    }

    /// What is read where nothing is reckoned.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl Spreadsheet {
    /// The table as CSV, as Excel reads it.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let mut body = BOM.as_bytes().to_vec();
        body.extend(csv_lines(std::iter::once(self.head.clone()))?);
        let rows = self.rows.iter();
        body.extend(csv_lines(
            rows.map(|row| row.iter().map(SpreadsheetCell::shown).collect()),
        )?);
        Ok(body)
    }

    /// The table's rows as they are read.
    pub fn shown_rows(&self) -> Vec<Vec<String>> {
        let rows = self.rows.iter();
        rows.map(|row| row.iter().map(SpreadsheetCell::shown).collect())
            .collect()
    }

    fn write(&self, sheet: &mut Worksheet) -> std::result::Result<(), XlsxError> {
        let bold = Format::new().set_bold();
        for (column, head) in (0..).zip(&self.head) {
            sheet.write_string_with_format(0, column, head, &bold)?;
        }
        for (line, row) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(row) {
                match cell {
                    SpreadsheetCell::Text(text) => sheet.write_string(line, column, cut(text, MAX_CELL_CHARS))?,
                    #[expect(clippy::cast_precision_loss, reason = "a workbook knows no other numbers")]
                    SpreadsheetCell::Number(number) => sheet.write_number(line, column, *number as f64)?,
                };
            }
        }
        for (column, cell) in (0..).zip(self.rows.first().into_iter().flatten()) {
            if matches!(cell, SpreadsheetCell::Text(_)) {
                sheet.set_column_width(column, TEXT_WIDTH)?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(())
    }
}

/// Tables as the sheets of one workbook, made at `made_at`: the writer takes today's date where none is given.
pub fn workbook(tables: &[Spreadsheet], made_at: Option<Timestamp>) -> Result<Vec<u8>> {
    written(tables, made_at).map_err(Error::unexpected)
}

fn written(tables: &[Spreadsheet], made_at: Option<Timestamp>) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    if let Some(made_at) = made_at {
        let date = ExcelDateTime::from_timestamp(made_at.0.max(0) / 1000)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&date));
    }
    for table in tables {
        let sheet = book.add_worksheet();
        if tables.len() > 1 {
            sheet.set_name(sheet_name(&table.name))?;
        }
        table.write(sheet)?;
    }
    book.save_to_buffer()
}

/// A name that Excel takes for a sheet.
fn sheet_name(name: &str) -> String {
    let safe: String = name
        .chars()
        .map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c })
        .collect();
    cut(&safe, MAX_SHEET_CHARS)
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

/// Lines of CSV (RFC 4180).
pub fn csv_lines(rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer
            .write_record(row.iter().map(|text| harmless(text)))
            .map_err(Error::unexpected)?;
    }
    writer
        .into_inner()
        .map_err(|error| Error::unexpected(error.into_error()))
}

/// A text that a spreadsheet would take for a formula begins with an apostrophe instead.
pub fn harmless(text: &str) -> String {
    // A negative number begins with a sign, too, and is no formula.
    let is_number = text.parse::<f64>().is_ok();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{csv_lines, harmless};

    #[test]
    fn a_name_never_becomes_a_formula() {
        assert_eq!(harmless("=HYPERLINK(\"http://evil\")"), "'=HYPERLINK(\"http://evil\")");
        assert_eq!(harmless("@sum"), "'@sum");
        assert_eq!(harmless("-12"), "-12");
        assert_eq!(harmless("数控"), "数控");
    }

    #[test]
    fn lines_are_quoted_where_they_must_be() {
        let lines = csv_lines([vec!["甲, 乙".to_owned(), "丙\"丁".to_owned()]].into_iter()).unwrap();

        assert_eq!(String::from_utf8(lines).unwrap(), "\"甲, 乙\",\"丙\"\"丁\"\r\n");
    }
}
