//! Lines in the parts of a backup: rows of tables, lists of objects.

use std::io::{Read as _, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Digest as _;

use crate::blob::{BackupKey, Blobs};
use crate::domain::id::Sha256;
use crate::error::{Error, Result};

/// A part has at least so many bytes before compression, if so many follow.
const LEAST: usize = 1 << 20;
/// A part ends here at the latest, when its last line does.
const MOST: usize = 8 << 20;
/// Between both it ends after a line whose checksum ends in ten zeros: the same lines are cut at the same places, so that
/// rows that came between leave the parts before and behind them as they were.
const CUT: u32 = (1 << 10) - 1;
/// A part that unpacks to more was not written by us.
const MOST_UNPACKED: u64 = 256 << 20;

/// Writes lines into parts.
pub(super) struct Writer<'a> {
    place: &'a Blobs,
    /// What is there already is read before it is believed.
    compare: bool,
    lines: Vec<u8>,
    parts: Vec<Sha256>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(place: &'a Blobs, compare: bool) -> Self {
        Self {
            place,
            compare,
            lines: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Adds a line.
    pub(super) async fn line(&mut self, line: &impl Serialize) -> Result<()> {
        let start = self.lines.len();
        serde_json::to_writer(&mut self.lines, line).map_err(Error::unexpected)?;
        let is_cut = crc32fast::hash(&self.lines[start..]) & CUT == 0;
        self.lines.push(b'\n');
        let length = self.lines.len();
        if length >= MOST || (length >= LEAST && is_cut) {
            self.end_part().await?;
        }
        Ok(())
    }

    /// Ends the last part; returns what all are named by.
    pub(super) async fn finish(mut self) -> Result<Vec<Sha256>> {
        if !self.lines.is_empty() {
            self.end_part().await?;
        }
        Ok(self.parts)
    }

    async fn end_part(&mut self) -> Result<()> {
        let lines = std::mem::take(&mut self.lines);
        self.parts.push(put(self.place, lines, self.compare).await?);
        Ok(())
    }
}

/// Keeps one part, which may be empty; returns what it is named by.
pub(super) async fn put(place: &Blobs, lines: Vec<u8>, compare: bool) -> Result<Sha256> {
    let packed = tokio::task::spawn_blocking(move || pack(&lines)).await;
    let (sha256, bytes) = packed.map_err(Error::unexpected)??;
    let key = BackupKey::Part(sha256.clone());
    let put = place.put_backup(&key, bytes, compare).await;
    put.map_err(Error::unexpected)?;
    Ok(sha256)
}

/// The lines of one part, checked.
pub(super) async fn lines<T: DeserializeOwned + Send + 'static>(place: &Blobs, part: &Sha256) -> Result<Vec<T>> {
    let key = BackupKey::Part(part.clone());
    let bytes = place
        .read_backup(&key, MOST_UNPACKED)
        .await
        .map_err(Error::unexpected)?;
    let part = part.clone();
    let read = tokio::task::spawn_blocking(move || unpack(&bytes, &part)).await;
    let read = read.map_err(Error::unexpected)?;
    read.map_err(|error| Error::Unexpected(error.context(format!("read `{key}` of the backup"))))
}

fn pack(lines: &[u8]) -> anyhow::Result<(Sha256, Bytes)> {
    let sha256 = Sha256::from_bytes(sha2::Sha256::digest(lines).into());
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(lines)?;
    Ok((sha256, packer.finish()?.into()))
}

fn unpack<T: DeserializeOwned>(packed: &[u8], named: &Sha256) -> anyhow::Result<Vec<T>> {
    let mut lines = Vec::new();
    GzDecoder::new(packed).take(MOST_UNPACKED).read_to_end(&mut lines)?;
    let sha256 = Sha256::from_bytes(sha2::Sha256::digest(&lines).into());
    anyhow::ensure!(sha256 == *named, "its bytes are not those that it is named by");
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| Ok(serde_json::from_slice(line)?)).collect()
}

#[cfg(test)]
mod tests {
    use crate::blob::Blobs;
    use crate::library::operations::backup::parts::{Writer, lines};

    async fn parts_of(place: &Blobs, rows: impl Iterator<Item = u64>) -> Vec<crate::domain::id::Sha256> {
        let mut writer = Writer::new(place, false);
        for row in rows {
            writer.line(&(row, "x".repeat(100))).await.unwrap();
        }
        writer.finish().await.unwrap()
    }

    #[tokio::test]
    async fn a_row_that_comes_between_leaves_the_other_parts_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("file://{}", folder.path().display());
        let place = Blobs::open(&url, &folder.path().join("scratch")).unwrap();

        let before = parts_of(&place, (0..100_000).filter(|row| *row != 50_000)).await;
        let after = parts_of(&place, 0..100_000).await;

        let shared = after.iter().filter(|part| before.contains(part)).count();
        assert!(before.len() > 4, "{} parts", before.len());
        assert!(shared + 2 >= after.len(), "{shared} of {} are shared", after.len());
        let read: Vec<(u64, String)> = lines(&place, &after[0]).await.unwrap();
        assert_eq!(read[7].0, 7);
    }
}
