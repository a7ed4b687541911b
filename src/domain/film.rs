//! Films and sound, and the subtitles beside them: the same name with another extension.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::file::Kind;
use super::passage::{Locator, Passage};

/// The kinds that play.
pub const PLAYED: [Kind; 2] = [Kind::Video, Kind::Audio];
/// The kinds that say what is spoken, with its times.
pub const SUBTITLES: [Kind; 3] = [Kind::Srt, Kind::Vtt, Kind::Lrc];

/// A part of a film with a name of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilmChapter {
    /// Where it begins, in milliseconds.
    pub start_ms: u64,
    /// What it is called.
    pub title: String,
}

/// Longest duration that is believed: no film lasts a hundred hours.
const LONGEST_MS: u64 = 360_000_000;

/// The longest ending that names a language between a film's name and the subtitles' own ending: `zh-Hans-CN`.
const LONGEST_LANGUAGE: usize = 10;

/// Whether subtitles at one path belong to the film at another: `课/对刀.srt` and `课/对刀.zh.vtt` to `课/对刀.mp4`.
pub fn is_beside(subtitles: &str, film: &str) -> bool {
    let (said, played) = (stem(subtitles), stem(film));
    same(said, played) || without_language(said).is_some_and(|said| same(said, played))
}

/// The film that subtitles belong to, among some; the one of the very same name before others.
pub fn film_of<'a, F>(subtitles: &str, films: &'a [F], path: impl Fn(&F) -> &str) -> Option<&'a F> {
    let twin = films.iter().find(|film| same(stem(subtitles), stem(path(film))));
    twin.or_else(|| films.iter().find(|film| is_beside(subtitles, path(film))))
}

/// Whether browsers play a film: yes by its form and its codecs, no by either, or nobody can say.
pub fn plays(media_type: &str, codecs: &[String]) -> Option<bool> {
    let form = media_type.split(';').next().unwrap_or_default().trim();
    let is_known = [
        "video/mp4",
        "video/quicktime",
        "video/webm",
        "audio/mpeg",
        "audio/mp4",
        "audio/wav",
        "audio/ogg",
    ]
    .contains(&form);
    let is_odd = |codec: &String| {
        ["hvc1", "hev1", "mp4v", "ap4h", "apcn"]
            .iter()
            .any(|odd| codec.starts_with(odd))
    };
    match form {
        _ if codecs.iter().any(is_odd) => Some(false),
        "video/x-msvideo" | "video/x-flv" | "video/x-ms-wmv" | "video/mpeg" | "video/x-matroska" => Some(false),
        _ => is_known.then_some(true),
    }
}

/// Chapters with the times they last: each until the next one, the last for as long as there is film.
pub fn spans(chapters: &[FilmChapter]) -> Vec<Passage> {
    let ends = chapters.iter().skip(1).map(|chapter| chapter.start_ms);
    let until = ends.chain([LONGEST_MS]);
    let span = |(chapter, end_ms): (&FilmChapter, u64)| {
        let start_ms = chapter.start_ms;
        Passage::new(Locator::Time { start_ms, end_ms }, chapter.title.clone())
    };
    chapters.iter().zip(until).map(span).collect()
}

/// Subtitles as browsers read them (WebVTT).
pub fn web_vtt(cues: &[Passage]) -> String {
    let mut text = "WEBVTT\n".to_owned();
    for cue in cues {
        let Locator::Time { start_ms, end_ms } = cue.locator else {
            continue;
        };
        // An empty line would end the cue, and markup would begin at `<`.
        let lines: Vec<&str> = cue
            .text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let said = lines
            .join("\n")
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        // WebVTT asks that a cue ends behind its beginning.
        let (from, to) = (vtt_time(start_ms), vtt_time(end_ms.max(start_ms.saturating_add(1))));
        let written = write!(text, "\n{from} --> {to}\n{said}\n");
        written.expect("a string takes everything");
    }
    text
}

fn vtt_time(ms: u64) -> String {
    let (seconds, ms) = (ms / 1000, ms % 1000);
    format!(
        "{:02}:{:02}:{:02}.{ms:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// A path without its ending.
fn stem(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') => stem,
        _ => path,
    }
}

fn without_language(stem: &str) -> Option<&str> {
    let (name, language) = stem.rsplit_once('.')?;
    let is_language = (2..=LONGEST_LANGUAGE).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    is_language.then_some(name)
}

/// Windows writes `.MP4` and thinks nothing of it.
fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use super::{film_of, is_beside, web_vtt};
    use crate::domain::passage::{Locator, Passage};

    #[test]
    fn what_is_said_cannot_end_its_cue_or_begin_another() {
        let at = Locator::Time {
            start_ms: 3_723_004,
            end_ms: 3_725_000,
        };
        let cue = Passage::new(at, "断电\n\n00:00 --> 00:01 <b>".to_owned());

        assert_eq!(
            web_vtt(&[cue]),
            "WEBVTT\n\n01:02:03.004 --> 01:02:05.000\n断电\n00:00 --&gt; 00:01 &lt;b&gt;\n"
        );
    }

    #[test]
    fn subtitles_belong_to_the_film_of_their_name() {
        assert!(is_beside("课/对刀.srt", "课/对刀.mp4"));
        assert!(is_beside("课/Lesson.zh-CN.vtt", "课/lesson.MP4"));
        assert!(!is_beside("对刀.srt", "课/对刀.mp4"));
        assert!(!is_beside("对刀.第二课.srt", "对刀.mp4"));
        assert!(!is_beside("第1.5课/a.srt", "第1.mp4"));
    }

    #[test]
    fn the_film_of_the_very_same_name_comes_first() {
        let films = ["a.mp4", "a.en.mp4"];

        assert_eq!(film_of("a.en.srt", &films, |film| film), Some(&"a.en.mp4"));
        assert_eq!(film_of("a.zh.srt", &films, |film| film), Some(&"a.mp4"));
        assert_eq!(film_of("b.srt", &films, |film| film), None);
    }
}
