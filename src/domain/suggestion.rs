//! Suggestions for a file, by the names of its folders and its own: a title, a type, a place in the curriculum.
//!
//! Teachers keep their work in folders that say all of it: `继电控制/任务二 星三角启动/02-工作页_最终版.docx`. A suggestion says
//! what it goes by, so that a glance is enough to accept it or not. What names leave open, the first lines of a document may
//! say.

use super::form::MAX_TITLE_CHARS;

mod form;
mod kind;
mod place_index;
mod title;

pub use form::{SuggestEntry, SuggestForm};
pub use kind::kind;
pub use place_index::{CurriculumRef, NameNormalizer, PlaceIndex, PlaceKind};
pub use title::stem;

/// What a suggestion is based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuggestionReason {
    /// The name of a folder.
    Folder(String),
    /// The name of the file itself.
    File(String),
    /// The form of the files: `pptx`.
    Form(String),
    /// The files of a folder are of several types.
    Mixture,
    /// A line at the beginning of the document.
    Line(String),
}

impl SuggestionReason {
    fn line(&self) -> Option<&str> {
        match self {
            Self::Line(line) => Some(line),
            _ => None,
        }
    }
}

/// Path and first lines of a file or folder to suggest for.
#[derive(Debug, Clone, Copy)]
pub struct FileHint<'a> {
    /// Its path; that of a folder ends in `/`.
    pub path: &'a str,
    /// The first lines of its document, as far as they were read.
    pub lines: &'a [String],
}

/// What is suggested for a file or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameSuggestion<'a> {
    /// A title.
    pub title: String,
    /// The code of a type.
    pub kind: Option<(&'static str, SuggestionReason)>,
    /// A task, a course or a major.
    pub place: Option<(&'a CurriculumRef, SuggestionReason)>,
}

/// A part of a path, or a line of a document.
#[derive(Debug, Clone, Copy)]
struct NamePart<'a> {
    name: &'a str,
    of: PartSource,
}

/// Source of a part: what it is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartSource {
    Folder,
    File,
    Line,
}

impl NamePart<'_> {
    fn reason(&self) -> SuggestionReason {
        let name = self.name.to_owned();
        match self.of {
            PartSource::Folder => SuggestionReason::Folder(name),
            PartSource::File => SuggestionReason::File(name),
            PartSource::Line => SuggestionReason::Line(name),
        }
    }
}

/// Suggests for each of many files and folders, in their order; a folder holds those below it.
pub fn suggest<'a>(hints: &[FileHint<'_>], index: &'a PlaceIndex) -> Vec<NameSuggestion<'a>> {
    let mut finder = place_index::PlaceFinder::new(index);
    let paths: Vec<&str> = hints.iter().map(|hints| hints.path).collect();
    let one = |hints: &FileHint<'_>| {
        let parts = parts(hints.path);
        let lines: Vec<NamePart<'_>> = hints
            .lines
            .iter()
            .map(|name| NamePart {
                name,
                of: PartSource::Line,
            })
            .collect();
        let kind = kind_of(hints.path, &parts, &paths).or_else(|| kind_in(&lines));
        let place = finder.place(&parts).or_else(|| finder.place(&lines));
        // A line that already says the place or the type makes a better title than the first one, which is often the
        // school's name.
        let mut reasons = place.iter().map(|(_, why)| why).chain(kind.iter().map(|(_, why)| why));
        let telling = reasons.find_map(SuggestionReason::line);
        let first = lines.iter().map(|line| line.name).find(|line| is_about_something(line));
        NameSuggestion {
            title: title(&parts, telling.or(first)),
            kind,
            place,
        }
    };
    hints.iter().map(one).collect()
}

/// Type that the lines name; a line counts only where those above it name none.
fn kind_in(parts: &[NamePart<'_>]) -> Option<(&'static str, SuggestionReason)> {
    parts
        .iter()
        .find_map(|part| Some((kind::kind_named(part.name)?, part.reason())))
}

/// The parts of a path, the last first: what is nearest to a file says most about it.
fn parts(path: &str) -> Vec<NamePart<'_>> {
    let is_folder = path.ends_with('/');
    let names = path.split('/').filter(|name| !name.is_empty());
    let mut parts: Vec<NamePart<'_>> = names
        .map(|name| NamePart {
            name,
            of: PartSource::Folder,
        })
        .collect();
    if let Some(last) = parts.last_mut().filter(|_| !is_folder) {
        last.name = stem(last.name);
        last.of = PartSource::File;
    }
    parts.reverse();
    parts
}

/// Title out of the cleaned name. A name that is only a type or a number is put behind that of its folder; one that a
/// program gave is replaced by a line of the document.
fn title(parts: &[NamePart<'_>], line: Option<&str>) -> String {
    let Some((own, folders)) = parts.split_first() else {
        return String::new();
    };
    let own = title::clean_title(own.name);
    let folder = folders.iter().find(|part| is_about_something(part.name));
    let title = match folder {
        _ if is_about_something(&own) => own,
        _ if !says_something(&own) && line.is_some() => line.unwrap_or_default().to_owned(),
        Some(folder) => format!("{} {own}", title::clean_title(folder.name)),
        None => line.map_or(own, str::to_owned),
    };
    let seen = title.chars().filter(|c| !c.is_control());
    seen.take(MAX_TITLE_CHARS).collect()
}

/// Whether a name says more than a type or a number.
fn is_about_something(name: &str) -> bool {
    says_something(&kind::without_words(&title::clean_title(name)))
}

/// Whether a name is more than a number, and not one that a program gave.
fn says_something(name: &str) -> bool {
    let own = title::without_program_words(&name.to_lowercase());
    own.chars().any(|c| c.is_alphanumeric() && !c.is_ascii_digit())
}

/// Type of a file or folder: by its name and form, or else by the folders around it.
fn kind_of(path: &str, parts: &[NamePart<'_>], paths: &[&str]) -> Option<(&'static str, SuggestionReason)> {
    let (own, folders) = parts.split_first()?;
    let is_folder = own.of == PartSource::Folder;
    let files = if is_folder { below(path, paths) } else { vec![path] };
    if let Some(code) = kind(own.name, &files) {
        let is_named = kind::kind_named(own.name) == Some(code);
        let form = files.first().map(|file| title::extension(file)).unwrap_or_default();
        return Some((
            code,
            if is_named {
                own.reason()
            } else {
                SuggestionReason::Form(form)
            },
        ));
    }
    if let Some(found) = is_folder.then(|| together(&files)).flatten() {
        return Some(found);
    }
    let mut named = folders
        .iter()
        .filter_map(|part| Some((kind::kind_named(part.name)?, part.reason())));
    named.next()
}

fn below<'a>(folder: &str, paths: &[&'a str]) -> Vec<&'a str> {
    let inside = |path: &&&str| !path.ends_with('/') && path.starts_with(folder);
    paths.iter().filter(inside).copied().collect()
}

/// Type of a folder's files together: their common one, or a pack of several things.
fn together(files: &[&str]) -> Option<(&'static str, SuggestionReason)> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let of_file = |file: &&str| kind(&last(file), &[file]);
    let mut kinds: Vec<&'static str> = files.iter().filter_map(of_file).collect();
    let is_each_known = kinds.len() == files.len();
    kinds.sort_unstable();
    kinds.dedup();
    match kinds.as_slice() {
        [one] if is_each_known => Some((one, SuggestionReason::File(last(files.first()?)))),
        [_, _, ..] => Some(("resource_pack", SuggestionReason::Mixture)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
