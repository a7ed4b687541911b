//! The page of storage: how much is used, and by what.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::nav;
use crate::http::problem::Problem;
use crate::http::web::format::{bytes, format};
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::PageContext;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::uploads::storage_figures::{HeldOfKind, Large, SchoolStorage, Storage, StorageUsage};
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
    pub schools: Vec<SchoolStorage>,
    /// By kind of file.
    pub kinds: Vec<HeldOfKind>,
    /// The largest resources.
    pub largest: Vec<Large>,
}

/// `GET /admin/storage`
pub async fn show(visit: PageContext, library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    let say = visit.say;
    let storage = library.uploads.storage(&visit.actor).await?;
    visit.page(&StoragePage {
        layout: visit.layout(say.storage_admin()),
        nav: nav(&visit, urls::STORAGE),
        figures: figures(say, &storage),
        schools: storage.schools,
        kinds: storage.kinds,
        largest: storage.largest.into_iter().filter(|large| large.bytes > 0).collect(),
    })
}

fn figures(say: PageWords, storage: &Storage) -> Vec<(String, &'static str)> {
    let total = storage.total.map(|(_, total)| (bytes(total), say.storage_total()));
    let free = storage.free.map(|free| (bytes(free), say.storage_free()));
    [total, free].into_iter().flatten().collect()
}

impl StoragePage {
    fn used(&self, room: &StorageUsage) -> String {
        let (say, used) = (self.layout.say, bytes(room.used));
        match room.quota {
            Some(quota) => say.used_of(&used, &bytes(quota)),
            None => say.used_unlimited(&used),
        }
    }

    /// A kind by its short name; families without one by what teachers call them.
    fn kind_label(&self, held: &HeldOfKind) -> String {
        let short = format(held.kind, "");
        if short == "…" {
            return self.layout.say.family_of(held.kind).to_owned();
        }
        short
    }

    /// How much files of a kind hold, in hundredths of the kind that holds most.
    fn hundredths(&self, held: &HeldOfKind) -> u64 {
        let most = self.kinds.iter().map(|kind| kind.bytes).max().unwrap_or(0);
        held.bytes.saturating_mul(100) / most.max(1)
    }
}
