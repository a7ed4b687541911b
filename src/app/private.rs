//! File permissions: folders that only the service's account enters, files that only it reads.
//!
//! The program makes nothing that others may read, whatever umask it was started with; here what an older version or a
//! copy left open is closed, where it holds nothing of anybody else. Closing the folders closes what lies in them. A store at a place of its own is left as it is:
//! it may be shared with a web server on purpose.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::config::Config;

/// Only its owner enters, reads and writes.
const FOLDER: u32 = 0o700;
/// Only its owner reads and writes.
const FILE: u32 = 0o600;

/// Keeps what this process makes from now on to its own account.
pub fn keep_private() {
    use rustix::fs::Mode;
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

/// What the program itself makes in a data folder. A file system of its own has one folder more.
const IN_DATA: [&str; 9] = [
    "demo-password",
    "demo-unfinished",
    "index",
    "lost+found",
    "objects",
    "processes",
    "scratch",
    "serve.lock",
    "staging",
];
/// What the store makes in its folder.
const IN_OBJECTS: [&str; 8] = [
    "backups",
    "blobs",
    "derived",
    "library",
    "library.mark",
    "probe",
    "rows",
    "uploads",
];

/// Closes the folders and the database that are there. A folder that holds anything else than our own may be somebody's
/// home, or shared on purpose: it stays as it is, and what is ours in it is closed by itself.
pub(super) fn close(config: &Config) {
    let data = &config.data_dir;
    let database = config.database_file();
    let database_name = database.as_deref().and_then(Path::file_name).and_then(OsStr::to_str);
    // With its `-wal`, `-shm` and `-journal`.
    let is_database = |name: &str| database_name.is_some_and(|database| name.starts_with(database));
    let is_closed = close_own(data, |name| IN_DATA.contains(&name) || is_database(name));
    if is_closed {
        for folder in [config.staging_dir(), config.scratch_dir(), data.join("index")] {
            close_one(&folder, FOLDER);
        }
    } else {
        close_own(&data.join("objects"), |name| IN_OBJECTS.contains(&name));
        close_own(&config.staging_dir(), is_staged);
        close_own(&config.scratch_dir(), |name| {
            name.ends_with(".scratch") || name == "incoming"
        });
        close_own(&data.join("processes"), |name| name.parse::<Uuid>().is_ok());
    }
    close_own(&config.index_dir(), is_of_index);
    if let Some(file) = database {
        for end in ["", "-wal", "-shm"] {
            close_one(&with_end(&file, end), FILE);
        }
    }
}

fn is_of_index(name: &str) -> bool {
    ["lock", "current", "current.new"].contains(&name) || name.parse::<Uuid>().is_ok()
}

fn is_staged(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    ["library", "library.mark"].contains(&name) || stem.parse::<Uuid>().is_ok()
}

/// Closes a folder that holds nothing but our own; says whether it does.
fn close_own(folder: &Path, is_ours: impl Fn(&str) -> bool) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    let mut names = entries.map(|entry| entry.map(|entry| entry.file_name())).peekable();
    // An empty one was made by somebody, for something.
    let is_own = names.peek().is_some() && names.all(|name| name.is_ok_and(|name| name.to_str().is_some_and(&is_ours)));
    if is_own {
        close_one(folder, FOLDER);
    } else {
        tracing::debug!("`{}` is not ours alone, and is left open as it is", folder.display());
    }
    is_own
}

fn with_end(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Takes away what others may do. Whoever does not own the folder cannot; then its owner has decided.
fn close_one(path: &Path, most: u32) {
    let closed = std::fs::metadata(path).and_then(|metadata| {
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & !most & 0o777 == 0 {
            return Ok(());
        }
        std::fs::set_permissions(path, Permissions::from_mode(mode & most))
    });
    match closed {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            tracing::warn!(
                "others may read `{}`, which could not be changed: {error}",
                path.display()
            );
        }
        _ => {}
    }
}
