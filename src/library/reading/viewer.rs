//! Looking: what stands at a place of a file, and pictures of its pages.

use std::ops::Range;
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::actor::Actor;
use crate::db::{entity, ocr_corrections, ocr_pages};
use crate::domain::file::Kind;
use crate::domain::film;
use crate::domain::id::FileId;
use crate::domain::page::PageText;
use crate::domain::passage::{self, Locator, Passage};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::reading::Reading;
use crate::library::search::find::place;
use crate::library::synonyms;
use crate::search::{self, Highlighter};

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
pub struct Sought(Option<Highlighter>);

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

impl Reading {
    /// Reads what somebody looks for, as the answer to it was read.
    pub fn sought(&self, actor: &Actor, words: &str) -> Sought {
        let is_asked = !words.trim().is_empty();
        Sought(is_asked.then(|| search::highlighter(words, &self.synonyms.cache().table(synonyms::school(actor)))))
    }

    /// What stands at one place of a file, or at its beginning, with the places around it; `None` when nothing stands
    /// there.
    pub async fn passage_at(&self, actor: &Actor, file: FileId, at: Option<&Locator>) -> Result<Option<Surroundings>> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        self.stands_at(actor, &file, at).await
    }

    async fn stands_at(
        &self,
        actor: &Actor,
        file: &entity::file::Model,
        at: Option<&Locator>,
    ) -> Result<Option<Surroundings>> {
        let found = self.look_for(actor, file, at).await;
        self.texts.or_lose(file, found).await
    }

    async fn look_for(
        &self,
        actor: &Actor,
        file: &entity::file::Model,
        at: Option<&Locator>,
    ) -> Result<Option<Surroundings>> {
        let mut wanted = at.map(place);
        let mut passages = std::pin::pin!(self.texts.stored_passages(actor, &file.sha256, file.kind).await?);
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

    /// The pages of a file on which what is looked for stands, in order.
    pub async fn pages_with(&self, actor: &Actor, file: FileId, sought: &Sought) -> Result<Vec<u32>> {
        if sought.is_nothing() {
            return Ok(Vec::new());
        }
        let (file, _) = self.resources.visible_file(actor, file).await?;
        let mut pages: Vec<u32> = Vec::new();
        for passage in self.pages_text(actor, &file).await? {
            let Some(page) = page_of(&passage.locator) else {
                continue;
            };
            if pages.last() != Some(&page) && !sought.marks(&passage.text).is_empty() {
                pages.push(page);
            }
        }
        Ok(pages)
    }

    /// The page on which a place of a file is to be seen, where its pages can be painted. Running text has no pages of
    /// its own, so its words are looked for.
    pub async fn page_at(&self, actor: &Actor, file: FileId, at: Option<&Locator>) -> Result<u32> {
        match at {
            None => return Ok(1),
            Some(Locator::Page { page } | Locator::Slide { slide: page }) => return Ok(*page),
            Some(_) => {}
        }
        let (file, _) = self.resources.visible_file(actor, file).await?;
        let Some(found) = self.stands_at(actor, &file, at).await? else {
            return Ok(1);
        };
        let pages = self.pages_text(actor, &file).await?;
        let nearest = passage::nearest(&found.text, pages.iter().map(|page| page.text.as_str()));
        Ok(nearest.and_then(|index| page_of(&pages[index].locator)).unwrap_or(1))
    }

    /// The text of the pages that a file is shown as, as far as it is looked through.
    async fn pages_text(&self, actor: &Actor, file: &entity::file::Model) -> Result<Vec<Passage>> {
        if file.kind != Kind::Pdf {
            return self.text_of_pages(actor, file).await;
        }
        let looked = async {
            let passages = self.texts.stored_passages(actor, &file.sha256, file.kind).await?;
            passages.take(LOOKED_THROUGH).try_collect().await
        };
        self.texts.or_lose(file, looked.await).await
    }

    /// The subtitles in a file, one by one, with their times.
    pub async fn subtitles(&self, actor: &Actor, file: FileId) -> Result<Vec<Passage>> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        if !film::PLAYED.contains(&file.kind) && !film::SUBTITLES.contains(&file.kind) {
            return Err(Refusal::NoSuch(Thing::File).into());
        }
        if let Some(heard) = self.heard_cues(actor, &file).await? {
            return Ok(heard);
        }
        let content = self.open_content(&file.sha256).await?;
        let content = content.ok_or(Refusal::NoSuch(Thing::File))?;
        let _permit = self.looking.acquire(actor).await?;
        let mut cues = Vec::new();
        self.programs
            .extractor
            .cues(content, file.kind, |cue| cues.push(cue))
            .await;
        Ok(cues)
    }

    /// The words of a page and where they stand, for files whose pages can be painted; none for a page that is not there.
    pub async fn page_text(&self, actor: &Actor, file: FileId, page: u32) -> Result<Option<Arc<PageText>>> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        let key = (
            file.sha256.clone(),
            file.kind,
            page,
            self.picture_changed(&file, page).await?,
        );
        if let Some(text) = self.page_texts.get(&key) {
            return Ok(Some(text));
        }
        let Some(text) = self.words_of(actor, &file, page).await? else {
            return Ok(None);
        };
        let text = Arc::new(text);
        self.page_texts.insert(key, Arc::clone(&text), text.memory_bytes());
        Ok(Some(text))
    }

    /// When what a machine read on a page last changed, so that nobody is shown what stood there before.
    async fn picture_changed(&self, file: &entity::file::Model, page: u32) -> Result<Timestamp> {
        let Ok(page) = i32::try_from(page) else {
            return Ok(Timestamp(0));
        };
        let conn = self.db.read();
        let read = ocr_pages::find(conn, &file.sha256, file.kind, page).await?;
        let corrected = ocr_corrections::find(conn, &file.sha256, file.kind, page).await?;
        let read = read.map(|row| row.updated_at);
        Ok(read.max(corrected.map(|row| row.updated_at)).unwrap_or(Timestamp(0)))
    }

    /// The words of a page: as they were recognised in its picture, else as the PDF says.
    async fn words_of(&self, actor: &Actor, file: &entity::file::Model, page: u32) -> Result<Option<PageText>> {
        let Some(pages) = self.painted(file).await? else {
            return Ok(None);
        };
        // A picture on a slide is not its page: where its lines stand there is not known.
        let recognised = match file.kind {
            Kind::Pdf => self.recognised_page(&file.sha256, file.kind, page).await?,
            _ => None,
        };
        let _permit = self.looking.acquire(actor).await?;
        let Ok(text) = self.programs.extractor.page_text(pages, page).await else {
            return Ok(None);
        };
        let layer = recognised.map(|lines| lines.text_layer(text.width, text.pages));
        Ok(Some(layer.unwrap_or(text)))
    }
}

fn page_of(at: &Locator) -> Option<u32> {
    match at {
        Locator::Page { page } => Some(*page),
        _ => None,
    }
}
