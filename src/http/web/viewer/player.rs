//! The player: a film or a sound in the page, with what is said in it.

use super::{PlaceQuery, ViewerUrls, download};
use crate::domain::file::{ExtractionState, Kind};
use crate::domain::film;
use crate::domain::passage::{Locator, Passage};
use crate::error::Result;
use crate::http::web::highlighted::Highlighted;
use crate::http::web::layout::Link;
use crate::http::web::page_context::PageContext;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::reading::films::Film;
use crate::library::reading::viewer::Sought;
use crate::library::resource_view::{File, Resource};

/// Subtitles that are listed: two hours of what people wrote fit, and an hour of what a machine heard line by line.
const LISTED: usize = 1_000;
/// The time line is so long that a mark on it is a whole number.
const LINE: u64 = 1_000;

/// A film or a sound that plays in the page.
#[derive(Debug, Clone)]
pub struct Player {
    /// What to play, the best first, with the second to begin at: `/api/v1/files/…/content#t=130`.
    pub sources: Vec<MediaSource>,
    /// What is seen before it plays.
    pub poster_url: Option<String>,
    /// What it is called.
    pub name: String,
    /// Whether there is something to see.
    pub is_video: bool,
    /// Whether the address leads into it: then the page opens here.
    pub is_place: bool,
    /// Subtitles that the browser shows over it.
    pub tracks: Vec<Track>,
    /// What is said in it, in order.
    pub cues: Vec<TranscriptLine>,
    /// What is to be known of its words where a machine heard them, or nobody did.
    pub speech: Option<SpeechRemark>,
    /// Where on its time line the words stand that were searched for, in thousandths of its length.
    pub marks: Vec<u64>,
    /// Its own chapters.
    pub chapters: Vec<ChapterLink>,
    /// What they are called, with who made them.
    pub chapters_label: String,
    /// Where the same are for browsers that show them by themselves.
    pub chapters_url: String,
    /// What is to be known of it before it plays: that it is a copy, or may not play.
    pub note: Option<&'static str>,
    /// Whether the note will be another one in a moment.
    pub is_waiting: bool,
    /// The other way to play it: lighter, or as it is.
    pub other: Option<Link>,
    /// Fetches it.
    pub download_url: String,
}

/// What is to be known of the words of a film.
#[derive(Debug, Clone)]
pub struct SpeechRemark {
    /// Who heard them, or why they are not found and what helps.
    pub text: String,
    /// Fetches them as WebVTT.
    pub download_url: Option<String>,
    /// Where they are corrected, for those who may.
    pub correct_url: Option<String>,
}

/// Something that a browser may play.
#[derive(Debug, Clone)]
pub struct MediaSource {
    /// Its address.
    pub url: String,
    /// What it is, where browsers must know before they try.
    pub media_type: Option<&'static str>,
}

/// A part of a film with a name.
#[derive(Debug, Clone)]
pub struct ChapterLink {
    /// Opens the film there.
    pub url: String,
    /// The second it begins in.
    pub second: u64,
    /// The same as a clock shows it.
    pub clock: String,
    /// What it is called.
    pub title: String,
}

/// Subtitles in one language.
#[derive(Debug, Clone)]
pub struct Track {
    /// Their address.
    pub url: String,
    /// What the browser's menu calls them.
    pub label: String,
    /// Whether they are shown unasked.
    pub is_chosen: bool,
}

/// Something that is said.
#[derive(Debug, Clone)]
pub struct TranscriptLine {
    /// Opens the film there.
    pub url: String,
    /// The second it begins in.
    pub second: u64,
    /// The same as a clock shows it.
    pub clock: String,
    /// What is said.
    pub text: Highlighted,
    /// Whether the address leads here.
    pub is_here: bool,
}

