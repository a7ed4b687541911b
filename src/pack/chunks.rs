//! Where a large file is cut, so that only what is new in it need be fetched: FastCDC (Xia et al., 2020), where a cut
//! follows from the bytes around it and an insertion moves no cut but the nearest.
//!
//! The hub makes a list with [`cut`]; whoever holds an older file cuts it in the same way and asks [`ChunkList::pieces`]
//! what to keep of it.

use std::collections::HashMap;
use std::io::{self, Read};
use std::ops::Range;

use fastcdc::v2020::StreamCDC;
use serde::{Deserialize, Serialize};

use super::canonical;
use crate::domain::id::Sha256;

/// The shortest chunk, except the last.
pub const MIN: u32 = 16 * 1024;
/// What chunks are long on average.
// Measured from one version of 731 MB to the next: such chunks move 1.06 times what is new, those of 256 KiB 1.28
// times, and of 16 KiB the list alone weighs as much as it saves.
pub const AVG: u32 = 64 * 1024;
/// The longest chunk.
pub const MAX: u32 = 256 * 1024;

/// Chunk list of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkList {
    /// How it was cut.
    pub algorithm: ChunkAlgorithm,
    /// The shortest chunk, except the last.
    pub min: u32,
    /// What chunks are long on average.
    pub avg: u32,
    /// The longest chunk.
    pub max: u32,
    /// The file's length.
    pub size: u64,
    /// Each chunk's length and SHA-256, in order.
    pub chunks: Vec<(u32, Sha256)>,
}

/// Algorithm that cut a file. A client that does not know the word fetches the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChunkAlgorithm {
    /// FastCDC of 2020, normalization level 1, as the crate `fastcdc` has it.
    #[serde(rename = "fastcdc-v2020")]
    FastCdc2020,
}

/// A piece of a new file, by whether an old file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeltaPiece {
    /// It stands in the old file, there.
    Held(Range<u64>),
    /// It is to be fetched: bytes of the new file.
    Missing(Range<u64>),
}

impl DeltaPiece {
    /// Bytes.
    pub fn length(&self) -> u64 {
        let (Self::Held(range) | Self::Missing(range)) = self;
        range.end - range.start
    }

    /// The piece without its first bytes.
    #[must_use]
    pub fn without_first(self, bytes: u64) -> Self {
        match self {
            Self::Held(range) => Self::Held(range.start + bytes..range.end),
            Self::Missing(range) => Self::Missing(range.start + bytes..range.end),
        }
    }

    /// Both as one, if the other goes on where this one ends.
    fn joined(&self, next: &Self) -> Option<Self> {
        match (self, next) {
            (Self::Held(one), Self::Held(other)) if one.end == other.start => Some(Self::Held(one.start..other.end)),
            (Self::Missing(one), Self::Missing(other)) if one.end == other.start => {
                Some(Self::Missing(one.start..other.end))
            }
            _ => None,
        }
    }
}

/// Cuts a file. Holds one chunk at a time.
pub fn cut(reader: impl Read) -> io::Result<ChunkList> {
    let mut list = ChunkList {
        algorithm: ChunkAlgorithm::FastCdc2020,
        min: MIN,
        avg: AVG,
        max: MAX,
        size: 0,
        chunks: Vec::new(),
    };
    for chunk in StreamCDC::new(reader, MIN as usize, AVG as usize, MAX as usize) {
        let chunk = chunk?;
        let length = u32::try_from(chunk.length).expect("no chunk is longer than MAX");
        list.size += u64::from(length);
        list.chunks.push((length, canonical::sha256(&chunk.data)));
    }
    Ok(list)
}

impl ChunkList {
    /// Whether the list is cut as [`cut`] does, and its lengths add up.
    pub fn is_sound(&self) -> bool {
        let total: u64 = self.chunks.iter().map(|(length, _)| u64::from(*length)).sum();
        // Cut by other sizes than our own copy, a file would share no chunk with it, however much is the same.
        (self.min, self.avg, self.max) == (MIN, AVG, MAX) && total == self.size
    }

