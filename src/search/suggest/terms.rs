//! The terms that completions are found by.
//!
//! ```text
//! lane key ␟ name      n shukongche… ␟ c 数控车床编程
//! ```
//!
//! The *lane* is a letter that keeps apart what is ranked apart, so that a thousand titles never hide a course. The *key*
//! is what is typed, from the beginning of the name or of a later word of it: its letters, its pinyin, its initials, a
//! code. The *name* is a letter for its kind and the name itself; of a title, which is nearly always the only one of its
//! kind, no more than a mark that tells it from others, because the index keeps titles anyway.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use crate::domain::curriculum::Level;
use crate::domain::resource::resource_type;
use crate::domain::search::{CompletionKind, Document, NamedMajor};

use super::spelling::{TypedName, initials, pinyin};

/// Stands between key and name, and before a code; never in a key, and taken out of names.
pub(super) const BREAK: char = '\u{1f}';
/// How much of a name makes a key, from its beginning and from a later word. Who has typed as much has it in sight.
const KEY_FROM_START: usize = 24;
const KEY_FROM_LATER: usize = 12;
/// How many later words of a name begin a key.
const LATER_STARTS_OF_NAME: usize = 8;
const LATER_STARTS_OF_TITLE: usize = 5;
/// Longer names are no names.
const LONGEST_NAME: usize = 100;
/// Characters of a title's mark: 40 bits.
const MARK: usize = 10;

/// What is ranked apart, in the order of ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CompletionTier {
    /// Names to begin with when nothing is typed. Their key is empty.
    Root,
    /// Courses, tasks, majors and types, from their beginning.
    NameStart,
    /// Keywords, from their beginning.
    KeywordStart,
    /// Titles, from their beginning.
    TitleStart,
    /// Courses, tasks, majors and types, from a later word or by their initials.
    NameLater,
    /// Keywords likewise.
    KeywordLater,
    /// Titles likewise.
    TitleLater,
}

impl CompletionTier {
    /// Its letter in the terms.
    fn letter(self) -> char {
        match self {
            Self::Root => 'r',
            Self::NameStart => 'n',
            Self::KeywordStart => 'k',
            Self::TitleStart => 't',
            Self::NameLater => 'N',
            Self::KeywordLater => 'K',
            Self::TitleLater => 'T',
        }
    }

    /// Whether its terms carry a mark instead of a name.
    pub(super) fn is_of_titles(self) -> bool {
        matches!(self, Self::TitleStart | Self::TitleLater)
    }

    /// The beginning of all terms whose key begins with these letters.
    pub(super) fn prefix(self, letters: &[char]) -> String {
        let longest = match self {
            Self::Root | Self::NameStart | Self::KeywordStart | Self::TitleStart => KEY_FROM_START,
            Self::NameLater | Self::KeywordLater | Self::TitleLater => KEY_FROM_LATER,
        };
        std::iter::once(self.letter())
            .chain(letters.iter().copied().take(longest))
            .collect()
    }

    fn of(kind: CompletionKind) -> (Self, Self) {
        match kind {
            CompletionKind::Keyword => (Self::KeywordStart, Self::KeywordLater),
            CompletionKind::Title => (Self::TitleStart, Self::TitleLater),
            _ => (Self::NameStart, Self::NameLater),
        }
    }
}

/// The letter of a kind of names in the terms.
fn letter_of(kind: CompletionKind) -> char {
    match kind {
        CompletionKind::Course => 'c',
        CompletionKind::Task => 't',
        CompletionKind::Major => 'm',
        CompletionKind::ResourceType => 'r',
        CompletionKind::Keyword => 'k',
        CompletionKind::Title => 'T',
    }
}

/// A name as a term carries it.
pub(super) struct IndexedName<'a> {
    pub(super) kind: CompletionKind,
    pub(super) text: &'a str,
    /// The code it was found by.
    pub(super) code: Option<&'a str>,
}

impl<'a> IndexedName<'a> {
    /// Reads what stands behind the key of a term; nothing of a title.
    pub(super) fn of(written: &'a str) -> Option<Self> {
        use CompletionKind::{Course, Keyword, Major, ResourceType, Task};
        let letter = written.chars().next()?;
        let kind = [Course, Task, Major, ResourceType, Keyword]
            .into_iter()
            .find(|&kind| letter_of(kind) == letter)?;
        let rest = &written[letter.len_utf8()..];
        let (text, code) = rest
            .split_once(BREAK)
            .map_or((rest, None), |(text, code)| (text, Some(code)));
        Some(Self { kind, text, code })
    }
}

/// The terms of a resource, each once.
pub(in crate::search) fn terms_of(document: &Document) -> BTreeSet<String> {
    let mut terms = CompletionTerms(BTreeSet::new());
    if let Some(major) = &document.major {
        terms.add_root(CompletionKind::Major, &major.name);
        terms.add_name(CompletionKind::Major, &major.name);
        terms.add_codes(major, document.metadata.level.as_deref());
    }
    if let Some(course) = &document.course {
        terms.add_root(CompletionKind::Course, &course.name);
        terms.add_name(CompletionKind::Course, &course.name);
    }
    if let Some(task) = &document.task {
        terms.add_name(CompletionKind::Task, &task.name);
    }
    if let Some(kind) = resource_type(&document.metadata.kind) {
        terms.add_name(CompletionKind::ResourceType, kind.zh);
        terms.add_name(CompletionKind::ResourceType, kind.en);
    }
    for keyword in &document.metadata.keywords {
        terms.add_name(CompletionKind::Keyword, keyword);
    }
    terms.add_title(&document.metadata.title);
    terms.0
}

