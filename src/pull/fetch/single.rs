//! A large file: fetched from the byte on where it stopped; of an older one what is the same is kept.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

use super::growing::Growing;
use super::{Fetcher, Kind, Shortfall, Sink as _, Wanted, on_disk, tell_of, too_short};
use crate::pack::chunks::{self, ChunkList, Piece};
use crate::pull::error::{Error, Result};
use crate::pull::source::tries::Tries;
use crate::pull::source::{Answer, What};

/// From this length on it is asked what of an older file can be kept.
const LARGE: u64 = 1024 * 1024;
/// A list of chunks has some 80 bytes for each, and a file at most one for each 16 KiB; a longer one is none.
const CHUNK: u64 = 16 * 1024;
const BYTES_A_CHUNK: u64 = 100;

impl Fetcher<'_> {
    /// Fetches a file alone, in as many requests as it takes.
    pub(super) async fn single(&self, kind: Kind, wanted: Wanted) -> Result<Shortfall> {
        let (gone, spoilt) = match self.grown(kind, &wanted).await {
            Ok(true) => {
                tell_of(self.tell.as_ref(), &wanted);
                (vec![], vec![])
            }
            Err(error) if error.is_gone() => (vec![wanted], vec![]),
            // It may be the older file that is not what it was; the next round does without it.
            Ok(false) | Err(Error::Moved { .. }) => (vec![], vec![wanted]),
            // The hub knows that it has other bytes.
            Err(error) if error.is_damaged() => (vec![], vec![wanted]),
            Err(error) => return Err(error),
        };
        Ok(Shortfall { gone, spoilt })
    }

    /// Whether the file came as it should.
    async fn grown(&self, kind: Kind, wanted: &Wanted) -> Result<bool> {
        let pieces = self.pieces(kind, wanted).await?;
        let opened = wanted.clone();
        let mut growing = on_disk(self.into, move |folder| Growing::open(folder, &opened)).await?;
        let mut tries = Tries::default();
        // Where ranges are not understood it begins anew each time, and may never be as far as it was.
        let mut most = growing.have();
        while growing.missing() > 0 {
            let error;
            (growing, error) = self.next_piece(kind, wanted, &pieces, growing).await?;
            let has_come_on = growing.have() > most;
            most = most.max(growing.have());
            if let Some(error) = error {
                tries.again(error, has_come_on).await?;
            } else if !has_come_on {
                tries.again(too_short(&wanted.sha256.hex()), false).await?;
            }
        }
        on_disk(self.into, move |_| growing.finish()).await
    }

    /// Adds what is next of a file: a part of the old one, or one answer's bytes. Says why if the line was cut.
    async fn next_piece(
        &self,
        kind: Kind,
        wanted: &Wanted,
        pieces: &[Piece],
        mut growing: Growing,
    ) -> Result<(Growing, Option<Error>)> {
        match (piece_at(pieces, growing.have()), &wanted.old) {
            (Piece::Held(range), Some(old)) => {
                let old = old.clone();
                let length = range.end - range.start;
                let before = growing.have();
                growing = on_disk(self.into, move |_| copied(growing, &old, &range)).await?;
                if growing.have() < before + length {
                    return Err(Error::Moved {
                        path: wanted.sha256.hex(),
                    });
                }
                self.watch.came(length);
                Ok((growing, None))
            }
            (Piece::Held(range) | Piece::Missing(range), _) => {
                let what = match kind {
                    Kind::Files => What::File(&wanted.sha256),
                    Kind::Texts => What::Text(&wanted.sha256),
                };
                let end = (range.end < wanted.length).then_some(range.end);
                let body = match self.source.open(&self.part(what), range.start, end).await {
                    Ok(body) => body,
                    Err(error) if error.is_passing() => return Ok((growing, Some(error))),
                    Err(error) => return Err(error),
                };
                let mut rest = range.end - range.start;
                if body.from != growing.have() {
                    // Ranges are not understood, so all of it comes.
                    rest = wanted.length;
                    let wanted = wanted.clone();
                    growing = on_disk(self.into, move |folder| Growing::anew(folder, &wanted)).await?;
                }
                let poured = self.pour(body.at_most(rest), growing).await?;
                Ok((poured.sink, poured.cut))
            }
        }
    }

    /// What the file is put together from.
    async fn pieces(&self, kind: Kind, wanted: &Wanted) -> Result<Vec<Piece>> {
        let whole = vec![Piece::Missing(0..wanted.length)];
        let has_choice = kind == Kind::Files && wanted.length >= LARGE && !self.source.is_folder();
        let Some(old) = wanted.old.clone().filter(|_| has_choice) else {
            return Ok(whole);
        };
        let address = format!(
            "packs/{}/versions/{}/files/{}/chunks",
            self.pack, self.version, wanted.sha256
        );
        let max = (wanted.length / CHUNK + 10) * BYTES_A_CHUNK;
        let Answer::Found { bytes, .. } = self.source.document(&address, None, max).await? else {
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

/// What can be kept of an older file; nothing if it has gone away.
fn kept_of(old: &Path, new: &ChunkList) -> io::Result<Vec<Piece>> {
    match File::open(old) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        old => Ok(new.pieces(&chunks::cut(old?)?)),
    }
}

/// The file with a part of the older one behind it, as far as that goes.
fn copied(mut growing: Growing, old: &Path, range: &Range<u64>) -> io::Result<Growing> {
    growing.copy(old, range)?;
    growing.flush()?;
    Ok(growing)
}

/// Whether at least a quarter of the file stands in the old one.
fn is_worth_it(pieces: &[Piece], length: u64) -> bool {
    let held = pieces.iter().filter(|piece| matches!(piece, Piece::Held(_)));
    held.map(Piece::length).sum::<u64>() >= length / 4
}

/// The rest of the piece that a byte of the new file stands in.
fn piece_at(pieces: &[Piece], at: u64) -> Piece {
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
