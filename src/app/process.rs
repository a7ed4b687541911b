//! Process locks of a data folder: each process holds a lock on a file of its own, so that after a kill the next one
//! takes up its work at once instead of waiting until its claims end.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::id::ProcessId;

const FOLDER: &str = "processes";

/// Says that this process lives, as long as it does.
#[derive(Debug)]
pub struct ProcessLock {
    path: PathBuf,
    _file: File,
}

impl ProcessLock {
    /// Takes the lock of process `own`; returns it with the processes that have ended without giving theirs back.
    ///
    /// The kernel lets go of a lock when its process ends, however it ends. Where the file system knows no locks nobody is
    /// said to have ended.
    pub fn acquire(data: &Path, own: ProcessId) -> io::Result<(Self, Vec<ProcessId>)> {
        let folder = data.join(FOLDER);
        fs::create_dir_all(&folder)?;
        // Ours last: it is not to be found among the others.
        let ended = ended(&folder)?;
        let path = folder.join(own.to_string());
        let file = File::create(&path)?;
        file.try_lock().or_else(|error| match error {
            TryLockError::Error(error) if error.kind() != io::ErrorKind::Unsupported => Err(error),
            _ => Ok(()),
        })?;
        Ok((Self { path, _file: file }, ended))
    }
}

impl Drop for ProcessLock {
    fn drop(&mut self) {
        // In order: its work was finished or given back before.
        let _ = fs::remove_file(&self.path);
    }
}

/// The processes whose files nobody holds any more; the files go.
fn ended(folder: &Path) -> io::Result<Vec<ProcessId>> {
    let mut ended = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // Gone meanwhile: another process that starts has taken it over.
        let Ok(file) = File::open(entry.path()) else { continue };
        if file.try_lock().is_ok() {
            fs::remove_file(entry.path())?;
            ended.push(process);
        }
    }
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::ProcessLock;
    use crate::domain::id::ProcessId;

    #[test]
    fn who_lives_keeps_its_work_and_who_was_killed_does_not() {
        let data = tempfile::tempdir().unwrap();
        let (alive, killed, third) = (ProcessId::new(), ProcessId::new(), ProcessId::new());
        let (_alive, _) = ProcessLock::acquire(data.path(), alive).unwrap();
        // What a killed process leaves: its file, and no lock on it.
        std::fs::write(data.path().join("processes").join(killed.to_string()), "").unwrap();

        let (orderly, ended) = ProcessLock::acquire(data.path(), third).unwrap();
        drop(orderly);
        let (_next, later) = ProcessLock::acquire(data.path(), ProcessId::new()).unwrap();

        assert_eq!(ended, [killed]);
        assert_eq!(later, [], "one that ended in order has nothing left to take up");
    }
}
