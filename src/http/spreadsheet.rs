//! Tables sent for Excel and for the printer: CSV, XLSX, PDF.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder, web};

use super::disposition;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::error::{Error, Refusal, Result};
use crate::table::pdf::PrintedDocument;
use crate::table::{self, Spreadsheet};

/// The media type of CSV.
pub const CSV: &str = "text/csv; charset=utf-8";
/// The media type of workbooks.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The media type of printed reports.
pub const PDF: &str = "application/pdf";

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
            other => Err(unknown(other, "json, csv, xlsx")),
        }
    }
}

/// In which form a report is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// Data or a table.
    Table(SpreadsheetFormat),
    /// Pages for a printer.
    Pdf,
}

impl ReportFormat {
    /// Reads `?format=`; JSON when it is not given.
    pub fn parse(given: Option<&str>) -> Result<Self> {
        match given {
            Some("pdf") => Ok(Self::Pdf),
            Some(other) if !matches!(other, "" | "json" | "csv" | "xlsx") => {
                Err(unknown(other, "json, csv, xlsx, pdf"))
            }
            given => SpreadsheetFormat::parse(given).map(Self::Table),
        }
    }

    /// Its name in addresses and in the audit log.
    pub fn code(self) -> &'static str {
        match self {
            Self::Table(SpreadsheetFormat::Json) => "json",
            Self::Table(SpreadsheetFormat::Csv) => "csv",
            Self::Table(SpreadsheetFormat::Xlsx) => "xlsx",
            Self::Pdf => "pdf",
        }
    }
}

fn unknown(value: &str, hint: &str) -> Error {
    let kind = FaultKind::Unknown {
        value: value.to_owned(),
        hint: hint.to_owned(),
    };
    Refusal::Fields(vec![FieldFault::at("format", kind)]).into()
}

/// Sends a table as CSV.
pub fn csv(table: &Spreadsheet) -> Result<HttpResponse> {
    Ok(attachment(&format!("{}.csv", table.name), CSV).body(table.csv()?))
}

/// Sends a table as a workbook, which is made beside the threads that serve.
pub async fn xlsx(table: Spreadsheet) -> Result<HttpResponse> {
    let name = format!("{}.xlsx", table.name);
    let made = web::block(move || table::workbook(&[table], None)).await;
    Ok(attachment(&name, XLSX).body(made.map_err(Error::unexpected)??))
}

/// Sends a workbook that is made already.
pub fn xlsx_of(name: &str, workbook: Vec<u8>) -> HttpResponse {
    attachment(&format!("{name}.xlsx"), XLSX).body(workbook)
}

/// Sends a document as PDF, which is made beside the threads that serve.
pub async fn pdf(document: PrintedDocument) -> Result<HttpResponse> {
    let name = format!("{}.pdf", document.title);
    let made = web::block(move || document.pdf()).await;
    Ok(attachment(&name, PDF).body(made.map_err(Error::unexpected)??))
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
