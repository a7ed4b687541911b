//! The upload form.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::format::bytes;
use super::layout::{Layout, Link};
use super::metadata_form::{FieldErrors, MetadataForm, MetadataInput, origin};
use super::page_context::{PageContext, see_other};
use super::urls;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::ShareForm;
use crate::domain::id::ResourceId;
use crate::error::{Error, Refusal};
use crate::http::form::request_hash;
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedMultipart;
use crate::library::Library;
use crate::library::idempotency::{Answered, made};

/// The upload page.
#[derive(Debug, Template)]
#[template(path = "upload.html")]
pub struct UploadPage {
    /// The frame.
    pub layout: Layout,
    /// Makes sending the form twice share once.
    pub idempotency_key: String,
    /// What is wrong with the whole.
    pub fault: Option<String>,
    /// What is wrong with the files.
    pub files_fault: Option<String>,
    /// The most that one file may weigh, as a sentence.
    pub limit: String,
    /// What is said about it.
    pub about: MetadataForm,
    /// Whether it is submitted for review at once.
    pub is_submitted: bool,
    /// Where this leads back to, when a task or a course sent the reader here.
    pub origin: Option<Link>,
}

/// What the form is filled with.
#[derive(Debug, Default, Deserialize)]
pub struct UploadQuery {
    /// The task to upload for.
    pub task: Option<String>,
    /// The course to upload for.
    pub course: Option<String>,
    /// The type of what is uploaded.
    pub r#type: Option<String>,
}

/// `GET /upload`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<UploadQuery>,
) -> Result<HttpResponse, Problem> {
    if !visit.may_share() {
        return Err(Refusal::NotAllowed.into());
    }
    visit.page(&page(&visit, &library, &fresh(query.into_inner()), &[]).await?)
}

/// An empty form for the place that the address names.
fn fresh(query: UploadQuery) -> MetadataInput {
    let task = query.task.map(|id| format!("task:{id}"));
    MetadataInput::of([
        ("place", task.or_else(|| query.course.map(|id| format!("course:{id}")))),
        ("type", query.r#type),
        ("scope", Some("school".to_owned())),
        ("submit", Some("true".to_owned())),
    ])
}

/// The form with what was typed and, on each field, what is wrong with it.
async fn page(
    visit: &PageContext,
    library: &Library,
    typed: &MetadataInput,
    faults: &[FieldFault],
) -> Result<UploadPage, Error> {
    let say = visit.say;
    let faults = FieldErrors { say, faults };
    let courses = library.curriculum.taught_courses().await?;
    Ok(UploadPage {
        layout: visit.layout(say.upload_heading()),
        idempotency_key: new_key(),
        fault: faults.whole(),
        files_fault: faults.of("uploads"),
        limit: say.file_limit(&bytes(library.rules().max_file_bytes)),
        about: MetadataForm::of(say, &courses, typed, &faults),
        is_submitted: typed.get("submit").is_some(),
        origin: origin(&courses, typed.value("place")),
    })
}

/// `POST /upload`, as a browser sends it without JavaScript.
pub async fn share(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    form: ProtectedMultipart,
) -> Result<HttpResponse, Problem> {
    let typed = MetadataInput::receive(&library, &visit.actor, form).await?;
    match shared(&visit, &library, &request, &typed).await {
        Ok(address) => Ok(see_other(&address)),
        Err(Error::Refused(refusal)) => match *refusal {
            Refusal::Fields(faults) => render_with_errors(&visit, &library, &typed, &faults).await,
            refusal => Err(refusal.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// The form once more, with what was typed and what is wrong with it.
async fn render_with_errors(
    visit: &PageContext,
    library: &Library,
    typed: &MetadataInput,
    faults: &[FieldFault],
) -> Result<HttpResponse, Problem> {
    let page = page(visit, library, typed, faults).await?;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Shares what was sent and returns the new resource's address; the same form sent twice shares once.
async fn shared(
    visit: &PageContext,
    library: &Library,
    request: &HttpRequest,
    typed: &MetadataInput,
) -> Result<String, Error> {
    let fields = typed.fields();
    let contents = library.uploads.contents(&typed.uploads()).await?;
    let hash = request_hash(request, &fields, &contents);
    let shared = |id: ResourceId| Answered::leading_to(format!("{}?done=shared", urls::resource(id)));
    let answer = library.idempotency.once(
        &visit.actor,
        typed.key(),
        hash,
        async |actor| {
            let form = form(typed, &fields).map_err(Refusal::Fields)?;
            Ok(shared(library.resources.share(actor, form).await?.id))
        },
        async |subject| Ok(shared(made(subject)?)),
    );
    Ok(answer.await?.location.unwrap_or_default())
}

/// The parsed form with its files, or everything that is wrong. A person who sends no file has forgotten it.
fn form(typed: &MetadataInput, fields: &Map<String, Value>) -> Result<ShareForm, Vec<FieldFault>> {
    let parsed = ShareForm::parse(fields);
    if typed.uploads().is_empty() {
        let mut faults = parsed.err().unwrap_or_default();
        faults.push(FieldFault::at("uploads", FaultKind::Required));
        return Err(faults);
    }
    let mut form = parsed?;
    form.uploads.extend(typed.uploads());
    Ok(form)
}

/// A key that makes sending the form twice share once.
pub(super) fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}
