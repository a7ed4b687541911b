//! Reading: the text is taken out of each content, and pages, films and passages of it are shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::blob::Blobs;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::file::Kind;
use crate::domain::id::Sha256;
use crate::domain::page::PageText;
use crate::domain::time::Timestamp;
use crate::extract::Extractor;
use crate::extract::FilmMaker;
use crate::extract::OcrReader;
use crate::extract::OfficeConverter;
use crate::extract::SpeechRecognizer;
use crate::library::AT_ONCE;
use crate::library::Base;
use crate::library::QUEUE;
use crate::library::Rules;
use crate::library::SHARE;
use crate::library::audit::Audit;
use crate::library::key_lock::KeyLocks;
use crate::library::limiter::Limiter;
use crate::library::lru_cache::LruCache;
use crate::library::objects::Objects;
use crate::library::reading::page_pictures::PagePicture;
use crate::library::resources::Resources;
use crate::library::signals::Signals;
use crate::library::synonyms::SynonymStore;
use crate::library::texts::Texts;

pub mod archive_entry;
pub mod corrections;
mod extraction;
pub mod file_suggestion;
pub mod films;
pub(in crate::library) mod ocr;
mod ocr_queue;
pub mod office_pages;
mod page_pictures;
mod pdf_writer;
mod recognised_text;
mod remote_work;
mod searchable_pdf;
pub mod speech;
mod speech_corrections;
pub mod viewer;

/// What a picture shows: content, kind, page and width.
type PictureKey = (Sha256, Kind, u32, u32);
/// The words of which page: content, kind, page, and when a machine last read it or somebody put it right.
type PageTextKey = (Sha256, Kind, u32, Timestamp);
/// Pictures of pages, and which could not be painted.
type Pictures = LruCache<PictureKey, PagePicture>;

/// What the cache of painted pages may take: some five hundred.
const PICTURES_BYTES: usize = 32 << 20;
/// What the cache of documents' first lines may take: some two thousand.
const FIRST_LINES_BYTES: usize = 512 << 10;
/// What the cache of the words of pages may take.
const PAGE_TEXTS_BYTES: usize = 8 << 20;

/// The programs that read files: our own reader, and those of other people where the machine has them.
#[derive(Debug, Clone)]
pub struct Programs {
    /// Reads files, in a child of this binary.
    pub extractor: Arc<Extractor>,
    /// Reads pictures of text, where that is wanted and the program can.
    pub ocr: Option<Arc<OcrReader>>,
    /// Makes pages of Office files.
    pub office: Option<Arc<OfficeConverter>>,
    /// Makes pictures and copies of films.
    pub film_maker: Option<Arc<FilmMaker>>,
    /// Hears what is said in films.
    pub speech: Option<Arc<SpeechRecognizer>>,
}

impl Programs {
    /// The number of the models that pages are read with; none where none are.
    pub fn ocr_model(&self) -> Option<u32> {
        self.ocr.as_ref().map(|_| ocr::OCR_MODEL)
    }
}

/// Extraction, and what is shown of a file: its pages, films, passages, members.
#[derive(Debug, Clone)]
pub struct Reading {
    db: Db,
    clock: Clock,
    signals: Signals,
    audit: Audit,
    rules: Arc<Rules>,
    blobs: Blobs,
    objects: Arc<Objects>,
    resources: Arc<Resources>,
    texts: Arc<Texts>,
    synonyms: Arc<SynonymStore>,
    /// What other programs of this machine make.
    programs: Programs,
    /// Bounds how many pages are painted side by side.
    painting: Arc<Limiter>,
    /// Lets one page be painted once, however many ask for it meanwhile.
    painting_keys: Arc<KeyLocks<PictureKey>>,
    /// Bounds how many files are looked into for words that somebody waits for: subtitles, first lines, words of pages.
    looking: Arc<Limiter>,
    /// Pictures of pages that people looked at lately.
    pictures: Arc<Pictures>,
    /// The first lines of documents that were looked at to suggest something for them.
    first_lines: Arc<LruCache<(Sha256, Kind), Vec<String>>>,
    /// Words of such pages.
    page_texts: Arc<LruCache<PageTextKey, PageText>>,
    /// Bounds how many members of archives are unpacked side by side: each is a process.
    unpacking: Arc<Limiter>,
    /// Whether another machine has asked for films to hear.
    is_heard_for: Arc<AtomicBool>,
}

impl Reading {
    pub(super) fn new(
        base: &Base,
        objects: Arc<Objects>,
        resources: Arc<Resources>,
        texts: Arc<Texts>,
        synonyms: Arc<SynonymStore>,
        programs: Programs,
    ) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            signals: base.signals.clone(),
            audit: base.audit.clone(),
            rules: Arc::clone(&base.rules),
            blobs: base.blobs.clone(),
            objects,
            resources,
            texts,
            synonyms,
            programs,
            painting: Arc::new(Limiter::new(AT_ONCE, SHARE, QUEUE)),
            painting_keys: Arc::default(),
            looking: Arc::new(Limiter::new(AT_ONCE, SHARE, QUEUE)),
            pictures: Arc::new(LruCache::new(PICTURES_BYTES)),
            first_lines: Arc::new(LruCache::new(FIRST_LINES_BYTES)),
            page_texts: Arc::new(LruCache::new(PAGE_TEXTS_BYTES)),
            is_heard_for: Arc::default(),
            unpacking: Arc::new(Limiter::new(archive_entry::AT_ONCE, archive_entry::SHARE, 0)),
        }
    }

    /// Whether pages of Office files are made here.
    pub(super) fn makes_pages(&self) -> bool {
        self.programs.office.is_some()
    }

    /// Whether pictures of text are read here.
    pub(super) fn reads_pictures(&self) -> bool {
        self.programs.ocr.is_some()
    }

    /// Whether films are heard here, or by another machine that has asked for them since this process began.
    pub(super) fn hears(&self) -> bool {
        self.hears_itself() || self.is_heard_for.load(Ordering::Relaxed)
    }

    /// Whether films are heard here.
    pub(super) fn hears_itself(&self) -> bool {
        self.programs.speech.is_some()
    }

    /// Whether pictures and copies of films are made here.
    pub(super) fn makes_films(&self) -> bool {
        self.programs.film_maker.is_some()
    }
}
