//! Opens the library as the settings describe it: the only place where parts are chosen and joined.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use crate::blob::{Blobs, Staging};
use crate::clock::Clock;
use crate::config::{Config, OcrSettings, RateSettings};
use crate::db::{self, Db};
use crate::domain::ocr::OcrRules;
use crate::domain::rate::RateLimits;
use crate::domain::sign_in::AttemptLimit;
use crate::extract::{
    self, ExtractLimits, Extractor, FilmMaker, OcrReader, OfficeConverter, SpeechChoice, SpeechRecognizer,
};
use crate::library::operations::backup::{BackupStore, ProgressFn, restore};
use crate::library::reading::Programs;
use crate::library::{Library, Parts, Rules};
use crate::search::{Index, Synonyms};
use crate::words::startup;

pub mod lock;
pub mod private;
pub mod process;
mod providers;

/// The synonyms that a new library begins with.
const SYNONYMS: &str = include_str!("../config/synonyms.txt");

/// Wrong passwords for one name from one place count together this long, if none is right in between: a guesser who pauses
/// is not a new one, and last week's slip is not held against anybody.
const GUESSES_COUNT_FOR: Duration = Duration::from_hours(24);

/// How many times as long as a reader LibreOffice may take: it is slow to start.
const OFFICE_PATIENCE: u32 = 2;

/// How many times as long as a reader ffmpeg may take to copy a film: a lesson takes minutes.
const FILM_PATIENCE: u32 = 180;

/// Opens the library: folders, database, store, index.
pub async fn open(config: &Config) -> anyhow::Result<Library> {
    open_with(config, Clock::default(), this_program()?).await
}

/// Opens the library for a process that looks nothing up: all but the index, which is neither read nor touched.
pub async fn open_without_index(config: &Config) -> anyhow::Result<Library> {
    let index = Index::disabled().context("do without the search index")?;
    belonging(join(config, Clock::default(), this_program()?, index).await?).await
}

/// Opens the library with a clock that the caller may move, and the program that reads files as a child.
///
/// Refuses where database, store and data folder are not of one library.
pub async fn open_with(config: &Config, clock: Clock, program: PathBuf) -> anyhow::Result<Library> {
    let folder = config.index_dir();
    let index = Index::open(&folder).with_context(|| startup::no_index(&folder.display().to_string()))?;
    belonging(join(config, clock, program, index).await?).await
}

/// Opens the library whether its parts belong together or not, to join them on purpose.
pub async fn open_unjoined(config: &Config) -> anyhow::Result<Library> {
    let index = Index::disabled().context("do without the search index")?;
    join(config, Clock::default(), this_program()?, index).await
}

/// The library, if its database, store and folder are of one.
async fn belonging(library: Library) -> anyhow::Result<Library> {
    library.operations.belong().await.map_err(crate::cli::explain)?;
    Ok(library)
}

/// Whether this kernel can keep programs of other people from the library's own files.
pub fn locks_programs() -> bool {
    extract::closes_paths()
}

fn this_program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("find this program")
}

async fn join(config: &Config, clock: Clock, program: PathBuf, index: Index) -> anyhow::Result<Library> {
    let data = &config.data_dir;
    std::fs::create_dir_all(data).with_context(|| format!("make the data folder `{}`", data.display()))?;
    private::close(config);
    let db = Db::open(&config.database_url(), config.database.max_connections).await?;
    let staging = Staging::open(&config.staging_dir()).context("open the folder of unfinished uploads")?;
    let blobs = Blobs::open(&config.storage_url(), &config.scratch_dir()).context("open the object store")?;
    let programs = programs_by(config, program)?;
    // The database is made under the umask that the process was started with, where a test or a tool opens it.
    private::close(config);
    let library = Library::new(Parts {
        db,
        blobs,
        staging,
        index,
        programs,
        clock,
        rules: rules(config),
        providers: providers::open(config)?,
        key_secret: config.keys.secret.expose().map(str::to_owned),
    });
    library
        .synonyms
        .open_synonyms(&Synonyms::parse(SYNONYMS))
        .await
        .map_err(anyhow::Error::new)
        .context("read the synonyms")?;
    library
        .accounts
        .key_accounts()
        .await
        .map_err(anyhow::Error::new)
        .context("tell the names of accounts apart")?;
    Ok(library)
}

