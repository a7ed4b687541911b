//! Films and sounds: ffmpeg, where it is installed, makes a picture of them, and a copy that every browser plays or that a
//! slow line carries.
//!
//! The copy is one fragmented MP4 with an index at its front, so the same bytes serve as a file and as an HLS stream
//! ([`crate::domain::hls`]).

use std::{
    fs,
    io::{Read as _, Seek as _},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use super::{
    external_tool::{self, ExternalTool},
    limits::{FILM, FILM_GLANCE, ToolLimits},
};
use crate::domain::file::ExtractionFault;
use crate::domain::film::FilmChapter;
use crate::domain::hls::{HEAD_BYTES, playlist};

/// What the program is called where nobody names it; the one that only looks stands beside it.
pub(super) const USUAL_NAME: &str = "ffmpeg";
const LOOKING_NAME: &str = "ffprobe";

/// The file on standard input, which can be moved about in.
pub(super) const SOURCE: &str = "/proc/self/fd/0";
/// The forms that are opened. Lists that name other files are none of them.
const FORMS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,flv,mpeg,mpegts,ogg,mp3,aac,wav,flac,amr,rm,aiff";
/// What is read of a look: a thousand chapters fit.
const LOOK_BYTES: u64 = 1 << 20;
/// The most chapters of a film.
const MAX_CHAPTERS: usize = 200;
/// The longest title of a chapter, in characters.
const MAX_TITLE_CHARS: usize = 200;

/// Above so many bits a second a lighter copy is made: what a phone between lessons or a shared school line carries well.
const HEAVY_BITS: u64 = 2_000_000;
/// Larger films are coded anew rather than repacked: with its index in front, a copy is in memory whole until it is done.
const REPACKED_UP_TO: u64 = 1 << 30;
/// The picture is taken at a tenth of the film, past its black beginning, but not later than this.
const POSTER_AT_MOST: Duration = Duration::from_secs(30);

/// Makes posters and streams of films with ffmpeg and ffprobe.
#[derive(Debug, Clone)]
pub struct FilmMaker {
    maker: ExternalTool,
    prober: ExternalTool,
    glance: ToolLimits,
    making: ToolLimits,
}

/// What was made of a film: a poster, a thumbnail, a copy to stream.
#[derive(Debug)]
pub struct ConvertedFilm {
    /// Whether browsers play the original.
    pub plays: bool,
    /// A JPEG of 960 pixels across.
    pub poster: Option<fs::File>,
    /// The same at 320.
    pub thumbnail: Option<fs::File>,
    /// A fragmented MP4, where it is worth having.
    pub stream: Option<fs::File>,
    /// The film's own chapters, in order.
    pub chapters: Vec<FilmChapter>,
}

/// How a copy is made: repacked or coded anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CopyMode {
    /// The same tracks in another form.
    Repacked,
    /// Coded anew, at most so many pixels high.
    Coded(u32),
}

impl FilmMaker {
    /// The program at `chosen`, or the usual one on the search path where nothing is chosen; none where one of the two is
    /// not there.
    pub fn find(exe: PathBuf, chosen: &Path) -> Option<Self> {
        let maker = ExternalTool::find(exe.clone(), chosen, USUAL_NAME)?;
        let prober = ExternalTool::find(exe, &maker.program.with_file_name(LOOKING_NAME), LOOKING_NAME)?;
        Some(Self {
            maker,
            prober,
            glance: FILM_GLANCE,
            making: FILM,
        })
    }

    /// The same programs with other patience, for looking and for coding.
    #[must_use]
    pub fn within(self, glance: Duration, making: Duration) -> Self {
        Self {
            glance: ToolLimits {
                wall: glance,
                ..self.glance
            },
            making: ToolLimits {
                wall: making,
                ..self.making
            },
            ..self
        }
    }

