//! The page that brings a list as a table: sent, looked at row by row, said yes to. Every list uses it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::admin::import_page::{self, Confirm, SHOWN, SheetOfPage, SheetPreview, typed_row};
use super::layout::Link;
use super::page_context::{PageContext, see_other};
use super::urls;
use crate::domain::form_sheet::{FormColumn, FormRow, ID, MAX_ROWS};
use crate::domain::id::PreviewId;
use crate::domain::list_sheet::{ListSheet, RowOutcome, SheetCounts};
use crate::http::api::sheets::{ListSheetQuery, list};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedMultipart};
use crate::library::Library;
use crate::library::sheets::TablePreview;
use crate::words::pages::PageWords;

/// What just happened.
#[derive(Debug, Default, Deserialize)]
pub struct BroughtQuery {
    /// How many things were added.
    pub added: Option<u64>,
    /// How many were changed.
    pub changed: Option<u64>,
}

/// `GET /sheets/{list}`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    name: web::Path<String>,
    query: web::Query<ListSheetQuery>,
    brought: web::Query<BroughtQuery>,
) -> Result<HttpResponse, Problem> {
    let list = list(&name, &query)?;
    let columns = library.sheets.expect_to_bring(&visit.actor, list).await?;
    let mut page = page(&visit, list, columns);
    if let (Some(added), Some(changed)) = (brought.added, brought.changed) {
        page.layout.notice = Some(visit.say.sheet_brought(added, changed));
    }
    page.answer(&visit)
}

/// `POST /sheets/{list}`
pub async fn preview(
    visit: PageContext,
    library: web::Data<Library>,
    name: web::Path<String>,
    query: web::Query<ListSheetQuery>,
    form: ProtectedMultipart,
) -> Result<HttpResponse, Problem> {
    let list = list(&name, &query)?;
    // Whoever may not bring it is told so before the table is received.
    let columns = library.sheets.expect_to_bring(&visit.actor, list).await?;
    let mut page = page(&visit, list, columns);
    let Some(sent) = import_page::receive(form).await? else {
        page.file_fault = Some(visit.say.sheet_none().to_owned());
        return page.answer(&visit);
    };
    match library.sheets.look_at(&visit.actor, list, &sent.name, sent.file).await {
        Ok(found) => page.preview = Some(shown(visit.say, list, sent.name, &found)),
        Err(error) => page.file_fault = Some(import_page::file_fault(&visit, error)?),
    }
    page.answer(&visit)
}

/// `POST /sheets/{list}/{preview}`
pub async fn carry_out(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(String, PreviewId)>,
    query: web::Query<ListSheetQuery>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let (name, preview) = path.into_inner();
    let list = list(&name, &query)?;
    let SheetCounts { added, changed, .. } = library.sheets.carry_out(&visit.actor, list, preview).await?;
    let (added, changed) = (added.to_string(), changed.to_string());
    let told = [("added", &*added), ("changed", &*changed)];
    Ok(see_other(&urls::sheet_with(list, &told)))
}

fn page(visit: &PageContext, list: ListSheet, columns: &'static [FormColumn]) -> SheetOfPage {
    let say = visit.say;
    let (title, back) = about(say, list);
    let headings: Vec<&str> = columns.iter().chain([&ID]).map(FormColumn::heading).collect();
    SheetOfPage {
        layout: visit.layout(title),
        back,
        lead: say.sheet_lead(),
        note: say.sheet_columns(&headings, MAX_ROWS as u64),
        action: urls::sheet(list),
        file_fault: None,
        preview: None,
    }
}

/// What the page of a list is called, and where it leads back to.
fn about(say: PageWords, list: ListSheet) -> (&'static str, Link) {
    match list {
        ListSheet::Companies => (say.companies_import(), Link::new(say.companies(), urls::COMPANIES)),
        ListSheet::CompanyMembers(company) => (
            say.company_people_import(),
            Link::new(say.company_source(), urls::company(company)),
        ),
        ListSheet::TrainingSessions => (
            say.training_import(),
            Link::new(say.training_sessions(), urls::TRAINING),
        ),
        ListSheet::Visits => (say.visits_import(), Link::new(say.visits(), urls::VISITS)),
        ListSheet::Calls => (say.calls_import(), Link::new(say.recognition(), urls::RECOGNITION)),
        ListSheet::Jury(call) => {
            let jury = format!("{}/jury", urls::recognition(call));
            (say.jury_import(), Link::new(say.call_jury(), jury))
        }
        ListSheet::Entries(call) => (say.entries_import(), Link::new(say.entries(), urls::recognition(call))),
        ListSheet::ReviewPaths => (say.paths_import(), Link::new(say.review_paths(), urls::REVIEW_PATHS)),
        ListSheet::Schools => (say.schools_import(), Link::new(say.schools_admin(), urls::SCHOOLS)),
        ListSheet::Synonyms => (say.synonyms_import(), Link::new(say.synonyms(), urls::SYNONYMS)),
        ListSheet::TrainingBases => (
            say.bases_import(),
            Link::new(say.training_bases(), urls::TRAINING_BASES),
        ),
    }
}

fn shown(say: PageWords, list: ListSheet, name: String, found: &TablePreview) -> SheetPreview {
    let faults = &found.sheet.faults;
    let rows = found.sheet.rows.iter().zip(&found.outcomes);
    let changing: Vec<(&FormRow, &RowOutcome)> = rows.filter(|(_, it)| **it != RowOutcome::Nothing).collect();
    let used: Vec<&FormColumn> = found
        .columns
        .iter()
        .filter(|column| changing.iter().any(|(row, _)| row.fields.contains_key(column.field)))
        .collect();
    let cells = |(row, outcome): &(&FormRow, &RowOutcome)| {
        let mut cells = typed_row(row, &used);
        cells.insert(1, say.row_outcome(found.columns, outcome));
        cells
    };
    let left = changing.len().saturating_sub(SHOWN) as u64;
    let is_known = faults.is_empty() && changing.is_empty();
    SheetPreview {
        name,
        facts: say.sheet_counts(found.counts),
        faults: faults.iter().map(|fault| say.form_row_fault(fault)).collect(),
        faults_found: say.faults_found(faults.len() as u64),
        header: [say.sheet_row(), say.sheet_outcome_of_row()]
            .into_iter()
            .chain(used.iter().map(|column| column.heading()))
            .collect(),
        rows: changing.iter().take(SHOWN).map(cells).collect(),
        more: (left > 0).then(|| say.and_more(left)),
        nothing: is_known.then(|| {
            if found.sheet.rows.is_empty() {
                say.sheet_empty()
            } else {
                say.sheet_nothing()
            }
        }),
        confirm: found.id.map(|preview| Confirm {
            action: urls::sheet_preview(list, preview),
            label: say.sheet_carry_out(found.counts.written()),
        }),
        warnings: Vec::new(),
    }
}
