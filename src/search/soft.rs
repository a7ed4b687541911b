//! Words of a question that name a type, a school, a course: filters that give way.
//!
//! Who types `台阶轴工作页` wants the worksheet first, and the slides on the same thing rather than nothing. So what is
//! named counts for the order, and is no condition beside other words.

use std::collections::BTreeSet;

use tantivy::schema::Field;
use tantivy::{Searcher, Term};

use crate::domain::resource::RESOURCE_TYPES;
use crate::domain::search::Document;

use super::fold::{fold_to_string, is_han};
use super::tokenize::Cut;

/// The shortest part of a name that stands for it, in characters.
const SHORTEST_NAME: usize = 4;
/// The longest name that is looked for, in characters.
const LONGEST_NAME: usize = 30;

/// The names of what a resource belongs to, folded, each from every word of it on: people leave out the city of a
/// school and the beginning of a course.
pub(super) fn names_of(document: &Document) -> BTreeSet<String> {
    let named = [&document.major, &document.course, &document.task, &document.school];
    let names = named.into_iter().flatten().map(|named| fold_to_string(&named.name));
    names.flat_map(|name| endings(&name)).collect()
}

fn endings(name: &str) -> Vec<String> {
    let starts = Cut::Words.tokens(name).into_iter().map(|token| token.offset_from);
    let endings = starts.filter_map(|start| name.get(start..)).map(str::to_owned);
    endings.filter(|ending| may_be_name(ending)).collect()
}

fn may_be_name(text: &str) -> bool {
    (SHORTEST_NAME..=LONGEST_NAME).contains(&text.chars().count()) && text.contains(is_han)
}

/// The names that a folded question holds, the longest first, none inside another.
pub(super) fn names_in(searcher: &Searcher, field: Field, folded: &str) -> tantivy::Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for part in folded.split_whitespace() {
        let tokens = Cut::Words.tokens(part);
        let mut first = 0;
        while first < tokens.len() {
            let longest = longest_from(searcher, field, part, &tokens[first..])?;
            if let Some((name, length)) = longest {
                found.push(name);
                first += length;
            } else {
                first += 1;
            }
        }
    }
    Ok(found)
}

/// The longest name that begins with the first of some words, and how many words it is.
fn longest_from(
    searcher: &Searcher,
    field: Field,
    part: &str,
    tokens: &[tantivy::tokenizer::Token],
) -> tantivy::Result<Option<(String, usize)>> {
    let Some(first) = tokens.first() else { return Ok(None) };
    for (last, token) in tokens.iter().enumerate().rev() {
        let Some(text) = part.get(first.offset_from..token.offset_to) else {
            continue;
        };
        if may_be_name(text) && searcher.doc_freq(&Term::from_field_text(field, text))? > 0 {
            return Ok(Some((text.to_owned(), last + 1)));
        }
    }
    Ok(None)
}

/// The words of a folded question that name a type, with its code: the longest first at each place.
pub(super) fn kinds_in(folded: &str) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    let mut rest = folded;
    while let Some(char) = rest.chars().next() {
        let named = RESOURCE_TYPES.iter().flat_map(|kind| kind.also.iter().map(|word| (*word, kind.code)));
        let here = named.filter(|(word, _)| rest.starts_with(word)).max_by_key(|(word, _)| word.len());
        rest = &rest[here.map_or(char.len_utf8(), |(word, _)| word.len())..];
        found.extend(here);
    }
    found
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
    fn a_name_is_known_by_its_end() {
        let endings = endings("天津市第一示范技师学院");

        assert!(endings.contains(&"第一示范技师学院".to_owned()), "{endings:?}");
        assert!(!endings.contains(&"学院".to_owned()));
    }
}
