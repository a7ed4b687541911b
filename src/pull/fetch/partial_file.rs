//! A partial file: as long as what came so far, named by the hash it is to have.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Seek as _, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::Digest as _;

use super::{Sink, WantedFile};
use crate::domain::id::Sha256;
use crate::pull::hash;

/// What is written at once.
const BLOCK: usize = 256 * 1024;

/// A file that is not whole yet.
pub(super) struct PartialFile {
    path: PathBuf,
    file: BufWriter<File>,
    digest: sha2::Sha256,
    received: u64,
    length: u64,
    sha256: Sha256,
}

/// Length of a partial file; 0 if there is none.
pub(super) fn partial_length(folder: &Path, sha256: &Sha256) -> u64 {
    fs::metadata(folder.join(sha256.hex())).map_or(0, |about| about.len())
}

impl PartialFile {
    /// Opens a partial file to append to. What is there is read once, for the hash.
    pub(super) fn open(folder: &Path, wanted: &WantedFile) -> io::Result<Self> {
        let path = folder.join(wanted.sha256.hex());
        let mut file = open(&path)?;
        if file.metadata()?.len() > wanted.length {
            file.set_len(0)?;
        }
        let mut digest = sha2::Sha256::new();
        let mut received = 0;
        hash::for_each_block(&mut file, |bytes| {
            digest.update(bytes);
            received += bytes.len() as u64;
            Ok(())
        })?;
        Ok(Self::of(path, file, wanted, digest, received))
    }

    /// As [`PartialFile::open`], with nothing of what was there.
    pub(super) fn restart(folder: &Path, wanted: &WantedFile) -> io::Result<Self> {
        let path = folder.join(wanted.sha256.hex());
        let file = match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                remove(&path)?;
                File::create_new(&path)?
            }
            file => file?,
        };
        Ok(Self::of(path, file, wanted, sha2::Sha256::new(), 0))
    }

    fn of(path: PathBuf, file: File, wanted: &WantedFile, digest: sha2::Sha256, received: u64) -> Self {
        // Most files are small, and there are many of them.
        let block = usize::try_from(wanted.length).map_or(BLOCK, |length| length.min(BLOCK));
        Self {
            path,
            file: BufWriter::with_capacity(block, file),
            digest,
            received,
            length: wanted.length,
            sha256: wanted.sha256.clone(),
        }
    }

    pub(super) fn received(&self) -> u64 {
        self.received
    }

    pub(super) fn missing(&self) -> u64 {
        self.length - self.received
    }

    /// Appends as many of these bytes as are missing; returns how many.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let needed = usize::try_from(self.missing()).map_or(bytes.len(), |missing| missing.min(bytes.len()));
        let bytes = &bytes[..needed];
        self.file.write_all(bytes)?;
        self.digest.update(bytes);
        self.received += needed as u64;
        Ok(needed)
    }

    /// Appends a part of an older file, as far as that goes.
    pub(super) fn append_from(&mut self, old: &Path, range: &Range<u64>) -> io::Result<()> {
        let mut old = match File::open(old) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            old => old?,
        };
        old.seek(io::SeekFrom::Start(range.start))?;
        let mut part = old.take(range.end - range.start);
        hash::for_each_block(&mut part, |bytes| self.append(bytes).map(|_| ()))
    }

    /// Flushes the file and checks its hash; deletes it if that is wrong.
    pub(super) fn finish(mut self) -> io::Result<bool> {
        self.file.flush()?;
        let is_right = self.missing() == 0 && <[u8; 32]>::from(self.digest.finalize()) == *self.sha256.as_bytes();
        if !is_right {
            remove(&self.path)?;
        }
        Ok(is_right)
    }
}

impl Sink for PartialFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.append(bytes).map(|_| ())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut how = OpenOptions::new();
    how.read(true).write(true).create(true).truncate(false).open(path)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