    /// What this new file is put together from, in order: neighbours are one piece.
    pub fn pieces(&self, old: &Self) -> Vec<DeltaPiece> {
        let held = old.places();
        let mut pieces: Vec<DeltaPiece> = Vec::new();
        let mut at = 0;
        for (length, sha256) in &self.chunks {
            let end = at + u64::from(*length);
            let piece = held
                .get(&(*length, sha256))
                .map_or(DeltaPiece::Missing(at..end), |place| DeltaPiece::Held(place.clone()));
            match pieces.last().and_then(|last| last.joined(&piece)) {
                Some(joined) => *pieces.last_mut().expect("it was just joined") = joined,
                None => pieces.push(piece),
            }
            at = end;
        }
        pieces
    }

    /// Where each chunk stands.
    fn places(&self) -> HashMap<(u32, &Sha256), Range<u64>> {
        let mut places = HashMap::with_capacity(self.chunks.len());
        let mut at = 0;
        for (length, sha256) in &self.chunks {
            let end = at + u64::from(*length);
            places.insert((*length, sha256), at..end);
            at = end;
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::{ChunkList, DeltaPiece, MAX, MIN, cut};

    /// Bytes without any order, always the same.
    fn noise(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        (0..length).map(|_| next()).collect()
    }

    fn rebuilt(pieces: &[DeltaPiece], old: &[u8], new: &[u8]) -> Vec<u8> {
        let bytes = |bytes: &[u8], range: &std::ops::Range<u64>| {
            bytes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()].to_vec()
        };
        let parts = pieces.iter().map(|piece| match piece {
            DeltaPiece::Held(range) => bytes(old, range),
            DeltaPiece::Missing(range) => bytes(new, range),
        });
        parts.flatten().collect()
    }

    fn missing(pieces: &[DeltaPiece]) -> u64 {
        let missing = pieces.iter().filter(|piece| matches!(piece, DeltaPiece::Missing(_)));
        missing.map(DeltaPiece::length).sum()
    }

    #[test]
    fn a_file_is_cut_into_chunks_of_bounded_length_that_add_up() {
        let bytes = noise(1, 3_000_000);

        let list = cut(bytes.as_slice()).unwrap();

        assert!(list.is_sound());
        assert_eq!(list.size, 3_000_000);
        let (_, all_but_last) = list.chunks.split_last().unwrap();
        assert!(all_but_last.iter().all(|(length, _)| (MIN..=MAX).contains(length)));
        assert_eq!(cut(&b""[..]).unwrap().chunks, []);
    }

    #[test]
    fn the_list_is_spelled_as_the_contract_has_it() {
        let list = cut(&b"abc"[..]).unwrap();

        let spelled = serde_json::to_value(&list).unwrap();

        let expected = serde_json::json!({
            "algorithm": "fastcdc-v2020", "min": 16384, "avg": 65536, "max": 262_144, "size": 3,
            "chunks": [[3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"]],
        });
        assert_eq!(spelled, expected);
        assert_eq!(serde_json::from_value::<ChunkList>(spelled).unwrap(), list);
    }

    #[test]
    fn what_is_inserted_into_a_large_file_is_all_that_is_missing_and_its_neighbourhood() {
        let old = noise(2, 4_000_000);
        let mut new = old.clone();
        new.splice(1_500_000..1_500_000, noise(3, 20_000));

        let pieces = cut(new.as_slice()).unwrap().pieces(&cut(old.as_slice()).unwrap());

        assert_eq!(rebuilt(&pieces, &old, &new), new);
        assert_eq!(pieces.len(), 3, "neighbours are one piece");
        assert!(missing(&pieces) < 20_000 + 2 * u64::from(MAX), "{}", missing(&pieces));
    }

    #[test]
    fn of_another_file_nothing_is_kept_and_the_whole_is_one_piece() {
        let (old, new) = (noise(4, 500_000), noise(5, 700_000));

        let pieces = cut(new.as_slice()).unwrap().pieces(&cut(old.as_slice()).unwrap());

        assert_eq!(pieces, [DeltaPiece::Missing(0..700_000)]);
    }
}
