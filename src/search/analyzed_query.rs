//! Query analysis with the table of synonyms: its words, their other names, how they sound.

use super::highlight::Highlighter;
use super::normalize::{lone_han, normalize};
use super::phonetic;
use super::query::{ParsedQuery, QueryPart, telling_terms};
use super::synonyms::Synonyms;
use super::tokenize::TokenKind;

/// The shortest part of a code that says something without the rest, in characters.
const SHORTEST_CODE_PART: usize = 3;

/// A question analyzed with the table of synonyms.
pub(super) struct AnalyzedQuery {
    /// The text outside of quotes, normalized.
    pub(super) text: String,
    /// Terms that are parts of a code: `s7` and `1200` of `S7-1200`.
    pub(super) code_parts: Vec<String>,
    /// All telling words.
    pub(super) words: Vec<String>,
    /// All telling pairs of characters.
    pub(super) pairs: Vec<String>,
    /// The names that have other names, and these.
    pub(super) named: Vec<(String, Vec<String>)>,
    /// Words of other names, without those typed.
    pub(super) other_words: Vec<String>,
    /// Pairs of other names, without those typed.
    pub(super) other_pairs: Vec<String>,
    /// How it sounds.
    pub(super) homophones: Vec<String>,
}

impl AnalyzedQuery {
    /// Reads a question.
    pub(super) fn of(parsed: &ParsedQuery, synonyms: &Synonyms) -> Self {
        let all = parsed.text();
        let text = join(parsed.wanted.iter().filter(|part| matches!(part, QueryPart::Text(_))));
        let found = synonyms.in_text(&text).into_iter();
        let named: Vec<(String, Vec<String>)> = found.map(|found| (found.typed, found.others)).collect();
        let others = named
            .iter()
            .flat_map(|(_, others)| others.clone())
            .collect::<Vec<_>>()
            .join("；");
        let words = telling_terms(TokenKind::Words, &all);
        let pairs = telling_terms(TokenKind::Pairs, &all);
        Self {
            text: normalize(&text),
            code_parts: code_parts(&all),
            other_words: without(telling_terms(TokenKind::Words, &others), &words),
            other_pairs: without(telling_terms(TokenKind::Pairs, &others), &pairs),
            homophones: phonetic::homophone_pairs(&all),
            named,
            words,
            pairs,
        }
    }

    /// Whether a term is a part of a code.
    pub(super) fn is_code_part(&self, term: &str) -> bool {
        self.code_parts.iter().any(|part| part == term)
    }

    /// Whether a term says something by itself: a character says nothing of the word that it was cut from, and `S7` stands
    /// in many codes by chance.
    pub(super) fn names_something(&self, term: &str) -> bool {
        let is_typed = || self.text.split_whitespace().any(|part| part == term);
        let is_short = || self.is_code_part(term) && term.chars().count() < SHORTEST_CODE_PART;
        if lone_han(term).is_some() {
            is_typed()
        } else {
            !is_short()
        }
    }

    /// Whether nothing but characters is left of the words: 上料.
    pub(super) fn is_torn(&self) -> bool {
        self.pairs.iter().any(|pair| lone_han(pair).is_none()) && self.words.iter().all(|word| lone_han(word).is_some())
    }

    /// What to mark in what is found.
    pub(super) fn highlighter(&self, parsed: &ParsedQuery) -> Highlighter {
        let text = join(parsed.wanted.iter().filter(|part| matches!(part, QueryPart::Text(_))));
        let mut terms = telling_terms(TokenKind::Pairs, &text);
        terms.extend(self.other_pairs.iter().cloned());
        let phrases = parsed.wanted.iter().filter_map(|part| match part {
            QueryPart::Phrase(phrase) => Some(phrase.as_str()),
            QueryPart::Text(_) => None,
        });
        Highlighter::new(terms, phrases)
    }
}

/// The terms that stand inside another.
fn code_parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut end_of_whole = 0;
    for token in TokenKind::Words.tokens(text) {
        if token.offset_to <= end_of_whole {
            parts.push(token.text);
        } else {
            end_of_whole = token.offset_to;
        }
    }
    parts
}

fn join<'a>(parts: impl Iterator<Item = &'a QueryPart>) -> String {
    parts.map(QueryPart::as_str).collect::<Vec<_>>().join(" ")
}

fn without(mut terms: Vec<String>, known: &[String]) -> Vec<String> {
    terms.retain(|term| !known.contains(term));
    terms
}
