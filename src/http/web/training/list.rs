//! The page that brings a list of who took part: sent, looked at, said yes to.

use actix_web::{HttpResponse, web};

use crate::domain::id::{PreviewId, TrainingSessionId};
use crate::domain::training::list::ListRow;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedMultipart};
use crate::http::web::admin::import_page::{self, Confirm, SHOWN, SheetOfPage, SheetPreview};
use crate::http::web::layout::Link;
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::training::list::ListPreview;
use crate::library::training::sessions::TrainingSession;

/// `GET /training/{id}/people/import`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
) -> Result<HttpResponse, Problem> {
    let session = library.training.session(&visit.actor, *id).await?;
    if !library.training.may_hold(&visit.actor, &session) {
        return Err(Refusal::NotAllowed.into());
    }
    visit.page(&page(&visit, &session))
}

/// `POST /training/{id}/people/import`
pub async fn preview(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    form: ProtectedMultipart,
) -> Result<HttpResponse, Problem> {
    let session = library.training.session(&visit.actor, *id).await?;
    let mut page = page(&visit, &session);
    let Some(sent) = import_page::receive(form).await? else {
        page.file_fault = Some(visit.say.sheet_none().to_owned());
        return page.answer(&visit);
    };
    match library
        .training
        .preview_list(&visit.actor, *id, &sent.name, sent.file)
        .await
    {
        Ok(found) => page.preview = Some(shown(&visit, &session, sent.name, &found)),
        Err(error) => page.file_fault = Some(import_page::file_fault(&visit, error)?),
    }
    page.answer(&visit)
}

/// `POST /training/{id}/people/import/{preview}`
pub async fn count(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(TrainingSessionId, PreviewId)>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let (id, preview) = path.into_inner();
    library.training.count_list(&visit.actor, id, preview).await?;
    Ok(see_other(&format!("{}/people?done=counted", urls::training(id))))
}

fn page(visit: &PageContext, session: &TrainingSession) -> SheetOfPage {
    let people = format!("{}/people", urls::training(session.id));
    SheetOfPage {
        lead: visit.say.list_lead(),
        note: visit.say.list_note().to_owned(),
        layout: visit.layout(visit.say.list_bring()),
        action: format!("{people}/import"),
        back: Link::new(&session.title, people),
        file_fault: None,
        preview: None,
    }
}

fn shown(visit: &PageContext, session: &TrainingSession, name: String, found: &ListPreview) -> SheetPreview {
    let say = visit.say;
    let (rows, faults) = (&found.list.rows, &found.list.faults);
    let row = |row: &ListRow| {
        vec![
            row.row.to_string(),
            row.name.clone(),
            row.display.clone().unwrap_or_default(),
            row.hours.unwrap_or(session.hours).to_string(),
        ]
    };
    let left = rows.len().saturating_sub(SHOWN) as u64;
    let count = rows.len() as u64;
    SheetPreview {
        name,
        facts: vec![say.training_people(count)],
        warnings: Vec::new(),
        faults: faults.iter().map(|fault| say.list_fault(fault)).collect(),
        faults_found: say.faults_found(faults.len() as u64),
        header: vec![
            say.sheet_row(),
            say.login_name(),
            say.display_name(),
            say.training_hours(),
        ],
        rows: rows.iter().take(SHOWN).map(row).collect(),
        more: (left > 0).then(|| say.and_more(left)),
        nothing: (rows.is_empty() && faults.is_empty()).then(|| say.sheet_empty()),
        confirm: found.id.map(|preview| Confirm {
            action: format!("{}/people/import/{preview}", urls::training(session.id)),
            label: say.list_count(count),
        }),
    }
}
