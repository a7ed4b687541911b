//! The library: the thing teachers share, as services that each own one thing.
//!
//! | service | what it owns |
//! |---|---|
//! | [`resources`] [`reviews`] [`curriculum`] | what is shared and what changed · decisions and comments · majors, courses, tasks and their order |
//! | [`uploads`] [`imports`] | bytes on their way · folders with a sheet about them |
//! | [`reading`] [`texts`] | extraction, and what is shown of a file: pages, films, passages · the extracted texts as they are kept |
//! | [`indexer`] [`search`] [`synonyms`] | the index at the state of the rows · questions · words for the same thing |
//! | [`packs`] [`delivery`] [`signing`] [`mirror`] | building versions · handing them out · their keys · being a mirror of a hub |
//! | [`companies`] | companies, their people, what became of what they gave |
//! | [`visits`] | visits of experts, what they advised, what was done |
//! | [`recognition`] | calls for what is done well, entries, juries, results |
//! | [`sheets`] | lists as tables: taken along, brought again |
//! | [`training`] [`todos`] | bases, sessions and who took part in them · what waits for whoever asks |
//! | [`standards`] | versions of curriculum standards, and what each asks to be looked after |
//! | [`accounts`] [`administration`] [`audit`] [`audit_chain`] | people and schools · what administrators see · the audit log · its chain |
//! | [`objects`] [`operations`] [`jobs`] | the store and its soundness · backups, checks, scrubbing, garbage collection, health · running jobs |
//! | [`idempotency`] [`leases`] [`signals`] [`usage`] [`rates`] | requests sent twice · what one process at a time may do · waking · uses · how much may be asked for |
//!
//! `Library::new` gives each the services below it. [`authority`], [`paging`], [`review_steps`] and [`resource_view`] lie below all. A test names who uses whom.
//!
//! A verb checks who asks, does what must be done outside (bytes, index) and joins the rest in one short transaction:
//! rows, audit line, change, jobs, all or none. What follows the change log is woken after the commit.

use std::sync::Arc;
use std::time::Duration;

use crate::blob::{Blobs, Staging};
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::id::ProcessId;
use crate::domain::ocr::OcrRules;
use crate::domain::rate::RateLimits;
use crate::domain::sign_in::AttemptLimit;
use crate::identity::Provider;
use crate::search::Index;

use self::accounts::Accounts;
use self::administration::Administration;
use self::audit::Audit;
use self::audit_chain::AuditChain;
use self::companies::Companies;
use self::curriculum::Curriculum;
use self::delivery::Delivery;
use self::idempotency::Idempotency;
use self::import_preview::ImportPreviews;
use self::imports::Imports;
use self::indexer::Indexer;
use self::jobs::Jobs;
use self::leases::Leases;
use self::mirror::Mirror;
use self::objects::Objects;
use self::operations::Operations;
use self::packs::Packs;
use self::rates::Rates;
use self::reading::{Programs, Reading};
use self::recognition::Recognition;
use self::resources::Resources;
use self::reviews::Reviews;
use self::search::Search;
use self::sheets::ListSheets;
use self::signals::Signals;
use self::signing::Signing;
use self::signing::seal::Seal;
use self::standards::Standards;
use self::synonyms::SynonymStore;
use self::texts::Texts;
use self::todos::Todos;
use self::training::Training;
use self::uploads::Uploads;
use self::usage::Usage;
use self::visits::Visits;

pub mod accounts;
pub mod administration;
pub mod audit;
pub mod audit_chain;
pub mod authority;
mod blocking;
pub(crate) mod catch_panic;
pub mod companies;
pub mod curriculum;
pub mod delivery;
pub mod idempotency;
mod import_preview;
pub mod imports;
pub mod indexer;
pub mod jobs;
pub mod key_lock;
pub mod leases;
pub mod limiter;
pub mod lru_cache;
pub mod mirror;
pub mod objects;
pub mod operations;
pub mod packs;
pub mod paging;
pub mod rates;
pub mod reading;
pub mod recognition;
pub mod resource_view;
pub mod resources;
pub mod review_steps;
pub mod reviews;
pub mod search;
pub mod sheets;
pub mod signals;
pub mod signing;
pub mod standards;
pub mod synonyms;
pub mod texts;
pub mod todos;
pub mod training;
pub mod uploads;
pub mod usage;
pub mod visits;

/// Work that people wait for, side by side. Each is a process or 19 MiB; a machine for a school has a few cores.
const AT_ONCE: usize = 3;
/// How much of it one address has, so that another finds a place.
const SHARE: usize = 2;
/// How many requests of one address wait for it: a class that opens the same book.
const QUEUE: usize = 64;

