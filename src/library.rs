//! The library: the thing teachers share. Its methods are what people do, one verb or small family per file.
//!
//! A verb checks who asks, does what must be done outside (bytes, index) and joins the rest in one short transaction:
//! rows, audit line, change, jobs, all or none. What follows the change log is woken after the commit.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::actor::{Actor, Member};
use crate::blob::{Blobs, Staging};
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::file::Kind;
use crate::domain::id::{Id, Sha256};
use crate::domain::page::PageText;
use crate::domain::role::{Role, TokenScope};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::extract::{Extractor, FilmMaker, Office};
use crate::library::accounts::Accounts;
use crate::library::curriculum::Curriculum;
use crate::library::import_preview::ImportPreviews;
use crate::library::objects::Objects;
use crate::library::synonyms::SynonymStore;
use crate::library::usage::Usage;
use crate::search::Index;

use self::audit::Audit;
use self::idempotency::Idempotency;
use self::key_lock::KeyLocks;
use self::leases::Leases;
use self::limiter::Limiter;
use self::look::Painted;
use self::pack::archive::LaidOut;
use self::pack::contents::Contents;
use self::pack::give::Issue;
use self::pack::seal::Seal;
use self::shelf::Shelf;
use self::signals::Signals;

pub mod accounts;
pub mod audit;
pub mod backup;
pub(crate) mod caught;
pub mod change;
pub mod check;
pub mod comments;
pub mod curriculum;
mod documents;
pub mod edit;
pub mod fetch;
pub mod figures;
pub mod file_suggestion;
pub mod films;
pub mod find;
pub mod findability;
pub mod health;
pub mod idempotency;
pub mod identity;
pub mod import;
mod import_preview;
pub mod index;
pub mod key_lock;
pub mod leases;
pub mod limiter;
pub mod look;
pub mod mark;
pub mod member;
pub mod mirror;
pub mod objects;
pub mod oversight;
pub mod pack;
pub mod pages;
pub mod queue;
pub mod read;
pub mod records;
pub mod review;
pub mod saved;
pub mod scrub;
pub mod share;
pub mod shelf;
pub mod signals;
pub mod similar;
pub mod storage;
pub mod suggest;
pub mod sweep;
pub mod synonyms;
pub mod tidy;
pub mod upload;
pub mod usage;
pub mod view;
pub mod work;

/// What a shelf of versions of packs may take: one of a hundred thousand files takes some 6 MB to be given, 30 as an archive.
const SHELF_BYTES: usize = 48 << 20;

/// What a shelf of painted pages may take: some five hundred.
const PICTURES_BYTES: usize = 32 << 20;
/// What a shelf of documents' first lines may take: some two thousand.
const FIRST_LINES_BYTES: usize = 512 << 10;
/// What a shelf of the words of pages may take.
const PAGE_TEXTS_BYTES: usize = 8 << 20;

/// Which picture of a page: its content, kind, page and width.
type PictureKey = (Sha256, Kind, u32, u32);
/// Pictures of pages, and which could not be painted.
type Pictures = Shelf<PictureKey, Painted>;

/// Work that people wait for, side by side. Each is a process or 19 MiB; a machine for a school has a few cores.
const AT_ONCE: usize = 3;
/// How much of it one address has, so that another finds a place.
const SHARE: usize = 2;
/// How many requests of one address wait for it: a class that opens the same book.
const QUEUE: usize = 64;

