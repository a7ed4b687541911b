//! Telling trouble outside from our own: a database or a store that is away comes back, so its failures ask to try again.

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{DbErr, RuntimeErr};

use super::{Dependency, Refusal};

/// The refusal for a failure whose cause lies outside the program; `None` for one that nobody foresaw.
///
/// The whole chain is looked through, because every room says in its own words what it was doing.
pub(super) fn refusal_for(failure: &anyhow::Error) -> Option<Refusal> {
    let refusal = failure
        .chain()
        // In this order: a store wraps a full disk in words that sound as if it were away, and waiting frees no room.
        .find_map(full)
        .or_else(|| failure.chain().find_map(away))?;
    // Here and not at the door: from here on the cause is forgotten. One line, because there will be many.
    tracing::warn!("unavailable: {failure:#}");
    Some(refusal)
}

/// No room on a disk of ours, whoever met it: a store that is a folder says so in the middle of its own words.
fn full(cause: &(dyn std::error::Error + 'static)) -> Option<Refusal> {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let disk = cause.downcast_ref::<std::io::Error>()?;
    matches!(disk.kind(), StorageFull | QuotaExceeded | FileTooLarge).then_some(Refusal::DiskFull)
}

fn away(cause: &(dyn std::error::Error + 'static)) -> Option<Refusal> {
    let database = cause.downcast_ref::<DbErr>().and_then(of_database);
    let store = || cause.downcast_ref::<object_store::Error>().and_then(of_store);
    let disk = || cause.downcast_ref::<std::io::Error>().and_then(of_disk);
    database.or_else(store).or_else(disk)
}

/// The refusal for a failure of the database.
pub(super) fn of_database(error: &DbErr) -> Option<Refusal> {
    let away = Some(Refusal::Unavailable(Dependency::Database));
    match error {
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => away,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            let error: &SqlxError = error;
            match error {
                SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::Protocol(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed => away,
                SqlxError::Database(error) => away.filter(|_| error.code().is_some_and(|code| is_passing(&code))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether what a database answered passes by itself or when somebody mends the machine.
fn is_passing(code: &str) -> bool {
    // SQLite: BUSY, LOCKED, READONLY, IOERR, CANTOPEN, in the low byte of its extended codes. Those have four digits at
    // most, PostgreSQL's always five.
    if code.len() < 5
        && let Ok(code) = code.parse::<u32>()
    {
        return matches!(code & 0xff, 5 | 6 | 8 | 10 | 14);
    }
    // PostgreSQL: connections (08), too many of them (53300), the server stops or starts (57P), a lock that did not come
    // or a deadlock (55P03, 40P01, 40001), read-only while it fails over (25006), I/O (58030).
    code.starts_with("08")
        || code.starts_with("57P")
        || matches!(code, "53300" | "55P03" | "40P01" | "40001" | "25006" | "58030")
}

/// The refusal for a failure of the store; what it says of one object is not about the store.
fn of_store(error: &object_store::Error) -> Option<Refusal> {
    use object_store::Error as Store;
    let away = Some(Refusal::Unavailable(Dependency::Store));
    match error {
        Store::NotFound { .. }
        | Store::AlreadyExists { .. }
        | Store::Precondition { .. }
        | Store::NotModified { .. }
        | Store::InvalidPath { .. }
        | Store::NotSupported { .. }
        | Store::NotImplemented { .. } => None,
        _ => away,
    }
}

/// The refusal for a failure of a disk of ours.
fn of_disk(error: &std::io::Error) -> Option<Refusal> {
    use std::io::ErrorKind;
    /// `EIO`: the disk itself has failed.
    const EIO: i32 = 5;
    /// `ENFILE`, `EMFILE`: too many files are open, by all or by us.
    const TOO_MANY_OPEN: [i32; 2] = [23, 24];
    match error.kind() {
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied | ErrorKind::NotADirectory => {
            Some(Refusal::Unavailable(Dependency::Store))
        }
        _ if error.raw_os_error() == Some(EIO) => Some(Refusal::Unavailable(Dependency::Store)),
        _ if error
            .raw_os_error()
            .is_some_and(|number| TOO_MANY_OPEN.contains(&number)) =>
        {
            Some(Refusal::Busy)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::is_passing;
    use crate::error::{Error, Refusal};

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        for code in ["5", "517", "8", "266", "14", "57P01", "08006", "53300", "40P01"] {
            assert!(is_passing(code), "{code}");
        }
        // A constraint, an unknown table, a full disk, a syntax error.
        for code in ["19", "1555", "1", "13", "23505", "42P01", "42601"] {
            assert!(!is_passing(code), "{code}");
        }
    }

    #[test]
    fn the_cause_is_found_behind_what_every_room_says() {
        let disk = std::io::Error::from(std::io::ErrorKind::ReadOnlyFilesystem);
        let told = anyhow::Error::new(disk).context("keep the upload").context("share");

        let refused = Error::unexpected(told);

        let Error::Refused(refusal) = refused else {
            panic!("{refused:?}")
        };
        assert!(matches!(*refusal, Refusal::Unavailable(_)));
        // A folder as the store wraps the disk's words in its own.
        let store = object_store::Error::Generic {
            store: "LocalFileSystem",
            source: Box::new(std::io::Error::from(std::io::ErrorKind::StorageFull)),
        };
        assert!(matches!(Error::unexpected(store), Error::Refused(full) if *full == Refusal::DiskFull));
        assert!(matches!(
            Error::unexpected(anyhow::anyhow!("a bug")),
            Error::Unexpected(_)
        ));
    }
}
