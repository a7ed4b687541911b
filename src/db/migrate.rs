//! Migrations: all that are pending in one transaction, by one process at a time.
//!
//! A kill, a full disk or a power cut in the middle leaves the database as it was, on SQLite as on PostgreSQL. Programs
//! before this one committed each statement by itself on SQLite; what such a start left half-made is cleared away first.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context as _;
use migrations::{Migrator, MigratorTrait as _, SchemaManager};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait as _,
};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::words::startup;

mod copies;

use self::copies::copy_before_upgrade;

/// How long a process waits for another one that migrates: a large library is upgraded in minutes.
const LOCK_TIMEOUT: Duration = Duration::from_mins(10);
/// How long a migration waits for those who read its table before it lets them pass and begins again: everybody who comes
/// later queues behind it on PostgreSQL.
const TABLE_LOCK_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a restore waits for those who use the tables that it is to replace.
const RESTORE_LOCK_TIMEOUT: Duration = Duration::from_secs(20);
/// Advisory lock of whoever migrates a PostgreSQL database; the number spells `gongxue`.
const ADVISORY_LOCK: i64 = 0x67_6f_6e_67_78_75_65;

/// Brings the tables up to date, after making a copy where SQLite has rows to lose.
pub(super) async fn bring_up_to_date(pool: &DatabaseConnection) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        match attempt(pool).await {
            Err(error) if is_lock_timeout(&error) && begun.elapsed() < LOCK_TIMEOUT => {
                tracing::info!("waiting for readers of the tables that are to be changed");
            }
            done => return done,
        }
    }
}

async fn attempt(pool: &DatabaseConnection) -> anyhow::Result<()> {
    // Nearly always there is nothing to do, and then no lock is needed.
    if is_up_to_date(pool).await? {
        return Ok(());
    }
    let tx = begin_exclusive(pool).await.context("wait for the lock on the tables")?;
    // Another process may have done it meanwhile.
    if !is_up_to_date(&tx).await? {
        if tx.get_database_backend() == DbBackend::Sqlite {
            copy_before_upgrade(&tx).await?;
            clear_leftovers(&tx).await?;
        }
        Migrator::up(&tx, None).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whether an error is PostgreSQL's lock timeout (55P03), by its words.
pub(super) fn is_lock_timeout(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.to_string().contains("due to lock timeout"))
}

/// Whether nothing is pending; refuses a database that knows migrations which this program does not.
async fn is_up_to_date(conn: &impl ConnectionTrait) -> anyhow::Result<bool> {
    let applied = applied(conn).await?;
    let known: BTreeSet<String> = names().collect();
    let unknown: Vec<&str> = applied.difference(&known).map(String::as_str).collect();
    anyhow::ensure!(unknown.is_empty(), startup::newer_database(&unknown.join(", ")));
    Ok(applied.len() == known.len())
}

fn names() -> impl Iterator<Item = String> {
    Migrator::migrations()
        .into_iter()
        .map(|migration| migration.name().to_owned())
}

/// The names of the migrations that have run; none where there is no table of them yet.
async fn applied(conn: &impl ConnectionTrait) -> Result<BTreeSet<String>, DbErr> {
    let backend = conn.get_database_backend();
    // Looked for instead of made: whoever only looks may not be allowed to write.
    let find = match backend {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE name = 'seaql_migrations'",
        _ => {
            "SELECT table_name FROM information_schema.tables \
             WHERE table_name = 'seaql_migrations' AND table_schema = current_schema()"
        }
    };
    if conn
        .query_one_raw(Statement::from_string(backend, find))
        .await?
        .is_none()
    {
        return Ok(BTreeSet::new());
    }
    let select = Statement::from_string(backend, "SELECT version FROM seaql_migrations");
    let rows = conn.query_all_raw(select).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}

/// Begins the one transaction, alone.
async fn begin_exclusive(pool: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    if pool.get_database_backend() == DbBackend::Sqlite {
        return begin_on_sqlite(pool, options).await;
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the tables are made before anybody writes rows"
    )]
    let tx = pool.begin_with_options(options).await?;
    let patience = LOCK_TIMEOUT.as_secs();
    tx.execute_unprepared(&format!("SET LOCAL lock_timeout = '{patience}s'"))
        .await?;
    // Given back with the transaction, also when the process dies.
    tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        .await?;
    // Nodes of the version before are at work meanwhile: who waits for a table keeps all others from it.
    let moment = TABLE_LOCK_TIMEOUT.as_secs();
    tx.execute_unprepared(&format!("SET LOCAL lock_timeout = '{moment}s'"))
        .await?;
    Ok(tx)
}

