//! Restoring: a library as a backup has it, in a database and a store of any kind.
//!
//! Objects come first: one that is there already is not copied again, so that a restore that was cut off goes on where it
//! stopped. Then come all rows, in one transaction: the tables are made as the backup's program had them, filled, and
//! brought up to date. A row is the truth; until it is there, nothing has happened.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use sea_orm::DatabaseTransaction;

use super::{COPIES_AT_ONCE, LOST_NAMED, Place, Step, Watch, listed, parts, place};
use crate::blob::backup::{CopyError, named_sha256};
use crate::blob::store::Part;
use crate::blob::{Blobs, ObjectKey};
use crate::db::{Db, dump, library};
use crate::domain::backup::{Manifest, Object, SHARDS, Table, TableRows};
use crate::domain::time::Timestamp;
use crate::error::{Apart, Error, Refusal, Result};

/// Tables whose rows make a library: where one of them has a row there is something to lose.
const PRECIOUS: [&str; 4] = ["account", "school", "resource", "blob"];

/// What whoever restores may choose.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which backup, by the beginning of its name; the newest when not given.
    pub name: Option<String>,
    /// Only looks whether the backup is whole.
    pub dry_run: bool,
    /// With `dry_run`: reads every object of the backup.
    pub deep: bool,
    /// Replaces what the database holds.
    pub overwrite: bool,
}

/// What was restored.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Report {
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
    /// Objects that the backup names and does not hold as they should be, and those that were lost when it was made; the
    /// first hundred.
    pub lost: Vec<String>,
    /// How many such objects there are.
    pub lost_count: u64,
    /// What the backup was made without.
    pub without: Vec<String>,
}

/// Restores the library that a backup at `from` holds into a database and a store.
pub async fn restore(from: &Place, db: &Db, store: &Blobs, options: &Options, watch: Watch<'_>) -> Result<Report> {
    let found = match &options.name {
        Some(name) => from.named(name).await?,
        None => from.newest().await?,
    };
    let Some((name, manifest)) = found else {
        return Err(Error::Unexpected(anyhow::anyhow!("there is no such backup there")));
    };
    knows(&manifest)?;
    let report = Report {
        name,
        made_at: manifest.made_at,
        program: manifest.program.clone(),
        rows: manifest.row_count(),
        objects: manifest.object_count,
        bytes: manifest.object_bytes,
        copied: 0,
        copied_bytes: 0,
        lost: manifest.lost.clone(),
        lost_count: manifest.lost_count,
        without: manifest.without.clone(),
    };
    let run = Run {
        source: from.blobs(),
        manifest,
        store,
        options,
        watch,
        report,
    };
    run.make(db).await
}

/// A backup of a newer program has tables that this one does not know.
fn knows(manifest: &Manifest) -> Result<()> {
    let known: BTreeSet<String> = migrations::names().into_iter().collect();
    let unknown = manifest.migrations.iter().find(|name| !known.contains(*name));
    let Some(unknown) = unknown else { return Ok(()) };
    Err(Error::Unexpected(anyhow::anyhow!(
        "the backup was made by a newer program ({}, with `{unknown}`); this is {}\n\
         hint: restore it with that version or a later one; nothing was changed",
        manifest.program,
        env!("CARGO_PKG_VERSION")
    )))
}

struct Run<'a> {
    source: &'a Blobs,
    manifest: Manifest,
    store: &'a Blobs,
    options: &'a Options,
    watch: Watch<'a>,
    report: Report,
}