/// Opens a place for backups: a folder or `s3://bucket/prefix`. One that is only tried out is not written to.
pub fn backups(config: &Config, named: &str, only_tries: bool) -> anyhow::Result<BackupStore> {
    match only_tries {
        true => BackupStore::try_out(named, &config.scratch_dir()),
        false => BackupStore::open(named, &config.scratch_dir()),
    }
}

/// Opens a place of backups to read from.
pub fn backups_there(config: &Config, named: &str) -> anyhow::Result<BackupStore> {
    BackupStore::look_at(named, &config.scratch_dir())
}

/// Restores a backup into the database and the store that the settings name.
pub async fn restore(
    config: &Config,
    from: &str,
    options: &restore::RestoreOptions,
    watch: ProgressFn<'_>,
) -> anyhow::Result<restore::RestoreReport> {
    let place = backups_there(config, from)?;
    let data = &config.data_dir;
    std::fs::create_dir_all(data).with_context(|| format!("make the data folder `{}`", data.display()))?;
    // Nobody may serve what is being replaced.
    let _lock = lock::DataLock::acquire(data, "gongxue restore").await?;
    let db = Db::connect(&config.database_url(), config.database.max_connections).await?;
    let blobs = Blobs::open(&config.storage_url(), &config.scratch_dir()).context("open the object store")?;
    let now = Clock::default().now();
    let restored = restore::restore(&place, &db, &blobs, options, now, watch).await;
    if let Ok(report) = &restored {
        let noted = crate::library::audit::note_restore(&db, &Clock::default(), report.name.clone()).await;
        noted.map_err(crate::cli::explain)?;
        // What lies there has no rows any more: it goes in its time.
        let id = db::library::load(db.read()).await.map_err(crate::cli::explain)?.id;
        Staging::open(&config.staging_dir())?.set_owner(id).await?;
    }
    db.close().await;
    restored.map_err(crate::cli::explain)
}

/// Looks whether a backup is whole and would be restored, and makes nothing that is not there.
pub async fn look_at_backup(
    config: &Config,
    from: &str,
    options: &restore::RestoreOptions,
    watch: ProgressFn<'_>,
) -> anyhow::Result<restore::RestoreReport> {
    let scratch = tempfile::tempdir()?;
    let place = BackupStore::look_at(from, scratch.path())?;
    let is_there = config.database_file().is_none_or(|file| file.exists());
    let db = match is_there {
        true => Some(Db::connect(&config.database_url(), 1).await?),
        false => None,
    };
    let is_there = config.storage_folder().is_none_or(|folder| folder.exists());
    let blobs = is_there
        .then(|| Blobs::open(&config.storage_url(), scratch.path()))
        .transpose()?;
    let now = Clock::default().now();
    let looked = restore::look(&place, db.as_ref(), blobs.as_ref(), options, now, watch).await;
    if let Some(db) = db {
        db.close().await;
    }
    looked.map_err(crate::cli::explain)
}

/// The programs that read files on this machine, for whoever works without a library.
pub fn programs(config: &Config) -> anyhow::Result<Programs> {
    programs_by(config, this_program()?)
}

fn programs_by(config: &Config, program: PathBuf) -> anyhow::Result<Programs> {
    let may_run = locks_programs() || config.extract.allow_unlocked_programs;
    // Without the kernel's lock a hostile document could make these read the database, and the keys in it.
    let office = OfficeConverter::find(program.clone(), &config.extract.office_program).filter(|_| may_run);
    let films = FilmMaker::find(program.clone(), &config.extract.film_program).filter(|_| may_run);
    let patience = config.extract.time_limit();
    let extractor = Extractor {
        exe: program,
        limits: limits(config),
    };
    let ocr = config
        .ocr
        .enabled
        .then(|| OcrReader::new(&extractor, &config.ocr.models))
        .flatten();
    if let Some(reader) = &ocr {
        let models = config.ocr.models.display();
        let there = reader.expect_models();
        there.with_context(|| format!("ocr.models: find the models in `{models}`; empty means the program's own"))?;
    }
    expect_there("speech.program", &config.speech.program)?;
    expect_there("speech.model", &config.speech.model)?;
    let speech = SpeechRecognizer::find(&extractor, speech(config)).filter(|_| may_run);
    if speech.is_none() && !config.speech.program.as_os_str().is_empty() {
        tracing::warn!("speech.program or ffmpeg is not there, or may not be run: films are not heard");
    }
    Ok(Programs {
        extractor: Arc::new(extractor),
        ocr: ocr.map(Arc::new),
        office: office.map(|office| Arc::new(office.within(OFFICE_PATIENCE * patience))),
        film_maker: films.map(|maker| Arc::new(maker.within(patience, FILM_PATIENCE * patience))),
        speech: speech.map(Arc::new),
    })
}