/// The library, as its services. Copies share everything.
#[derive(Debug, Clone)]
pub struct Library {
    /// The audit log as it is written.
    pub audit: Audit,
    /// The audit log as evidence: its chain and its checkpoints.
    pub audit_chain: Arc<AuditChain>,
    /// People and schools: signing in, tokens, accounts.
    pub accounts: Arc<Accounts>,
    /// Figures, the audit log and the state of things, as administrators and auditors see them.
    pub administration: Arc<Administration>,
    /// Majors, courses and tasks, and the order of what there is for a task.
    pub curriculum: Arc<Curriculum>,
    /// Versions of packs as documents, files and archives.
    pub delivery: Arc<Delivery>,
    /// Answers requests that come twice.
    pub idempotency: Idempotency,
    /// Folders with a sheet about them.
    pub imports: Arc<Imports>,
    /// Keeps the index at the state of the rows.
    pub indexer: Arc<Indexer>,
    /// Running jobs, and looking at them.
    pub jobs: Arc<Jobs>,
    /// Lets one process at a time do what only one may.
    pub leases: Leases,
    /// This library as a mirror of a hub.
    pub mirror: Arc<Mirror>,
    /// The bytes in the store.
    pub objects: Arc<Objects>,
    /// Backups, checks, scrubbing, garbage collection, health.
    pub operations: Arc<Operations>,
    /// Choosing, building and publishing packs.
    pub packs: Arc<Packs>,
    /// How much may be asked for, and who met the limits.
    pub rates: Arc<Rates>,
    /// Extraction, and what is shown of a file.
    pub reading: Arc<Reading>,
    /// What teachers share.
    pub resources: Arc<Resources>,
    /// Review and comments.
    pub reviews: Arc<Reviews>,
    /// Finding resources and passages.
    pub search: Arc<Search>,
    /// Wakes those who wait.
    pub signals: Signals,
    /// The keys that packs are signed with.
    pub signing: Arc<Signing>,
    /// Versions of curriculum standards.
    pub standards: Arc<Standards>,
    /// Words for the same thing.
    pub synonyms: Arc<SynonymStore>,
    /// Extracted texts as they are kept.
    pub texts: Arc<Texts>,
    /// What waits for whoever asks.
    pub todos: Arc<Todos>,
    /// Companies that work with schools.
    pub companies: Arc<Companies>,
    /// Visits of experts.
    pub visits: Arc<Visits>,
    /// Recognition: calls, entries, juries, results.
    pub recognition: Arc<Recognition>,
    /// Teacher training: bases, sessions, who took part.
    pub training: Arc<Training>,
    /// Lists that are brought as tables.
    pub sheets: Arc<ListSheets>,
    /// Bytes on their way.
    pub uploads: Arc<Uploads>,
    /// How often resources are used.
    pub usage: Arc<Usage>,
    clock: Clock,
    process: ProcessId,
    rules: Arc<Rules>,
}

/// What a library is joined from.
#[derive(Debug)]
pub struct Parts {
    /// The rows.
    pub db: Db,
    /// The objects.
    pub blobs: Blobs,
    /// Uploads while they grow.
    pub staging: Staging,
    /// The index.
    pub index: Index,
    /// The programs that read files.
    pub programs: Programs,
    /// The time.
    pub clock: Clock,
    /// What whoever runs the library has set.
    pub rules: Rules,
    /// By whom people sign on besides.
    pub providers: Vec<Provider>,
    /// What the keys in the database are sealed with, if they are.
    pub key_secret: Option<String>,
}

/// What every service stands on.
#[derive(Debug)]
struct Base {
    db: Db,
    blobs: Blobs,
    staging: Staging,
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
    /// For how long lines of the audit log are kept.
    pub records_kept: Duration,
    /// How long a session lasts without use.
    pub session_idle: Duration,
    /// How long a session lasts at most.
    pub session_max: Duration,
    /// How often a password is guessed from one place.
    pub guesses: AttemptLimit,
    /// How often one network tries to sign in in unknown browsers.
    pub network_attempts: AttemptLimit,
    /// How much may be asked for in a minute.
    pub rates: RateLimits,
    /// The fewest characters of a password.
    pub password_min_chars: usize,
    /// How long a proof of who somebody is lasts before what cannot be undone; zero: for one act.
    pub confirm_for: Duration,
    /// The most bytes that the rolling scrub reads in a second; 0: it does not run.
    pub scrub_bytes_per_sec: u64,
    /// How many daily states of the rows the store itself keeps; none where that is not wanted.
    pub keep_rows: Option<usize>,
    /// Send downloads to the store itself where it can serve them.
    pub redirect_downloads: bool,
    /// The address that people and programs reach the service at, if it is known.
    pub public_url: Option<String>,
    /// When scans and pictures are read, and how many.
    pub ocr: OcrRules,
}