/// The film or the sound that a place is in: the file itself, or the one that the subtitles lie beside. Without a place
/// the first that there is.
pub(in crate::http::web) async fn player(
    visit: &PageContext,
    library: &Library,
    resource: &Resource,
    files: &[File],
    query: &PlaceQuery,
    version: Option<&str>,
) -> Result<Option<Player>> {
    let named = files.iter().find(|file| query.is_of(file));
    let place = named.and_then(|file| played(files, file));
    let Some(film) = place.or_else(|| files.iter().find(|file| film::PLAYED.contains(&file.kind))) else {
        return Ok(None);
    };
    let said = subtitles(files, film);
    // Of one language: the same words in two would stand there twice.
    let cues = match said.first() {
        Some(first) => library.reading.passages(&visit.actor, first.id, 0, LISTED).await?.0,
        None => Vec::new(),
    };
    let begin: Option<u64> = query
        .t
        .as_ref()
        .and_then(|t| t.parse().ok())
        // A second of another file is none of this film.
        .filter(|_| place.is_some());
    let ways = ViewerUrls::new(visit, resource, film, query, version);
    let sought = library.reading.sought(&visit.actor, ways.words);
    let made = library.reading.film(&visit.actor, film.id).await?;
    let way = Rendition::of(film, &made, query.light.is_some());
    Ok(Some(Player {
        sources: way.sources(film, begin),
        poster_url: made
            .has_poster
            .then(|| format!("/api/v1/files/{}/thumbnail?width=960", film.id)),
        name: film.name.clone(),
        is_video: film.kind == Kind::Video,
        is_place: place.is_some(),
        tracks: tracks(visit, film, &said),
        speech: speech(visit, library, resource, film, &said),
        marks: marks(&cues, film, &sought),
        cues: cues
            .iter()
            .filter_map(|cue| TranscriptLine::of(visit, cue, begin, &ways, &sought))
            .collect(),
        chapters: ChapterLink::all(visit, &made, &ways),
        chapters_label: chapters_label(visit, &made),
        chapters_url: format!("/api/v1/files/{}/chapters", film.id),
        note: way.note(visit, made.is_waiting),
        is_waiting: made.is_waiting && way == Rendition::Doubtful,
        other: way.other(visit, film, &made, &ways),
        download_url: download(film),
    }))
}

/// What of a film is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rendition {
    /// The original, which browsers play.
    Original,
    /// Its copy, because browsers do not play the original.
    Copy,
    /// Its lighter copy, as it was wished.
    Light,
    /// The original, though browsers may not play it.
    Doubtful,
}

impl Rendition {
    fn of(film: &File, made: &Film, is_light: bool) -> Self {
        let plays = made
            .plays
            .or_else(|| film::plays(&film.media_type, &film.report.tracks));
        match (plays, made.stream_bytes) {
            (Some(true), Some(_)) if is_light => Self::Light,
            (Some(true), _) => Self::Original,
            (_, Some(_)) => Self::Copy,
            _ => Self::Doubtful,
        }
    }

    /// A copy is both a stream and a file: browsers that know streams take it as one, the others as a file.
    fn sources(self, film: &File, begin: Option<u64>) -> Vec<MediaSource> {
        let source = |url: &str, media_type| MediaSource {
            url: begin.map_or_else(|| url.to_owned(), |second| format!("{url}#t={second}")),
            media_type,
        };
        match self {
            Self::Original | Self::Doubtful => vec![source(&film.url, None)],
            Self::Copy | Self::Light => {
                let url = format!("/api/v1/files/{}/stream", film.id);
                let list = source(&format!("{url}.m3u8"), Some("application/vnd.apple.mpegurl"));
                // A browser takes the first whose type it knows: not every one plays lists.
                vec![list, source(&url, Some("video/mp4"))]
            }
        }
    }

    fn note(self, visit: &PageContext, is_waiting: bool) -> Option<&'static str> {
        match self {
            Self::Original | Self::Light => None,
            Self::Copy => Some(visit.say.film_copy()),
            Self::Doubtful if is_waiting => Some(visit.say.film_waiting()),
            Self::Doubtful => Some(visit.say.film_odd()),
        }
    }

    fn other(self, visit: &PageContext, film: &File, made: &Film, ways: &ViewerUrls<'_>) -> Option<Link> {
        let page = format!("{}?file={}", ways.resource, film.id);
        match self {
            Self::Original => {
                let light = format!("{page}&light=1#reading");
                made.stream_bytes
                    .map(|bytes| Link::new(visit.say.film_light(bytes), light))
            }
            Self::Light => Some(Link::new(
                visit.say.film_whole(u64::try_from(film.size).unwrap_or(0)),
                format!("{page}#reading"),
            )),
            Self::Copy | Self::Doubtful => None,
        }
    }
}

fn chapters_label(visit: &PageContext, made: &Film) -> String {
    if made.has_made_chapters {
        visit.say.made_chapters()
    } else {
        visit.say.chapters().to_owned()
    }
}

impl ChapterLink {
    fn all(visit: &PageContext, made: &Film, ways: &ViewerUrls<'_>) -> Vec<Self> {
        let chapters = made.chapters.iter();
        chapters.map(|chapter| Self::of(visit, chapter, ways)).collect()
    }