/// The library. Copies share everything.
#[derive(Debug, Clone)]
pub struct Library {
    pub(crate) db: Db,
    pub(crate) blobs: Blobs,
    pub(crate) staging: Staging,
    pub(crate) index: Arc<Index>,
    /// What following the changes has met.
    pub(crate) following: Arc<index::Following>,
    pub(crate) extractor: Arc<Extractor>,
    /// Makes pages of Office files, where the machine has such a program.
    pub(crate) office: Option<Arc<Office>>,
    /// Makes pictures and copies of films, where the machine has such programs.
    pub(crate) film_maker: Option<Arc<FilmMaker>>,
    /// This process, among those of this library.
    pub(crate) process: Id,
    /// What the keys in the database are sealed with, if they are.
    pub(crate) seal: Option<Arc<Seal>>,
    /// When it opened the library.
    pub(crate) opened_at: Timestamp,
    pub(crate) clock: Clock,
    pub(crate) rules: Arc<Rules>,
    /// Bounds how many pages are painted side by side.
    pub(crate) painting: Arc<Limiter>,
    /// Lets one page be painted once, however many ask for it meanwhile.
    pub(crate) painting_keys: Arc<KeyLocks<PictureKey>>,
    /// Bounds how many files are looked into for words that somebody waits for: subtitles, first lines, words of pages.
    pub(crate) looking: Arc<Limiter>,
    /// One film at a time: a lesson takes minutes, and what is to be read must not wait for it.
    pub(crate) filming: Arc<Semaphore>,
    /// Pictures of pages that people looked at lately.
    pub(crate) pictures: Arc<Pictures>,
    /// The first lines of documents that were looked at to suggest something for them.
    pub(crate) first_lines: Arc<Shelf<(Sha256, Kind), Vec<String>>>,
    /// Words of such pages.
    pub(crate) page_texts: Arc<Shelf<(Sha256, Kind, u32), PageText>>,
    /// Bounds how many members of archives are unpacked side by side: each is a process.
    pub(crate) unpacking: Arc<Limiter>,
    /// Bounds how many files are cut into chunks side by side: each is read whole.
    pub(crate) cutting: Arc<Semaphore>,
    /// Bounds how many people's news is counted side by side: up to a hundred questions each.
    pub(crate) counting: Arc<Semaphore>,
    /// Bounds how many resources are explained side by side: each is in memory with all its text meanwhile.
    pub(crate) explaining: Arc<Semaphore>,
    /// Bounds how many archives are laid out side by side: each needs a whole list in memory.
    pub(crate) laying: Arc<Semaphore>,
    /// Versions of packs that were given lately, ready to be given again.
    pub(crate) issues: Arc<Shelf<(Id, i32), Issue>>,
    /// How archives of such versions are laid out.
    pub(crate) layouts: Arc<Shelf<Sha256, LaidOut>>,
    /// Lists of such versions that people looked at lately.
    pub(crate) lists: Arc<Shelf<Sha256, Contents>>,
    /// Writes the audit log.
    pub(crate) audit: Audit,
    /// People and schools.
    pub accounts: Accounts,
    /// Majors, courses and tasks.
    pub curriculum: Curriculum,
    /// The bytes in the store.
    pub objects: Objects,
    /// Words for the same thing.
    pub synonyms: SynonymStore,
    /// How often resources are used.
    pub usage: Usage,
    /// Answers requests that come twice.
    pub idempotency: Idempotency,
    /// Lets one process at a time do what only one may.
    pub leases: Leases,
    /// Wakes those who wait.
    pub signals: Signals,
}

/// What every service stands on.
#[derive(Debug)]
struct Base {
    db: Db,
    clock: Clock,
    rules: Arc<Rules>,
    audit: Audit,
    signals: Signals,
}

/// The rules that whoever runs the library may set.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The largest file, in bytes.
    pub max_file_bytes: u64,
    /// The most files of one resource.
    pub max_files: u64,
    /// The most bytes of one school; 0: no limit.
    pub school_quota_bytes: u64,
    /// Room that stays free on the disk, in bytes.
    pub min_free_bytes: u64,
    /// How long an unfinished upload waits for its next byte.
    pub upload_ttl: Duration,
    /// How long content that nothing refers to is kept.
    pub orphan_grace: Duration,
    /// Whether an upload may go on at another process than where it began.
    pub shared_uploads: bool,
    /// How long a sender may be silent.
    pub stall: Duration,
    /// How long a session lasts without use.
    pub session_idle: Duration,
    /// How long a session lasts at most.
    pub session_max: Duration,
    /// Wrong passwords in a row before sign-in is locked.
    pub lockout_failures: i32,
    /// How long it stays locked.
    pub lockout: Duration,
    /// The fewest characters of a password.
    pub password_min_chars: usize,
    /// The most bytes that the rolling scrub reads in a second; 0: it does not run.
    pub scrub_bytes_per_sec: u64,
    /// How many daily states of the rows the store itself keeps; none where that is not wanted.
    pub keep_rows: Option<usize>,
    /// Send downloads to the store itself where it can serve them.
    pub redirect_downloads: bool,
    /// The address that people and programs reach the service at, if it is known.
    pub public_url: Option<String>,
}

