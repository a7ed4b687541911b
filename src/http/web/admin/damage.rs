//! The page of files whose bytes are lost or damaged.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{nav, next};
use crate::http::problem::Problem;
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::PageContext;
use crate::http::web::page_query::PageQuery;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::objects::damaged::Damaged;

/// How many contents stand on a page.
const PAGE_SIZE: u64 = 50;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_damage.html")]
pub struct DamagePage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// Since when everything else has been verified, in a sentence; for those who see the whole city.
    pub verified: Option<String>,
    /// The contents, those found last first.
    pub rows: Vec<Damaged>,
    /// The next page.
    pub next_url: Option<String>,
}

/// `GET /admin/damage`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let found = library.objects.damaged(&visit.actor, query.cursor(), PAGE_SIZE).await?;
    let say = visit.say;
    let overview = library.administration.overview(&visit.actor).await?;
    visit.page(&DamagePage {
        layout: visit.layout(say.damage_admin()),
        nav: nav(&visit, urls::DAMAGE),
        verified: overview.verified_since.map(|at| say.verified_since(&at.minute())),
        rows: found.items,
        next_url: next(urls::DAMAGE, found.next_cursor, &[]),
    })
}
