//! Restoring: a library as a backup has it, in a database and a store of any kind.
//!
//! Objects come first: one that is there already is not copied again, so that a restore that was cut off goes on where it
//! stopped. Then come all rows, in one transaction: the tables are made as the backup's program had them, filled, and
//! brought up to date. A row is the truth; until it is there, nothing has happened. That transaction has the database for
//! itself, and looks again whether there is anything to lose: hours may have passed since the first look.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::blob::backup::CopyError;
use crate::blob::store::ObjectKind;
use crate::blob::{Blobs, ObjectKey};
use crate::db::{Db, dump, leases, library};
use crate::domain::backup::{BackupManifest, Object, SHARDS, TableContents, TableSchema};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, StoreMismatch};
use crate::library::leases::LASTS;
use crate::library::operations::backup::copy_objects::{COPIES_AT_ONCE, LOST_NAMED, listed, sound_ones};
use crate::library::operations::backup::{BackupProgress, BackupStore, ProgressFn, backup_store, parts, refused};
use crate::words::Lang;
use crate::words::backups as words;

/// Tables whose rows make a library: where one of them has a row there is something to lose.
const PRECIOUS: [&str; 4] = ["account", "school", "resource", "blob"];

/// What whoever restores may choose.
#[derive(Debug, Clone, Default)]
pub struct RestoreOptions {
    /// Which backup, by the beginning of its name; the newest when not given.
    pub name: Option<String>,
    /// When only looked at: reads every object of the backup.
    pub deep: bool,
    /// Replaces what the database holds.
    pub overwrite: bool,
}

/// What was restored.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RestoreReport {
    /// The backup's name.
    pub name: String,
    /// When its rows were what they are.
    pub made_at: Timestamp,
    /// The version of the program that made it.
    pub program: String,
    /// All rows.
    pub rows: u64,
    /// All objects of the backup.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that were copied now.
    pub copied: u64,
    /// Their bytes.
    pub copied_bytes: u64,
    /// Those among the copied that the store had already, and not as they should be.
    pub rewritten: u64,
    /// When only looked at: why the backup would not be restored as things are.
    pub refusal: Option<String>,
    /// Objects that the backup names and does not hold as they should be, and those that were lost when it was made; the
    /// first hundred.
    pub lost: Vec<String>,
    /// How many such objects there are.
    pub lost_count: u64,
    /// What the backup was made without.
    pub without: Vec<String>,
}

/// Restores the library that a backup at `from` holds into a database and a store.
pub async fn restore(
    from: &BackupStore,
    db: &Db,
    store: &Blobs,
    options: &RestoreOptions,
    now: Timestamp,
    watch: ProgressFn<'_>,
) -> Result<RestoreReport> {
    RestoreRun::begin(from, options, now, watch)
        .await?
        .make(db, store)
        .await
}

/// Looks whether a backup is whole and could be restored, and writes nothing. What is not there yet, of database and store,
/// has nothing to lose.
pub async fn look(
    from: &BackupStore,
    db: Option<&Db>,
    store: Option<&Blobs>,
    options: &RestoreOptions,
    now: Timestamp,
    watch: ProgressFn<'_>,
) -> Result<RestoreReport> {
    RestoreRun::begin(from, options, now, watch)
        .await?
        .look(db, store)
        .await
}

/// A backup of a newer program has tables that this one does not know.
fn knows(manifest: &BackupManifest) -> Result<()> {
    let known: BTreeSet<String> = migrations::names().into_iter().collect();
    let unknown = manifest.migrations.iter().find(|name| !known.contains(*name));
    let Some(unknown) = unknown else { return Ok(()) };
    Err(refused(words::newer_backup(&manifest.program, unknown)))
}

struct RestoreRun<'a> {
    source: &'a Blobs,
    manifest: BackupManifest,
    options: &'a RestoreOptions,
    watch: ProgressFn<'a>,
    report: RestoreReport,
}

impl<'a> RestoreRun<'a> {
    async fn begin(
        from: &'a BackupStore,
        options: &'a RestoreOptions,
        now: Timestamp,
        watch: ProgressFn<'a>,
    ) -> Result<Self> {
        let (name, manifest) = from.chosen(options.name.as_deref(), now).await?;
        knows(&manifest)?;
        let report = RestoreReport {
            name,
            made_at: manifest.made_at,
            program: manifest.program.clone(),
            rows: manifest.row_count(),
            objects: manifest.object_count,
            bytes: manifest.object_bytes,
            copied: 0,
            copied_bytes: 0,
            rewritten: 0,
            refusal: None,
            lost: manifest.lost.clone(),
            lost_count: manifest.lost_count,
            without: manifest.without.clone(),
        };
        Ok(Self {
            source: from.blobs(),
            manifest,
            options,
            watch,
            report,
        })
    }

