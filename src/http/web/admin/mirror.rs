//! The page of the mirror: what is taken from which hub, what is in conflict, what was offered upstream.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::nav;
use crate::http::problem::Problem;
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::my_resources::HubRemark;
use crate::http::web::page_context::PageContext;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::mirror::overview::{MirrorOverview, MirroredPack, Offered, Titled};
use crate::words::pages::PageWords;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_mirror.html")]
pub struct MirrorPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// The packs that are mirrored.
    pub packs: Vec<MirrorRow>,
    /// Resources that were changed here and at the hub.
    pub conflicts: Vec<MirrorRow>,
    /// Resources that could not be taken.
    pub problems: Vec<MirrorRow>,
    /// What was offered upstream.
    pub offers: Vec<MirrorRow>,
}

/// A pack, a resource or an offer.
#[derive(Debug, Clone)]
pub struct MirrorRow {
    /// Its title, or what is said where the reader may not see it.
    pub title: String,
    /// Its page here.
    pub url: Option<String>,
    /// Hub, version, day.
    pub facts: Vec<String>,
    /// Why the hub refused it or sent it back, or why it could not be taken.
    pub fault: Option<String>,
}

/// `GET /admin/mirror`
pub async fn show(visit: PageContext, library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    let overview = library.mirror.mirror_overview(&visit.actor).await?;
    visit.page(&page(&visit, overview))
}

fn page(visit: &PageContext, overview: MirrorOverview) -> MirrorPage {
    let say = visit.say;
    MirrorPage {
        layout: visit.layout(say.mirror_admin()),
        nav: nav(visit, urls::MIRROR),
        packs: overview.packs.into_iter().map(|pack| of_pack(say, pack)).collect(),
        conflicts: overview
            .conflicts
            .into_iter()
            .map(|row| of_resource(say, row))
            .collect(),
        problems: overview
            .problems
            .into_iter()
            .map(|(row, code)| MirrorRow {
                fault: Some(say.mirror_problem(&code).to_owned()),
                facts: vec![row.id.to_string()],
                ..of_resource(say, row)
            })
            .collect(),
        offers: overview.offers.into_iter().map(|offer| of_offer(say, offer)).collect(),
    }
}

fn of_pack(say: PageWords, pack: MirroredPack) -> MirrorRow {
    let version = (pack.version > 0).then(|| say.version(pack.version));
    MirrorRow {
        title: pack.title,
        url: None,
        facts: [Some(pack.hub), version, Some(pack.at.minute())]
            .into_iter()
            .flatten()
            .collect(),
        fault: None,
    }
}

fn of_resource(say: PageWords, row: Titled) -> MirrorRow {
    MirrorRow {
        url: row.title.is_some().then(|| urls::resource(row.id)),
        title: row.title.unwrap_or_else(|| say.storage_hidden().to_owned()),
        facts: Vec::new(),
        fault: None,
    }
}

fn of_offer(say: PageWords, offer: Offered) -> MirrorRow {
    let remark = HubRemark::of(say, offer.at_hub);
    let mut facts = vec![offer.hub, offer.at.minute()];
    let fault = match remark.heading {
        Some(heading) => Some(format!("{heading}{}{}", say.colon(), remark.text)),
        None if remark.is_fault => Some(remark.text),
        None => {
            facts.push(remark.text);
            None
        }
    };
    MirrorRow {
        facts,
        fault,
        ..of_resource(say, offer.resource)
    }
}
