//! The contents that the kept rows name, a shard at a time: their rows are kept in the order of their SHA-256.

use std::collections::{BTreeMap, VecDeque};

use anyhow::Context as _;

use crate::blob::{Blobs, ObjectKey};
use crate::domain::backup::{CellValue, TableContents, shard_digits};
use crate::domain::id::Sha256;
use crate::error::{Error, Result};
use crate::library::objects::key_of;
use crate::library::operations::backup::parts;

/// The table of contents.
pub(super) const CONTENTS: &str = "blob";

/// Reads the rows of contents once, from the first to the last.
pub(super) struct ContentRows<'a> {
    place: &'a Blobs,
    parts: VecDeque<Sha256>,
    rows: VecDeque<Vec<CellValue>>,
    sha256: usize,
    generation: usize,
    size: usize,
}

impl<'a> ContentRows<'a> {
    pub(super) fn of(place: &'a Blobs, tables: &[TableContents]) -> Result<Self> {
        let kept = tables.iter().find(|kept| kept.table.name == CONTENTS);
        let kept = kept.context("the backup has no table of contents")?;
        let column = |name| {
            kept.table
                .position(name)
                .with_context(|| format!("contents have no `{name}`"))
        };
        Ok(Self {
            place,
            parts: kept.parts.iter().cloned().collect(),
            rows: VecDeque::new(),
            sha256: column("sha256")?,
            generation: column("generation")?,
            size: column("size")?,
        })
    }

    /// The objects of a shard with their sizes. To be asked for one after the other.
    pub(super) async fn shard(&mut self, shard: u16) -> Result<BTreeMap<ObjectKey, u64>> {
        let digits = shard_digits(shard);
        let mut named = BTreeMap::new();
        while let Some(row) = self.next().await? {
            let sha256 = row[self.sha256].as_str().unwrap_or_default();
            if !sha256.starts_with(&digits) {
                // Behind this shard, or not where it belongs, which would be left out in silence.
                let is_later = sha256 > digits.as_str();
                if !is_later {
                    return Err(Error::Unexpected(anyhow::anyhow!(
                        "the contents of the backup are not in order at `{sha256}`"
                    )));
                }
                self.rows.push_front(row);
                break;
            }
            let (key, size) = self.object(&row)?;
            named.insert(key, size);
        }
        Ok(named)
    }

    async fn next(&mut self) -> Result<Option<Vec<CellValue>>> {
        while self.rows.is_empty() {
            let Some(part) = self.parts.pop_front() else {
                return Ok(None);
            };
            self.rows = parts::lines(self.place, &part).await?.into();
        }
        Ok(self.rows.pop_front())
    }

    fn object(&self, row: &[CellValue]) -> Result<(ObjectKey, u64)> {
        let text = |at: usize| row[at].as_str().context("a content's row has no such cell");
        let sha256: Sha256 = text(self.sha256)?.parse().map_err(anyhow::Error::new)?;
        let key = key_of(sha256, text(self.generation)?)?;
        let size = row[self.size].as_u64().context("a content has no size")?;
        Ok((ObjectKey::Blob(key), size))
    }
}