impl Library {
    /// Joins the parts: each service is given those below it, so that no two know each other.
    #[expect(
        clippy::too_many_lines,
        reason = "a list of services, in the order in which they know each other"
    )]
    pub fn new(parts: Parts) -> Self {
        let Parts {
            db,
            blobs,
            staging,
            index,
            programs,
            clock,
            rules,
            providers,
            key_secret,
        } = parts;
        let process = ProcessId::new();
        let index = Arc::new(index);
        let idempotency = Idempotency::new(db.clone(), clock.clone());
        let base = Base {
            audit: Audit::new(db.clone(), clock.clone(), idempotency.clone()),
            db,
            blobs,
            staging,
            clock,
            rules: Arc::new(rules),
            signals: Signals::default(),
        };
        let leases = Leases::new(base.db.clone(), base.clock.clone(), process);
        let previews = Arc::new(ImportPreviews::new(&base, Arc::clone(&programs.extractor)));
        let curriculum = Arc::new(Curriculum::new(&base, Arc::clone(&previews)));
        let objects = Arc::new(Objects::new(&base));
        let synonyms = Arc::new(SynonymStore::new(&base));
        let usage = Arc::new(Usage::new(&base, Arc::clone(&index)));
        let following: Arc<indexer::IndexFollower> = Arc::default();
        let texts = Arc::new(Texts::new(&base, Arc::clone(&objects), Arc::clone(&following)));
        let indexer = Arc::new(Indexer::new(
            &base,
            Arc::clone(&index),
            Arc::clone(&texts),
            Arc::clone(&synonyms),
            following,
        ));
        let resources = Arc::new(Resources::new(
            &base,
            Arc::clone(&curriculum),
            Arc::clone(&objects),
            Arc::clone(&usage),
        ));
        let reviews = Arc::new(Reviews::new(&base, Arc::clone(&resources)));
        let uploads = Arc::new(Uploads::new(&base, Arc::clone(&objects)));
        let reading = Arc::new(Reading::new(
            &base,
            Arc::clone(&objects),
            Arc::clone(&resources),
            Arc::clone(&texts),
            Arc::clone(&synonyms),
            programs,
        ));
        let signing = Arc::new(Signing::new(&base, key_secret.as_deref().map(Seal::of).map(Arc::new)));
        let packs = Arc::new(Packs::new(
            &base,
            Arc::clone(&curriculum),
            Arc::clone(&objects),
            Arc::clone(&resources),
            Arc::clone(&signing),
            Arc::clone(&texts),
        ));
        let recognition = Arc::new(Recognition::new(&base, Arc::clone(&packs), Arc::clone(&resources)));
        let todos = Arc::new(Todos::new(
            &base,
            Arc::clone(&packs),
            Arc::clone(&reviews),
            Arc::clone(&recognition),
        ));
        let delivery = Arc::new(Delivery::new(
            &base,
            Arc::clone(&objects),
            Arc::clone(&packs),
            Arc::clone(&signing),
        ));
        let operations = Arc::new(Operations::new(
            &base,
            Arc::clone(&index),
            Arc::clone(&indexer),
            leases.clone(),
            Arc::clone(&objects),
            Arc::clone(&texts),
            Arc::clone(&uploads),
        ));
        let companies = Arc::new(Companies::new(&base));
        Self {
            audit: base.audit.clone(),
            accounts: Arc::new(Accounts::new(&base, Arc::clone(&previews), providers)),
            administration: Arc::new(Administration::new(&base, Arc::clone(&operations))),
            audit_chain: Arc::new(AuditChain::new(&base, Arc::clone(&signing))),
            imports: Arc::new(Imports::new(
                &base,
                Arc::clone(&curriculum),
                Arc::clone(&resources),
                Arc::clone(&reviews),
                Arc::clone(&uploads),
            )),
            jobs: Arc::new(Jobs::new(
                &base,
                process,
                Arc::clone(&indexer),
                Arc::clone(&objects),
                Arc::clone(&packs),
                Arc::clone(&reading),
            )),
            sheets: Arc::new(ListSheets::new(
                &base,
                Arc::clone(&previews),
                Arc::clone(&companies),
                Arc::clone(&recognition),
            )),
            recognition,
            companies,
            visits: Arc::new(Visits::new(&base)),
            mirror: Arc::new(Mirror::new(
                &base,
                Arc::clone(&objects),
                Arc::clone(&packs),
                Arc::clone(&signing),
                Arc::clone(&texts),
            )),
            search: Arc::new(Search::new(
                &base,
                index,
                Arc::clone(&indexer),
                Arc::clone(&resources),
                Arc::clone(&texts),
                Arc::clone(&synonyms),
            )),
            curriculum,
            delivery,
            idempotency,
            indexer,
            leases,
            objects,
            operations,
            packs,
            rates: Arc::new(Rates::new(&base)),
            reading,
            resources,
            reviews,
            signing,
            synonyms,
            standards: Arc::new(Standards::new(&base, Arc::clone(&previews))),
            training: Arc::new(Training::new(&base, previews)),
            todos,
            texts,
            uploads,
            usage,
            process,
            clock: base.clock,
            rules: base.rules,
            signals: base.signals,
        }
    }

    /// What whoever runs the library has set.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// This process, among those of this library.
    pub fn process(&self) -> ProcessId {
        self.process
    }

    /// The library's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
