//! The page that makes many sessions from a table: sent, looked at, said yes to.

use actix_web::{HttpResponse, web};

use crate::domain::authority::Act;
use crate::domain::form_sheet::{FormColumn, MAX_ROWS};
use crate::domain::id::PreviewId;
use crate::domain::training::session_sheet::COLUMNS;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedMultipart};
use crate::http::web::admin::import_page::{self, Confirm, SheetOfPage, form_preview};
use crate::http::web::layout::Link;
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;

const HERE: &str = "/training/import";

/// `GET /training/import`
pub async fn show(visit: PageContext) -> Result<HttpResponse, Problem> {
    if !visit.actor.may(Act::HoldTraining) {
        return Err(Refusal::NotAllowed.into());
    }
    page(&visit).answer(&visit)
}

/// `POST /training/import`
pub async fn preview(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedMultipart,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&visit);
    let Some(sent) = import_page::receive(form).await? else {
        page.file_fault = Some(visit.say.sheet_none().to_owned());
        return page.answer(&visit);
    };
    match library
        .training
        .preview_sessions(&visit.actor, &sent.name, sent.file)
        .await
    {
        Ok(found) => {
            let mut preview = form_preview(visit.say, sent.name, COLUMNS, &found.sheet);
            preview.confirm = found.id.map(|id| Confirm {
                action: format!("{HERE}/{id}"),
                label: visit.say.training_make_all(found.sheet.rows.len() as u64),
            });
            page.preview = Some(preview);
        }
        Err(error) => page.file_fault = Some(import_page::file_fault(&visit, error)?),
    }
    page.answer(&visit)
}

/// `POST /training/import/{preview}`
pub async fn make(
    visit: PageContext,
    library: web::Data<Library>,
    preview: web::Path<PreviewId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.training.add_sessions(&visit.actor, *preview).await?;
    Ok(see_other(&format!("{}?done=imported", urls::TRAINING)))
}

fn page(visit: &PageContext) -> SheetOfPage {
    let say = visit.say;
    let headings: Vec<&str> = COLUMNS.iter().map(FormColumn::heading).collect();
    SheetOfPage {
        layout: visit.layout(say.training_import()),
        back: Link::new(say.training(), urls::TRAINING),
        lead: say.training_import_lead(),
        note: say.sheet_columns(&headings, MAX_ROWS as u64),
        action: HERE.to_owned(),
        file_fault: None,
        preview: None,
    }
}
