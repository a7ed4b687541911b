//! A page that a machine read: how sure it is, and a form to put a line right.

use crate::domain::id::FileId;
use crate::error::{Error, Refusal, Result};
use crate::http::web::page_context::PageContext;
use crate::library::Library;
use crate::library::reading::corrections::RecognisedLine;
use crate::library::resource_view::Resource;

/// What is said of a page that a machine read.
#[derive(Debug, Clone)]
pub struct ScanView {
    /// That it did, and how sure it is; or why it could not.
    pub said: String,
    /// Its lines, to be put right by those who may.
    pub correct: Option<CorrectionForms>,
}

/// The lines of a page, a form each.
#[derive(Debug, Clone)]
pub struct CorrectionForms {
    /// Where they go: `/r/{id}/correct`.
    pub url: String,
    /// The file.
    pub file: String,
    /// The page.
    pub page: u32,
    /// The lines.
    pub lines: Vec<CorrectionRow>,
}

/// A line to be put right.
#[derive(Debug, Clone)]
pub struct CorrectionRow {
    /// Which one, from 1.
    pub line: u32,
    /// What stands there.
    pub text: String,
    /// How it is known: `把握 97%`, `已更正`.
    pub known: String,
    /// Somebody put it right, which can be taken back.
    pub is_corrected: bool,
}

/// What is said of a page; nothing where no machine was to read it.
pub(super) async fn find(
    visit: &PageContext,
    library: &Library,
    resource: &Resource,
    file: FileId,
    page: u32,
) -> Result<Option<ScanView>> {
    let lines = match library.reading.recognised_lines(&visit.actor, file, page).await {
        Ok(lines) if !lines.is_empty() => lines,
        Ok(_) => return Ok(None),
        Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::NoSuch(_)) => {
            let fault = library.reading.page_fault(&visit.actor, file, page).await?;
            return Ok(fault.map(|fault| ScanView {
                said: visit.say.page_not_read(fault),
                correct: None,
            }));
        }
        Err(error) => return Err(error),
    };
    let sure: u64 = lines.iter().map(|line| u64::from(line.confidence)).sum();
    let may_correct = library.resources.may_edit(&visit.actor, resource);
    let row = |line: &RecognisedLine| CorrectionRow {
        line: line.line,
        text: line.text.clone(),
        known: visit.say.line_known(line.confidence, line.is_corrected),
        is_corrected: line.is_corrected,
    };
    Ok(Some(ScanView {
        said: visit.say.page_read_by_machine(sure / lines.len() as u64),
        correct: may_correct.then(|| CorrectionForms {
            url: format!("{}/correct", resource.url),
            file: file.to_string(),
            page,
            lines: lines.iter().map(row).collect(),
        }),
    }))
}