/// Has all tables for this transaction alone: nobody migrates meanwhile, and nobody's row comes between what is looked at
/// now and what is done then. On SQLite a writing transaction is alone anyhow. Fails with [`is_lock_timeout`] where somebody
/// else does not let go.
pub(super) async fn lock_all_tables(tx: &DatabaseTransaction, tables: &[String]) -> anyhow::Result<()> {
    if tx.get_database_backend() == DbBackend::Sqlite {
        return Ok(());
    }
    let patience = RESTORE_LOCK_TIMEOUT.as_secs();
    tx.execute_unprepared(&format!("SET LOCAL lock_timeout = '{patience}s'"))
        .await?;
    tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        .await?;
    if !tables.is_empty() {
        let tables = tables.join(", ");
        tx.execute_unprepared(&format!("LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))
            .await?;
    }
    Ok(())
}

/// SQLite's own patience is short, so that writers do not queue for ever; for this once it is not enough.
async fn begin_on_sqlite(pool: &DatabaseConnection, options: TransactionOptions) -> Result<DatabaseTransaction, DbErr> {
    let begun = Instant::now();
    loop {
        #[expect(
            clippy::disallowed_methods,
            reason = "the tables are made before anybody writes rows"
        )]
        let tx = pool.begin_with_options(options).await;
        match tx {
            Err(error) if is_locked(&error) && begun.elapsed() < LOCK_TIMEOUT => {
                tracing::info!("waiting for another process that holds the database's lock");
            }
            tx => return tx,
        }
    }
}

fn is_locked(error: &DbErr) -> bool {
    error.to_string().contains("database is locked")
}

/// A table, column or index that a migration makes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum SchemaObject {
    // In the order in which they can be taken away.
    Index(String),
    Column(String, String),
    Table(String),
}

/// The names of all tables that the migrations make.
pub(super) async fn table_names() -> anyhow::Result<&'static BTreeSet<String>> {
    static NAMES: OnceCell<BTreeSet<String>> = OnceCell::const_new();
    let name = |thing| match thing {
        SchemaObject::Table(name) => Some(name),
        SchemaObject::Index(_) | SchemaObject::Column(..) => None,
    };
    NAMES
        .get_or_try_init(async || {
            let things = made(&migrated_in_memory(names().collect()).await?).await?;
            Ok(things.into_iter().filter_map(name).collect())
        })
        .await
}

