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
use crate::library::objects::damaged::{AffectedFile, Damaged};
use crate::words::pages::PageWords;

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
    pub rows: Vec<DamageLine>,
    /// The next page.
    pub next_url: Option<String>,
}

/// A content that is lost or damaged.
#[derive(Debug, Clone)]
pub struct DamageLine {
    /// What was found, and when.
    pub found: String,
    /// The files that hold it.
    pub files: Vec<HoldingLine>,
    /// How many more there are, in words.
    pub more: Option<String>,
    /// The hash, for whoever looks for it in a backup.
    pub sha256: String,
}

/// A file that holds it.
#[derive(Debug, Clone)]
pub struct HoldingLine {
    /// The resource, or what is said where the reader may not see it.
    pub title: String,
    /// Its page.
    pub url: Option<String>,
    /// Path, school.
    pub facts: Vec<String>,
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
        rows: found.items.into_iter().map(|damaged| line(say, damaged)).collect(),
        next_url: next(urls::DAMAGE, found.next_cursor, &[]),
    })
}

fn line(say: PageWords, damaged: Damaged) -> DamageLine {
    DamageLine {
        found: say.found_damaged(damaged.found, &damaged.found_at.minute()),
        files: damaged.files.into_iter().map(|file| holding(say, file)).collect(),
        more: (damaged.more > 0).then(|| say.more_holders(damaged.more as u64)),
        sha256: damaged.sha256.hex(),
    }
}

fn holding(say: PageWords, file: AffectedFile) -> HoldingLine {
    HoldingLine {
        url: file.resource.as_ref().map(|shown| urls::resource(shown.id)),
        title: file
            .resource
            .map_or_else(|| say.storage_hidden().to_owned(), |shown| shown.name),
        facts: [file.path, file.school].into_iter().flatten().collect(),
    }
}
