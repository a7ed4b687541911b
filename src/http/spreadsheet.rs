//! Spreadsheets for Excel: CSV and XLSX.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder, web};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::disposition;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::error::{Error, Refusal, Result};

/// Without it Excel reads Chinese as something else.
pub const BOM: &str = "\u{feff}";
/// The media type of CSV.
pub const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The width of columns with text, in characters.
const TEXT_WIDTH: f64 = 22.0;

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
}

/// In which form data are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpreadsheetFormat {
    /// JSON.
    Json,
    /// Comma-separated.
    Csv,
    /// A workbook.
    Xlsx,
}

impl SpreadsheetFormat {
    /// Reads `?format=`; JSON when it is not given.
    pub fn parse(given: Option<&str>) -> Result<Self> {
        match given.unwrap_or_default() {
            "" | "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            other => {
                let kind = FaultKind::Unknown {
                    value: other.to_owned(),
                    hint: "json, csv, xlsx".to_owned(),
                };
                Err(Refusal::Fields(vec![FieldFault::at("format", kind)]).into())
            }
        }
    }
}

impl Spreadsheet {
    /// Sends it as CSV.
    pub fn csv(&self) -> Result<HttpResponse> {
        let mut body = BOM.as_bytes().to_vec();
        body.extend(csv_lines(std::iter::once(self.head.clone()))?);
        body.extend(csv_lines(self.rows.iter().map(|row| row.iter().map(shown).collect()))?);
        Ok(attachment(&format!("{}.csv", self.name), CSV).body(body))
    }

    /// Sends it as a workbook, which is made beside the threads that serve.
    pub async fn xlsx(self) -> Result<HttpResponse> {
        let name = format!("{}.xlsx", self.name);
        let made = web::block(move || self.workbook()).await.map_err(Error::unexpected)?;
        Ok(attachment(&name, XLSX).body(made.map_err(Error::unexpected)?))
    }

    fn workbook(&self) -> std::result::Result<Vec<u8>, XlsxError> {
        let bold = Format::new().set_bold();
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, head) in (0..).zip(&self.head) {
            sheet.write_string_with_format(0, column, head, &bold)?;
        }
        for (line, row) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(row) {
                match cell {
                    SpreadsheetCell::Text(text) => sheet.write_string(line, column, text)?,
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
        book.save_to_buffer()
    }
}

/// The head of an answer that is to be saved as a file.
pub fn attachment(name: &str, media_type: &'static str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((
            header::CONTENT_DISPOSITION,
            disposition::content_disposition(disposition::Showing::Attachment, name),
        ))
        .content_type(media_type);
    response
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

fn shown(cell: &SpreadsheetCell) -> String {
    match cell {
        SpreadsheetCell::Text(text) => text.clone(),
        SpreadsheetCell::Number(number) => number.to_string(),
    }
}

/// A text that a spreadsheet would take for a formula begins with an apostrophe instead.
fn harmless(text: &str) -> String {
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