struct CompletionTerms(BTreeSet<String>);

impl CompletionTerms {
    fn add(&mut self, lane: CompletionTier, key: &[char], name: &str) {
        // An empty key is offered before anything is typed, which only the names to begin with are to be.
        if key.is_empty() && lane != CompletionTier::Root {
            return;
        }
        let mut term = lane.prefix(key);
        term.push(BREAK);
        term.push_str(name);
        self.0.insert(term);
    }

    fn add_root(&mut self, kind: CompletionKind, text: &str) {
        self.add(CompletionTier::Root, &[], &written(kind, text));
    }

    fn add_name(&mut self, kind: CompletionKind, text: &str) {
        let spelling = TypedName::of(text);
        let letters = spelling.letters();
        let name = written(kind, text);
        let (start, later) = CompletionTier::of(kind);
        for (place, &from) in spelling
            .starts(text, true)
            .iter()
            .take(1 + LATER_STARTS_OF_NAME)
            .enumerate()
        {
            let (rest, lane) = (&letters[from..], if place == 0 { start } else { later });
            self.add(lane, rest, &name);
            self.add_said(lane, pinyin(cut(rest)), &name);
            self.add_said(later, initials(cut(rest)), &name);
        }
    }

    fn add_title(&mut self, title: &str) {
        let spelling = TypedName::of(title);
        let letters = spelling.letters();
        let mark = mark_of(&letters);
        for (place, &from) in spelling
            .starts(title, false)
            .iter()
            .take(1 + LATER_STARTS_OF_TITLE)
            .enumerate()
        {
            let lane = if place == 0 {
                CompletionTier::TitleStart
            } else {
                CompletionTier::TitleLater
            };
            self.add(lane, &letters[from..], &mark);
        }
        self.add_said(CompletionTier::TitleStart, pinyin(cut(&letters)), &mark);
        self.add_said(CompletionTier::TitleLater, initials(cut(&letters)), &mark);
    }

    fn add_said(&mut self, lane: CompletionTier, said: Option<String>, name: &str) {
        let key: Vec<char> = said.unwrap_or_default().chars().collect();
        self.add(lane, &key, name);
    }

    /// `0403`, and `0403-3` for the level it is taught at.
    fn add_codes(&mut self, major: &NamedMajor, level: Option<&str>) {
        let Some(code) = &major.code else { return };
        let level = level.and_then(Level::parse);
        let whole = level.map(|level| format!("{code}-{}", level.digit()));
        for code in std::iter::once(code).chain(&whole) {
            let name = format!("{}{BREAK}{code}", written(CompletionKind::Major, &major.name));
            self.add(CompletionTier::NameStart, &TypedName::of(code).letters(), &name);
        }
    }
}

/// No more letters than can be of use to a key.
fn cut(letters: &[char]) -> &[char] {
    &letters[..letters.len().min(KEY_FROM_START)]
}

fn written(kind: CompletionKind, text: &str) -> String {
    let plain = text.chars().map(|char| if char.is_control() { ' ' } else { char });
    std::iter::once(letter_of(kind))
        .chain(plain.take(LONGEST_NAME))
        .collect()
}

/// What tells a title from the others whose key is the same.
fn mark_of(letters: &[char]) -> String {
    let digest = Sha256::digest(letters.iter().collect::<String>());
    let digest: [u8; 32] = digest.into();
    let mut mark = crate::domain::id::Sha256::from_bytes(digest).hex();
    mark.truncate(MARK);
    mark
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metadata::Metadata;
    use crate::domain::search::NamedRef;
    use crate::search::tests::{titled, worksheet};

    fn named<I: Default>(name: &str, code: Option<&str>) -> NamedRef<I> {
        NamedRef {
            id: I::default(),
            code: code.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_name_is_found_by_characters_pinyin_initials_and_code() {
        let document = Document {
            metadata: Metadata {
                level: Some("advanced".to_owned()),
                kind: String::new(),
                ..worksheet("")
            },
            major: Some(named("汽车维修", Some("0403"))),
            ..titled("")
        };

        let terms: Vec<String> = terms_of(&document)
            .into_iter()
            .map(|term| term.replace(BREAK, "|"))
            .collect();

        assert_eq!(
            terms,
            [
                "Nqcwx|m汽车维修",
                "Nweixiu|m汽车维修",
                "Nwx|m汽车维修",
                "N维修|m汽车维修",
                "n0403|m汽车维修|0403",
                "n04033|m汽车维修|0403-3",
                "nqicheweixiu|m汽车维修",
                "n汽车维修|m汽车维修",
                "r|m汽车维修",
            ]
        );
    }

    #[test]
    fn a_title_begins_at_few_words_and_is_not_kept_again() {
        let document = Document {
            metadata: Metadata {
                kind: String::new(),
                ..worksheet(&"数控车床加工，".repeat(30))
            },
            ..titled(&"数控车床加工，".repeat(30))
        };

        let terms = terms_of(&document);

        assert!(terms.len() <= 8, "{terms:?}");
        assert!(terms.iter().all(|term| term.len() < 100), "{terms:?}");
    }
}
