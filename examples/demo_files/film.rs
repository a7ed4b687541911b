//! Films: one small base film that the program carries, with each resource's own sentences as subtitles.

use super::mp4::with_subtitles;
use super::plain::{Cue, cues};
use super::script::Script;

/// A minute of a slowly changing ground, 320 × 180, silent.
const BASE: &[u8] = include_bytes!("media/base.mp4");
/// Its length in milliseconds.
const LENGTH_MS: u32 = 60_000;
/// How long each sentence stands.
const EACH_MS: u32 = 4_000;

/// The subtitles of a script's film.
pub(crate) fn subtitles(script: &Script) -> Vec<Cue> {
    cues(script.spoken(), EACH_MS, LENGTH_MS)
}

/// The film as MP4, with its subtitles inside.
pub(crate) fn mp4(subtitles: &[Cue]) -> Vec<u8> {
    with_subtitles(BASE, subtitles)
}

/// The film as QuickTime: the same boxes under QuickTime's own brand.
pub(crate) fn mov(subtitles: &[Cue]) -> Vec<u8> {
    let mut film = mp4(subtitles);
    let size = u32::from_be_bytes([film[0], film[1], film[2], film[3]]) as usize;
    // Major brand, its version, then the compatible brands; the box keeps its size, so nothing behind it moves.
    for brand in film[8..size].chunks_exact_mut(4) {
        brand.copy_from_slice(b"qt  ");
    }
    film[12..16].copy_from_slice(&0x200_u32.to_be_bytes());
    film
}
