//! A film or a sound that plays in the page.

use super::PlaceQuery;
use crate::domain::file::Kind;
use crate::domain::film;
use crate::library::view::File;

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

/// The film or the sound that a place is in: the file itself, or the one that the subtitles lie beside. Without a place
/// the first that there is.
pub(in crate::http::web) fn player(files: &[File], query: &PlaceQuery) -> Option<Player> {
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