    /// Looks at a film and makes what is worth having. Dropping the future kills all that was started.
    pub async fn make(&self, source: &fs::File) -> Result<ConvertedFilm, ExtractionFault> {
        let size = source.metadata().map_err(|_| ExtractionFault::ReaderCrashed)?.len();
        let folder = external_tool::folder().map_err(|_| ExtractionFault::ReaderCrashed)?;
        let folder = folder.path();
        let look = self.look(source, folder).await?;
        if look.has_picture() {
            self.poster(source, folder, &look).await?;
        }
        if let Some(copy) = look.copy(size) {
            let arguments = copying(copy, look.has_picture());
            let copied = self
                .maker
                .run(folder, Some(again(source)?), arguments, &self.making)
                .await;
            if let Err(fault) = copied {
                tracing::info!(?fault, "a film was not copied to its end");
            }
        }
        Ok(ConvertedFilm {
            plays: look.plays(),
            poster: made(folder, "poster.jpg"),
            thumbnail: made(folder, "thumbnail.jpg"),
            stream: made(folder, "stream.mp4").filter(has_index),
            chapters: look.chapters(),
        })
    }

    async fn look(&self, source: &fs::File, folder: &Path) -> Result<Probe, ExtractionFault> {
        let arguments = words(&format!(
            "-loglevel error -protocol_whitelist file -format_whitelist {FORMS} -show_format -show_streams -show_chapters \
             -of json -i {SOURCE}"
        ));
        self.prober
            .run(folder, Some(again(source)?), arguments, &self.glance)
            .await?;
        let said = external_tool::captured_stdout(folder, LOOK_BYTES).map_err(|_| ExtractionFault::ReaderCrashed)?;
        let look: Probe = serde_json::from_slice(&said).map_err(|_| ExtractionFault::Damaged)?;
        if look.streams.is_empty() {
            return Err(ExtractionFault::Damaged);
        }
        Ok(look)
    }

    async fn poster(&self, source: &fs::File, folder: &Path, look: &Probe) -> Result<(), ExtractionFault> {
        let at = (look.seconds() / 10.0).min(POSTER_AT_MOST.as_secs_f64());
        let picture = |width: u32, name: &str| {
            format!("-map 0:v:0 -frames:v 1 -an -sn -dn -vf scale=min({width}\\,iw):-2 -q:v 5 {name}")
        };
        let arguments = words(&format!(
            // In front of `-i` it seeks; behind it, it would decode all that comes before.
            "{} -ss {at:.3} -i {SOURCE} {} {}",
            opening(),
            picture(960, "poster.jpg"),
            picture(320, "thumbnail.jpg"),
        ));
        self.maker
            .run(folder, Some(again(source)?), arguments, &self.glance)
            .await
    }
}

pub(super) fn opening() -> String {
    format!("-nostdin -hide_banner -loglevel error -y -threads 1 -protocol_whitelist file -format_whitelist {FORMS}")
}

/// A keyframe begins a fragment where the last is long enough, of sound alone a moment does; the index of all of them
/// stands at the front.
fn copying(copy: CopyMode, has_picture: bool) -> Vec<String> {
    let (tracks, cutting) = if has_picture {
        (
            "-map 0:v:0 -map 0:a:0?",
            "-movflags +frag_keyframe+empty_moov+default_base_moof+global_sidx -min_frag_duration 2000000",
        )
    } else {
        (
            "-map 0:a:0",
            "-movflags +empty_moov+default_base_moof+global_sidx -frag_duration 4000000",
        )
    };
    let coding = match copy {
        CopyMode::Repacked => "-c copy".to_owned(),
        CopyMode::Coded(height) => format!(
            "-c:v libx264 -threads 1 -preset veryfast -crf 25 -pix_fmt yuv420p -vf scale=-2:min({height}\\,trunc(ih/2)*2) \
             -force_key_frames expr:gte(t,n_forced*4) -sc_threshold 0 -c:a aac -b:a 96k -ac 2"
        ),
    };
    words(&format!(
        "{} -i {SOURCE} {tracks} -sn -dn {coding} -map_metadata -1 -map_chapters -1 {cutting} -f mp4 stream.mp4",
        opening()
    ))
}

pub(super) fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// The same open file for one more program; all of them read it by their own positions.
pub(super) fn again(source: &fs::File) -> Result<fs::File, ExtractionFault> {
    source.try_clone().map_err(|_| ExtractionFault::ReaderCrashed)
}

