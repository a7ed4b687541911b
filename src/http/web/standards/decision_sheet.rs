//! The page that takes decisions about many follow-ups from a table: sent, looked at, said yes to.

use actix_web::{HttpResponse, web};

use crate::domain::authority::Act;
use crate::domain::id::PreviewId;
use crate::domain::standard::followup::sheet::COLUMNS;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedMultipart};
use crate::http::web::admin::import_page::{self, Confirm, SheetOfPage, form_preview};
use crate::http::web::layout::Link;
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;

/// `GET /standards/followups/import`
pub async fn show(visit: PageContext) -> Result<HttpResponse, Problem> {
    if !visit.actor.may(Act::FollowUp) {
        return Err(Refusal::NotAllowed.into());
    }
    page(&visit).answer(&visit)
}

/// `POST /standards/followups/import`
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
        .standards
        .preview_decisions(&visit.actor, &sent.name, sent.file)
        .await
    {
        Ok(found) => {
            let mut preview = form_preview(visit.say, sent.name, COLUMNS, &found.sheet);
            preview.nothing = preview.nothing.map(|_| visit.say.followups_import_same());
            preview.confirm = found.id.map(|id| Confirm {
                action: format!("{}/{id}", urls::FOLLOWUPS_IMPORT),
                label: visit.say.followups_decide_all(found.sheet.rows.len() as u64),
            });
            page.preview = Some(preview);
        }
        Err(error) => page.file_fault = Some(import_page::file_fault(&visit, error)?),
    }
    page.answer(&visit)
}

/// `POST /standards/followups/import/{preview}`
pub async fn decide(
    visit: PageContext,
    library: web::Data<Library>,
    preview: web::Path<PreviewId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let done = match library.standards.decide_all(&visit.actor, *preview).await {
        Ok(_) => "imported",
        // Back to the list: it shows how things stand.
        Err(Error::Refused(refusal)) if *refusal == Refusal::ChangedMeanwhile => "stale-table",
        Err(error) => return Err(error.into()),
    };
    Ok(see_other(&format!("{}?done={done}", urls::FOLLOWUPS)))
}

fn page(visit: &PageContext) -> SheetOfPage {
    let say = visit.say;
    SheetOfPage {
        layout: visit.layout(say.followups_import()),
        back: Link::new(say.followups(), urls::FOLLOWUPS),
        lead: say.followups_import_lead(),
        note: say.followups_import_note().to_owned(),
        action: urls::FOLLOWUPS_IMPORT.to_owned(),
        file_fault: None,
        preview: None,
    }
}
