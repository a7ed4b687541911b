//! Recordings: a short tone with the resource's own words in its tag (ID3v2.3) and as lyrics beside it.

use super::plain::{Cue, cues};
use super::script::Script;

/// Six seconds of a quiet tone.
const TONE: &[u8] = include_bytes!("media/tone.mp3");
const LENGTH_MS: u32 = 6_000;
const EACH_MS: u32 = 1_000;
/// UTF-16 with a byte order mark, the only encoding of ID3v2.3 that holds Chinese.
const UTF_16: u8 = 1;
/// Language and empty description, as lyrics begin.
const CHINESE_UNNAMED: &[u8] = b"zho\xFF\xFE\0\0";

/// The lines of a script's recording.
pub(crate) fn lyrics(script: &Script) -> Vec<Cue> {
    cues(script.spoken(), EACH_MS, LENGTH_MS)
}

/// The recording as MP3.
pub(crate) fn mp3(script: &Script, lyrics: &[Cue]) -> Vec<u8> {
    let lines: Vec<&str> = lyrics.iter().map(|cue| cue.text.as_str()).collect();
    let words = [CHINESE_UNNAMED, &utf16(&lines.join("\n"))].concat();
    let frames = [
        frame("TIT2", &utf16(&script.title)),
        frame("TPE1", &utf16(&script.author)),
        frame("USLT", &words),
    ]
    .concat();
    [b"ID3\x03\0\0".as_slice(), &synchsafe(frames.len()), &frames, TONE].concat()
}

fn frame(name: &str, body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 1).expect("a few lines of text");
    [name.as_bytes(), &size.to_be_bytes(), &[0, 0, UTF_16], body].concat()
}

fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xFF, 0xFE].into_iter().chain(units).collect()
}

/// A size in four bytes of seven bits, so that no byte looks like the beginning of sound.
fn synchsafe(size: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| u8::try_from(size >> shift & 0x7F).expect("seven bits"))
}
