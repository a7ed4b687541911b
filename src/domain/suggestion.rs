//! What a file is, by the names of its folders and its own: a title, a type, a place in the curriculum.
//!
//! Teachers keep their work in folders that say all of it: `继电控制/任务二 星三角启动/02-工作页_最终版.docx`. A suggestion says
//! what it goes by, so that a glance is enough to accept it or not. What names leave open, the first lines of a document may
//! say.

use super::form::MAX_TITLE_CHARS;

mod form;
mod kind;
mod name;
mod place;

pub use form::{Entry, SuggestForm};
pub use kind::kind;
pub use name::stem;
pub use place::{Place, PlaceKind, Reading, Shelf};

/// What a suggestion goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
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

impl Because {
    fn line(&self) -> Option<&str> {
        match self {
            Self::Line(line) => Some(line),
            _ => None,
        }
    }
}

/// A file or a folder to suggest for.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its path; that of a folder ends in `/`.
    pub path: &'a str,
    /// The first lines of its document, as far as they were read.
    pub lines: &'a [String],
}

/// What is suggested for a file or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion<'a> {
    /// A title.
    pub title: String,
    /// The code of a type.
    pub kind: Option<(&'static str, Because)>,
    /// A task, a course or a major.
    pub place: Option<(&'a Place, Because)>,
}

/// A part of a path, or a line of a document.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    name: &'a str,
    of: Of,
}

/// What a part is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Folder,
    File,
    Line,
}

impl Part<'_> {
    fn because(&self) -> Because {
        let name = self.name.to_owned();
        match self.of {
            Of::Folder => Because::Folder(name),
            Of::File => Because::File(name),
            Of::Line => Because::Line(name),
        }
    }
}

/// Suggests for each of many files and folders, in their order; a folder holds those below it.
pub fn suggest<'a>(seen: &[Seen<'_>], shelf: &'a Shelf) -> Vec<Suggestion<'a>> {
    let mut finder = place::Finder::new(shelf);
    let paths: Vec<&str> = seen.iter().map(|seen| seen.path).collect();
    let one = |seen: &Seen<'_>| {
        let parts = parts(seen.path);
        let lines: Vec<Part<'_>> = seen.lines.iter().map(|name| Part { name, of: Of::Line }).collect();
        let kind = kind_of(seen.path, &parts, &paths).or_else(|| said_in(&lines));
        let place = finder.place(&parts).or_else(|| finder.place(&lines));
        let mut reasons = place.iter().map(|(_, why)| why).chain(kind.iter().map(|(_, why)| why));
        let telling = reasons.find_map(Because::line);
        let first = lines.iter().map(|line| line.name).find(|line| is_about_something(line));
        Suggestion {
            title: title(&parts, telling.or(first)),
            kind,
            place,
        }
    };
    seen.iter().map(one).collect()
}

/// The type that a line says; one further down says more than those above it only where they say none.
fn said_in(parts: &[Part<'_>]) -> Option<(&'static str, Because)> {
    parts
        .iter()
        .find_map(|part| Some((kind::said(part.name)?, part.because())))
}

/// The parts of a path, the last first: what is nearest to a file says most about it.
fn parts(path: &str) -> Vec<Part<'_>> {
    let is_folder = path.ends_with('/');
    let names = path.split('/').filter(|name| !name.is_empty());
    let mut parts: Vec<Part<'_>> = names.map(|name| Part { name, of: Of::Folder }).collect();
    if let Some(last) = parts.last_mut().filter(|_| !is_folder) {
        last.name = stem(last.name);
        last.of = Of::File;
    }
    parts.reverse();
    parts
}

/// The cleaned name; one that only says a type or a number stands behind the name of its folder, and one that a program gave
/// gives way to a line of the document.
fn title(parts: &[Part<'_>], line: Option<&str>) -> String {
    let Some((own, folders)) = parts.split_first() else {
        return String::new();
    };
    let own = name::cleaned(own.name);
    let folder = folders.iter().find(|part| is_about_something(part.name));
    let title = match folder {
        _ if is_about_something(&own) => own,
        _ if !says_something(&own) && line.is_some() => line.unwrap_or_default().to_owned(),
        Some(folder) => format!("{} {own}", name::cleaned(folder.name)),
        None => line.map_or(own, str::to_owned),
    };
    title.chars().take(MAX_TITLE_CHARS).collect()
}

/// Whether a name says more than a type or a number.
fn is_about_something(name: &str) -> bool {
    says_something(&kind::without_words(&name::cleaned(name)))
}

/// Whether a name is more than a number, and not one that a program gave.
fn says_something(name: &str) -> bool {
    let own = name::without_program_words(&name.to_lowercase());
    own.chars().any(|c| c.is_alphanumeric() && !c.is_ascii_digit())
}

/// What the name and the form of it say, or else the folders around it.
fn kind_of(path: &str, parts: &[Part<'_>], paths: &[&str]) -> Option<(&'static str, Because)> {
    let (own, folders) = parts.split_first()?;
    let is_folder = own.of == Of::Folder;
    let files = if is_folder { below(path, paths) } else { vec![path] };
    if let Some(code) = kind(own.name, &files) {
        let is_named = kind::said(own.name) == Some(code);
        let form = files.first().map(|file| name::extension(file)).unwrap_or_default();
        return Some((code, if is_named { own.because() } else { Because::Form(form) }));
    }
    if let Some(found) = is_folder.then(|| together(&files)).flatten() {
        return Some(found);
    }
    let mut named = folders
        .iter()
        .filter_map(|part| Some((kind::said(part.name)?, part.because())));
    named.next()
}

fn below<'a>(folder: &str, paths: &[&'a str]) -> Vec<&'a str> {
    let inside = |path: &&&str| !path.ends_with('/') && path.starts_with(folder);
    paths.iter().filter(inside).copied().collect()
}

/// What the files of a folder are together: what they all are, or a pack of several things.
fn together(files: &[&str]) -> Option<(&'static str, Because)> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let of_file = |file: &&str| kind(&last(file), &[file]);
    let mut kinds: Vec<&'static str> = files.iter().filter_map(of_file).collect();
    let is_each_known = kinds.len() == files.len();
    kinds.sort_unstable();
    kinds.dedup();
    match kinds.as_slice() {
        [one] if is_each_known => Some((one, Because::File(last(files.first()?)))),
        [_, _, ..] => Some(("resource_pack", Because::Mixture)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
