//! Reading a question with the table of synonyms: its words, their other names, how they sound.

use super::fold::fold_to_string;
use super::highlight::Marks;
use super::query::{Parsed, Part, telling_terms, wanted_words};
use super::sound;
use super::synonyms::Synonyms;
use super::tokenize::Cut;

/// A question read with the table of synonyms.
pub(super) struct Reading {
    /// All telling words.
    pub(super) words: Vec<String>,
    /// All telling pairs of characters.
    pub(super) pairs: Vec<String>,
    /// The words outside of names that have other names.
    pub(super) wanted_words: Vec<String>,
    /// The names that have other names, and these.
    pub(super) named: Vec<(String, Vec<String>)>,
    /// Words of other names, without those typed.
    pub(super) other_words: Vec<String>,
    /// Pairs of other names, without those typed.
    pub(super) other_pairs: Vec<String>,
    /// How it sounds.
    pub(super) homophones: Vec<String>,
}

impl Reading {
    /// Reads a question.
    pub(super) fn of(parsed: &Parsed, synonyms: &Synonyms) -> Self {
        let all = parsed.text();
        let text = join(parsed.wanted.iter().filter(|part| matches!(part, Part::Text(_))));
        let mut rest = fold_to_string(&text);
        let mut named = Vec::new();
        for found in synonyms.in_text(&text) {
            rest = rest.replacen(&found.typed, " ", 1);
            named.push((found.typed, found.others));
        }
        let others = named
            .iter()
            .flat_map(|(_, others)| others.clone())
            .collect::<Vec<_>>()
            .join("；");
        let words = telling_terms(Cut::Words, &all);
        let pairs = telling_terms(Cut::Pairs, &all);
        Self {
            wanted_words: wanted_words(&rest),
            other_words: without(telling_terms(Cut::Words, &others), &words),
            other_pairs: without(telling_terms(Cut::Pairs, &others), &pairs),
            homophones: sound::homophone_pairs(&all),
            named,
            words,
            pairs,
        }
    }

    /// What to mark in what is found.
    pub(super) fn marks(&self, parsed: &Parsed) -> Marks {
        let text = join(parsed.wanted.iter().filter(|part| matches!(part, Part::Text(_))));
        let mut terms = telling_terms(Cut::Pairs, &text);
        terms.extend(self.other_pairs.iter().cloned());
        let phrases = parsed.wanted.iter().filter_map(|part| match part {
            Part::Phrase(phrase) => Some(phrase.as_str()),
            Part::Text(_) => None,
        });
        Marks::new(terms, phrases)
    }
}

fn join<'a>(parts: impl Iterator<Item = &'a Part>) -> String {
    parts.map(Part::as_str).collect::<Vec<_>>().join(" ")
}

fn without(mut terms: Vec<String>, known: &[String]) -> Vec<String> {
    terms.retain(|term| !known.contains(term));
    terms
}
