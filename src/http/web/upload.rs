//! Giving something: the upload form.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::{Choice, ChoiceGroup, Field};
use super::layout::{Layout, Link};
use super::visit::{Visit, see_other};
use crate::domain::fault::FieldFault;
use crate::domain::id::Id;
use crate::error::{Error, Refusal};
use crate::http::form::request_hash;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::once::Answered;
use fill::Typed;

mod fill;

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
    /// The title.
    pub title: Field,
    /// The types in two groups: the plan's own and the others.
    pub kinds: Vec<ChoiceGroup>,
    /// What is wrong with the type.
    pub kind_fault: Option<String>,
    /// Courses and tasks: a group per course, its values `course:{id}` and `task:{id}`.
    pub places: Vec<ChoiceGroup>,
    /// What is wrong with the place.
    pub place_fault: Option<String>,
    /// How far it will be shared.
    pub scopes: Vec<Choice>,
    /// The description.
    pub description: Field,
    /// The training levels.
    pub levels: Vec<Choice>,
    /// Keywords, separated by commas or spaces.
    pub keywords: Field,
    /// Authors, separated by commas.
    pub authors: Field,
    /// The year it was made.
    pub year: Field,
    /// Licences.
    pub licences: Vec<Choice>,
    /// Whether the fold of details is open, as it must be when a fault stands in it.
    pub has_details: bool,
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
    visit: Visit,
    library: web::Data<Library>,
    query: web::Query<UploadQuery>,
) -> Result<HttpResponse, Problem> {
    if !visit.may_share() {
        return Err(Refusal::NotAllowed.into());
    }
    let typed = Typed::fresh(query.into_inner());
    visit.page(&fill::page(&visit, &library, &typed, &[]).await?)
}

/// `POST /upload`, as a browser sends it without JavaScript.
pub async fn share(
    visit: Visit,
    library: web::Data<Library>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let typed = Typed::receive(&library, &visit.actor, &request, payload).await?;
    match shared(&visit, &library, &request, &typed).await {
        Ok(address) => Ok(see_other(&address)),
        Err(Error::Refused(refusal)) => match *refusal {
            Refusal::Fields(faults) => mend(&visit, &library, &typed, &faults).await,
            refusal => Err(refusal.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// The form once more, with what was typed and what is wrong with it.
async fn mend(visit: &Visit, library: &Library, typed: &Typed, faults: &[FieldFault]) -> Result<HttpResponse, Problem> {
    let page = fill::page(visit, library, typed, faults).await?;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Shares what was sent and returns the new resource's address; the same form sent twice shares once.
async fn shared(visit: &Visit, library: &Library, request: &HttpRequest, typed: &Typed) -> Result<String, Error> {
    let fields = typed.fields();
    let contents = library.contents(typed.uploads()).await?;
    let hash = request_hash(request, &fields, &contents);
    let answer = library.once(&visit.actor, typed.key(), hash, async || {
        let form = typed.form(&fields).map_err(Refusal::Fields)?;
        let resource = library.share(&visit.actor, form).await?;
        Ok(Answered {
            status: StatusCode::SEE_OTHER.as_u16(),
            location: Some(format!("{}?done=shared", resource.url)),
            body: String::new(),
        })
    });
    Ok(answer.await?.location.unwrap_or_default())
}

/// A key that makes sending the form twice share once.
fn new_key() -> String {
    Id::new().to_string()
}
