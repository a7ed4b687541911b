//! The document being read: a file handed over by the parent, or an archive's member in memory.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::FileExt,
    sync::Arc,
};

use super::error::{ExtractError, ExtractResult};
use crate::domain::file::ExtractionFault;

/// Bytes with a position of their own.
///
/// A file is read by position (`pread`), so that clones and the parent, who share one kernel offset, do not disturb
/// each other.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    source: InputSource,
    length: u64,
    position: u64,
}

#[derive(Debug, Clone)]
enum InputSource {
    File(Arc<File>),
    Memory(Arc<[u8]>),
}

impl Input {
    /// Reads from an open file.
    pub(crate) fn of_file(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self::new(InputSource::File(Arc::new(file)), length))
    }

    /// Reads from memory.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Self {
        let length = bytes.len() as u64;
        Self::new(InputSource::Memory(bytes.into()), length)
    }

    fn new(source: InputSource, length: u64) -> Self {
        Self {
            source,
            length,
            position: 0,
        }
    }

    /// Its size in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.length
    }

    /// Up to `count` bytes from its beginning.
    pub(crate) fn head(&self, count: u64) -> io::Result<Vec<u8>> {
        self.slice(0, count)
    }

    /// Up to `count` bytes from `offset`.
    pub(crate) fn slice(&self, offset: u64, count: u64) -> io::Result<Vec<u8>> {
        let mut from = Self {
            position: offset.min(self.length),
            ..self.clone()
        };
        let mut bytes = Vec::new();
        from.by_ref().take(count).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// All bytes, for engines that want them at once; refused above `limit`.
    pub(crate) fn whole(&self, limit: u64) -> ExtractResult<Vec<u8>> {
        if self.length > limit {
            let detail = format!("{} bytes are more than the {limit} that are read at once", self.length);
            return Err(ExtractError::Fault(ExtractionFault::MemoryLimit, detail));
        }
        Ok(self.head(limit)?)
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &self.source {
            InputSource::File(file) => file.read_at(buffer, self.position)?,
            InputSource::Memory(bytes) => {
                let start = usize::try_from(self.position).map_or(bytes.len(), |at| at.min(bytes.len()));
                (&bytes[start..]).read(buffer)?
            }
        };
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(delta) => self.length.checked_add_signed(delta),
            SeekFrom::Current(delta) => self.position.checked_add_signed(delta),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom};

    use super::Input;

    #[test]
    fn clones_keep_their_own_position() {
        let mut first = Input::of_bytes(b"0123456789".to_vec());
        first.seek(SeekFrom::End(-4)).unwrap();

        let mut second = first.clone();
        let mut rest = String::new();
        second.read_to_string(&mut rest).unwrap();

        assert_eq!(rest, "6789");
        assert_eq!(first.stream_position().unwrap(), 6);
        assert_eq!(first.head(3).unwrap(), b"012");
    }
}
