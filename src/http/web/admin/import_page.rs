//! The page that imports a table: sent, previewed, confirmed. Accounts and the curriculum share it.

use std::fs::File;

use actix_multipart::Field;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::domain::form_sheet::{FormColumn, FormRow, FormSheet};
use crate::error::{Error, Refusal};
use crate::http::form::{file_name, nothing, text};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedMultipart;
use crate::http::received_table;
use crate::http::web::layout::{Layout, Link, Tab};
use crate::http::web::page_context::PageContext;
use crate::words::pages::PageWords;

/// Rows of a preview that are shown.
pub(in crate::http::web) const SHOWN: usize = 200;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_sheet.html")]
pub struct SheetPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// What the page is for.
    pub lead: &'static str,
    /// What the table must look like.
    pub note: &'static str,
    /// The endings of files that can be chosen.
    pub accept: &'static str,
    /// Where the table is sent.
    pub action: &'static str,
    /// What is wrong with the file.
    pub file_fault: Option<String>,
    /// What was found in the table.
    pub preview: Option<SheetPreview>,
}

/// The page of a table that belongs to something that is not administrators' alone.
#[derive(Debug, Template)]
#[template(path = "sheet.html")]
pub struct SheetOfPage {
    /// The frame.
    pub layout: Layout,
    /// Back to what it belongs to.
    pub back: Link,
    /// What the page is for.
    pub lead: &'static str,
    /// What the table must look like.
    pub note: String,
    /// Where the table is sent.
    pub action: String,
    /// What is wrong with the file.
    pub file_fault: Option<String>,
    /// What was found in the table.
    pub preview: Option<SheetPreview>,
}

impl SheetOfPage {
    /// Shows what was found, with the status of a form that must be mended where something is wrong.
    pub fn answer(&self, visit: &PageContext) -> Result<HttpResponse, Problem> {
        let is_faulty = self.file_fault.is_some() || self.preview.as_ref().is_some_and(|it| !it.faults.is_empty());
        if is_faulty {
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, self)
        } else {
            visit.page(self)
        }
    }
}

/// What was found in a table whose rows are forms: each row as it was typed, by the columns that fill something.
pub fn form_preview(say: PageWords, name: String, columns: &[FormColumn], sheet: &FormSheet) -> SheetPreview {
    let (rows, faults) = (&sheet.rows, &sheet.faults);
    let fills = |column: &FormColumn, row: &FormRow| row.fields.get(column.field).is_some_and(|value| !value.is_null());
    let used: Vec<&FormColumn> = columns
        .iter()
        .filter(|column| rows.iter().any(|row| fills(column, row)))
        .collect();
    let left = rows.len().saturating_sub(SHOWN) as u64;
    SheetPreview {
        name,
        facts: vec![say.sheet_rows(rows.len() as u64)],
        faults: faults.iter().map(|fault| say.form_row_fault(fault)).collect(),
        faults_found: say.faults_found(faults.len() as u64),
        header: std::iter::once(say.sheet_row())
            .chain(used.iter().map(|column| column.heading()))
            .collect(),
        rows: rows.iter().take(SHOWN).map(|row| typed_row(row, &used)).collect(),
        more: (left > 0).then(|| say.and_more(left)),
        nothing: (rows.is_empty() && faults.is_empty()).then(|| say.sheet_empty()),
        confirm: None,
        warnings: Vec::new(),
    }
}

/// The number of a row and its cells as they were typed.
pub(in crate::http::web) fn typed_row(row: &FormRow, columns: &[&FormColumn]) -> Vec<String> {
    let filled = columns
        .iter()
        .map(|column| column.written(row.fields.get(column.field)));
    std::iter::once(row.row.to_string()).chain(filled).collect()
}

/// What was found in a table.
#[derive(Debug, Clone, Default)]
pub struct SheetPreview {
    /// The file's name.
    pub name: String,
    /// How much of what.
    pub facts: Vec<String>,
    /// What should be known before one says yes.
    pub warnings: Vec<String>,
    /// Everything that is wrong.
    pub faults: Vec<String>,
    /// The heading of the faults.
    pub faults_found: String,
    /// The names of the columns.
    pub header: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// How many more there are.
    pub more: Option<String>,
    /// What is said where there is nothing to say yes to.
    pub nothing: Option<&'static str>,
    /// Says yes.
    pub confirm: Option<Confirm>,
}

/// Saying yes.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Where it is sent.
    pub action: String,
    /// What the button says.
    pub label: String,
}

/// A table as it was sent.
#[derive(Debug)]
pub struct Sent {
    /// The file's name.
    pub name: String,
    /// Its bytes, in a file that nobody else can open.
    pub file: File,
}

/// Receives a table. None: no file was chosen.
pub async fn receive(mut form: ProtectedMultipart) -> Result<Option<Sent>, Error> {
    let mut sent = None;
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("file") => sent = take(field).await?.or(sent),
            // Read to its end: the next field begins only there.
            _ => drop(text(field).await?),
        }
    }
    Ok(sent)
}

async fn take(field: Field) -> Result<Option<Sent>, Error> {
    let Some(name) = file_name(&field) else {
        return nothing(field).await.map(|()| None);
    };
    let file = received_table::receive(field).await?;
    Ok(Some(Sent { name, file }))
}

/// Shows what was found, with the status of a form that must be mended where something is wrong.
pub fn answer(visit: &PageContext, page: &SheetPage) -> Result<HttpResponse, Problem> {
    let is_faulty = page.file_fault.is_some() || page.preview.as_ref().is_some_and(|it| !it.faults.is_empty());
    if is_faulty {
        visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, page)
    } else {
        visit.page(page)
    }
}

/// The sentence for a file that cannot be read; anything else is a refusal like others.
pub fn file_fault(visit: &PageContext, error: Error) -> Result<String, Problem> {
    let problem = Problem::from(error);
    if !matches!(
        problem.refusal(),
        Some(Refusal::UnreadableTable | Refusal::BodyTooLarge { .. })
    ) {
        return Err(problem);
    }
    let said = problem.say(visit.say.lang());
    Ok(format!("{}{}{}", said.title, visit.say.colon(), said.detail))
}
