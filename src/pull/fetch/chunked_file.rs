//! Large files: resumed at the byte where they stopped; chunks that an older file has are copied from it.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

use super::partial_file::PartialFile;
use super::{Fetcher, Missing, Payload, Sink as _, WantedFile, on_disk, report_complete, too_short};
use crate::pack::chunks::{self, ChunkList, DeltaPiece};
use crate::pull::error::{Error, Result};
use crate::pull::source::backoff::Backoff;
use crate::pull::source::{DocumentResponse, Selection};

/// From this length on a chunk list is asked for; below it the list costs a request for little.
const LARGE: u64 = 1024 * 1024;
/// A list of chunks has some 80 bytes for each, and a file at most one for each 16 KiB; a longer one is none.
const CHUNK: u64 = 16 * 1024;
const BYTES_A_CHUNK: u64 = 100;

impl Fetcher<'_> {
    /// Fetches a file alone, in as many requests as it takes.
    pub(super) async fn single(&self, kind: Payload, wanted: WantedFile) -> Result<Missing> {
        let (gone, spoilt) = match self.grown(kind, &wanted).await {
            Ok(true) => {
                report_complete(self.completed.as_ref(), &wanted);
                (vec![], vec![])
            }
            Err(error) if error.is_gone() => (vec![wanted], vec![]),
            // It may be the older file that is not what it was; the next round does without it.
            Ok(false) | Err(Error::ChangedMeanwhile { .. }) => (vec![], vec![wanted]),
            // The hub knows that it has other bytes.
            Err(error) if error.is_damaged() => (vec![], vec![wanted]),
            Err(error) => return Err(error),
        };
        Ok(Missing { gone, spoilt })
    }

    /// Fetches a file to its end; returns whether its hash is right.
    async fn grown(&self, kind: Payload, wanted: &WantedFile) -> Result<bool> {
        let pieces = self.pieces(kind, wanted).await?;
        let opened = wanted.clone();
        let mut partial = on_disk(self.into, move |folder| PartialFile::open(folder, &opened)).await?;
        let mut backoff = Backoff::default();
        // Where ranges are not understood it begins anew each time, and may never be as far as it was.
        let mut most = partial.received();
        while partial.missing() > 0 {
            let error;
            (partial, error) = self.next_piece(kind, wanted, &pieces, partial).await?;
            let has_come_on = partial.received() > most;
            most = most.max(partial.received());
            if let Some(error) = error {
                backoff.retry(error, has_come_on).await?;
            // An answer that ends early and without an error would be asked for again for ever.
            } else if !has_come_on {
                backoff.retry(too_short(&wanted.sha256.hex()), false).await?;
            }
        }
        on_disk(self.into, move |_| partial.finish()).await
    }

    /// Appends the next piece: a part of the old file, or one response. Returns the error if the connection broke.
    async fn next_piece(
        &self,
        kind: Payload,
        wanted: &WantedFile,
        pieces: &[DeltaPiece],
        mut partial: PartialFile,
    ) -> Result<(PartialFile, Option<Error>)> {
        match (piece_at(pieces, partial.received()), &wanted.old) {
            (DeltaPiece::Held(range), Some(old)) => {
                let old = old.clone();
                let length = range.end - range.start;
                let before = partial.received();
                partial = on_disk(self.into, move |_| copied(partial, &old, &range)).await?;
                if partial.received() < before + length {
                    return Err(Error::ChangedMeanwhile {
                        path: wanted.sha256.hex(),
                    });
                }
                self.watch.came(length);
                Ok((partial, None))
            }
            (DeltaPiece::Held(range) | DeltaPiece::Missing(range), _) => {
                let what = match kind {
                    Payload::Files => Selection::File(&wanted.sha256),
                    Payload::Texts => Selection::Text(&wanted.sha256),
                };
                let end = (range.end < wanted.length).then_some(range.end);
                let body = match self.source.open(&self.part(what), range.start, end).await {
                    Ok(body) => body,
                    Err(error) if error.is_transient() => return Ok((partial, Some(error))),
                    Err(error) => return Err(error),
                };
                let mut rest = range.end - range.start;
                if body.from != partial.received() {
                    // Ranges are not understood, so all of it comes.
                    rest = wanted.length;
                    let wanted = wanted.clone();
                    partial = on_disk(self.into, move |folder| PartialFile::restart(folder, &wanted)).await?;
                }
                let poured = self.write_stream(body.at_most(rest), partial).await?;
                Ok((poured.sink, poured.cut))
            }
        }
    }

    /// Pieces that the file is put together from.
    async fn pieces(&self, kind: Payload, wanted: &WantedFile) -> Result<Vec<DeltaPiece>> {
        let whole = vec![DeltaPiece::Missing(0..wanted.length)];
        let has_choice = kind == Payload::Files && wanted.length >= LARGE && !self.source.is_folder();
        let Some(old) = wanted.old.clone().filter(|_| has_choice) else {
            return Ok(whole);
        };
        let address = format!(
            "packs/{}/versions/{}/files/{}/chunks",
            self.pack, self.version, wanted.sha256
        );
        let max = (wanted.length / CHUNK + 10) * BYTES_A_CHUNK;
        let DocumentResponse::Found { bytes, .. } = self.source.document(&address, None, max).await? else {
            return Ok(whole);
        };
        // This step may be left out, so a list that cannot be read is no reason to stop.
        let list = serde_json::from_slice::<ChunkList>(&bytes).ok();
        let Some(new) = list.filter(|list| list.is_sound() && list.size == wanted.length) else {
            return Ok(whole);
        };
        let pieces = on_disk(self.into, move |_| kept_of(&old, &new)).await?;
        Ok(if is_worth_it(&pieces, wanted.length) {
            pieces
        } else {
            whole
        })
    }
}

/// Pieces that can be copied from an older file; none if it has gone away.
fn kept_of(old: &Path, new: &ChunkList) -> io::Result<Vec<DeltaPiece>> {
    match File::open(old) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        old => Ok(new.pieces(&chunks::cut(old?)?)),
    }
}

/// The file with a part of the older one behind it, as far as that goes.
fn copied(mut partial: PartialFile, old: &Path, range: &Range<u64>) -> io::Result<PartialFile> {
    partial.append_from(old, range)?;
    partial.flush()?;
    Ok(partial)
}

/// Whether at least a quarter of the file stands in the old one.
fn is_worth_it(pieces: &[DeltaPiece], length: u64) -> bool {
    let held = pieces.iter().filter(|piece| matches!(piece, DeltaPiece::Held(_)));
    held.map(DeltaPiece::length).sum::<u64>() >= length / 4
}

/// The rest of the piece that a byte of the new file stands in.
fn piece_at(pieces: &[DeltaPiece], at: u64) -> DeltaPiece {
    let mut start = 0;
    for piece in pieces {
        let end = start + piece.length();
        if at < end {
            return piece.clone().without_first(at - start);
        }
        start = end;
    }
    unreachable!("pieces are as long as the file, and the file is not whole")
}