/// Whether any table has a row in it.
async fn holds_rows(tx: &DatabaseTransaction) -> Result<bool, DbErr> {
    for thing in made(tx).await? {
        if let SchemaObject::Table(table) = thing
            && count(tx, &table).await? > 0
        {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn count(conn: &impl ConnectionTrait, table: &str) -> Result<i64, DbErr> {
    let select = format!("SELECT count(*) AS n FROM \"{table}\"");
    let row = conn
        .query_one_raw(Statement::from_string(DbBackend::Sqlite, select))
        .await?;
    row.map_or(Ok(0), |row| row.try_get("", "n"))
}

/// Removes what a pending migration has made although it is not on record: its program was killed in the middle. No
/// program has opened the library since, so a table of it holds what the migration itself put there; one that holds more
/// is somebody's rows, and the record is what was lost.
async fn clear_leftovers(tx: &DatabaseTransaction) -> anyhow::Result<()> {
    let present = made(tx).await?;
    if present.is_empty() {
        return Ok(());
    }
    let expected = made(&migrated_in_memory(applied(tx).await?).await?).await?;
    let finished = migrated_in_memory(names().collect()).await?;
    let stays = made(&finished).await?;
    let known = ever_made().await?;
    // In the order of the kinds; and what nobody here knows is left alone.
    for leftover in present.difference(&expected).filter(|thing| known.contains(*thing)) {
        let statement = match leftover {
            SchemaObject::Index(name) => format!("DROP INDEX IF EXISTS \"{name}\""),
            // A whole table that is left over goes with its columns.
            SchemaObject::Column(table, _) if !expected.contains(&SchemaObject::Table(table.clone())) => continue,
            SchemaObject::Column(table, name) => format!("ALTER TABLE \"{table}\" DROP COLUMN \"{name}\""),
            SchemaObject::Table(name) => {
                let own = match stays.contains(leftover) {
                    true => count(&finished, name).await?,
                    false => 0,
                };
                let is_its_own = count(tx, name).await? <= own;
                anyhow::ensure!(is_its_own, startup::rows_without_record(name));
                format!("DROP TABLE \"{name}\"")
            }
        };
        tracing::warn!("an upgrade was cut off before: {statement}");
        tx.execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// A database in memory that these migrations have made.
pub(super) async fn migrated_in_memory(names: BTreeSet<String>) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    // Each connection to `:memory:` is a database of its own, so there is exactly one.
    let trial = Database::connect(options).await?;
    let manager = SchemaManager::new(&trial);
    for migration in Migrator::migrations() {
        if names.contains(migration.name()) {
            migration.up(&manager).await?;
        }
    }
    Ok(trial)
}

/// What any migration makes, be it taken away by a later one.
async fn ever_made() -> anyhow::Result<&'static BTreeSet<SchemaObject>> {
    static EVER: OnceCell<BTreeSet<SchemaObject>> = OnceCell::const_new();
    EVER.get_or_try_init(async || {
        let trial = migrated_in_memory(BTreeSet::new()).await?;
        let manager = SchemaManager::new(&trial);
        let mut ever = BTreeSet::new();
        for migration in Migrator::migrations() {
            migration.up(&manager).await?;
            ever.extend(made(&trial).await?);
        }
        Ok(ever)
    })
    .await
}

async fn made(conn: &impl ConnectionTrait) -> Result<BTreeSet<SchemaObject>, DbErr> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                  AND name <> 'seaql_migrations'";
    // Indexes without a statement are SQLite's own, of keys and constraints; they go with their tables.
    let indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    let columns = format!("SELECT t.name AS \"of\", c.name FROM ({tables}) t JOIN pragma_table_info(t.name) c");
    let select = |sql: &str| Statement::from_string(DbBackend::Sqlite, sql);
    let mut made = BTreeSet::new();
    for row in conn.query_all_raw(select(indexes)).await? {
        made.insert(SchemaObject::Index(row.try_get("", "name")?));
    }
    for row in conn.query_all_raw(select(&columns)).await? {
        made.insert(SchemaObject::Column(row.try_get("", "of")?, row.try_get("", "name")?));
    }
    for row in conn.query_all_raw(select(tables)).await? {
        made.insert(SchemaObject::Table(row.try_get("", "name")?));
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use migrations::{Migrator, MigratorTrait as _};
    use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};

    use super::{bring_up_to_date, names};

    async fn open(folder: &tempfile::TempDir) -> DatabaseConnection {
        let file = folder.path().join("gongxue.db");
        Database::connect(format!("sqlite:{}?mode=rwc", file.display()))
            .await
            .unwrap()
    }

    fn copies(folder: &tempfile::TempDir) -> Vec<String> {
        let listed = std::fs::read_dir(folder.path()).unwrap();
        let names = listed.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains(".before-")).collect()
    }

    #[tokio::test]
    async fn an_upgrade_that_the_last_program_was_killed_in_is_finished_and_loses_no_row() {
        let all = u32::try_from(names().count()).unwrap();
        for cut in 1..=all {
            let folder = tempfile::tempdir().unwrap();
            let db = open(&folder).await;
            Migrator::up(&db, Some(cut)).await.unwrap();
            db.execute_unprepared(
                "INSERT INTO school (id, code, name, bytes, created_at) VALUES (x'01', 'S1', '一校', 7, 1)",
            )
            .await
            .unwrap();
            // What the last of them made is there, and its row is not.
            db.execute_unprepared(
                "DELETE FROM seaql_migrations WHERE version = (SELECT max(version) FROM seaql_migrations)",
            )
            .await
            .unwrap();

            let done = bring_up_to_date(&db).await;
            if cut == 1 {
                // It made the table itself, so a row in it is somebody's: the record was lost, not the upgrade.
                let refused = done.unwrap_err().to_string();
                assert!(refused.contains("seaql_migrations"), "{refused}");
                continue;
            }
            done.unwrap_or_else(|error| panic!("cut after {cut}: {error:?}"));

            let kept = db
                .query_one_raw(sea_orm::Statement::from_string(
                    sea_orm::DbBackend::Sqlite,
                    "SELECT count(*) AS n FROM school",
                ))
                .await;
            let kept: i64 = kept.unwrap().unwrap().try_get("", "n").unwrap();
            assert_eq!(kept, 1, "cut after {cut}");
        }
    }

    #[tokio::test]
    async fn a_first_start_that_was_killed_between_two_tables_is_begun_again() {
        let folder = tempfile::tempdir().unwrap();
        let db = open(&folder).await;
        Migrator::install(&db).await.unwrap();
        db.execute_unprepared("CREATE TABLE school (id blob PRIMARY KEY, code text)")
            .await
            .unwrap();

        bring_up_to_date(&db).await.unwrap();

        db.execute_unprepared("SELECT name FROM school").await.unwrap();
        assert!(copies(&folder).is_empty(), "there was nothing to lose");
    }

    #[tokio::test]
    async fn before_an_upgrade_the_database_is_copied_and_after_it_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let db = open(&folder).await;
        Migrator::up(&db, Some(3)).await.unwrap();
        db.execute_unprepared(
            "INSERT INTO school (id, code, name, bytes, created_at) VALUES (x'01', 'S1', '一校', 7, 1)",
        )
        .await
        .unwrap();

        bring_up_to_date(&db).await.unwrap();
        bring_up_to_date(&db).await.unwrap();

        let copies = copies(&folder);
        assert_eq!(copies.len(), 1, "{copies:?}");
        let copy = folder.path().join(&copies[0]);
        let copy = Database::connect(format!("sqlite:{}", copy.display())).await.unwrap();
        copy.execute_unprepared("SELECT code FROM school WHERE code = 'S1'")
            .await
            .unwrap();
        assert_eq!(super::applied(&copy).await.unwrap().len(), 3, "it is from before");
    }

    #[tokio::test]
    async fn a_database_of_a_newer_program_is_refused_with_advice_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let db = open(&folder).await;
        bring_up_to_date(&db).await.unwrap();
        db.execute_unprepared(
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000001_later', 1)",
        )
        .await
        .unwrap();

        let refused = bring_up_to_date(&db).await.unwrap_err().to_string();

        assert!(refused.contains("m20991231_000001_later"), "{refused}");
        assert!(
            refused.contains("备份") && refused.contains("restore the backup"),
            "{refused}"
        );
    }
}
