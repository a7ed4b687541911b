//! Backups: all rows as they were at one moment, and every object that they name; see [`crate::domain::backup`].
//!
//! Rows are read in one snapshot, so that they fit together whoever writes meanwhile. Then come the objects: those that
//! the backup does not hold yet are copied and compared with their names on the way. Nothing is collected from the store
//! until then ([`leases::COLLECT`]), so that what the rows name is there. The manifest is written last: a backup that was
//! cut off is none, and the next one finds what it had copied.
//!
//! A backup into the store itself copies no object: it keeps the rows beside the objects, so that a store whose database
//! is lost can be read back. Unfinished uploads are not kept: their senders begin again.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};
use sea_orm::DatabaseTransaction;

use crate::blob::backup::{Copied, CopyError, named_sha256};
use crate::blob::store::{ListedObject, ObjectKind};
use crate::blob::{BackupKey, BlobError, Blobs, ObjectKey};
use crate::db::{dump, library};
use crate::domain::backup::{BackupManifest, CellValue, FORMAT, Object, SHARDS, TableContents, TableSchema};
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::leases;
use crate::library::operations::Operations;
use crate::library::operations::backup::contents::{CONTENTS, ContentRows};
use crate::library::operations::backup::parts::Writer;
use crate::library::signing::seal::is_sealed;
use crate::words::backups as words;

mod backup_store;
mod contents;
mod parts;
mod prune;
pub mod restore;
mod scheduled;

pub use backup_store::BackupStore;

/// Objects on their way at once.
const COPIES_AT_ONCE: usize = 4;
/// So many lost objects are named in a manifest; all are counted.
const LOST_NAMED: usize = 100;
/// Objects that could not be read one after the other, for another reason than that they are lost: then it is the store.
const FAILURES_IN_A_ROW: u32 = 10;
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

    /// Copies the objects that the kept rows name and that are not there yet; returns the lists of all.
    async fn keep_objects(&mut self, tables: &[TableContents]) -> Result<Vec<Sha256>> {
        let rows = self.parts.clone();
        let mut contents = ContentRows::of(&rows, tables)?;
        let mut lists = Vec::with_capacity(usize::from(SHARDS));
        for shard in 0..SHARDS {
            let named = contents.shard(shard).await?;
            let objects = self.keep_shard(shard, named).await?;
            self.report.objects += objects.len() as u64;
            self.report.bytes += objects.iter().map(|object| object.size).sum::<u64>();
            lists.push(backup_store::put_list(&self.parts, &objects, self.compares).await?);
            (self.watch)(BackupProgress::Shards(shard + 1));
        }
        Ok(lists)
    }

    async fn keep_shard(&mut self, shard: u16, named: BTreeMap<ObjectKey, u64>) -> Result<Vec<Object>> {
        let before = self.known_before(shard).await?;
        let there = listed(self.target, shard, &[ObjectKind::Blobs, ObjectKind::Derived]).await?;
        let mut wanted: Vec<Object> = named
            .iter()
            .map(|(key, size)| Object {
                key: key.to_string(),
                size: *size,
                sha256: None,
            })
            .collect();
        wanted.extend(self.made_of(shard, &named, &before, &there).await?);
        let (kept, mut missing): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|object| self.is_kept(object, &there));
        let (mut objects, damaged) = self.compared(kept).await;
        self.report.rewritten += damaged.len() as u64;
        missing.extend(damaged);
        objects.extend(self.copy(missing).await?);
        objects.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(objects)
    }

    /// What the backup before said of a shard.
    async fn known_before(&mut self, shard: u16) -> Result<BTreeMap<String, Object>> {
        let list = self
            .previous
            .as_ref()
            .and_then(|manifest| manifest.objects.get(usize::from(shard)));
        // In its own store nothing is copied, so nothing of it need be known.
        let Some(list) = list.filter(|_| !self.is_own_store) else {
            return Ok(BTreeMap::new());
        };
        match backup_store::list(self.target, list).await {
            Err(error) if !error.is_passing() => {
                tracing::warn!("a list of the backup before this one is not believed: {error:?}");
                // The same list may be needed again.
                self.compares = true;
                Ok(BTreeMap::new())
            }
            objects => Ok(objects?
                .into_iter()
                .map(|object| (object.key.clone(), object))
                .collect()),
        }
    }

    /// Whether the place holds an object as it should be, as far as can be told without reading it. In the library's own
    /// store everything that is listed is where it belongs.
    fn is_kept(&self, object: &Object, there: &BTreeMap<ObjectKey, ListedObject>) -> bool {
        let Ok(key) = object.key.parse::<ObjectKey>() else {
            return false;
        };
        let says_what_it_is = self.is_own_store || named_sha256(&key).is_some() || object.sha256.is_some();
        says_what_it_is && there.get(&key).is_some_and(|kept| kept.size == object.size)
    }

    /// Reads objects that the place holds, if that is wanted; returns the sound ones and the others. Its own store the library
    /// reads by itself ([`crate::library::operations::scrub`]).
    async fn compared(&self, kept: Vec<Object>) -> (Vec<Object>, Vec<Object>) {
        if !self.options.verify || self.is_own_store {
            return (kept, Vec::new());
        }
        sound_ones(self.target, kept, self.watch).await
    }

    /// What was made of the contents that are `named`, as the store has it. One that the place holds already has the
    /// SHA-256 that the backup before noted, unless it was made again since.
    async fn made_of(
        &self,
        shard: u16,
        named: &BTreeMap<ObjectKey, u64>,
        before: &BTreeMap<String, Object>,
        there: &BTreeMap<ObjectKey, ListedObject>,
    ) -> Result<Vec<Object>> {
        let contents: std::collections::BTreeSet<&Sha256> = named.keys().filter_map(named_sha256).collect();
        let made = match self.is_own_store {
            true => there.clone(),
            false => listed(&self.operations.blobs, shard, &[ObjectKind::Derived]).await?,
        };
        let made = made.into_iter().filter(|(key, _)| match key {
            ObjectKey::Derived(key) => contents.contains(&key.sha256),
            _ => false,
        });
        let known = |key: &ObjectKey, now: &ListedObject| {
            let kept = there.get(key)?;
            let is_same = kept.size == now.size && kept.modified >= now.modified;
            before.get(&now.name).filter(|_| is_same)?.sha256.clone()
        };
        Ok(made
            .map(|(key, now)| Object {
                sha256: known(&key, &now),
                key: now.name,
                size: now.size,
            })
            .collect())
    }

    /// Copies objects; returns those that are now there.
    async fn copy(&mut self, missing: Vec<Object>) -> Result<Vec<Object>> {
        if self.options.dry_run {
            self.report.copied += missing.len() as u64;
            self.report.copied_bytes += missing.iter().map(|object| object.size).sum::<u64>();
            return Ok(missing);
        }
        let (source, target, is_own_store) = (&self.operations.blobs, self.target, self.is_own_store);
        let mut copies = futures_util::stream::iter(missing)
            .map(|object| async move {
                let copied = copy_one(source, target, &object, is_own_store).await;
                (object, copied)
            })
            .buffer_unordered(COPIES_AT_ONCE);
        let mut copied = Vec::new();
        while let Some((object, done)) = copies.next().await {
            match done {
                Ok(Some(sha256)) => {
                    self.failures_in_a_row = 0;
                    self.report.copied += 1;
                    self.report.copied_bytes += object.size;
                    (self.watch)(BackupProgress::Object(object.size));
                    copied.push(noted(object, sha256));
                }
                Ok(None) => copied.push(object),
                Err(CopyError::Source(error)) => self.note_lost(object, error)?,
                Err(CopyError::Target(error)) => return Err(Error::unexpected(error)),
            }
        }
        Ok(copied)
    }

    /// One object's fault costs one object. Where nothing can be read any more it is the store that is away.
    fn note_lost(&mut self, object: Object, error: BlobError) -> Result<()> {
        let is_lost = matches!(
            error,
            BlobError::Missing { .. } | BlobError::Truncated { .. } | BlobError::Damaged { .. }
        );
        self.failures_in_a_row = if is_lost { 0 } else { self.failures_in_a_row + 1 };
        if self.failures_in_a_row >= FAILURES_IN_A_ROW {
            return Err(Error::unexpected(error));
        }
        tracing::warn!(object.key = %object.key, "`{}` is not in the backup: {error}", object.key);
        self.report.lost_count += 1;
        if self.report.lost.len() < LOST_NAMED {
            self.report.lost.push(object.key);
        }
        Ok(())
    }
}

