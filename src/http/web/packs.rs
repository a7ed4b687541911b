//! The list of packs.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::highlighted::Highlighted;
use super::layout::{Layout, Tab};
use super::page_context::PageContext;
use super::page_query::PageQuery;
use super::resource_card::{KindMark, ResourceCard, StatusMark, count};
use super::{format, urls};
use crate::domain::pack::BuildState;
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::packs::{Pack, PackFilter, PackStatus, PackVersion};
use crate::words::pages::PageWords;

/// How many packs stand on a page.
const PAGE_SIZE: u64 = 20;
/// The most characters of a description in the list.
const SHORT: usize = 120;

/// The list.
#[derive(Debug, Template)]
#[template(path = "packs.html")]
pub struct PacksPage {
    /// The frame.
    pub layout: Layout,
    /// All and one's own, for those who can have some.
    pub tabs: Vec<Tab>,
    /// The packs, newest first.
    pub rows: Vec<PackRow>,
    /// What is said when there are none.
    pub nothing: &'static str,
    /// The next page.
    pub next_url: Option<String>,
}

/// A pack in the list.
#[derive(Debug, Clone)]
pub struct PackRow {
    /// Title, school, version, size, day.
    pub card: ResourceCard,
    /// The beginning of its description.
    pub description: Option<String>,
}

/// Which packs.
#[derive(Debug, Default, Deserialize)]
pub struct PacksPageQuery {
    /// `1`: only one's own.
    pub mine: Option<String>,
    /// Which part of the list, and what just happened.
    #[serde(flatten)]
    pub at: PageQuery,
}

/// `GET /packs`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<PacksPageQuery>,
) -> Result<HttpResponse, Problem> {
    let mine = query.mine.as_deref() == Some("1");
    if mine && visit.actor.id().is_none() {
        return Err(Refusal::NotSignedIn.into());
    }
    let filter = PackFilter {
        owner: visit.actor.id().filter(|_| mine),
        ..PackFilter::default()
    };
    let page = library
        .packs
        .packs(&visit.actor, &filter, query.at.cursor(), PAGE_SIZE)
        .await?;
    let say = visit.say;
    let mine_mark = if mine { "1" } else { "" };
    let mut layout = visit.layout(say.packs());
    layout.notice = (query.at.done.as_deref() == Some("removed")).then(|| say.done_pack_removed().to_owned());
    visit.page(&PacksPage {
        layout,
        tabs: if visit.may_share() { tabs(say, mine) } else { Vec::new() },
        rows: page.items.iter().map(|pack| row(say, pack)).collect(),
        nothing: if visit.actor.account.is_some() {
            say.packs_empty_more()
        } else {
            say.packs_empty_guest()
        },
        next_url: page
            .next_cursor
            .map(|cursor| urls::with_query(urls::PACKS, &[("mine", mine_mark), ("cursor", &cursor)])),
    })
}

fn tabs(say: PageWords, mine: bool) -> Vec<Tab> {
    let tab = |label: &str, mark: &str, is_here| Tab {
        label: label.to_owned(),
        url: urls::with_query(urls::PACKS, &[("mine", mark)]),
        is_here,
    };
    vec![tab(say.packs_all(), "", !mine), tab(say.packs_mine(), "1", mine)]
}

fn row(say: PageWords, pack: &Pack) -> PackRow {
    PackRow {
        card: card(say, pack),
        description: shortened(&pack.description),
    }
}

/// A pack as lists show it.
pub(super) fn card(say: PageWords, pack: &Pack) -> ResourceCard {
    let newest = pack.newest.as_ref().filter(|newest| newest.state == BuildState::Ready);
    ResourceCard {
        url: pack.url.clone(),
        title: Highlighted::plain(&pack.title),
        // A pack has no type of resource; the seal says what it is, and the words whom it is for.
        kind: KindMark {
            seal: "包",
            label: say.scope(pack.scope),
        },
        facts: facts(say, pack, newest),
        status: status(say, pack.status),
        ai: None,
    }
}

fn facts(say: PageWords, pack: &Pack, newest: Option<&PackVersion>) -> Vec<String> {
    let facts = [
        pack.school.as_ref().map(|school| school.name.clone()),
        newest.map(|newest| say.version(newest.number)),
        newest.map(|newest| say.files(count(newest.items))),
        newest.map(|newest| format::bytes(count(newest.bytes))),
        newest.and_then(|newest| newest.published_at).map(Timestamp::day),
    ];
    facts.into_iter().flatten().collect()
}

/// The mark of a pack that is not plainly published.
pub(super) fn status(say: PageWords, status: PackStatus) -> Option<StatusMark> {
    match status {
        PackStatus::Published => None,
        PackStatus::Draft => Some(StatusMark::of(say, Status::Draft)),
        PackStatus::Withdrawn => Some(StatusMark::of(say, Status::Withdrawn)),
    }
}

fn shortened(description: &str) -> Option<String> {
    let line = description.lines().map(str::trim).find(|line| !line.is_empty())?;
    if line.chars().count() <= SHORT {
        return Some(line.to_owned());
    }
    let begin: String = line.chars().take(SHORT).collect();
    Some(format!("{begin}…"))
}
