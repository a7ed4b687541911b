//! Optional filters: words of a question that name a type, a school, a course.
//!
//! Who types `台阶轴工作页` wants the worksheet first, and the slides on the same thing rather than nothing. So what is
//! named counts for the order, and is no condition beside other words.

use std::collections::BTreeSet;

use tantivy::schema::Field;
use tantivy::{Searcher, Term};

use crate::domain::resource::RESOURCE_TYPES;
use crate::domain::search::Document;

use super::document::level_labels;
use super::normalize::{is_han, normalize};
use super::phonetic;
use super::tokenize::TokenKind;

/// The shortest part of a name that stands for it, in characters.
const SHORTEST_NAME: usize = 4;
/// A name may be as short as a level's: 高级工.
const SHORTEST_TYPED: usize = 3;
/// The longest name that is looked for, in characters.
const LONGEST_NAME: usize = 30;

/// How much a name says of what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameKind {
    /// A school, a level, a code: who types it wants those first.
    Place,
    /// A major, a course, a task: it may also be what the text is about.
    Topic,
}

impl NameKind {
    fn key(self, name: &str) -> String {
        match self {
            Self::Place => format!("p{name}"),
            Self::Topic => format!("t{name}"),
        }
    }
}

/// A name that stands in a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameMatch {
    /// The name as it was typed, normalized.
    pub(super) text: String,
    /// The term of those that bear it.
    pub(super) term: String,
    pub(super) strength: NameKind,
}

/// The terms of the names of what a resource belongs to. Names count from every word of them on: people leave out the
/// city of a school and the beginning of a course.
pub(super) fn names_of(document: &Document) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    let mut add = |strength: NameKind, name: &str| {
        let endings = endings(&normalize(name));
        terms.extend(endings.iter().map(|ending| strength.key(ending)));
    };
    for name in document.place_names() {
        add(NameKind::Topic, name);
    }
    if let Some(school) = &document.school {
        add(NameKind::Place, &school.name);
    }
    if let Some(major) = &document.major {
        let initials = phonetic::beginnings(&major.name).into_iter();
        let long_enough = initials.filter(|row| (SHORTEST_NAME..=LONGEST_NAME).contains(&row.len()));
        terms.extend(long_enough.map(|row| NameKind::Place.key(&row)));
    }
    let codes = document.major.as_ref().and_then(|major| major.code.clone());
    let (level, with_level) = level_labels(document);
    for label in [codes, level, with_level].into_iter().flatten() {
        terms.insert(NameKind::Place.key(&normalize(&label)));
    }
    terms
}

fn endings(name: &str) -> Vec<String> {
    let starts = TokenKind::Words.tokens(name).into_iter().map(|token| token.offset_from);
    let endings = starts.filter_map(|start| name.get(start..)).map(str::to_owned);
    endings.filter(|ending| is_long_enough(ending)).collect()
}

fn is_long_enough(text: &str) -> bool {
    (SHORTEST_NAME..=LONGEST_NAME).contains(&text.chars().count()) && text.contains(is_han)
}

/// The names that a normalized question holds, the longest first, none inside another.
pub(super) fn names_in(searcher: &Searcher, field: Field, normalized: &str) -> tantivy::Result<Vec<NameMatch>> {
    let mut found = Vec::new();
    for part in normalized.split_whitespace() {
        let tokens = TokenKind::Words.tokens(part);
        let mut from = 0;
        for token in &tokens {
            if token.offset_from < from {
                continue;
            }
            let ends = tokens
                .iter()
                .rev()
                .map(|last| last.offset_to)
                .filter(|end| *end > token.offset_from);
            if let Some((end, name)) = longest(searcher, field, part, token.offset_from, ends)? {
                from = end;
                found.push(name);
            }
        }
    }
    Ok(found)
}

/// The longest name that begins at a place.
fn longest(
    searcher: &Searcher,
    field: Field,
    part: &str,
    start: usize,
    ends: impl Iterator<Item = usize>,
) -> tantivy::Result<Option<(usize, NameMatch)>> {
    for end in ends {
        let text = part.get(start..end).unwrap_or_default();
        if !(SHORTEST_TYPED..=LONGEST_NAME).contains(&text.chars().count()) {
            continue;
        }
        for strength in [NameKind::Place, NameKind::Topic] {
            let term = strength.key(text);
            if searcher.doc_freq(&Term::from_field_text(field, &term))? > 0 {
                let text = text.to_owned();
                return Ok(Some((end, NameMatch { text, term, strength })));
            }
        }
    }
    Ok(None)
}

/// The words of a normalized question that name a type, with its code: the longest first at each place.
pub(super) fn kinds_in(normalized: &str) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    let mut rest = normalized;
    while let Some(char) = rest.chars().next() {
        let named = RESOURCE_TYPES
            .iter()
            .flat_map(|kind| kind.also.iter().map(|word| (*word, kind.code)));
        let here = named
            .filter(|(word, _)| rest.starts_with(word))
            .max_by_key(|(word, _)| word.len());
        rest = &rest[here.map_or(char.len_utf8(), |(word, _)| word.len())..];
        found.extend(here);
    }
    found
}

/// A normalized question without the words of types that its parts end with: what is wanted, without what it is wanted as. In
/// the middle a type is what the rest is about: 动画制作.
pub(super) fn without_kinds(normalized: &str) -> String {
    let words = || RESOURCE_TYPES.iter().flat_map(|kind| kind.also);
    let parts = normalized.split_whitespace().map(|part| {
        let rests = words().filter_map(|word| part.strip_suffix(*word));
        rests.min_by_key(|rest| rest.len()).unwrap_or(part)
    });
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_names_the_type() {
        assert_eq!(
            kinds_in("台阶轴考核评分表和ppt"),
            [("考核评分表", "assessment"), ("ppt", "courseware")]
        );
        assert_eq!(kinds_in("电动机"), []);
    }

    #[test]
    fn a_type_that_ends_what_was_typed_is_how_it_is_wanted() {
        assert_eq!(without_kinds("台阶轴考核评分表 动画制作 视频"), "台阶轴 动画制作 ");
        assert_eq!(without_kinds("电动机"), "电动机");
    }

    #[test]
    fn a_name_is_known_by_its_end() {
        let endings = endings("天津市第一示范技师学院");

        assert!(endings.contains(&"第一示范技师学院".to_owned()), "{endings:?}");
        assert!(!endings.contains(&"学院".to_owned()));
    }
}
