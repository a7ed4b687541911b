//! The lock of a data folder: one service a folder, and the second is told who the first is.
//!
//! The lock is the kernel's (`flock`), not the file: it goes with the process, however that ends, so a file that a killed
//! service left behind stops nobody. What is written in it is for people. On a network file system it counts as far as
//! that system counts locks: NFS since version 4 and SMB do among machines; one that knows none is said in the log, and
//! then keeping to one service is up to whoever starts them.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

const FILE: &str = "serve.lock";
/// What is written in it is short; more is not ours.
const MOST_BYTES: u64 = 4 << 10;
/// A service that was killed while it started a child holds its lock until that child runs: two seconds in all.
const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Process that holds a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockHolder {
    /// What it is: `gongxue serve`.
    pub what: String,
    /// Its version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// The machine it runs on.
    pub host: String,
}

/// A data folder that nobody else may serve, as long as this lives.
#[derive(Debug)]
pub struct DataLock {
    /// `None` where the file system knows no locks.
    _file: Option<File>,
}

impl DataLock {
    /// Takes the folder, or says who has it.
    pub async fn acquire(folder: &Path, what: &str) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("make the data folder `{}`", folder.display()))?;
        let path = folder.join(FILE);
        for _ in 0..TRIES {
            match try_take(&path, what) {
                Ok(Some(file)) => return Ok(Self { _file: Some(file) }),
                Ok(None) => tokio::time::sleep(BETWEEN_TRIES).await,
                Err(error) if knows_no_locks(&error) => {
                    let path = path.display();
                    tracing::warn!("no locks where `{path}` is: see to it that only one service uses this folder");
                    return Ok(Self { _file: None });
                }
                Err(error) => return Err(error).with_context(|| format!("lock `{}`", path.display())),
            }
        }
        Err(refusal(folder, &path))
    }

    /// Who has a folder now, if anybody does.
    pub fn holder(folder: &Path) -> io::Result<Option<LockHolder>> {
        let mut file = match File::open(folder.join(FILE)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        // Shared, so that two who only look do not take each other for a holder.
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(named(&mut file))),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Takes the lock and writes down who has it; `None` where somebody else does.
fn try_take(path: &Path, what: &str) -> io::Result<Option<File>> {
    let mut options = File::options();
    let mut file = options
        .create(true)
        // Until the lock is ours, what stands in it names whoever has it.
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Removed by somebody between the two: what was locked is not what the next one would find.
    if fs::metadata(path).ok().map(|found| found.ino()) != Some(file.metadata()?.ino()) {
        return Ok(None);
    }
    let holder = LockHolder {
        what: what.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        host: host(),
    };
    file.set_len(0)?;
    writeln!(file, "{}", serde_json::to_string(&holder)?)?;
    Ok(Some(file))
}

fn knows_no_locks(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported || error.raw_os_error() == Some(libc::ENOLCK)
}

/// What the second one is told, with the next step.
fn refusal(folder: &Path, path: &Path) -> anyhow::Error {
    let folder = folder.display();
    let holder = File::open(path).map_or_else(|_| unknown(), |mut file| named(&mut file));
    let LockHolder {
        what,
        version,
        pid,
        host,
    } = holder;
    anyhow::anyhow!(
        "数据目录 `{folder}` 正由 `{what}` {version} 使用（主机 {host}，进程 {pid}）。请先停止它，或用 GONGXUE_DATA_DIR 给这一个另指定目录。\n       \
         The data folder `{folder}` is in use by `{what}` {version} (host {host}, process {pid}). Stop that one first, or \
         give this one a folder of its own with GONGXUE_DATA_DIR."
    )
}

fn named(file: &mut File) -> LockHolder {
    let mut text = String::new();
    let read = file.take(MOST_BYTES).read_to_string(&mut text);
    let holder = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    holder.unwrap_or_else(unknown)
}

/// One that has not written its name yet.
fn unknown() -> LockHolder {
    LockHolder {
        what: "gongxue".to_owned(),
        version: "?".to_owned(),
        pid: 0,
        host: "?".to_owned(),
    }
}

fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "?" } else { name }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_service_is_told_who_the_first_is() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataLock::acquire(folder.path(), "gongxue serve").await.unwrap();

        let refused = DataLock::acquire(folder.path(), "gongxue serve")
            .await
            .unwrap_err()
            .to_string();

        let pid = std::process::id();
        assert!(refused.contains("正由 `gongxue serve`"), "{refused}");
        assert!(refused.contains(&format!("process {pid}")), "{refused}");
        assert!(refused.contains("GONGXUE_DATA_DIR"), "{refused}");
        assert_eq!(DataLock::holder(folder.path()).unwrap().unwrap().pid, pid);
        drop(first);
        assert_eq!(DataLock::holder(folder.path()).unwrap(), None);
        DataLock::acquire(folder.path(), "gongxue serve").await.unwrap();
    }

    #[tokio::test]
    async fn what_a_killed_service_left_stops_nobody() {
        let folder = tempfile::tempdir().unwrap();
        for left in [
            "",
            "{\"what\":\"gongxue serve\",\"version\":\"0.1.0\",\"pid\":1,\"host\":\"a\"}\n",
            "\u{0}\u{0}",
        ] {
            fs::write(folder.path().join(FILE), left).unwrap();

            DataLock::acquire(folder.path(), "gongxue serve").await.unwrap();
        }
    }
}
