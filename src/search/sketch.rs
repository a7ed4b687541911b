//! Similarity sketch of a text: a few bytes that its near-copies have in common.
//!
//! A school takes another's worksheet, changes the cover and two sentences, and shares it. Each of the eight bytes is
//! taken from the least hash of all short stretches under another mixing (MinHash, Broder 1997), so two texts share a
//! byte about as often as they share stretches.

use crate::domain::search::Document;

use super::normalize::is_han;

/// The length of a stretch, in characters.
const STRETCH: usize = 8;
/// Shorter texts resemble each other by chance.
const FEWEST_STRETCHES: usize = 80;
/// How much of a text is looked at, in characters.
const READ_CHARS: usize = 50_000;
/// How many of the eight bytes near-copies share.
const ENOUGH: usize = 6;

/// Odd numbers that mix a hash, one for each byte.
const MIXERS: [u64; 8] = [
    0x9e37_79b9_7f4a_7c15,
    0xbf58_476d_1ce4_e5b9,
    0x94d0_49bb_1331_11eb,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
    0x5895_9f43_56b4_8f2d,
];

/// The sketch of a resource's text; 0: too little text to tell.
pub(super) fn of(document: &Document) -> u64 {
    let passages = document.files.iter().flat_map(|file| &file.passages);
    let chars: Vec<char> = passages
        .flat_map(|passage| passage.text.chars())
        .filter(|char| is_han(*char) || char.is_alphanumeric())
        .take(READ_CHARS)
        .collect();
    if chars.len() < STRETCH + FEWEST_STRETCHES {
        return 0;
    }
    let mut least = [u64::MAX; 8];
    for stretch in chars.windows(STRETCH) {
        // FNV-1a, which is the same in every build: sketches stay in the index.
        let hash = stretch.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, char| {
            (hash ^ u64::from(u32::from(*char))).wrapping_mul(0x100_0000_01b3)
        });
        for (least, mixer) in least.iter_mut().zip(MIXERS) {
            let mixed = (hash ^ hash >> 29).wrapping_mul(mixer);
            *least = (*least).min(mixed ^ mixed >> 32);
        }
    }
    // The low byte: the high ones of a least hash are all small.
    u64::from_le_bytes(least.map(|hash| hash.to_le_bytes()[0]))
}

/// Whether two sketches are of near-copies.
pub(super) fn resemble(a: u64, b: u64) -> bool {
    let pairs = a.to_le_bytes().into_iter().zip(b.to_le_bytes());
    a != 0 && b != 0 && pairs.filter(|(a, b)| a == b).count() >= ENOUGH
}
