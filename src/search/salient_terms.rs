//! Salient terms: the most telling words of a resource, kept beside it in one line.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::domain::search::Document;

use super::normalize::lone_han;
use super::query;
use super::tokenize::TokenKind;

/// How many words are kept.
const WORDS: usize = 40;
/// How much of the text is read for it, in characters: a book says on its first pages what it is about.
const READ_CHARS: usize = 6_000;
/// Words longer than this tell no more for it, in characters.
const LONGEST: usize = 4;

/// The salient terms of a resource: words and how often they stand there, the most telling first: `电动机 7 正反转 3`.
pub(super) fn of(document: &Document) -> String {
    let mut counts: HashMap<String, u32> = HashMap::new();
    let mut add = |text: &str, times: u32| {
        for token in TokenKind::Words.tokens(text) {
            if lone_han(&token.text).is_none() && !query::is_filler(TokenKind::Words, &token.text) {
                *counts.entry(token.text).or_default() += times;
            }
        }
    };
    add(&document.metadata.title, 2);
    document.metadata.keywords.iter().for_each(|keyword| add(keyword, 1));
    let mut left = READ_CHARS;
    let passages = document.files.iter().flat_map(|file| &file.passages);
    for text in std::iter::once(&document.metadata.description).chain(passages.map(|passage| &passage.text)) {
        let end = text.char_indices().nth(left).map_or(text.len(), |(at, _)| at);
        add(&text[..end], 1);
        left -= text[..end].chars().count();
        if left == 0 {
            break;
        }
    }
    let mut words: Vec<(String, u32)> = counts.into_iter().collect();
    words.sort_unstable_by(|a, b| promise(b).total_cmp(&promise(a)).then_with(|| a.0.cmp(&b.0)));
    words.truncate(WORDS);
    let mut gist = String::new();
    for (word, count) in words {
        let _ = write!(gist, "{word} {count} ");
    }
    gist
}

/// How telling a word looks before it is known how rare it is: long and repeated.
fn promise((word, count): &(String, u32)) -> f32 {
    strength(*count) * length_weight(word)
}

/// Long words are rare words.
#[expect(clippy::cast_precision_loss, reason = "words are short")]
pub(super) fn length_weight(word: &str) -> f32 {
    word.chars().count().min(LONGEST) as f32
}

/// What a count says of a word's part in a text, as BM25 has it, between 0 and 1.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn strength(count: u32) -> f32 {
    count as f32 / (count as f32 + 1.2)
}

/// Reads salient terms: words and their part in the text.
pub(super) fn read(gist: &str) -> impl Iterator<Item = (&str, f32)> {
    let mut parts = gist.split_ascii_whitespace();
    std::iter::from_fn(move || {
        let word = parts.next()?;
        let count: u32 = parts.next()?.parse().ok()?;
        Some((word, strength(count)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gist_is_read_as_it_was_written() {
        let read: Vec<(&str, f32)> = read("电动机 3 plc 1 ").collect();

        assert_eq!(
            read.iter().map(|(word, _)| *word).collect::<Vec<_>>(),
            ["电动机", "plc"]
        );
        assert!(read[0].1 > read[1].1);
    }
}