/// Reads objects and compares them with what they are named by; returns the sound ones and the others.
async fn sound_ones(place: &Blobs, objects: Vec<Object>, watch: ProgressFn<'_>) -> (Vec<Object>, Vec<Object>) {
    let mut read = futures_util::stream::iter(objects)
        .map(|object| async move {
            let is_sound = match object.key.parse() {
                Ok(key) => place.is_sound(&key, object.size, object.sha256.as_ref()).await,
                Err(_) => false,
            };
            (object, is_sound)
        })
        .buffer_unordered(COPIES_AT_ONCE);
    let (mut sound, mut damaged) = (Vec::new(), Vec::new());
    while let Some((object, is_sound)) = read.next().await {
        watch(BackupProgress::Object(object.size));
        if is_sound {
            sound.push(object);
        } else {
            tracing::warn!(object.key = %object.key, "`{}` is there and is damaged", object.key);
            damaged.push(object);
        }
    }
    (sound, damaged)
}

/// Copies an object; returns what it is, or nothing where it is in its place already.
async fn copy_one(
    source: &Blobs,
    target: &Blobs,
    object: &Object,
    is_own_store: bool,
) -> std::result::Result<Option<Sha256>, CopyError> {
    let Ok(key) = object.key.parse::<ObjectKey>() else {
        let key = object.key.clone();
        return Err(CopyError::Source(BlobError::Missing { key }));
    };
    if is_own_store {
        return in_place(source, &key, object.size).await.map(|()| None);
    }
    let copied = target
        .copy_from(source, &key, object.size, object.sha256.as_ref())
        .await;
    copied.map(|Copied { sha256, .. }| Some(sha256))
}

async fn in_place(store: &Blobs, key: &ObjectKey, wanted: u64) -> std::result::Result<(), CopyError> {
    let found = store.size(key).await.map_err(CopyError::Source)?;
    if found == wanted {
        return Ok(());
    }
    let key = key.to_string();
    Err(CopyError::Source(BlobError::Truncated { key, wanted, found }))
}

/// The object with what its bytes are, where its key does not say it.
fn noted(object: Object, sha256: Sha256) -> Object {
    let is_named = object.key.parse().is_ok_and(|key| named_sha256(&key).is_some());
    Object {
        sha256: (!is_named).then_some(sha256),
        ..object
    }
}

/// The objects of a shard in some parts of a store.
pub(in crate::library) async fn listed(
    store: &Blobs,
    shard: u16,
    parts: &[ObjectKind],
) -> Result<BTreeMap<ObjectKey, ListedObject>> {
    let mut all = BTreeMap::new();
    for part in parts {
        all.extend(store.list_shard(*part, shard).await.map_err(Error::unexpected)?);
    }
    Ok(all)
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