    async fn make(mut self, db: &Db, store: &Blobs) -> Result<RestoreReport> {
        self.tables_fit().await?;
        // Now, before hours of copying, and again when it counts.
        self.may_replace(db.read()).await?;
        self.may_take(store).await?;
        let is_same_place = store.is_same_place(self.source).await.map_err(Error::unexpected)?;
        self.bring_objects(store, is_same_place).await?;
        db.write(async |tx| {
            if !dump::lock_all_tables(tx).await? {
                return Err(refused(words::tables_in_use()));
            }
            self.may_replace(tx).await?;
            self.bring_rows(tx).await
        })
        .await?;
        self.take_store(db, store).await?;
        Ok(self.report)
    }

    async fn look(mut self, db: Option<&Db>, store: Option<&Blobs>) -> Result<RestoreReport> {
        self.tables_fit().await?;
        self.look_at_rows().await?;
        self.look_at_objects().await?;
        self.report.refusal = self.would_refuse(db, store).await?;
        Ok(self.report)
    }

    /// What stands in the way of a restore, as things are.
    async fn would_refuse(&self, db: Option<&Db>, store: Option<&Blobs>) -> Result<Option<String>> {
        let asked = async {
            if let Some(db) = db {
                self.may_replace(db.read()).await?;
            }
            match store {
                Some(store) => self.may_take(store).await,
                None => Ok(()),
            }
        };
        match asked.await {
            Ok(()) => Ok(None),
            Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::NotTogether(_)) => {
                let said = [Lang::Zh, Lang::En].map(|lang| refusal.say(lang).detail);
                Ok(Some(said.join("\n")))
            }
            Err(Error::Unexpected(said)) => Ok(Some(said.to_string())),
            Err(passing) => Err(passing),
        }
    }

    /// Whether the program whose tables these are would make them so, and so could this one.
    async fn tables_fit(&self) -> Result<()> {
        let made = dump::tables_of(self.manifest.migrations.iter().cloned().collect()).await?;
        for kept in &self.manifest.tables {
            let here = made.iter().find(|table| table.name == kept.table.name);
            fitting(&kept.table, here)?;
        }
        Ok(())
    }

    /// Whether the database is nobody's: no other process is at work on it, and it has nothing to lose, or somebody says that
    /// it may be lost.
    async fn may_replace(&self, conn: &impl ConnectionTrait) -> Result<()> {
        let here = dump::tables(conn).await?;
        let is_here = |table: &str| here.iter().any(|known| known.name == table);
        if is_here("lease")
            && let Some(held) = leases::active(conn, LASTS).await?.into_iter().next()
        {
            return Err(refused(words::in_use(&held.name, held.until)));
        }
        if self.options.overwrite {
            return Ok(());
        }
        for table in PRECIOUS {
            if is_here(table) && dump::has_rows(conn, table).await? {
                return Err(refused(words::something_to_lose(table)));
            }
        }
        Ok(())
    }

    /// A store of another library is not taken unless somebody says so.
    async fn may_take(&self, store: &Blobs) -> Result<()> {
        if self.options.overwrite {
            return Ok(());
        }
        let owner = store.owner().await.map_err(Error::unexpected)?;
        if owner.is_some() && owner != self.manifest.library {
            return Err(Refusal::NotTogether(StoreMismatch::OtherStore).into());
        }
        Ok(())
    }

    /// Makes the store the restored library's. What another one left there no sweep takes by itself.
    async fn take_store(&self, db: &Db, store: &Blobs) -> Result<()> {
        let id = library::load(db.read()).await?.id;
        let owner = store.owner().await.map_err(Error::unexpected)?;
        if owner == Some(id) {
            return Ok(());
        }
        if owner.is_some() {
            let now = store.clock().await.map_err(Error::unexpected)?;
            db.write(async |tx| library::add_lost(tx, Timestamp(0), now).await)
                .await?;
        }
        store.set_owner(id).await.map_err(Error::unexpected)
    }

    /// Reads every part, which compares it with its name.
    async fn look_at_rows(&self) -> Result<()> {
        for kept in &self.manifest.tables {
            let mut rows = 0;
            for part in &kept.parts {
                rows += parts::lines::<serde::de::IgnoredAny>(self.source, part).await?.len() as u64;
            }
            is_complete(kept, rows)?;
            (self.watch)(BackupProgress::Rows(&kept.table.name, rows));
        }
        Ok(())
    }

    async fn look_at_objects(&mut self) -> Result<()> {
        for shard in 0..SHARDS {
            let objects = self.objects(shard).await?;
            let there = listed(self.source, shard, &[ObjectKind::Blobs, ObjectKind::Derived]).await?;
            let mut kept = Vec::new();
            for object in objects {
                let key = parsed(&object)?;
                let is_there = there.get(&key).is_some_and(|kept| kept.size == object.size);
                if is_there && self.options.deep {
                    kept.push(object);
                } else if !is_there {
                    self.note_lost(object.key);
                }
            }
            let (_, damaged) = sound_ones(self.source, kept, self.watch).await;
            for object in damaged {
                self.note_lost(object.key);
            }
            (self.watch)(BackupProgress::Shards(shard + 1));
        }
        Ok(())
    }

    async fn objects(&self, shard: u16) -> Result<Vec<Object>> {
        match self.manifest.objects.get(usize::from(shard)) {
            Some(list) => backup_store::list(self.source, list).await,
            None => Ok(Vec::new()),
        }
    }

    /// Copies what the store does not have, or not as it should be: what lies there may be of a disk that is going. Where the
    /// store is itself the backup there is nothing to compare it with.
    async fn bring_objects(&mut self, store: &Blobs, is_same_place: bool) -> Result<()> {
        for shard in 0..SHARDS {
            let objects = self.objects(shard).await?;
            let here = listed(store, shard, &[ObjectKind::Blobs, ObjectKind::Derived]).await?;
            let (mut missing, mut doubtful) = (Vec::new(), Vec::new());
            for object in objects {
                let key = parsed(&object)?;
                if here.get(&key).is_none_or(|kept| kept.size != object.size) {
                    missing.push(object);
                } else if !is_same_place {
                    doubtful.push(object);
                }
            }
            let (_, damaged) = sound_ones(store, doubtful, self.watch).await;
            self.report.rewritten += damaged.len() as u64;
            missing.extend(damaged);
            self.copy(store, missing).await?;
            (self.watch)(BackupProgress::Shards(shard + 1));
        }
        Ok(())
    }

    async fn copy(&mut self, store: &Blobs, missing: Vec<Object>) -> Result<()> {
        let source = self.source;
        let missing = missing.into_iter().map(|object| Ok((parsed(&object)?, object)));
        let missing = missing.collect::<Result<Vec<_>>>()?;
        let mut copies = futures_util::stream::iter(missing)
            .map(|(key, object)| async move {
                let copied = store.copy_from(source, &key, object.size, object.sha256.as_ref()).await;
                (object, copied)
            })
            .buffer_unordered(COPIES_AT_ONCE);
        while let Some((object, copied)) = copies.next().await {
            match copied {
                Ok(_) => {
                    self.report.copied += 1;
                    self.report.copied_bytes += object.size;
                    (self.watch)(BackupProgress::Object(object.size));
                }
                Err(CopyError::Source(error)) => {
                    tracing::warn!(object.key = %object.key, "`{}` is not restored: {error}", object.key);
                    self.note_lost(object.key);
                }
                Err(CopyError::Target(error)) => return Err(Error::unexpected(error)),
            }
        }
        Ok(())
    }

    fn note_lost(&mut self, key: String) {
        self.report.lost_count += 1;
        if self.report.lost.len() < LOST_NAMED {
            self.report.lost.push(key);
        }
    }

    /// Makes the tables as the backup's program had them, fills them, and brings them up to date.
    async fn bring_rows(&self, tx: &DatabaseTransaction) -> Result<()> {
        dump::recreate_tables(tx, self.manifest.migrations.iter().cloned().collect()).await?;
        let tables = dump::tables(tx).await?;
        for kept in &self.manifest.tables {
            let here = tables.iter().find(|table| table.name == kept.table.name);
            self.bring_table(tx, kept, here).await?;
        }
        dump::bring_up_to_date(tx).await?;
        // After the upgrade, which may have made the tables that this names.
        if !self.manifest.without.is_empty() {
            dump::delete_keys(tx).await?;
        }
        dump::reset_process_state(tx).await
    }

    async fn bring_table(
        &self,
        tx: &DatabaseTransaction,
        kept: &TableContents,
        here: Option<&TableSchema>,
    ) -> Result<()> {
        let table = fitting(&kept.table, here)?;
        // Some tables are born with rows.
        dump::clear(tx, &table.name).await?;
        let mut rows = 0;
        for part in &kept.parts {
            let mut lines = parts::lines(self.source, part).await?;
            while !lines.is_empty() {
                let some = lines
                    .drain(..dump::rows_at_once(&table).min(lines.len()))
                    .collect::<Vec<_>>();
                rows += some.len() as u64;
                dump::insert_rows(tx, &table, some).await?;
            }
            (self.watch)(BackupProgress::Rows(&table.name, rows));
        }
        is_complete(kept, rows)
    }
}

/// The table as the backup orders its columns. Both databases must have made the same table.
fn fitting(kept: &TableSchema, here: Option<&TableSchema>) -> Result<TableSchema> {
    let name = &kept.name;
    let same = |columns: &TableSchema| {
        columns
            .columns
            .iter()
            .map(|column| (column.name.clone(), column.kind))
            .collect()
    };
    let (wanted, found): (BTreeSet<_>, BTreeSet<_>) = (same(kept), here.map(same).unwrap_or_default());
    if wanted == found {
        return Ok(kept.clone());
    }
    Err(refused(words::other_table(name)))
}

fn is_complete(kept: &TableContents, rows: u64) -> Result<()> {
    if rows == kept.rows {
        return Ok(());
    }
    Err(refused(words::rows_missing(&kept.table.name, rows, kept.rows)))
}

fn parsed(object: &Object) -> Result<ObjectKey> {
    let key = object.key.parse();
    key.map_err(|_| Error::Unexpected(anyhow::anyhow!("`{}` in the backup is not an object's key", object.key)))
}
