//! Copies of a SQLite database, made before its tables are changed.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseTransaction, DbBackend, DbErr, Statement};

use super::{applied, holds_rows, names};
use crate::words::startup;

/// Copies from before upgrades that are kept.
const KEPT_COPIES: usize = 3;

/// Copies a SQLite database that holds a library to a file beside it. The transaction holds the lock, so what is copied
/// is what the upgrade will find.
pub(super) async fn copy_before_upgrade(tx: &DatabaseTransaction) -> anyhow::Result<()> {
    let applied = applied(tx).await?;
    let Some(pending) = names().find(|name| !applied.contains(name)) else {
        return Ok(());
    };
    let file = file_of(tx).await?;
    let Some(file) = file else { return Ok(()) };
    if !holds_rows(tx).await? {
        return Ok(());
    }
    let copy = beside(&file, &format!(".before-{pending}"));
    let half = beside(&file, ".before-copying");
    let said = startup::no_copy(&copy.display().to_string());
    tracing::info!("copying the database to `{}` before it is upgraded", copy.display());
    copy_into(&file, half.clone()).await.context(said.clone())?;
    let kept = tokio::task::spawn_blocking(move || keep_copy(&file, &half, &copy));
    kept.await?.context(said)
}

/// The file of the database that is open; none for one in memory.
async fn file_of(conn: &impl ConnectionTrait) -> Result<Option<PathBuf>, DbErr> {
    let select = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let row = conn
        .query_one_raw(Statement::from_string(DbBackend::Sqlite, select))
        .await?;
    let file: Option<String> = row.map(|row| row.try_get("", "file")).transpose()?;
    Ok(file.filter(|file| !file.is_empty()).map(PathBuf::from))
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Copies by a connection of its own: `VACUUM` cannot run inside a transaction.
async fn copy_into(file: &Path, half: PathBuf) -> anyhow::Result<()> {
    let target = half.clone();
    // What an earlier attempt left is not a copy.
    tokio::task::spawn_blocking(move || remove_if_there(&target)).await??;
    let mut options = ConnectOptions::new("sqlite:by-its-path?mode=ro");
    options.max_connections(1).sqlx_logging(false);
    let path = file.to_owned();
    // Not within the address, where some characters mean something else.
    options.map_sqlx_sqlite_opts(move |sqlite| sqlite.filename(&path));
    let reader = Database::connect(options).await?;
    let path = half.display().to_string().replace('\'', "''");
    let copied = reader.execute_unprepared(&format!("VACUUM INTO '{path}'")).await;
    reader.close().await?;
    if copied.is_err() {
        tokio::task::spawn_blocking(move || remove_if_there(&half)).await??;
    }
    copied?;
    Ok(())
}

fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        answer => answer,
    }
}

/// Puts the copy on stable storage under its name, and removes the oldest of those that are too many.
fn keep_copy(file: &Path, half: &Path, copy: &Path) -> std::io::Result<()> {
    // Bytes, name, folder: only what survives a power cut may stand under a copy's name.
    std::fs::File::open(half)?.sync_all()?;
    std::fs::rename(half, copy)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()?;
    let prefix = beside(Path::new(file.file_name().unwrap_or_default()), ".before-m");
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(&*prefix.to_string_lossy())
        {
            copies.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    copies.sort_unstable();
    for (_, old) in copies.iter().rev().skip(KEPT_COPIES) {
        std::fs::remove_file(old)?;
    }
    Ok(())
}
