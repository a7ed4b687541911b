//! Looking: what stands at a place of a file, and pictures of its pages.

use std::fs;
use std::ops::Range;

use futures_util::TryStreamExt as _;

use super::find::place;
use super::read::{MAX_READ_BYTES, blob_key};
use super::{Library, synonyms};
use crate::actor::Actor;
use crate::db::{content, entity, resources};
use crate::domain::file::Kind;
use crate::domain::film;
use crate::domain::id::{Id, Sha256};
use crate::domain::page::PageText;
use crate::domain::passage::{Locator, Passage};
use crate::error::{Error, Refusal, Result, Thing};
use crate::search::{self, Marks};

/// Passages of one file that are looked through for a question's words. A book of 2,000 pages fits.
const LOOKED_THROUGH: usize = 2_000;

/// What stands at one place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The place.
    pub at: Locator,
    /// Its text.
    pub text: String,
    /// The place before.
    pub previous: Option<Locator>,
    /// The place after.
    pub next: Option<Locator>,
}

impl Surroundings {
    fn new(previous: Option<Locator>, passage: Passage) -> Self {
        Self {
            at: passage.locator,
            text: passage.text,
            previous,
            next: None,
        }
    }

    /// A long page is kept in several passages.
    fn add(&mut self, text: &str) {
        self.text.push('\n');
        self.text.push_str(text);
    }
}

/// What somebody looks for, ready to be found in any text.
#[derive(Debug)]
pub struct Sought(Option<Marks>);

impl Sought {
    /// The bytes of a text to mark: in order, apart from each other.
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        self.0.as_ref().map(|marks| marks.ranges(text)).unwrap_or_default()
    }

    /// Whether nothing is looked for.
    pub fn is_nothing(&self) -> bool {
        self.0.is_none()
    }
}

impl Library {
    /// Reads what somebody looks for, as the answer to it was read.
    pub fn sought(&self, actor: &Actor, words: &str) -> Sought {
        let is_asked = !words.trim().is_empty();
        Sought(is_asked.then(|| search::marks(words, &self.synonyms.table(synonyms::school(actor)))))
    }

    /// What stands at one place of a file, or at its beginning, with the places around it; `None` when nothing stands
    /// there. What is said in a film may stand in the subtitles beside it.
    pub async fn passage_at(&self, actor: &Actor, file: Id, at: Option<&Locator>) -> Result<Option<Surroundings>> {
        let (file, _) = self.visible_file(actor, file).await?;
        let found = self.stands_at(&file, at).await?;
        let is_spoken = film::PLAYED.contains(&file.kind) && matches!(at, Some(Locator::Time { .. }));
        if found.is_some() || !is_spoken {
            return Ok(found);
        }
        let subtitles = resources::current_of_kinds(self.db.read(), vec![file.resource_id], &film::SUBTITLES).await?;
        for beside in subtitles {
            if !film::is_beside(&beside.path, &file.path) {
                continue;
            }
            if let Some(found) = self.stands_at(&beside, at).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn stands_at(&self, file: &entity::file::Model, at: Option<&Locator>) -> Result<Option<Surroundings>> {
        let mut wanted = at.map(place);
        let mut passages = std::pin::pin!(self.stored_passages(&file.sha256, file.kind).await?);
        let mut before = None;
        let mut found: Option<Surroundings> = None;
        while let Some(passage) = passages.try_next().await? {
            let here = place(&passage.locator);
            let is_wanted = *wanted.get_or_insert_with(|| here.clone()) == here;
            match &mut found {
                Some(around) if is_wanted => around.add(&passage.text),
                Some(around) => {
                    around.next = Some(passage.locator);
                    break;
                }
                None if is_wanted => found = Some(Surroundings::new(before.take(), passage)),
                None => before = Some(passage.locator),
            }
        }
        Ok(found)
    }

    /// The places of a file at which what is looked for stands, in order.
    pub async fn places_of(&self, actor: &Actor, file: Id, sought: &Sought) -> Result<Vec<Locator>> {
        if sought.is_nothing() {
            return Ok(Vec::new());
        }
        let (file, _) = self.visible_file(actor, file).await?;
        let mut passages = std::pin::pin!(self.stored_passages(&file.sha256, file.kind).await?);
        let mut places: Vec<Locator> = Vec::new();
        for _ in 0..LOOKED_THROUGH {
            let Some(passage) = passages.try_next().await? else {
                break;
            };
            let is_new = places.last() != Some(&passage.locator);
            if is_new && !sought.marks(&passage.text).is_empty() {
                places.push(passage.locator);
            }
        }
        Ok(places)
    }

    /// A picture of a page as JPEG, for files whose pages can be painted.
    pub async fn picture(&self, actor: &Actor, file: Id, page: u32, width: u32) -> Result<Vec<u8>> {
        let pages = self
            .pages_of(actor, file)
            .await?
            .ok_or(Refusal::NoSuch(Thing::Picture))?;
        let _turn = self.painting.acquire().await.map_err(Error::unexpected)?;
        self.extractor
            .render_page(pages, page, width)
            .await
            .map_err(|_| Refusal::NoSuch(Thing::Picture).into())
    }

    /// The words of a page and where they stand, for files whose pages can be painted; none for a page that is not there.
    pub async fn page_text(&self, actor: &Actor, file: Id, page: u32) -> Result<Option<PageText>> {
        let Some(pages) = self.pages_of(actor, file).await? else {
            return Ok(None);
        };
        let _turn = self.painting.acquire().await.map_err(Error::unexpected)?;
        Ok(self.extractor.page_text(pages, page).await.ok())
    }

    /// The PDF that a file's pages are painted from.
    async fn pages_of(&self, actor: &Actor, file: Id) -> Result<Option<fs::File>> {
        let (file, _) = self.visible_file(actor, file).await?;
        if file.kind != Kind::Pdf {
            return Ok(None);
        }
        self.open_content(&file.sha256).await.map(Some)
    }

    async fn open_content(&self, sha256: &Sha256) -> Result<fs::File> {
        let blob = content::blob(self.db.read(), sha256).await?;
        let blob = blob.ok_or(Refusal::NoSuch(Thing::File))?;
        let opened = self.blobs.open_file(&blob_key(&blob)?, MAX_READ_BYTES).await;
        opened.map_err(Error::unexpected)
    }
}