    fn of(visit: &PageContext, chapter: &film::FilmChapter, ways: &ViewerUrls<'_>) -> Self {
        let at = Locator::Time {
            start_ms: chapter.start_ms,
            end_ms: chapter.start_ms,
        };
        Self {
            url: ways.url(&at),
            second: chapter.start_ms / 1000,
            clock: visit.say.place(&at),
            title: chapter.title.clone(),
        }
    }
}

/// What plays a file: itself, or the film that it lies beside.
pub(super) fn played<'a>(files: &'a [File], file: &'a File) -> Option<&'a File> {
    if film::PLAYED.contains(&file.kind) {
        return Some(file);
    }
    if !film::SUBTITLES.contains(&file.kind) {
        return None;
    }
    let films: Vec<&File> = files.iter().filter(|file| film::PLAYED.contains(&file.kind)).collect();
    film::film_of(&file.path, &films, |film| &film.path).copied()
}

/// The files that say what is spoken: the film itself if it does, and those beside it.
fn subtitles<'a>(files: &'a [File], film: &'a File) -> Vec<&'a File> {
    let beside = files
        .iter()
        .filter(|file| film::SUBTITLES.contains(&file.kind) && film::is_beside(&file.path, &film.path));
    let beside: Vec<&File> = beside.filter(|file| file.report.characters > 0).collect();
    // What a machine heard gives way to what people wrote.
    let says = film.report.characters > 0 && (film.report.speech.is_none() || beside.is_empty());
    says.then_some(film).into_iter().chain(beside).collect()
}

fn tracks(visit: &PageContext, film: &File, said: &[&File]) -> Vec<Track> {
    let track = |(index, file): (usize, &&File)| Track {
        url: format!("/api/v1/files/{}/subtitles", file.id),
        label: match (file.id == film.id, &film.report.speech) {
            (true, Some(_)) => visit.say.heard_transcript(),
            (true, None) => visit.say.transcript().to_owned(),
            (false, _) => file.name.clone(),
        },
        is_chosen: index == 0,
    };
    said.iter().enumerate().map(track).collect()
}

/// What is to be known of the words of a film, unless people wrote them.
fn speech(
    visit: &PageContext,
    library: &Library,
    resource: &Resource,
    film: &File,
    said: &[&File],
) -> Option<SpeechRemark> {
    let say = visit.say;
    let report = film.report.speech.as_ref();
    let heard = report.filter(|report| report.lines + report.corrected > 0);
    // While it is read, nobody knows yet.
    let is_read = !matches!(film.state, ExtractionState::Queued | ExtractionState::Extracting);
    let is_of_people = said.iter().any(|file| file.id != film.id || report.is_none());
    if is_of_people || !is_read {
        return None;
    }
    let may_edit = report.is_some() && library.resources.may_edit(&visit.actor, resource);
    Some(SpeechRemark {
        text: heard.map_or_else(|| say.unheard(report), |report| say.heard_note(report)),
        download_url: heard.map(|_| format!("/api/v1/files/{}/subtitles", film.id)),
        correct_url: may_edit.then(|| urls::speech(resource.id, film.id)),
    })
    .filter(|remark| !remark.text.is_empty())
}

/// Where the words stand on the time line.
fn marks(cues: &[Passage], film: &File, sought: &Sought) -> Vec<u64> {
    let last = cues.iter().filter_map(times).map(|(_, end)| end).max();
    let length = film.report.duration_ms.max(last).unwrap_or(0).max(1);
    let found = cues.iter().filter(|cue| !sought.marks(&cue.text).is_empty());
    found
        .filter_map(times)
        .map(|(start, _)| start * LINE / length)
        .collect()
}

fn times(cue: &Passage) -> Option<(u64, u64)> {
    match cue.locator {
        Locator::Time { start_ms, end_ms } => Some((start_ms, end_ms)),
        _ => None,
    }
}

impl TranscriptLine {
    fn of(
        visit: &PageContext,
        cue: &Passage,
        begin: Option<u64>,
        ways: &ViewerUrls<'_>,
        sought: &Sought,
    ) -> Option<Self> {
        let (start, end) = times(cue)?;
        let is_here = |second: u64| (start / 1000..=end / 1000).contains(&second);
        Some(Self {
            url: ways.url(&cue.locator),
            second: start / 1000,
            clock: visit.say.place(&cue.locator),
            text: Highlighted::stretch(&cue.text, 0..cue.text.len(), &sought.marks(&cue.text)),
            is_here: begin.is_some_and(is_here),
        })
    }
}
