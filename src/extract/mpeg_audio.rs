//! How long an MP3 or WAV file plays, from its headers.

use super::{error::ExtractResult, input::Input};

/// How far behind the tags the first frame is looked for.
const SEARCH_BYTES: u64 = 64 << 10;

/// Bit rates of MPEG-1 layer III in kbit/s, by index.
const RATES_V1: [u64; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
/// Bit rates of MPEG-2 and 2.5 layer III in kbit/s, by index.
const RATES_V2: [u64; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/// Samples per second of MPEG-1, by index; MPEG-2 has half, 2.5 a quarter.
const SAMPLES: [u64; 3] = [44_100, 48_000, 32_000];

/// The length of an MP3 or WAV file; `None` when it is neither.
pub(crate) fn duration_ms(input: &Input) -> ExtractResult<Option<u64>> {
    let head = input.head(12)?;
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE") {
        return wave(input);
    }
    let start = tag_length(&input.head(10)?);
    let bytes = input.slice(start, SEARCH_BYTES)?;
    Ok(mp3(&bytes, input.len().saturating_sub(start)))
}

/// The length of an ID3v2 tag, which may hold a cover picture of megabytes.
fn tag_length(head: &[u8]) -> u64 {
    match head {
        [b'I', b'D', b'3', _, _, _, sizes @ ..] if sizes.len() >= 4 => {
            10 + sizes[..4]
                .iter()
                .fold(0, |size, byte| size << 7 | u64::from(byte & 0x7f))
        }
        _ => 0,
    }
}

/// The first frame's header.
#[derive(Debug, Clone, Copy)]
struct FrameHeader {
    kilobits: u64,
    samples_per_second: u64,
    samples: u64,
}

fn frame(bytes: &[u8]) -> Option<FrameHeader> {
    let &[0xff, second, third, ..] = bytes else { return None };
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    if second & 0xe0 != 0xe0 || layer != 1 || version == 1 {
        return None;
    }
    let is_v1 = version == 3;
    let rates = if is_v1 { RATES_V1 } else { RATES_V2 };
    let shift = match version {
        3 => 0,
        2 => 1,
        _ => 2,
    };
    Some(FrameHeader {
        kilobits: *rates.get(usize::from(third >> 4)).filter(|rate| **rate > 0)?,
        samples_per_second: SAMPLES.get(usize::from(third >> 2 & 3))? >> shift,
        samples: if is_v1 { 1_152 } else { 576 },
    })
}

impl FrameHeader {
    fn length(&self) -> usize {
        usize::try_from(self.samples * self.kilobits * 125 / self.samples_per_second).unwrap_or(usize::MAX)
    }
}

fn mp3(bytes: &[u8], size: u64) -> Option<u64> {
    let at = (0..bytes.len()).find(|at| is_first_frame(&bytes[*at..]))?;
    let first = frame(&bytes[at..])?;
    match counted_frames(&bytes[at..], first) {
        Some(frames) => (frames * first.samples * 1_000).checked_div(first.samples_per_second),
        // Without a count the bit rate is the same throughout.
        None => size
            .saturating_sub(at as u64)
            .checked_mul(8)?
            .checked_div(first.kilobits),
    }
}

/// A frame followed by another one; two bytes alone are found in any noise.
fn is_first_frame(bytes: &[u8]) -> bool {
    frame(bytes).is_some_and(|first| {
        bytes
            .get(first.length()..)
            .or(bytes.get(first.length() + 1..))
            .is_some_and(|next| frame(next).is_some() || next.get(1..).and_then(frame).is_some())
    })
}

/// Programs that vary the bit rate write the number of frames into the first one.
fn counted_frames(bytes: &[u8], first: FrameHeader) -> Option<u64> {
    let inside = &bytes[..bytes.len().min(first.length())];
    let at = inside
        .windows(4)
        .position(|window| window == b"Xing" || window == b"Info")?;
    let has_count = inside.get(at + 7)? & 1 == 1;
    let count: [u8; 4] = inside.get(at + 8..at + 12)?.try_into().ok()?;
    has_count.then(|| u64::from(u32::from_be_bytes(count)))
}

/// Walks through the chunks of a WAV file: bytes of sound divided by bytes a second.
fn wave(input: &Input) -> ExtractResult<Option<u64>> {
    let (mut at, mut bytes_per_second) = (12, None);
    while at < input.len() {
        let chunk = input.slice(at, 20)?;
        let Some((name, size)) = chunk.get(..4).zip(little(&chunk, 4)) else {
            return Ok(None);
        };
        match name {
            b"fmt " => bytes_per_second = little(&chunk, 16),
            b"data" => return Ok(bytes_per_second.and_then(|rate| (size * 1_000).checked_div(rate))),
            _ => {}
        }
        // RIFF pads each chunk to an even length.
        at += 8 + size + size % 2;
    }
    Ok(None)
}

fn little(bytes: &[u8], at: usize) -> Option<u64> {
    let number: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u64::from(u32::from_le_bytes(number)))
}

#[cfg(test)]
mod tests {
    use super::duration_ms;
    use crate::extract::input::Input;

    #[test]
    fn a_steady_mp3_plays_as_long_as_its_bytes() {
        // 128 kbit/s at 44.1 kHz: frames of 417 bytes.
        let mut file = b"ID3\x04\0\0\0\0\0\x05hello".to_vec();
        for _ in 0..100 {
            file.extend([0xff, 0xfb, 0x90, 0]);
            file.extend([0; 413]);
        }

        assert_eq!(duration_ms(&Input::of_bytes(file)).unwrap(), Some(2_606));
    }

    #[test]
    fn a_wave_tells_its_rate() {
        let mut file =
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\x7d\0\0".to_vec();
        file.resize(file.len() + 32_000, 0);

        assert_eq!(duration_ms(&Input::of_bytes(file)).unwrap(), Some(2_000));
    }
}
