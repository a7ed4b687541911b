//! Backups: all rows as they were at one moment, and every object that they name; see [`crate::domain::backup`].
//!
//! Rows are read in one snapshot, so that they fit together whoever writes meanwhile. Then come the objects: those that
//! the backup does not hold yet are copied and compared with their names on the way. Nothing is collected from the store
//! until then ([`leases::COLLECT`]), so that what the rows name is there. The manifest is written last: a backup that was
//! cut off is none, and the next one finds what it had copied.
//!
//! A backup into the store itself copies no object: it keeps the rows beside the objects, so that a store whose database
//! is lost can be read back. Unfinished uploads are not kept: their senders begin again.

use std::path::Path;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sea_orm::DatabaseTransaction;

use crate::blob::{BackupKey, Blobs};
use crate::db::{dump, library};
use crate::domain::backup::{BackupManifest, CellValue, FORMAT, TableContents, TableSchema};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::leases;
use crate::library::operations::Operations;
use crate::library::operations::backup::contents::CONTENTS;
use crate::library::operations::backup::parts::Writer;
use crate::library::signing::seal::is_sealed;
use crate::words::backups as words;

mod backup_store;
mod contents;
mod copy_objects;
mod parts;
mod prune;
pub mod restore;
mod scheduled;

pub(in crate::library) use self::copy_objects::listed;
pub use backup_store::BackupStore;

/// Tables and columns that hold secrets.
pub(crate) const SECRETS: [(&str, &str); 1] = [("trust_key", "secret")];
/// How long a backup waits for a round of tidying to end.
const WAIT_FOR_TIDYING: Duration = Duration::from_mins(10);
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// What whoever asks for a backup may choose.
#[derive(Debug, Clone, Copy, Default)]
pub struct BackupOptions {
    /// How many backups stay; all when not given.
    pub keep: Option<usize>,
    /// Only says what would be copied.
    pub dry_run: bool,
    /// Reads what the place holds already before it is believed.
    pub verify: bool,
}

/// What is told while a backup or a restore goes on.
#[derive(Debug, Clone, Copy)]
pub enum BackupProgress<'a> {
    /// So many rows of a table are through.
    Rows(&'a str, u64),
    /// So many of the shards are through.
    Shards(u16),
    /// An object of so many bytes was copied.
    Object(u64),
}

/// Who is told.
pub type ProgressFn<'a> = &'a dyn Fn(BackupProgress<'_>);

/// What a backup is, and what was done for it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct BackupReport {
    /// Its name among the place's backups.
    pub name: String,
    /// When its rows were what they are.
    pub made_at: Timestamp,
    /// All rows.
    pub rows: u64,
    /// All objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that were copied now.
    pub copied: u64,
    /// Their bytes.
    pub copied_bytes: u64,
    /// Objects that rows name and that could not be read as they should be; the first hundred.
    pub lost: Vec<String>,
    /// How many such objects there are.
    pub lost_count: u64,
    /// Those among the copied that the place had already, and not as they should be.
    pub rewritten: u64,
    /// Older backups that were removed.
    pub removed: u64,
}

impl Operations {
    /// Makes a backup at `backup_store`, or goes on with one that was cut off.
    pub async fn backup(
        &self,
        place: &BackupStore,
        options: BackupOptions,
        watch: ProgressFn<'_>,
    ) -> Result<BackupReport> {
        let make = async || BackupRun::begin(self, place, options, watch).await?.make().await;
        // It removes nothing and writes nothing, so nobody's tidying need wait for it.
        if options.dry_run {
            return make().await;
        }
        let waited_since = tokio::time::Instant::now();
        loop {
            if let Some(report) = self.leases.elected(leases::COLLECT, Duration::ZERO, make()).await? {
                return Ok(report);
            }
            if waited_since.elapsed() > WAIT_FOR_TIDYING {
                return Err(refused(words::another_backs_up()));
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }
}

/// One backup under way.
struct BackupRun<'a> {
    operations: &'a Operations,
    target: &'a Blobs,
    /// Where rows and lists are written: to the target, or aside when nothing is to be changed there.
    parts: Blobs,
    /// Holds what is written aside.
    _aside: Option<tempfile::TempDir>,
    /// The place is the library's own store: objects are there already, and are not the backup's to remove.
    is_own_store: bool,
    /// Cells that are not written: whoever may read a bucket must not be able to sign in the library's name.
    without: &'static [(&'static str, &'static str)],
    /// Whether there was one.
    has_hidden: std::cell::Cell<bool>,
    options: BackupOptions,
    /// What is there already is read before it is believed.
    compares: bool,
    watch: ProgressFn<'a>,
    /// The backup before this one.
    previous: Option<BackupManifest>,
    report: BackupReport,
    failures_in_a_row: u32,
}

impl<'a> BackupRun<'a> {
    async fn begin(
        operations: &'a Operations,
        place: &'a BackupStore,
        options: BackupOptions,
        watch: ProgressFn<'a>,
    ) -> Result<Self> {
        let target = place.blobs();
        let is_own_store = match options.dry_run {
            true => target.seems_same_place(&operations.blobs).await,
            false => target.is_same_place(&operations.blobs).await,
        };
        let is_own_store = is_own_store.map_err(Error::unexpected)?;
        if !is_own_store && target.owner().await.map_err(Error::unexpected)?.is_some() {
            return Err(refused(words::is_a_store()));
        }
        let previous = place.previous(operations.clock.now()).await?;
        // The store itself is this library's, whoever had it before and left rows there.
        if !is_own_store {
            place.belongs_to(dump::library_id(operations.db.read()).await?).await?;
        }
        let made_at = operations.clock.now();
        let aside = options.dry_run.then(tempfile::tempdir).transpose()?;
        let parts = match &aside {
            Some(folder) => Blobs::open_folder(folder.path(), &folder.path().join("scratch")),
            None => Ok(target.clone()),
        };
        Ok(Self {
            operations,
            target,
            parts: parts.map_err(Error::unexpected)?,
            _aside: aside,
            is_own_store,
            has_hidden: std::cell::Cell::new(false),
            without: if is_own_store && !target.is_folder() {
                &SECRETS
            } else {
                &[]
            },
            compares: options.verify,
            options,
            watch,
            previous,
            report: BackupReport {
                name: String::new(),
                made_at,
                rows: 0,
                objects: 0,
                bytes: 0,
                copied: 0,
                copied_bytes: 0,
                lost: Vec::new(),
                lost_count: 0,
                rewritten: 0,
                removed: 0,
            },
            failures_in_a_row: 0,
        })
    }

