//! The page that opens many accounts from a table.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::import_page::{self, Confirm, SHOWN, SheetPage, SheetPreview};
use super::nav;
use super::one_time_passwords::OneTimePasswords;
use crate::domain::id::PreviewId;
use crate::domain::roster::RosterRow;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedMultipart};
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::PageContext;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::accounts::bulk_create::RosterPreview;

/// The accounts that were opened, with their passwords for once.
#[derive(Debug, Template)]
#[template(path = "admin_opened.html")]
pub struct OpenedPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// The passwords.
    pub given: OneTimePasswords,
}

/// `GET /admin/accounts/import`
pub async fn show(visit: PageContext) -> Result<HttpResponse, Problem> {
    if visit.gives_roles().is_empty() {
        return Err(Refusal::NotAllowed.into());
    }
    visit.page(&page(&visit))
}

/// `POST /admin/accounts/import`
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
        .accounts
        .preview_accounts(&visit.actor, &sent.name, sent.file)
        .await
    {
        Ok(found) => page.preview = Some(shown(&visit, sent.name, &found)),
        Err(error) => page.file_fault = Some(import_page::file_fault(&visit, error)?),
    }
    import_page::answer(&visit, &page)
}

/// `POST /admin/accounts/import/{id}`
pub async fn open(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PreviewId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let opened = library.accounts.open_accounts(&visit.actor, *id).await?;
    visit.page(&OpenedPage {
        layout: visit.layout(visit.say.roster_opened()),
        nav: nav(&visit, urls::ACCOUNTS),
        given: OneTimePasswords::of(visit.say, opened, library.clock().now())?,
    })
}

fn page(visit: &PageContext) -> SheetPage {
    let say = visit.say;
    SheetPage {
        layout: visit.layout(say.roster()),
        nav: nav(visit, urls::ACCOUNTS),
        lead: say.roster_lead(),
        note: say.roster_note(),
        accept: ".xlsx,.xls,.et,.ods,.csv",
        action: urls::ROSTER,
        file_fault: None,
        preview: None,
    }
}

fn shown(visit: &PageContext, name: String, found: &RosterPreview) -> SheetPreview {
    let say = visit.say;
    let lines = &found.roster.lines;
    let faults = &found.roster.faults;
    let row = |line: &RosterRow| {
        vec![
            line.row.to_string(),
            line.form.name.clone(),
            line.form.display.clone().unwrap_or_default(),
            say.role(line.form.role),
        ]
    };
    let left = lines.len().saturating_sub(SHOWN) as u64;
    let count = lines.len() as u64;
    SheetPreview {
        name,
        facts: vec![say.account_count(count)],
        warnings: Vec::new(),
        faults: faults.iter().map(|fault| say.roster_fault(fault)).collect(),
        faults_found: say.faults_found(faults.len() as u64),
        header: vec![say.sheet_row(), say.login_name(), say.display_name(), say.role_label()],
        rows: lines.iter().take(SHOWN).map(row).collect(),
        more: (left > 0).then(|| say.and_more(left)),
        nothing: (lines.is_empty() && faults.is_empty()).then(|| say.sheet_empty()),
        confirm: found.id.map(|id| Confirm {
            action: format!("{}/{id}", urls::ROSTER),
            label: say.open_all(count),
        }),
    }
}