impl Run<'_> {
    async fn make(mut self, db: &Db) -> Result<Report> {
        if self.options.dry_run {
            self.look_at_rows().await?;
            self.look_at_objects().await?;
            return Ok(self.report);
        }
        if !self.options.overwrite {
            nothing_to_lose(db).await?;
            self.store_is_free().await?;
        }
        self.bring_objects().await?;
        db.write(async |tx| self.bring_rows(tx).await).await?;
        self.take_store(db).await?;
        Ok(self.report)
    }

    /// A store of another library is not taken unless somebody says so.
    async fn store_is_free(&self) -> Result<()> {
        let owner = self.store.owner().await.map_err(Error::unexpected)?;
        if owner.is_some() && owner != self.manifest.library {
            return Err(Refusal::NotTogether(Apart::OtherStore).into());
        }
        Ok(())
    }

    /// Makes the store the restored library's. What another one left there no sweep takes by itself.
    async fn take_store(&self, db: &Db) -> Result<()> {
        let id = library::load(db.read()).await?.id;
        let owner = self.store.owner().await.map_err(Error::unexpected)?;
        if owner == Some(id) {
            return Ok(());
        }
        if owner.is_some() {
            let now = self.store.clock().await.map_err(Error::unexpected)?;
            db.write(async |tx| library::add_lost(tx, Timestamp(0), now).await)
                .await?;
        }
        self.store.give_to(id).await.map_err(Error::unexpected)
    }

    /// Reads every part, which compares it with its name.
    async fn look_at_rows(&self) -> Result<()> {
        for kept in &self.manifest.tables {
            let mut rows = 0;
            for part in &kept.parts {
                rows += parts::lines::<serde::de::IgnoredAny>(self.source, part).await?.len() as u64;
            }
            is_complete(kept, rows)?;
            (self.watch)(Step::Rows(&kept.table.name, rows));
        }
        Ok(())
    }

    async fn look_at_objects(&mut self) -> Result<()> {
        for shard in 0..SHARDS {
            let objects = self.objects(shard).await?;
            let there = listed(self.source, shard, &[Part::Blobs, Part::Derived]).await?;
            for object in objects {
                let key = parsed(&object)?;
                let is_there = there.get(&key).is_some_and(|kept| kept.size == object.size);
                if !is_there || (self.options.deep && !self.is_sound(&key, &object).await) {
                    self.note_lost(object.key);
                }
            }
            (self.watch)(Step::Shards(shard + 1));
        }
        Ok(())
    }

    async fn is_sound(&self, key: &ObjectKey, object: &Object) -> bool {
        let digest = self.source.digest(key, object.size).await;
        (self.watch)(Step::Object(object.size));
        let Some(wanted) = named_sha256(key).or(object.sha256.as_ref()) else {
            return digest.is_ok();
        };
        digest.is_ok_and(|digest| digest == *wanted)
    }

    async fn objects(&self, shard: u16) -> Result<Vec<Object>> {
        match self.manifest.objects.get(usize::from(shard)) {
            Some(list) => place::list(self.source, list).await,
            None => Ok(Vec::new()),
        }
    }

    /// Copies what the store does not have.
    async fn bring_objects(&mut self) -> Result<()> {
        for shard in 0..SHARDS {
            let objects = self.objects(shard).await?;
            let here = listed(self.store, shard, &[Part::Blobs, Part::Derived]).await?;
            let mut missing = Vec::new();
            for object in objects {
                let key = parsed(&object)?;
                if here.get(&key).is_none_or(|kept| kept.size != object.size) {
                    missing.push((key, object));
                }
            }
            self.copy(missing).await?;
            (self.watch)(Step::Shards(shard + 1));
        }
        Ok(())
    }

    async fn copy(&mut self, missing: Vec<(ObjectKey, Object)>) -> Result<()> {
        let (source, store) = (self.source, self.store);
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
                    (self.watch)(Step::Object(object.size));
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
        dump::make_anew(tx, self.manifest.migrations.iter().cloned().collect()).await?;
        let tables = dump::tables(tx).await?;
        for kept in &self.manifest.tables {
            let here = tables.iter().find(|table| table.name == kept.table.name);
            self.bring_table(tx, kept, here).await?;
        }
        dump::bring_up_to_date(tx).await?;
        if !self.manifest.without.is_empty() {
            dump::forget_keys(tx).await?;
        }
        dump::begin_anew(tx).await
    }

    async fn bring_table(&self, tx: &DatabaseTransaction, kept: &TableRows, here: Option<&Table>) -> Result<()> {
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
                dump::load(tx, &table, some).await?;
            }
            (self.watch)(Step::Rows(&table.name, rows));
        }
        is_complete(kept, rows)
    }
}

/// The table as the backup orders its columns. Both databases must have made the same table.
fn fitting(kept: &Table, here: Option<&Table>) -> Result<Table> {
    let name = &kept.name;
    let same = |columns: &Table| {
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
    Err(Error::Unexpected(anyhow::anyhow!(
        "the table `{name}` of the backup is not the one that its program makes: something else was in its database"
    )))
}

fn is_complete(kept: &TableRows, rows: u64) -> Result<()> {
    if rows == kept.rows {
        return Ok(());
    }
    let name = &kept.table.name;
    Err(Error::Unexpected(anyhow::anyhow!(
        "the backup holds {rows} rows of `{name}` where {} were kept",
        kept.rows
    )))
}

fn parsed(object: &Object) -> Result<ObjectKey> {
    let key = object.key.parse();
    key.map_err(|_| Error::Unexpected(anyhow::anyhow!("`{}` in the backup is not an object's key", object.key)))
}

/// What is there is not replaced unless somebody says so.
async fn nothing_to_lose(db: &Db) -> Result<()> {
    let here = dump::tables(db.read()).await?;
    for table in PRECIOUS {
        let is_here = here.iter().any(|known| known.name == table);
        if is_here && dump::has_rows(db.read(), table).await? {
            return Err(Error::Unexpected(anyhow::anyhow!(
                "the database holds a library already (table `{table}` has rows)\n\
                 hint: restore into an empty database, or replace it for good with --overwrite"
            )));
        }
    }
    Ok(())
}
