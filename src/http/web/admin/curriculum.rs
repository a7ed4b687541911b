//! The page that imports the curriculum: a table is sent, previewed and confirmed.

use actix_web::{HttpResponse, web};

use super::import_page::{self, Confirm, SHOWN, SheetPage, SheetPreview};
use super::nav;
use crate::domain::authority::Act;
use crate::domain::id::PreviewId;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedMultipart};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::page_query::PageQuery;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::curriculum::catalogue::RowCounts;
use crate::library::curriculum::catalogue::preview::{CatalogueChange, CataloguePreview, EntityLevel, RowChangeKind};
use crate::words::pages::PageWords;

/// `GET /admin/curriculum`
pub async fn show(visit: PageContext, query: web::Query<PageQuery>) -> Result<HttpResponse, Problem> {
    if !visit.actor.may(Act::Operate) {
        return Err(Refusal::NotAllowed.into());
    }
    let mut page = page(&visit);
    page.layout.notice = query.done.as_ref().map(|_| visit.say.curriculum_done().to_owned());
    visit.page(&page)
}

/// `POST /admin/curriculum`
pub async fn preview(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedMultipart,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&visit);
    let Some(sent) = import_page::receive(form).await? else {
        page.file_fault = Some(visit.say.sheet_none().to_owned());
        return import_page::answer(&visit, &page);
    };
    match library
        .curriculum
        .preview_catalogue(&visit.actor, &sent.name, sent.file)
        .await
    {
        Ok(found) => page.preview = Some(shown(&visit, sent.name, &found)),
        Err(error) => page.file_fault = Some(import_page::file_fault(&visit, error)?),
    }
    import_page::answer(&visit, &page)
}

/// `POST /admin/curriculum/{id}`
pub async fn import(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PreviewId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.curriculum.import_previewed(&visit.actor, *id).await?;
    Ok(see_other("/admin/curriculum?done=imported"))
}

fn page(visit: &PageContext) -> SheetPage {
    let say = visit.say;
    SheetPage {
        layout: visit.layout(say.curriculum_admin()),
        nav: nav(visit, urls::CURRICULUM),
        lead: say.curriculum_lead(),
        note: say.curriculum_note(),
        accept: ".json,.xlsx,.xls,.et,.ods,.csv",
        action: urls::CURRICULUM,
        file_fault: None,
        preview: None,
    }
}

fn shown(visit: &PageContext, name: String, found: &CataloguePreview) -> SheetPreview {
    let say = visit.say;
    let faults = &found.faults.0;
    let left = found.changes.len().saturating_sub(SHOWN) as u64;
    let is_nothing = found.changes.is_empty() && faults.is_empty();
    let facts = if faults.is_empty() {
        facts(say, found)
    } else {
        Vec::new()
    };
    SheetPreview {
        name,
        facts,
        warnings: found
            .counts
            .departs
            .iter()
            .map(|left| say.import_departs(&left.major, left.number, &left.title))
            .collect(),
        faults: faults
            .iter()
            .map(|fault| say.lang().pick(fault.zh(), fault.en()))
            .collect(),
        faults_found: say.faults_found(faults.len() as u64),
        header: vec![
            say.column_fate(),
            say.column_rank(),
            say.column_code(),
            say.column_what(),
        ],
        rows: found
            .changes
            .iter()
            .take(SHOWN)
            .map(|change| row(say, change))
            .collect(),
        more: (left > 0).then(|| say.and_more(left)),
        nothing: is_nothing.then(|| say.sheet_nothing()),
        confirm: found.id.map(|id| Confirm {
            action: format!("{}/{id}", urls::CURRICULUM),
            label: say.curriculum_go().to_owned(),
        }),
    }
}

fn facts(say: PageWords, found: &CataloguePreview) -> Vec<String> {
    let counted = |what, counts: RowCounts| say.counted(what, counts.new, counts.changed, counts.same);
    vec![
        counted(say.major(), found.counts.majors),
        counted(say.course(), found.counts.courses),
        counted(say.task(), found.counts.tasks),
    ]
}

fn row(say: PageWords, change: &CatalogueChange) -> Vec<String> {
    let fate = match (change.fate, &change.replaced_by) {
        (RowChangeKind::Retired, Some(code)) => say.replaced_by(code),
        (RowChangeKind::Retired, None) => say.fate_retired().to_owned(),
        (RowChangeKind::Changed, _) => say.fate_changed().to_owned(),
        (RowChangeKind::Added, _) => say.fate_added().to_owned(),
    };
    let rank = match change.rank {
        EntityLevel::Major => say.major(),
        EntityLevel::Course => say.course(),
        EntityLevel::Task => say.task(),
    };
    vec![
        fate,
        rank.to_owned(),
        change.code.clone().unwrap_or_default(),
        change.name.clone(),
    ]
}
