//! The page on the way to another site. A form that was sent may not lead there by itself: our pages' policy lets forms go
//! to this site alone, and browsers hold redirects to it.

use actix_web::HttpResponse;
use askama::Template;

use super::layout::Layout;
use super::page_context::PageContext;
use crate::http::problem::Problem;

/// The page.
#[derive(Debug, Template)]
#[template(path = "leave.html")]
pub struct LeavePage {
    /// The frame.
    pub layout: Layout,
    /// Where it leads.
    pub url: String,
}

/// Sends a browser on.
pub(super) fn page(visit: &PageContext, title: &str, url: String) -> Result<HttpResponse, Problem> {
    let layout = visit.layout(title);
    visit.page(&LeavePage { layout, url })
}
