//! The words and the table of a draft.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value};

use super::version;
use crate::domain::id::StandardId;
use crate::domain::standard::{StandardForm, StandardState};
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedForm, ProtectedMultipart};
use crate::http::web::admin::import_page;
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFaults, TypedFields, texts, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::standards::StandardView;

/// The fields of the form besides the major.
const FIELDS: [&str; 5] = ["title", "issued_no", "effective_on", "document", "notes"];

/// The form.
#[derive(Debug, Template)]
#[template(path = "standard_edit.html")]
pub struct StandardEditPage {
    /// The frame.
    pub layout: Layout,
    /// Back to where one came from.
    pub back: Link,
    /// Where the form is sent.
    pub action: String,
    /// The revision that is changed.
    pub seen: i64,
    /// What the button says.
    pub go: &'static str,
    /// The majors to choose from, of a new draft.
    pub majors: Vec<Choice>,
    /// What is wrong with the major.
    pub major_fault: Option<String>,
    /// The title.
    pub title: FormField,
    /// The document's number.
    pub issued_no: FormField,
    /// The day from which it holds.
    pub effective_on: FormField,
    /// The resource that holds the document.
    pub document: FormField,
    /// What else is to be known.
    pub notes: FormField,
}

/// `GET /standards/new`
pub async fn new(visit: PageContext, library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    if !library.standards.may_edit(&visit.actor) {
        return Err(Refusal::NotAllowed.into());
    }
    let page = page(&visit, &library, None, &TypedFields::default(), &TypedFaults::default()).await?;
    visit.page(&page)
}

/// `POST /standards`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let mut fields = json(&typed);
    fields.extend(texts(&typed, &["major"]));
    fields.retain(|_, value| !value.is_null());
    let added = match StandardForm::parse(&fields) {
        Ok(form) => library.standards.add(&visit.actor, form).await,
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match added {
        Ok(view) => Ok(see_other(&format!("{}?done=added", urls::standard(view.standard.id)))),
        Err(error) => again(&visit, &library, None, &typed, error).await,
    }
}

/// `GET /standards/{id}/edit`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<StandardId>,
) -> Result<HttpResponse, Problem> {
    let view = draft(&visit, &library, *id).await?;
    let standard = &view.standard;
    let text = |text: Option<String>| text.unwrap_or_default();
    let typed: TypedFields = [
        ("title", standard.title.clone()),
        ("issued_no", text(standard.issued_no.clone())),
        ("effective_on", text(standard.effective_on.map(|day| day.to_string()))),
        (
            "document",
            text(standard.document.as_ref().map(|it| it.resource.to_string())),
        ),
        ("notes", text(standard.notes.clone())),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let page = page(&visit, &library, Some(&view), &typed, &TypedFaults::default()).await?;
    visit.page(&page)
}

/// `POST /standards/{id}`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<StandardId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let seen = value(&typed, "seen").parse().unwrap_or_default();
    match library.standards.edit(&visit.actor, *id, seen, &json(&typed)).await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", urls::standard(*id)))),
        Err(error) => {
            let view = draft(&visit, &library, *id).await?;
            again(&visit, &library, Some(&view), &typed, error).await
        }
    }
}

/// `POST /standards/{id}/table`
pub async fn put_table(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<StandardId>,
    form: ProtectedMultipart,
) -> Result<HttpResponse, Problem> {
    let seen = library.standards.revision(&visit.actor, *id).await?;
    let Some(sent) = import_page::receive(form).await? else {
        let fault = visit.say.sheet_none().to_owned();
        return version::faulty(&visit, &library, *id, Some(fault), Vec::new()).await;
    };
    let Err(error) = library.standards.put_table(&visit.actor, *id, seen, sent.file).await else {
        return Ok(see_other(&format!("{}?done=table", urls::standard(*id))));
    };
    match error {
        Error::Refused(refusal) => match *refusal {
            Refusal::Fields(faults) => {
                let lang = visit.say.lang();
                let named = faults.iter().map(|fault| fault.kind.say(lang)).collect();
                version::faulty(&visit, &library, *id, None, named).await
            }
            other => {
                let fault = import_page::file_fault(&visit, other.into())?;
                version::faulty(&visit, &library, *id, Some(fault), Vec::new()).await
            }
        },
        error => Err(error.into()),
    }
}

/// `POST /standards/{id}/remove`
pub async fn remove(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<StandardId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let seen = value(&typed, "seen").parse().unwrap_or_default();
    library.standards.remove(&visit.actor, *id, seen).await?;
    Ok(see_other(&format!("{}?done=removed", urls::STANDARDS)))
}

/// A draft, for those who work on it.
async fn draft(visit: &PageContext, library: &Library, id: StandardId) -> Result<StandardView, Problem> {
    if !library.standards.may_edit(&visit.actor) {
        return Err(Refusal::NotAllowed.into());
    }
    let view = library.standards.standard(&visit.actor, id).await?;
    if view.standard.state != StandardState::Draft {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    Ok(view)
}

/// What was typed, as the interface takes it.
fn json(typed: &TypedFields) -> Map<String, Value> {
    texts(typed, &FIELDS)
}

async fn page(
    visit: &PageContext,
    library: &Library,
    open: Option<&StandardView>,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> Result<StandardEditPage, Problem> {
    let say = visit.say;
    let field = |name: &str| faults.field(name, value(typed, name));
    let majors = match open {
        Some(_) => Vec::new(),
        None => super::majors(library, None, value(typed, "major")).await?,
    };
    let (title, back, action, go) = match open {
        Some(view) => {
            let url = urls::standard(view.standard.id);
            let back = Link::new(&view.standard.title, &url);
            (say.standard_edit(), back, url, say.save_changes())
        }
        None => {
            let back = Link::new(say.standards(), urls::STANDARDS);
            (
                say.standard_new(),
                back,
                urls::STANDARDS.to_owned(),
                say.standard_make(),
            )
        }
    };
    Ok(StandardEditPage {
        layout: visit.layout(title),
        back,
        action,
        seen: open.map_or(0, |view| view.standard.revision),
        go,
        majors,
        major_fault: field("major").fault,
        title: field("title"),
        issued_no: field("issued_no"),
        effective_on: field("effective_on"),
        document: field("document"),
        notes: field("notes"),
    })
}

/// Shows the form once more with what was typed and what is wrong with it.
async fn again(
    visit: &PageContext,
    library: &Library,
    open: Option<&StandardView>,
    typed: &TypedFields,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let faults = TypedFaults::of(Problem::from(error), visit.say, "title")?;
    let page = page(visit, library, open, typed, &faults).await?;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