impl Library {
    /// Joins the parts.
    pub fn new(
        db: Db,
        blobs: Blobs,
        staging: Staging,
        index: Index,
        extractor: Extractor,
        clock: Clock,
        rules: Rules,
    ) -> Self {
        let process = Id::new();
        let idempotency = Idempotency::new(db.clone(), clock.clone());
        let (index, extractor) = (Arc::new(index), Arc::new(extractor));
        let base = Base {
            db: db.clone(),
            clock: clock.clone(),
            rules: Arc::new(rules),
            audit: Audit::new(clock.clone(), idempotency.clone()),
            signals: Signals::default(),
        };
        let previews = ImportPreviews::new(&base, Arc::clone(&extractor));
        Self {
            accounts: Accounts::new(&base, previews.clone()),
            curriculum: Curriculum::new(&base, previews),
            objects: Objects::new(&base, blobs.clone(), staging.clone()),
            synonyms: SynonymStore::new(&base),
            usage: Usage::new(&base, Arc::clone(&index)),
            index,
            following: Arc::default(),
            extractor,
            office: None,
            film_maker: None,
            process,
            seal: None,
            opened_at: clock.now(),
            rules: base.rules,
            painting: Arc::new(Limiter::new(AT_ONCE, SHARE, QUEUE)),
            painting_keys: Arc::default(),
            looking: Arc::new(Limiter::new(AT_ONCE, SHARE, QUEUE)),
            filming: Arc::new(Semaphore::new(1)),
            pictures: Arc::new(Shelf::new(PICTURES_BYTES)),
            page_texts: Arc::new(Shelf::new(PAGE_TEXTS_BYTES)),
            first_lines: Arc::new(Shelf::new(FIRST_LINES_BYTES)),
            unpacking: Arc::new(Limiter::new(member::AT_ONCE, member::SHARE, 0)),
            cutting: Arc::new(Semaphore::new(2)),
            counting: Arc::new(Semaphore::new(2)),
            explaining: Arc::new(Semaphore::new(2)),
            laying: Arc::new(Semaphore::new(1)),
            issues: Arc::new(Shelf::new(SHELF_BYTES)),
            layouts: Arc::new(Shelf::new(SHELF_BYTES)),
            lists: Arc::new(Shelf::new(2 * SHELF_BYTES)),
            idempotency,
            leases: Leases::new(db.clone(), clock.clone(), process),
            audit: base.audit,
            signals: base.signals,
            blobs,
            staging,
            db,
            clock,
        }
    }

    /// The same library with a secret that the keys in the database are sealed with.
    #[must_use]
    pub fn with_key_secret(self, secret: Option<&str>) -> Self {
        Self {
            seal: secret.map(Seal::of).map(Arc::new),
            ..self
        }
    }

    /// The same library with a program that makes pages of Office files.
    #[must_use]
    pub fn with_office(self, office: Option<Office>) -> Self {
        Self {
            office: office.map(Arc::new),
            ..self
        }
    }

    /// The same library with programs that make pictures and copies of films.
    #[must_use]
    pub fn with_film_maker(self, maker: Option<FilmMaker>) -> Self {
        Self {
            film_maker: maker.map(Arc::new),
            ..self
        }
    }

    /// What whoever runs the library has set.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// This process, among those of this library.
    pub fn process(&self) -> Id {
        self.process
    }

    /// The library's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// The account behind a request that may share and edit, or the reason why not.
pub(crate) fn may_write(actor: &Actor) -> Result<&Member> {
    let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    if member.token < TokenScope::Write {
        return Err(Refusal::TokenTooNarrow.into());
    }
    if matches!(member.role, Role::Reader | Role::Auditor) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(member)
}
