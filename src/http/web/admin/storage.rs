//! The page of storage: how much is used, and by what.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::nav;
use crate::domain::search::NamedResource;
use crate::http::problem::Problem;
use crate::http::web::format::{bytes, format};
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::PageContext;
use crate::http::web::resource_card::KindMark;
use crate::http::web::{format, urls};
use crate::library::Library;
use crate::library::uploads::storage::{HeldOfKind, Large, SchoolStorage, Storage};
use crate::words::pages::PageWords;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_storage.html")]
pub struct StoragePage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// Figures of the whole: each with its name.
    pub figures: Vec<(String, &'static str)>,
    /// By school.
    pub schools: Vec<SchoolRoom>,
    /// By kind of file.
    pub kinds: Vec<KindRoom>,
    /// The largest resources.
    pub largest: Vec<LargeLine>,
}

/// How much room a school takes.
#[derive(Debug, Clone)]
pub struct SchoolRoom {
    /// Its name.
    pub name: String,
    /// How much of how much.
    pub used: String,
    /// In hundredths, where there is a limit.
    pub hundredths: Option<u64>,
    /// Whether it is nearly used up.
    pub is_tight: bool,
    /// Different files, and their bytes counted once.
    pub facts: Vec<String>,
}

/// How much room files of a kind take.
#[derive(Debug, Clone)]
pub struct KindRoom {
    /// The kind.
    pub label: String,
    /// Their bytes.
    pub bytes: String,
    /// How many there are.
    pub count: String,
    /// In hundredths of the kind that takes most.
    pub hundredths: u64,
}

/// A large resource.
#[derive(Debug, Clone)]
pub struct LargeLine {
    /// Its type.
    pub kind: KindMark,
    /// Its title, or what is said where the reader may not see it.
    pub title: String,
    /// Its page, where the reader may see it.
    pub url: Option<String>,
    /// School, files.
    pub facts: Vec<String>,
    /// Its bytes.
    pub bytes: String,
}

/// `GET /admin/storage`
pub async fn show(visit: PageContext, library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    let say = visit.say;
    let storage = library.uploads.storage(&visit.actor).await?;
    let most = storage.kinds.iter().map(|kind| kind.bytes).max().unwrap_or(0);
    visit.page(&StoragePage {
        layout: visit.layout(say.storage_admin()),
        nav: nav(&visit, urls::STORAGE),
        figures: figures(say, &storage),
        schools: storage.schools.iter().map(|held| school_room(say, held)).collect(),
        kinds: storage.kinds.iter().map(|kind| kind_room(say, *kind, most)).collect(),
        largest: storage
            .largest
            .into_iter()
            .filter(|large| large.bytes > 0)
            .map(|large| large_line(say, large))
            .collect(),
    })
}

fn figures(say: PageWords, storage: &Storage) -> Vec<(String, &'static str)> {
    let total = storage.total.map(|(_, total)| (bytes(total), say.storage_total()));
    let free = storage.free.map(|free| (bytes(free), say.storage_free()));
    [total, free].into_iter().flatten().collect()
}

fn school_room(say: PageWords, held: &SchoolStorage) -> SchoolRoom {
    let room = &held.room;
    let used = bytes(room.used);
    SchoolRoom {
        name: room.school.name.clone(),
        used: match room.quota {
            Some(quota) => say.used_of(&used, &bytes(quota)),
            None => say.used_unlimited(&used),
        },
        hundredths: room.hundredths().map(|used| used.min(100)),
        is_tight: room.is_tight(),
        facts: vec![say.contents(held.contents), say.counted_once(&bytes(held.bytes))],
    }
}

fn kind_room(say: PageWords, held: HeldOfKind, most: u64) -> KindRoom {
    KindRoom {
        label: kind_label(say, held),
        bytes: bytes(held.bytes),
        count: say.contents(held.contents),
        hundredths: held.bytes.saturating_mul(100) / most.max(1),
    }
}

/// A kind by its short name; families without one by what teachers call them.
fn kind_label(say: PageWords, held: HeldOfKind) -> String {
    let short = format(held.kind, "");
    if short == "…" {
        return say.family_of(held.kind).to_owned();
    }
    short
}

fn large_line(say: PageWords, large: Large) -> LargeLine {
    let facts = [large.school, Some(say.files(large.files))];
    LargeLine {
        kind: KindMark::of(say, &large.kind),
        url: large.shown.as_ref().map(|shown| urls::resource(shown.id)),
        title: title(say, large.shown),
        facts: facts.into_iter().flatten().collect(),
        bytes: format::bytes(large.bytes),
    }
}

fn title(say: PageWords, shown: Option<NamedResource>) -> String {
    shown.map_or_else(|| say.storage_hidden().to_owned(), |shown| shown.name)
}
