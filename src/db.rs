//! Database: opening it, and its two doors [`Db::read`] and [`Db::write`].
//!
//! Queries are plain functions over `&impl ConnectionTrait` in one file per noun, so that they run inside and outside
//! a transaction. SQL that both databases understand; where one needs a word more, the function says why.

use std::time::Duration;

use anyhow::Context as _;
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, RuntimeErr, SqliteTransactionMode, SqlxError, TransactionOptions, TransactionTrait as _,
};

use crate::error::{Dependency, Error, Refusal, Result};

pub mod audit;
pub(crate) mod backups;
pub(crate) mod changes;
pub(crate) mod comments;
pub(crate) mod companies;
pub(crate) mod content;
pub(crate) mod coverage;
pub(crate) mod crowding;
pub(crate) mod curriculum;
pub(crate) mod damage;
pub(crate) mod derived;
pub(crate) mod door_notices;
pub(crate) mod dump;
pub mod entity;
pub(crate) mod erasures;
pub(crate) mod evidence;
pub mod figures;
pub(crate) mod files;
pub(crate) mod films;
pub(crate) mod followups;
pub(crate) mod holdings;
pub(crate) mod idempotency;
pub(crate) mod identities;
pub(crate) mod jobs;
pub(crate) mod leases;
pub(crate) mod library;
pub(crate) mod library_health;
mod migrate;
pub(crate) mod mirror;
pub(crate) mod ocr_corrections;
pub(crate) mod ocr_pages;
pub(crate) mod orders;
pub(crate) mod orphans;
pub(crate) mod pack_documents;
pub(crate) mod packs;
pub(crate) mod passkeys;
pub(crate) mod people;
pub(crate) mod personal_data;
pub(crate) mod plan;
pub(crate) mod recognition;
pub(crate) mod reindex;
pub mod renditions;
pub mod resources;
pub(crate) mod review_paths;
pub(crate) mod review_rounds;
pub(crate) mod reviews;
pub(crate) mod rights_notices;
mod rows;
pub(crate) mod saved_searches;
pub(crate) mod second_factors;
pub(crate) mod segments;
pub(crate) mod sign_in_attempts;
pub(crate) mod speech;
pub(crate) mod staged;
pub(crate) mod standards;
pub(crate) mod storage;
pub(crate) mod synonyms;
pub(crate) mod takedowns;
pub(crate) mod todos;
pub(crate) mod training;
pub(crate) mod trust;
pub(crate) mod uploads;
pub(crate) mod usage;
pub(crate) mod versions;
pub(crate) mod visits;
pub(crate) mod workers;

/// How long a writer waits for another one, and anybody for a connection of the pool, before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a writer waits for its turn among our own: with [`BUSY_TIMEOUT`] that is the longest that a request waits for
/// a database that somebody else has locked, however many wait.
const WRITE_QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// The database. Copies share one pool.
#[derive(Debug, Clone)]
pub struct Db {
    pool: DatabaseConnection,
    /// SQLite takes one writer at a time: waiting here, in turn, is fairer and quicker than its busy polling.
    writer: std::sync::Arc<tokio::sync::Semaphore>,
}

impl Db {
    /// Opens the database at a `sqlite:` or `postgres:` address and brings its tables up to date.
    pub async fn open(url: &str, max_connections: u32) -> anyhow::Result<Self> {
        let db = Self::connect(url, max_connections).await?;
        migrate::bring_up_to_date(&db.pool)
            .await
            .context("bring the database's tables up to date")?;
        Ok(db)
    }

    /// Opens the database and leaves its tables as they are.
    pub async fn connect(url: &str, max_connections: u32) -> anyhow::Result<Self> {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(max_connections)
            .sqlx_logging(false)
            .acquire_timeout(BUSY_TIMEOUT);
        if url.starts_with("sqlite:") {
            // A file does not go away as a server does: asking each time whether it is there doubled the waits of a read.
            options.test_before_acquire(false);
        }
        options.map_sqlx_sqlite_opts(|sqlite| {
            // FULL: an answer that was given stays given through a power cut (NORMAL lost three committed rows of three).
            sqlite
                .create_if_missing(true)
                .busy_timeout(BUSY_TIMEOUT)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                // A number below 0 is one of KiB.
                .pragma("cache_size", "-20000")
                .pragma("temp_store", "MEMORY")
        });
        let pool = Database::connect(options).await.context("open the database")?;
        let writers = if pool.get_database_backend() == DbBackend::Sqlite {
            1
        } else {
            max_connections as usize
        };
        Ok(Self {
            pool,
            writer: std::sync::Arc::new(tokio::sync::Semaphore::new(writers)),
        })
    }

    /// The door for reading.
    pub fn read(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// Runs `act` in one writing transaction: all of it is committed, or none.
    ///
    /// SQLite upgrades a read lock late and loses; the write lock is taken first.
    pub async fn write<T>(&self, act: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T>) -> Result<T> {
        let turn = tokio::time::timeout(WRITE_QUEUE_TIMEOUT, self.writer.acquire()).await;
        let turn = turn.map_err(|_| Refusal::Unavailable(Dependency::Database))?;
        let _turn = turn.map_err(Error::unexpected)?;
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        #[expect(clippy::disallowed_methods, reason = "this is the one door")]
        let tx = self.pool.begin_with_options(options).await?;
        let done = act(&tx).await;
        match done {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                tx.rollback().await?;
                Err(error)
            }
        }
    }

    /// Whether a writer would get its turn at once.
    pub fn is_quiet(&self) -> bool {
        self.writer.available_permits() > 0
    }

    /// Runs `act` on what the database holds at one moment, however long it takes and whoever writes meanwhile.
    ///
    /// SQLite gives that to every reading transaction (its log is not folded in meanwhile, and grows); PostgreSQL must be
    /// asked for it.
    pub(crate) async fn snapshot<T>(&self, act: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T>) -> Result<T> {
        let mut options = TransactionOptions::default();
        if is_postgres(&self.pool) {
            options.isolation_level = Some(IsolationLevel::RepeatableRead);
            options.access_mode = Some(AccessMode::ReadOnly);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "it only reads, and must not take the write lock"
        )]
        let tx = self.pool.begin_with_options(options).await?;
        let done = act(&tx).await;
        tx.rollback().await?;
        done
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.pool.ping().await?)
    }

    /// Closes the pool once its connections are given back.
    pub async fn close(self) {
        if let Err(error) = self.pool.close().await {
            tracing::warn!(%error, "the database did not close in order");
        }
    }
}

/// Whether a row says something that its entity does not understand: the fault of that row, not of the database.
pub(crate) fn is_of_row(error: &Error) -> bool {
    let Error::Unexpected(source) = error else { return false };
    let mut causes = source.chain().filter_map(|cause| cause.downcast_ref::<DbErr>());
    causes.any(|cause| match cause {
        DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => true,
        DbErr::Query(RuntimeErr::SqlxError(error)) => {
            matches!(error.as_ref(), SqlxError::ColumnDecode { .. } | SqlxError::Decode(_))
        }
        _ => false,
    })
}

/// Whether statements go to PostgreSQL.
pub(crate) fn is_postgres(conn: &impl ConnectionTrait) -> bool {
    conn.get_database_backend() == DbBackend::Postgres
}
