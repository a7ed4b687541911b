//! Signing in on the day: what the room shows, and where the code is typed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::domain::id::TrainingSessionId;
use crate::domain::training::fault::TrainingFault;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::FormField;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::{qr, urls};
use crate::library::Library;
use crate::library::training::sessions::TrainingSession;

/// The page that the room shows.
#[derive(Debug, Template)]
#[template(path = "training_code.html")]
pub struct TrainingCodePage {
    /// The frame.
    pub layout: Layout,
    /// Back to the session.
    pub session: Link,
    /// The code in two halves: `1234 5678`.
    pub code: String,
    /// In how many seconds it changes.
    pub seconds: u64,
    /// What telephones read, as SVG.
    pub picture: String,
    /// Shows the code of that moment.
    pub url: String,
}

/// The page where the code is typed.
#[derive(Debug, Template)]
#[template(path = "training_sign_in.html")]
pub struct TrainingSignInPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the session.
    pub session: Link,
    /// Where it is sent.
    pub action: String,
    /// The code.
    pub code: FormField,
}

/// A code in an address or a form.
#[derive(Debug, Default, Deserialize)]
pub struct CodeQuery {
    /// The digits.
    #[serde(default)]
    pub code: String,
}

/// `GET /training/{id}/code`
pub async fn code(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
) -> Result<HttpResponse, Problem> {
    let session = library.training.session(&visit.actor, *id).await?;
    let shown = library.training.code_of_day(&visit.actor, *id).await?;
    let (first, second) = shown.code.split_at(shown.code.len() / 2);
    visit.page(&TrainingCodePage {
        layout: visit.layout(visit.say.training_code()),
        session: Link::new(&session.title, urls::training(*id)),
        code: format!("{first} {second}"),
        seconds: shown.changes_in_seconds,
        picture: qr::picture(&visit.absolute(&shown.url))?,
        url: format!("{}/code", urls::training(*id)),
    })
}

/// `GET /training/{id}/sign-in`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    query: web::Query<CodeQuery>,
) -> Result<HttpResponse, Problem> {
    let session = library.training.session(&visit.actor, *id).await?;
    visit.page(&page(&visit, &session, FormField::of(&query.code)))
}

/// `POST /training/{id}/sign-in`
pub async fn sign_in(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    typed: ProtectedForm<CodeQuery>,
) -> Result<HttpResponse, Problem> {
    let Err(error) = library.training.sign_in(&visit.actor, *id, &typed.code).await else {
        return Ok(see_other(&format!("{}?done=signed", urls::training(*id))));
    };
    let problem = Problem::from(error);
    let may_mend = matches!(problem.refusal(), Some(Refusal::Training(TrainingFault::WrongCode)));
    if !may_mend {
        return Err(problem);
    }
    // A refusal that is answered by the form is still one of the log.
    library.training.note_wrong_code(&visit.actor, *id);
    let said = problem.say(visit.say.lang());
    let fault = format!("{}{}{}", said.title, visit.say.colon(), said.detail);
    let session = library.training.session(&visit.actor, *id).await?;
    let page = page(&visit, &session, FormField::of(&typed.code).faulty(fault));
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn page(visit: &PageContext, session: &TrainingSession, code: FormField) -> TrainingSignInPage {
    TrainingSignInPage {
        layout: visit.layout(visit.say.training_sign_in()),
        session: Link::new(&session.title, urls::training(session.id)),
        action: format!("{}/sign-in", urls::training(session.id)),
        code,
    }
}