    async fn make(mut self) -> Result<BackupReport> {
        let (migrations, tables) = self.keep_rows().await?;
        let objects = self.keep_objects(&tables).await?;
        if self.options.dry_run {
            return Ok(self.report);
        }
        let manifest = BackupManifest {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            library: dump::library_id(self.operations.db.read()).await?,
            made_at: self.report.made_at,
            migrations,
            tables,
            objects,
            object_count: self.report.objects,
            object_bytes: self.report.bytes,
            lost: self.report.lost.clone(),
            lost_count: self.report.lost_count,
            without: self.hidden(),
        };
        self.report.name = backup_store::put_manifest(self.target, &manifest).await?;
        // Only now: until its manifest stood, the older backups were all there was.
        if let Some(keep) = self.options.keep {
            self.report.removed = self.prune(keep.max(1)).await?;
        }
        let oldest = backup_store::oldest(self.target).await?;
        self.operations
            .note_backup(&self.report, oldest, self.is_own_store)
            .await?;
        Ok(self.report)
    }

    /// Removes old backups, but none of a state that this database does not know: it may be the only trace of it.
    async fn prune(&self, keep: usize) -> Result<u64> {
        if let Err(error) = self.operations.recognise_store().await {
            tracing::warn!("no old backup was removed: whether this database is the newest cannot be told: {error:?}");
            return Ok(0);
        }
        let row = library::load(self.operations.db.read()).await?;
        let lost = row.lost_from.zip(row.lost_until);
        let lost = lost.map(|(from, until)| prune::Lost { from, until });
        let now = self.operations.clock.now();
        prune::prune(self.target, &self.report.name, keep, lost, now, self.is_own_store).await
    }

    /// Keeps all rows as they are at this moment.
    async fn keep_rows(&mut self) -> Result<(Vec<String>, Vec<TableContents>)> {
        let db = &self.operations.db;
        let kept = db.snapshot(async |tx| {
            let mut kept = Vec::new();
            for table in dump::tables(tx).await? {
                kept.push(self.keep_table(tx, table).await?);
            }
            Ok((dump::migrations(tx).await?, kept))
        });
        let kept = kept.await?;
        self.report.rows = kept.1.iter().map(|table| table.rows).sum();
        Ok(kept)
    }

    async fn keep_table(&self, tx: &DatabaseTransaction, table: TableSchema) -> Result<TableContents> {
        let of_it = self.without.iter().filter(|(name, _)| *name == table.name);
        let hidden: Vec<usize> = of_it.filter_map(|(_, column)| table.position(column)).collect();
        // These are read again in a moment, to know which objects they name.
        let mut writer = Writer::new(&self.parts, self.compares || table.name == CONTENTS);
        let mut rows = 0;
        {
            let mut found = std::pin::pin!(dump::rows(tx, &table).await?);
            while let Some(mut row) = found.try_next().await? {
                for at in &hidden {
                    self.hide(&mut row[*at]);
                }
                writer.line(&row).await?;
                rows += 1;
                (self.watch)(BackupProgress::Rows(&table.name, rows));
            }
        }
        let parts = writer.finish().await?;
        Ok(TableContents { table, rows, parts })
    }

    /// What was taken out.
    fn hidden(&self) -> Vec<String> {
        let named = self.without.iter().map(|(table, column)| format!("{table}.{column}"));
        named.filter(|_| self.has_hidden.get()).collect()
    }

    /// Takes a secret out, unless it is sealed.
    fn hide(&self, secret: &mut CellValue) {
        if secret.as_str().is_some_and(|kept| !is_sealed(kept)) {
            *secret = CellValue::Null;
            self.has_hidden.set(true);
        }
    }
}

/// A no at the command line, in both languages.
fn refused(said: String) -> Error {
    Error::Unexpected(anyhow::Error::msg(said))
}

/// The key of a backup's manifest as it is called among people: its file's name.
fn name_of(key: &BackupKey) -> String {
    let key = key.to_string();
    Path::new(&key)
        .file_stem()
        .map_or_else(|| key.clone(), |name| name.to_string_lossy().into_owned())
}
