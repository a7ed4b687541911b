//! The queue and the decisions of reviews as tables for Excel.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::list_table::{self, ListTable};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::time::Timestamp;
use crate::http::problem::Problem;
use crate::http::spreadsheet::SpreadsheetFormat;
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::reviews::decisions::ReviewDecision;
use crate::library::reviews::queue::{ReviewFilter, SubmittedResource};
use crate::table::SpreadsheetCell;
use crate::words::pages::PageWords;

/// In which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SheetQuery {
    /// `json`, `csv` or `xlsx`; JSON when not given. Tables hold everything, in the language of the request.
    pub format: Option<String>,
}

/// What came of the reviews of the caller's school, or of all for the city's people, newest first.
#[utoipa::path(get, path = "/api/v1/review-decisions", tag = "review", params(SheetQuery, Paging),
    responses((status = 200, body = Page<ReviewDecision>)))]
pub async fn decisions(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<SheetQuery>,
    paging: web::Query<Paging>,
) -> std::result::Result<HttpResponse, Problem> {
    let form = SpreadsheetFormat::parse(query.format.as_deref())?;
    if form == SpreadsheetFormat::Json {
        note_export(&library, &actor, "review-decisions");
        let page = library
            .reviews
            .decisions(&actor, paging.cursor(), paging.limit()?)
            .await?;
        return Ok(HttpResponse::Ok().json(page));
    }
    let (read, asker) = (library.clone(), actor.clone());
    let page = async move |cursor: Option<String>, limit| {
        let cursor = cursor.as_deref();
        read.reviews.decisions(&asker, cursor, limit).await
    };
    let answer = list_table::send(form, decisions_table, page).await?;
    note_export(&library, &actor, "review-decisions");
    Ok(answer)
}

/// The caller's queue as a table; nothing where what it is limited to is unknown.
pub(super) async fn queue(
    library: &Library,
    actor: &Actor,
    wanted: Option<ReviewFilter>,
    form: SpreadsheetFormat,
) -> std::result::Result<HttpResponse, Problem> {
    let (read, asker) = (library.clone(), actor.clone());
    let page = async move |cursor: Option<String>, limit| match &wanted {
        Some(wanted) => read.reviews.reviews(&asker, wanted, cursor.as_deref(), limit).await,
        None => Ok(Page::only(Vec::new())),
    };
    let answer = list_table::send(form, queue_table, page).await?;
    note_export(library, actor, "review-queue");
    Ok(answer)
}

/// Notes who takes along what others wrote.
fn note_export(library: &Library, actor: &Actor, what: &str) {
    let told = AuditChanges::default();
    library
        .audit
        .exported(actor, AuditAction::ReportExport, Some(what.to_owned()), &told);
}

fn queue_table(say: PageWords) -> ListTable<SubmittedResource> {
    let head = [
        say.sheet_title(),
        say.type_of(),
        say.school(),
        say.author(),
        say.scope_label(),
    ]
    .into_iter()
    .chain([
        say.sheet_step(),
        say.sheet_since(),
        say.sheet_due(),
        say.sheet_taken_by(),
    ]);
    ListTable {
        name: say.review_sheet_queue().to_owned(),
        heads: head.map(str::to_owned).collect(),
        row: Box::new(queue_row),
    }
}

fn queue_row(say: PageWords, row: &SubmittedResource) -> Vec<SpreadsheetCell> {
    let (resource, waits) = (&row.resource, row.review.as_ref());
    let kind = crate::domain::resource::resource_type(&resource.metadata.kind).map(|kind| say.kind(kind));
    let step = waits.map(|waits| say.either(&waits.name_zh, &waits.name_en).to_owned());
    let taken_by = waits.and_then(|waits| waits.taken_by.as_ref());
    let cells = [
        Some(resource.metadata.title.clone()),
        kind.map(str::to_owned),
        resource.school.as_ref().map(|school| school.name.clone()),
        Some(resource.owner.name.clone()),
        Some(say.scope(resource.metadata.scope)),
        step,
        waits.map(|waits| waits.since.minute()),
        waits.and_then(|waits| waits.due_at).map(Timestamp::minute),
        taken_by.map(|by| by.name.clone()),
    ];
    cells.map(SpreadsheetCell::text).into()
}

fn decisions_table(say: PageWords) -> ListTable<ReviewDecision> {
    let head = [
        say.sheet_when(),
        say.sheet_title(),
        say.school(),
        say.sheet_version(),
        say.sheet_round(),
    ]
    .into_iter()
    .chain([
        say.sheet_step(),
        say.sheet_outcome(),
        say.sheet_by(),
        say.sheet_on_behalf(),
        say.sheet_note(),
    ]);
    ListTable {
        name: say.review_sheet_decisions().to_owned(),
        heads: head.map(str::to_owned).collect(),
        row: Box::new(decision_row),
    }
}

fn decision_row(say: PageWords, row: &ReviewDecision) -> Vec<SpreadsheetCell> {
    let entry = &row.entry;
    let step_en = entry.step_en.as_deref().unwrap_or_default();
    let step = entry.step_zh.as_deref().map(|zh| say.either(zh, step_en).to_owned());
    vec![
        SpreadsheetCell::Text(entry.at.minute()),
        SpreadsheetCell::text(row.title.clone()),
        SpreadsheetCell::text(row.school.as_ref().map(|school| school.name.clone())),
        SpreadsheetCell::Number(entry.version.into()),
        SpreadsheetCell::Number(entry.round.into()),
        SpreadsheetCell::text(step),
        SpreadsheetCell::Text(say.review_outcome(entry.outcome)),
        SpreadsheetCell::text(entry.by.as_ref().map(|by| by.name.clone())),
        SpreadsheetCell::text(entry.on_behalf.then(|| say.sheet_yes().to_owned())),
        SpreadsheetCell::text(entry.note.clone()),
    ]
}
