//! Sound and film: length, size, tracks, and the subtitles inside MP4. Nothing is played or decoded.

use std::io::{self, Read, Seek, SeekFrom};

use nom_exif::{MediaParser, MediaSource, TrackInfoTag};
use re_mp4::{Mp4, Mp4aBox, Sample, StsdBoxContent, Track, TrackKind};

use super::{
    charset,
    error::{ExtractError, ExtractResult},
    input::Input,
    mpeg_audio,
    output::Output,
    subtitles::{self, SubtitleCue},
};

/// The most that one subtitle inside a film may take, in bytes.
const CUE_BYTES: u64 = 4_096;
/// Subtitles of one film.
const CUES: usize = 20_000;
/// A box is read at most a few times: for its parts, and as it stands. Its parts lie in it four deep or so.
const MAX_IDLE_READS: u32 = 10_000;

/// Reads what a file tells about its sound and film.
pub(crate) fn read(input: Input, out: &mut Output<'_>) -> ExtractResult {
    let head = input.head(12)?;
    if head.get(4..8) == Some(b"ftyp") {
        return read_mp4(input, out);
    }
    if let Some(duration_ms) = mpeg_audio::duration_ms(&input)? {
        out.report.duration_ms = Some(duration_ms);
        return Ok(());
    }
    read_other(input, out)
}

fn read_mp4(input: Input, out: &mut Output<'_>) -> ExtractResult {
    let size = input.len();
    match Mp4::read(Onward::new(input.clone()), size) {
        Ok(film) => describe(&film, &input, out),
        // A film that breaks off: the other reader finds what stands in front.
        Err(error) => {
            read_other(input, out)?;
            out.report.truncated = true;
            Err(ExtractError::damaged(error))
        }
    }
}

/// A reader that gets somewhere: a box that says it is smaller than its own head would be read for ever.
struct Onward {
    input: Input,
    position: u64,
    furthest: u64,
    /// Reads since it came further than before.
    idle: u32,
}

impl Onward {
    fn new(input: Input) -> Self {
        Self {
            input,
            position: 0,
            furthest: 0,
            idle: 0,
        }
    }
}

impl Read for Onward {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.position = self.position.saturating_add(count as u64);
        if self.position > self.furthest {
            (self.furthest, self.idle) = (self.position, 0);
            return Ok(count);
        }
        self.idle += 1;
        if self.idle > MAX_IDLE_READS {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "boxes go round in a circle"));
        }
        Ok(count)
    }
}

impl Seek for Onward {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = self.input.seek(to)?;
        Ok(self.position)
    }
}

fn describe(film: &Mp4, input: &Input, out: &mut Output<'_>) -> ExtractResult {
    // The film's own duration is zero in fragments and easily forged: tracks know better.
    out.report.duration_ms = film.tracks().values().filter_map(length_ms).max();
    for track in film.tracks().values() {
        out.report.tracks.push(codec_of(track, film));
        if track.kind == Some(TrackKind::Video) {
            let (width, height) = shown_size(track, film);
            out.report.width = Some(width);
            out.report.height = Some(height);
        }
    }
    let subtitles = film
        .tracks()
        .values()
        .filter(|track| track.kind == Some(TrackKind::Subtitle));
    for track in subtitles {
        subtitles::send(cues_of(track, input)?, out)?;
    }
    Ok(())
}

/// A track's codec as browsers are asked about it: `avc1.64001f` plays everywhere, `hvc1…` often not.
fn codec_of(track: &Track, film: &Mp4) -> String {
    let description = &track.trak(film).mdia.minf.stbl.stsd.contents;
    match (description.codec_string(), description) {
        (Some(codec), _) => codec,
        (None, StsdBoxContent::Mp4a(sound)) => mp4a_codec(sound),
        (None, StsdBoxContent::Tx3g(_)) => "tx3g".to_owned(),
        (None, _) => track.kind.map_or_else(|| "unknown".to_owned(), |kind| kind.to_string()),
    }
}

fn mp4a_codec(sound: &Mp4aBox) -> String {
    let profile = sound
        .esds
        .as_ref()
        .map(|esds| esds.es_desc.dec_config.dec_specific.profile);
    profile.map_or_else(|| "mp4a".to_owned(), |profile| format!("mp4a.40.{profile}"))
}

fn length_ms(track: &Track) -> Option<u64> {
    to_ms(track.duration, track.timescale)
}

fn to_ms(units: u64, per_second: u64) -> Option<u64> {
    units.checked_mul(1_000)?.checked_div(per_second)
}

/// The size on the screen: films from telephones lie on their side and are turned while playing.
fn shown_size(track: &Track, film: &Mp4) -> (u32, u32) {
    let matrix = &track.trak(film).tkhd.matrix;
    let (width, height) = (u32::from(track.width), u32::from(track.height));
    if matrix.a == 0 && matrix.d == 0 {
        (height, width)
    } else {
        (width, height)
    }
}

fn cues_of(track: &Track, input: &Input) -> ExtractResult<Vec<SubtitleCue>> {
    let mut cues = Vec::new();
    for sample in track.samples.iter().take(CUES) {
        cues.extend(cue_of(sample, input)?);
    }
    Ok(cues)
}

/// A timed-text sample: its length in two bytes, then the text; an empty one clears the screen.
fn cue_of(sample: &Sample, input: &Input) -> ExtractResult<Option<SubtitleCue>> {
    let bytes = input.slice(sample.offset, sample.size.min(CUE_BYTES))?;
    let Some((length, text)) = bytes.split_first_chunk::<2>() else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes(*length)).min(text.len());
    let text = charset::decode(&text[..length]).text;
    let start = u64::try_from(sample.composition_timestamp).unwrap_or(0);
    let times = to_ms(start, sample.timescale).zip(to_ms(start.saturating_add(sample.duration), sample.timescale));
    Ok(times
        .filter(|_| !text.trim().is_empty())
        .map(|(start_ms, end_ms)| SubtitleCue { start_ms, end_ms, text }))
}

/// Matroska, WebM, old QuickTime and the rest. What is not known is not a fault.
fn read_other(input: Input, out: &mut Output<'_>) -> ExtractResult {
    let size = input.len();
    let source = MediaSource::seekable(input).map_err(|error| ExtractError::unsupported(error.to_string()))?;
    let facts = MediaParser::new().parse_track(source).map_err(ExtractError::damaged)?;
    let number = |tag| {
        facts
            .get(tag)
            .and_then(|value| value.as_u64().or_else(|| value.as_u32().map(u64::from)))
    };
    let pixels = |tag| {
        number(tag)
            .and_then(|value| u32::try_from(value).ok())
            .filter(|value| *value > 0)
    };
    out.report.duration_ms = number(TrackInfoTag::DurationMs).filter(|ms| *ms > 0 && size > 0);
    out.report.width = pixels(TrackInfoTag::Width);
    out.report.height = pixels(TrackInfoTag::Height);
    Ok(())
}
