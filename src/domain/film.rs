//! Film and sound, and the subtitles that lie beside them: the same name with another ending.

use super::file::Kind;

/// The kinds that play.
pub const PLAYED: [Kind; 2] = [Kind::Video, Kind::Audio];
/// The kinds that say what is spoken, with its times.
pub const SUBTITLES: [Kind; 3] = [Kind::Srt, Kind::Vtt, Kind::Lrc];

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
    use super::{film_of, is_beside};

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