/// A file that was made, if there is something in it.
fn made(folder: &Path, name: &str) -> Option<fs::File> {
    let file = fs::File::open(folder.join(name)).ok()?;
    let about = file.metadata().ok()?;
    (about.is_file() && about.len() > 0).then_some(file)
}

/// Whether a copy was made to its end: its index is written last, and stands in front.
fn has_index(copy: &fs::File) -> bool {
    let mut head = Vec::new();
    let begun = copy.try_clone().and_then(|mut copy| copy.rewind().map(|()| copy));
    let read = begun.and_then(|copy| copy.take(HEAD_BYTES).read_to_end(&mut head));
    let rewound = (&*copy).rewind();
    read.and(rewound).is_ok() && playlist(&head, "").is_some()
}

/// What `ffprobe -of json` says, as far as we need it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Probe {
    streams: Vec<ProbeStream>,
    format: ProbeFormat,
    chapters: Vec<ProbeChapter>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProbeStream {
    codec_type: String,
    codec_name: String,
    pix_fmt: String,
    disposition: Disposition,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    attached_pic: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProbeFormat {
    format_name: String,
    duration: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProbeChapter {
    start_time: String,
    tags: ProbeTags,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProbeTags {
    title: String,
}

impl Probe {
    /// The first track of a sort: the one that players take. The picture on a record's cover is no film.
    fn first(&self, sort: &str) -> Option<&ProbeStream> {
        let is_meant = |stream: &&ProbeStream| stream.codec_type == sort && stream.disposition.attached_pic == 0;
        self.streams.iter().find(is_meant)
    }

    fn has_picture(&self) -> bool {
        self.first("video").is_some()
    }

    fn seconds(&self) -> f64 {
        let seconds: f64 = self.format.duration.parse().unwrap_or(0.0);
        // `parse` takes `inf` and `nan` as well.
        if seconds.is_finite() { seconds.max(0.0) } else { 0.0 }
    }

    fn is_form(&self, name: &str) -> bool {
        self.format.format_name.split(',').any(|form| form == name)
    }

    /// Whether every browser of the last years plays it, by its form and both of its codecs.
    fn plays(&self) -> bool {
        let (films, sounds): (&[&str], &[&str]) = if self.is_form("mp4") {
            (&["h264", "vp9", "av1"], &["aac", "mp3", "opus"])
        } else if self.is_form("webm") {
            (&["vp8", "vp9", "av1"], &["opus", "vorbis"])
        } else if ["mp3", "wav", "ogg", "flac", "aac"]
            .iter()
            .any(|form| self.is_form(form))
        {
            (
                &[],
                &[
                    "mp3",
                    "aac",
                    "opus",
                    "vorbis",
                    "flac",
                    "pcm_s16le",
                    "pcm_s24le",
                    "pcm_u8",
                ],
            )
        } else {
            return false;
        };
        let is_known = |sort, known: &[&str]| {
            let first = self.first(sort);
            first.is_none_or(|stream| known.contains(&stream.codec_name.as_str()))
        };
        let is_plain = self
            .first("video")
            // H.264 of ten bits or with more colour is H.264 too, and not every browser plays it.
            .is_none_or(|film| film.codec_name != "h264" || film.pix_fmt.ends_with("420p"));
        is_plain && is_known("video", films) && is_known("audio", sounds)
    }

    /// The copy that is worth having of a file of so many bytes.
    fn copy(&self, size: u64) -> Option<CopyMode> {
        if self.plays() {
            #[expect(clippy::cast_precision_loss, reason = "a guess of how heavy it is")]
            let is_heavy = self.has_picture() && size as f64 * 8.0 > HEAVY_BITS as f64 * self.seconds().max(1.0);
            return is_heavy.then_some(CopyMode::Coded(480));
        }
        let is = |sort, known: &[&str]| {
            self.first(sort)
                .is_none_or(|stream| known.contains(&stream.codec_name.as_str()))
        };
        let is_plain = self.first("video").is_none_or(|film| film.pix_fmt == "yuv420p");
        if size <= REPACKED_UP_TO && is_plain && is("video", &["h264"]) && is("audio", &["aac", "mp3"]) {
            return Some(CopyMode::Repacked);
        }
        Some(CopyMode::Coded(720))
    }

    fn chapters(&self) -> Vec<FilmChapter> {
        let chapters = self.chapters.iter().filter_map(|chapter| {
            let title: String = chapter.tags.title.trim().chars().take(MAX_TITLE_CHARS).collect();
            let start = chapter.start_time.parse().ok().map(Duration::try_from_secs_f64)?.ok()?;
            (!title.is_empty()).then(|| FilmChapter {
                start_ms: u64::try_from(start.as_millis()).unwrap_or(u64::MAX),
                title,
            })
        });
        chapters.take(MAX_CHAPTERS).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(form: &str, seconds: &str, streams: &[(&str, &str)]) -> Probe {
        Probe {
            format: ProbeFormat {
                format_name: form.to_owned(),
                duration: seconds.to_owned(),
            },
            streams: streams
                .iter()
                .map(|(sort, codec)| ProbeStream {
                    codec_type: (*sort).to_owned(),
                    codec_name: (*codec).to_owned(),
                    pix_fmt: "yuv420p".to_owned(),
                    disposition: Disposition::default(),
                })
                .collect(),
            chapters: Vec::new(),
        }
    }

    const MP4: &str = "mov,mp4,m4a,3gp,3g2,mj2";

    #[test]
    fn a_copy_is_made_of_what_does_not_play_and_of_what_is_too_heavy() {
        let film = [("video", "h264"), ("audio", "aac")];

        assert_eq!(look(MP4, "60", &film).copy(1_000_000), None);
        assert_eq!(look(MP4, "60", &film).copy(60_000_000), Some(CopyMode::Coded(480)));
        assert_eq!(look("matroska,webm", "60", &film).copy(1), Some(CopyMode::Repacked));
        assert_eq!(
            look("matroska,webm", "60", &film).copy(2 << 30),
            Some(CopyMode::Coded(720))
        );
        assert_eq!(
            look("avi", "60", &[("video", "mpeg4")]).copy(1),
            Some(CopyMode::Coded(720))
        );
        assert_eq!(
            look(MP4, "60", &[("video", "hevc")]).copy(1),
            Some(CopyMode::Coded(720))
        );
        assert_eq!(
            look("asf", "60", &[("audio", "wmav2")]).copy(1),
            Some(CopyMode::Coded(720))
        );
        assert_eq!(look("wav", "60", &[("audio", "pcm_s16le")]).copy(60_000_000), None);
    }

    #[test]
    fn ten_bits_a_colour_are_not_played_everywhere() {
        let mut film = look(MP4, "60", &[("video", "h264")]);
        film.streams[0].pix_fmt = "yuv420p10le".to_owned();

        assert_eq!(film.copy(1), Some(CopyMode::Coded(720)));
    }

    #[test]
    fn the_cover_of_a_record_is_no_film() {
        let mut record = look("mp3", "60", &[("audio", "mp3"), ("video", "mjpeg")]);
        record.streams[1].disposition.attached_pic = 1;

        assert!(record.plays() && !record.has_picture());
    }

    #[test]
    fn chapters_without_a_name_or_a_time_are_none() {
        let said = r#"{"streams":[{"codec_type":"video"}],"chapters":[
            {"start_time":"0.000000","tags":{"title":" 对刀 "}},
            {"start_time":"61.500000","tags":{"title":"试切"}},
            {"start_time":"-1","tags":{"title":"x"}},{"start_time":"nan","tags":{"title":"x"}},
            {"start_time":"9"}]}"#;
        let look: Probe = serde_json::from_str(said).unwrap();

        let chapters: Vec<_> = look
            .chapters()
            .into_iter()
            .map(|chapter| (chapter.start_ms, chapter.title))
            .collect();

        assert_eq!(chapters, [(0, "对刀".to_owned()), (61_500, "试切".to_owned())]);
    }
}