fn limits(config: &Config) -> ExtractLimits {
    let wall = config.extract.time_limit();
    ExtractLimits {
        memory_bytes: config.extract.memory_limit_mb << 20,
        wall,
        cpu: wall,
        output_bytes: config.extract.output_limit_mb << 20,
        ..ExtractLimits::default()
    }
}

/// Refuses a path that is set and not there.
fn expect_there(setting: &str, path: &Path) -> anyhow::Result<()> {
    let is_there = path.as_os_str().is_empty() || path.exists();
    anyhow::ensure!(is_there, "{setting}: `{}` is not there", path.display());
    Ok(())
}

fn speech(config: &Config) -> SpeechChoice {
    let set = &config.speech;
    SpeechChoice {
        program: set.program.clone(),
        film_program: config.extract.film_program.clone(),
        arguments: set.arguments.clone(),
        model: set.model.clone(),
        language: set.language.clone(),
        time: set.time_limit(),
        memory_bytes: set.memory_limit_mb << 20,
        output_bytes: set.output_limit_mb << 20,
        longest: set.film_limit(),
    }
}

fn rules(config: &Config) -> Rules {
    Rules {
        max_file_bytes: config.uploads.max_file_bytes,
        max_files: config.uploads.max_files_per_resource,
        school_quota_bytes: config.uploads.school_quota_bytes,
        min_free_bytes: config.storage.min_free_bytes,
        upload_ttl: config.uploads.expire(),
        orphan_grace: config.storage.orphan_grace(),
        shared_uploads: config.shares_uploads(),
        stall: config.server.stall_timeout(),
        records_kept: config.records.kept(),
        session_idle: config.people.session_idle(),
        session_max: config.people.session_max(),
        guesses: AttemptLimit {
            attempts: i32::try_from(config.people.lockout_failures).unwrap_or(i32::MAX),
            window: GUESSES_COUNT_FOR,
            wait: config.people.lockout(),
        },
        network_attempts: AttemptLimit {
            attempts: i32::try_from(config.people.lockout_network_attempts).unwrap_or(i32::MAX),
            window: config.people.lockout(),
            wait: config.people.lockout(),
        },
        rates: rates(&config.rates),
        password_min_chars: config.people.password_min_chars as usize,
        confirm_for: config.people.confirm_for(),
        scrub_bytes_per_sec: config.storage.scrub_bytes_per_sec,
        keep_rows: config.storage.keep_rows(),
        redirect_downloads: config.storage.redirect_downloads,
        public_url: config.server.public_url.as_deref().map(str::to_owned),
        ocr: ocr_rules(&config.ocr, config.extract.worker_count()),
    }
}

fn ocr_rules(set: &OcrSettings, at_once: usize) -> OcrRules {
    let a_day = u64::from(set.pages_per_school_a_day);
    OcrRules {
        hours: set.hours,
        at_once,
        pages_per_file: set.pages_per_file as usize,
        pages_per_school_a_day: Some(a_day).filter(|pages| *pages > 0),
    }
}

fn rates(set: &RateSettings) -> RateLimits {
    RateLimits {
        per_account: [
            set.sign_in,
            set.search,
            set.upload,
            set.rendering,
            set.packs_mib,
            set.other,
        ],
        token_percent: set.token_percent,
        school_times: set.school_times,
        address_times: set.address_times,
    }
}
