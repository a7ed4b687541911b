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
use crate::library::uploads::storage::Unfindable;
use crate::words::pages::PageWords;

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
    pub rows: Vec<UnreadFileRow>,
    /// The next page.
    pub next_url: Option<String>,
}

/// A file.
#[derive(Debug, Clone)]
pub struct UnreadFileRow {
    /// Its form: `PDF`.
    pub format: String,
    /// The resource, or what is said where the reader may not see it.
    pub title: String,
    /// The page that says what is wrong and what helps.
    pub url: Option<String>,
    /// Path, school.
    pub facts: Vec<String>,
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
        rows: found.items.into_iter().map(|file| line(visit.say, file)).collect(),
        next_url: next(urls::FILES, found.next_cursor, &[]),
    })
}

fn line(say: PageWords, file: Unfindable) -> UnreadFileRow {
    let hidden = || say.storage_hidden().to_owned();
    UnreadFileRow {
        format: format(file.kind, file.path.as_deref().unwrap_or_default()),
        url: file.resource.as_ref().map(|shown| urls::findability(shown.id, "")),
        title: file.resource.map_or_else(hidden, |shown| shown.name),
        facts: [file.path, file.school].into_iter().flatten().collect(),
    }
}
