//! Adds a track of subtitles to a finished film, as 3GPP timed text (`tx3g`, 3GPP TS 26.245) in boxes of ISO 14496-12.
//!
//! The film's own bytes stay where they are, so its tables of offsets stay true: the subtitles' samples follow behind
//! them, and the `moov` box, which our base film keeps at its end, is written anew with one track more.

use super::plain::Cue;

/// Milliseconds, for the subtitles' own clock.
const TIMESCALE: u32 = 1_000;
/// The subtitles' band at the foot of a 320 × 180 picture, as 16.16 fixed point.
const BAND_WIDTH: u32 = 320 << 16;
const BAND_HEIGHT: u32 = 40 << 16;
const BAND_TOP: u32 = 140 << 16;
/// The identity, as films write the place of a picture; the last but one row moves the band to the foot.
const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, BAND_TOP, 0x4000_0000];
/// Language `zho`: three letters of five bits.
const CHINESE: u16 = 0x6A6F + 0x1400;

/// Adds subtitles to a film whose last box is `moov`. Gives the film back as it is when it has another shape.
pub(crate) fn with_subtitles(film: &[u8], cues: &[Cue]) -> Vec<u8> {
    let Some((before, moov)) = split_moov(film) else {
        return film.to_vec();
    };
    let samples: Vec<Vec<u8>> = cues.iter().map(sample).collect();
    let mut out = before.to_vec();
    let first_sample = out.len() + 8;
    out.extend(boxed("mdat", &samples.concat()));
    let track = Track {
        id: next_track_id(moov),
        first_sample: u32::try_from(first_sample).expect("the base film is small"),
        samples: &samples,
        cues,
    };
    out.extend(boxed("moov", &[numbered(moov, track.id + 1), track.trak()].concat()));
    out
}

/// Cuts a film before its `moov` box, which must be the last; gives what is before it and its body.
fn split_moov(film: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    loop {
        let header = film.get(at..at + 8)?;
        let size = u32::from_be_bytes(header[..4].try_into().ok()?) as usize;
        if &header[4..] == b"moov" {
            let is_last = at + size == film.len();
            return is_last.then(|| (&film[..at], &film[at + 8..]));
        }
        // Sizes 0 and 1 mean "to the end" and "64 bits follow"; our base film has neither.
        at += size.max(8);
    }
}

/// `mvhd` is the first box of `moov` and ends in the number that the next track takes.
fn next_track_id_at(moov: &[u8]) -> usize {
    let size = u32::from_be_bytes([moov[0], moov[1], moov[2], moov[3]]) as usize;
    size - 4
}

fn next_track_id(moov: &[u8]) -> u32 {
    let at = next_track_id_at(moov);
    u32::from_be_bytes([moov[at], moov[at + 1], moov[at + 2], moov[at + 3]])
}

fn numbered(moov: &[u8], next: u32) -> Vec<u8> {
    let at = next_track_id_at(moov);
    let mut moov = moov.to_vec();
    moov[at..at + 4].copy_from_slice(&next.to_be_bytes());
    moov
}

/// A sample of timed text: its length in two bytes, then UTF-8.
fn sample(cue: &Cue) -> Vec<u8> {
    let length = u16::try_from(cue.text.len()).unwrap_or(u16::MAX);
    let text = &cue.text.as_bytes()[..usize::from(length)];
    [&length.to_be_bytes(), text].concat()
}

fn boxed(name: &str, body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).expect("the sample's films are small");
    [&size.to_be_bytes(), name.as_bytes(), body].concat()
}

/// A box that begins with a version and flags.
fn full(name: &str, flags: u32, body: &[u8]) -> Vec<u8> {
    boxed(name, &[&flags.to_be_bytes(), body].concat())
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

/// The track in the making.
struct Track<'a> {
    id: u32,
    first_sample: u32,
    samples: &'a [Vec<u8>],
    cues: &'a [Cue],
}

impl Track<'_> {
    fn duration(&self) -> u32 {
        self.cues.last().map_or(0, |cue| cue.end_ms)
    }

    fn trak(&self) -> Vec<u8> {
        boxed("trak", &[self.tkhd(), self.mdia()].concat())
    }

    /// Enabled, in the film and in its preview; above the picture (layer −1), in alternate group 3.
    fn tkhd(&self) -> Vec<u8> {
        let mut body = words(&[0, 0, self.id, 0, self.duration(), 0, 0]);
        body.extend(words(&[0xFFFF_0003, 0]));
        body.extend(words(&MATRIX));
        body.extend(words(&[BAND_WIDTH, BAND_HEIGHT]));
        full("tkhd", 7, &body)
    }

    fn mdia(&self) -> Vec<u8> {
        let mut mdhd = words(&[0, 0, TIMESCALE, self.duration()]);
        mdhd.extend(CHINESE.to_be_bytes());
        mdhd.extend([0, 0]);
        let handler = [
            words(&[0]),
            b"sbtl".to_vec(),
            words(&[0, 0, 0]),
            b"Subtitles\0".to_vec(),
        ]
        .concat();
        let parts = [full("mdhd", 0, &mdhd), full("hdlr", 0, &handler), self.minf()];
        boxed("mdia", &parts.concat())
    }

    fn minf(&self) -> Vec<u8> {
        let here = full("url ", 1, &[]);
        let dinf = boxed("dinf", &full("dref", 0, &[words(&[1]), here].concat()));
        boxed("minf", &[full("nmhd", 0, &[]), dinf, self.stbl()].concat())
    }

    /// The tables: form, times, chunks, sizes, place. All samples lie in one chunk.
    fn stbl(&self) -> Vec<u8> {
        let many = count(self.samples.len());
        let times = self.cues.iter().flat_map(|cue| [1, cue.end_ms - cue.start_ms]);
        let times: Vec<u32> = [many].into_iter().chain(times).collect();
        let sizes = self.samples.iter().map(|sample| count(sample.len()));
        let sizes: Vec<u32> = [0, many].into_iter().chain(sizes).collect();
        let parts = [
            full("stsd", 0, &[words(&[1]), tx3g()].concat()),
            full("stts", 0, &words(&times)),
            full("stsc", 0, &words(&[1, 1, many, 1])),
            full("stsz", 0, &words(&sizes)),
            full("stco", 0, &words(&[1, self.first_sample])),
        ];
        boxed("stbl", &parts.concat())
    }
}

/// How the text looks: white, centred, at the foot of its band.
fn tx3g() -> Vec<u8> {
    let reserved_and_reference = [0, 0, 0, 0, 0, 0, 0, 1];
    let centred_at_foot = [1, 0xFF];
    let background = [0, 0, 0, 0xA0];
    let band = [0, 0, 0, 0, 0, 40, 1, 64];
    // Characters 0 to 0, font 1, plain, 18 points, white.
    let style = [0, 0, 0, 0, 0, 1, 0, 18, 0xFF, 0xFF, 0xFF, 0xFF];
    let fonts = boxed("ftab", &[&[0, 1, 0, 1, 5], b"Serif".as_slice()].concat());
    let mut body = Vec::from(reserved_and_reference);
    body.extend([0; 4]);
    body.extend(centred_at_foot);
    body.extend(background);
    body.extend(band);
    body.extend(style);
    body.extend(fonts);
    boxed("tx3g", &body)
}
