//! The page of files that no search by their words finds.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{nav, next};
use crate::http::problem::Problem;
use crate::http::web::format::format;
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::PageContext;
use crate::http::web::page_query::PageQuery;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::uploads::storage_figures::Unfindable;

/// How many files stand on a page.
const PAGE_SIZE: u64 = 50;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_files.html")]
pub struct FilesPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// The files, newest first.
    pub rows: Vec<Unfindable>,
    /// The next page.
    pub next_url: Option<String>,
}

/// `GET /admin/files`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let found = library
        .uploads
        .unfindable(&visit.actor, query.cursor(), PAGE_SIZE)
        .await?;
    visit.page(&FilesPage {
        layout: visit.layout(visit.say.files_admin()),
        nav: nav(&visit, urls::FILES),
        rows: found.items,
        next_url: next(urls::FILES, found.next_cursor, &[]),
    })
}

impl FilesPage {
    /// A file's form: `PDF`.
    fn format(file: &Unfindable) -> String {
        format(file.kind, file.path.as_deref().unwrap_or_default())
    }
}
