//! What the service keeps is its own: folders that only its account enters, files that only it reads.
//!
//! The program makes nothing that others may read, whatever umask it was started with; here what an older version or a
//! copy left open is closed. Closing the folders closes what lies in them. A store at a place of its own is left as it is:
//! it may be shared with a web server on purpose.

use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

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

/// Closes the folders and the database that are there.
pub(super) fn close(config: &Config) {
    let folders = [
        config.data_dir.clone(),
        config.staging_dir(),
        config.scratch_dir(),
        config.index_dir(),
    ];
    for folder in folders {
        close_one(&folder, FOLDER);
    }
    if let Some(file) = config.database_file() {
        for end in ["", "-wal", "-shm"] {
            close_one(&with_end(&file, end), FILE);
        }
    }
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
