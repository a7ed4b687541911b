//! Scans and pictures on a resource's page: which is read first, and what was read wrongly.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::actor::Actor;
use crate::domain::file::Kind;
use crate::domain::id::{FileId, ResourceId};
use crate::domain::ocr_correction::LineCorrection;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::page_context::see_other;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::resource_view::File;

/// The form that has a file read before all others.
#[derive(Debug, Deserialize)]
pub struct FirstForm {
    /// The file.
    pub file: FileId,
}

/// `POST /r/{id}/first`
pub async fn first(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
    form: ProtectedForm<FirstForm>,
) -> Result<HttpResponse, Problem> {
    library.reading.read_first(&actor, form.file).await?;
    Ok(see_other(&format!("{}?done=first", urls::resource(*id))))
}

/// The form that puts a line of a page right.
#[derive(Debug, Deserialize)]
pub struct CorrectionForm {
    /// The file.
    pub file: FileId,
    /// Its page, from 1.
    pub page: u32,
    /// The line, from 1.
    pub line: u32,
    /// The line as it was seen.
    pub seen: String,
    /// What stands there.
    pub text: String,
    /// Pressed to take back what was said of it before.
    #[serde(default)]
    pub back: Option<String>,
}

/// `POST /r/{id}/correct`
pub async fn correct(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
    form: ProtectedForm<CorrectionForm>,
) -> Result<HttpResponse, Problem> {
    let CorrectionForm { file, page, line, .. } = *form;
    if form.back.is_some() {
        library.reading.take_line_back(&actor, file, (page, line)).await?;
        return Ok(see_other(&page_url(*id, &form, "correct")));
    }
    let fields = [("seen", &form.seen), ("text", &form.text)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.as_str().into()));
    let correction = LineCorrection::parse(&fields.into_iter().collect()).map_err(Refusal::Fields)?;
    let done = match library
        .reading
        .correct_line(&actor, file, (page, line), correction)
        .await
    {
        Err(Error::Refused(refusal)) if *refusal == Refusal::ChangedMeanwhile => "stale",
        done => done.map(|_| "correct")?,
    };
    Ok(see_other(&page_url(*id, &form, done)))
}

fn page_url(id: ResourceId, form: &CorrectionForm, done: &str) -> String {
    let CorrectionForm { file, page, .. } = form;
    format!("{}?file={file}&page={page}&done={done}#reading", urls::resource(id))
}

/// Where a file is fetched as a PDF in which one can search, where a machine read all that it could of its pages.
pub(super) fn searchable(file: &File) -> Option<String> {
    let is_read = file
        .report
        .ocr
        .is_some_and(|pages| pages.read > 0 && pages.waiting == 0);
    (file.kind == Kind::Pdf && is_read).then(|| format!("/api/v1/files/{}/searchable", file.id))
}

/// Whether there is anything of a file to be read first.
pub(super) fn is_unread(file: &File) -> bool {
    file.report.ocr.is_some_and(|pages| pages.waiting + pages.failed > 0)
}
