//! The part of a resource's page that shows what stands at one place of one file.

use serde::Deserialize;

use super::layout::Link;
use super::link;
use super::marked::Marked;
use super::visit::Visit;
use crate::domain::file::Kind;
use crate::domain::film;
use crate::domain::passage::Locator;
use crate::error::Result;
use crate::library::Library;
use crate::library::find::place;
use crate::library::view::{File, Resource};

/// A place of a file, as addresses name it.
#[derive(Debug, Default, Deserialize)]
pub struct PlaceQuery {
    /// The file.
    pub file: Option<String>,
    /// A page.
    pub page: Option<String>,
    /// A slide.
    pub slide: Option<String>,
    /// A sheet's name.
    pub sheet: Option<String>,
    /// The row of the sheet.
    pub row: Option<String>,
    /// A section.
    pub section: Option<String>,
    /// A second of sound or film.
    pub t: Option<String>,
    /// What to mark there.
    pub q: Option<String>,
}

impl PlaceQuery {
    /// The place; an address with half a place in it names none.
    pub(super) fn locator(&self) -> Option<Locator> {
        let number = |text: &Option<String>| text.as_ref()?.parse::<u32>().ok();
        if let Some(page) = number(&self.page) {
            return Some(Locator::Page { page });
        }
        if let Some(slide) = number(&self.slide) {
            return Some(Locator::Slide { slide });
        }
        if let Some(section) = number(&self.section) {
            return Some(Locator::Section { section, title: None });
        }
        if let (Some(sheet), Some(row)) = (self.sheet.clone(), number(&self.row)) {
            return Some(Locator::Sheet { sheet, row });
        }
        let start_ms = u64::from(number(&self.t)?) * 1000;
        Some(Locator::Time {
            start_ms,
            end_ms: start_ms,
        })
    }

    /// Whether the place is a second, and nothing before it.
    fn names_second(&self) -> bool {
        matches!(self.locator(), Some(Locator::Time { .. }))
    }

    fn is_of(&self, file: &File) -> bool {
        self.file.as_deref() == Some(file.id.to_string().as_str())
    }
}

/// The text at the place a search led to.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The file.
    pub file: String,
    /// The place: `第 12 页`.
    pub place: String,
    /// Its text, a paragraph each, with what was searched for marked.
    pub paragraphs: Vec<Marked>,
    /// A picture of the page, where the file has pages that can be painted.
    pub picture_url: Option<String>,
    /// Opens the file itself at this place, for formats that browsers show.
    pub open_url: Option<String>,
    /// Fetches the file.
    pub download_url: String,
    /// The place before.
    pub previous: Option<Link>,
    /// The place after.
    pub next: Option<Link>,
    /// Whether a film on the page plays it.
    pub is_played: bool,
}

/// A film or a sound that plays in the page.
#[derive(Debug, Clone)]
pub struct Player {
    /// The bytes, with the second to begin at: `/api/v1/files/…/content#t=130`.
    pub url: String,
    /// What it is called.
    pub name: String,
    /// Whether there is something to see.
    pub is_video: bool,
    /// Whether the address leads into it: then the page opens here, and its words stand below.
    pub is_place: bool,
}

impl Reading {
    /// Splits the text of a passage into paragraphs, as it stands in the file.
    ///
    /// A mark that runs over a line's end would be cut in two, so a line with half a mark stays with its neighbours.
    pub fn paragraphs(html: &str) -> Vec<Marked> {
        let mut paragraphs = Vec::new();
        let mut open = String::new();
        for line in html.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !open.is_empty() {
                open.push(' ');
            }
            open.push_str(line);
            if open.matches("<mark>").count() == open.matches("</mark>").count() {
                paragraphs.push(Marked::from_index(&open));
                open.clear();
            }
        }
        if !open.is_empty() {
            paragraphs.push(Marked::from_index(&open));
        }
        paragraphs
    }
}

/// What stands at the place that the address names, if it names one of these files.
pub(super) async fn find(
    visit: &Visit,
    library: &Library,
    resource: &Resource,
    files: &[File],
    query: &PlaceQuery,
) -> Result<Option<Reading>> {
    let file = files.iter().find(|file| query.is_of(file));
    let (Some(file), Some(at)) = (file, query.locator()) else {
        return Ok(None);
    };
    let Some(found) = library.passage_at(&visit.actor, file.id, &at).await? else {
        return Ok(None);
    };
    let asked = query.q.as_deref().unwrap_or_default();
    let way = |to: Locator| {
        let words = link::with_query("", &[("q", asked)]).replacen('?', "&", 1);
        let url = format!("{}?{}&file={}{words}#reading", resource.url, place(&to), file.id);
        Link::new(visit.say.place(&to), url)
    };
    Ok(Some(Reading {
        file: file.name.clone(),
        place: visit.say.place(&found.at),
        paragraphs: Reading::paragraphs(&library.mark(&visit.actor, asked, &found.text)),
        picture_url: picture(file, &found.at),
        open_url: opens_at(file, &found.at),
        download_url: download(file),
        previous: found.previous.map(way),
        next: found.next.map(way),
        is_played: query.names_second() && played(files, file).is_some(),
    }))
}

/// The bytes of a file, to be saved.
pub(super) fn download(file: &File) -> String {
    format!("{}?download=1", file.url)
}

fn picture(file: &File, at: &Locator) -> Option<String> {
    match at {
        Locator::Page { page } if file.kind == Kind::Pdf => Some(format!("/api/v1/files/{}/pages/{page}", file.id)),
        _ => None,
    }
}

/// Browsers open a PDF at a page (RFC 8118 §3).
fn opens_at(file: &File, at: &Locator) -> Option<String> {
    match at {
        Locator::Page { page } if file.kind == Kind::Pdf => Some(format!("{}#page={page}", file.url)),
        _ => None,
    }
}

/// The film or the sound that a place is in: the file itself, or the one that the subtitles lie beside. Without a place
/// the first that there is.
pub(super) fn player(files: &[File], query: &PlaceQuery) -> Option<Player> {
    let named = files.iter().find(|file| query.is_of(file));
    let place = named.and_then(|file| played(files, file));
    let file = place.or_else(|| files.iter().find(|file| film::PLAYED.contains(&file.kind)))?;
    let begin = query.t.as_ref().and_then(|t| t.parse::<u32>().ok());
    Some(Player {
        url: begin.map_or_else(|| file.url.clone(), |second| format!("{}#t={second}", file.url)),
        name: file.name.clone(),
        is_video: file.kind == Kind::Video,
        is_place: query.names_second() && place.is_some(),
    })
}

/// What plays a file: itself, or the film that it lies beside.
fn played<'a>(files: &'a [File], file: &'a File) -> Option<&'a File> {
    if film::PLAYED.contains(&file.kind) {
        return Some(file);
    }
    if !film::SUBTITLES.contains(&file.kind) {
        return None;
    }
    let films: Vec<&File> = files.iter().filter(|file| film::PLAYED.contains(&file.kind)).collect();
    film::film_of(&file.path, &films, |film| &film.path).copied()
}

#[cfg(test)]
mod tests {
    use super::Reading;

    #[test]
    fn a_mark_over_a_lines_end_stays_whole() {
        let paragraphs = Reading::paragraphs("一<mark>星\n三角</mark>启动\n\n二");
        let texts: Vec<String> = paragraphs.iter().map(ToString::to_string).collect();

        assert_eq!(texts, ["一<mark>星 三角</mark>启动", "二"]);
    }
}
