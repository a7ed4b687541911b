//! Spelling correction: words that sound the same, words with another character, Latin words with a letter wrong.
//!
//! Chinese words are corrected from the words of titles and names only. The index keeps each under how it sounds, with the
//! sounds that are often confused folded together, and under what is left of it with one character open: `万能表` and
//! `万用表` meet at `万?表`. Latin words are corrected from all text, by an automaton over the dictionary.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use tantivy::query::{EnableScoring, FuzzyTermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, Term};

use crate::domain::search::Document;

use super::fast_fields::FastFields;
use super::normalize::is_han;
use super::phonetic;
use super::plan::Planner;
use super::query::{PARTICLES, is_filler};
use super::tokenize::{TokenKind, is_in_dictionary};
use super::visibility_filter::{Admission, SegmentVisibility, VisibilityFilter};

/// Between a key and the word it leads to.
const LEADS_TO: char = '\u{1f}';
/// The shortest and the longest word that is corrected, in characters.
const LENGTHS: Range<usize> = 2..7;
/// A word must have this many characters to be known by the others when one is wrong.
const SHORTEST_OPEN: usize = 3;
/// A Latin word must have this many letters: shorter ones are near everything.
// Where any Latin word was looked up fuzzily, one question in a hundred took 18 ms by that alone.
const SHORTEST_LATIN: usize = 4;
/// Longer ones are no words.
const LONGEST_LATIN: usize = 24;
/// The most words looked at for one key, and for one Latin word.
const MOST_READ: usize = 50;
/// The most words offered in one place.
const MOST_OFFERED: usize = 3;
/// How many resources with a word are asked whether the caller may see them, in one segment.
const MOST_ASKED: usize = 1_000;

/// The terms under which the words of a resource's title and names are kept.
pub(super) fn terms_of(document: &Document) -> Vec<String> {
    let mut terms = HashSet::new();
    for text in std::iter::once(&document.metadata.title)
        .chain(&document.metadata.keywords)
        .chain(document.place_names())
    {
        let tokens = TokenKind::Words.tokens(text);
        for word in tokens
            .iter()
            .map(|token| token.text.as_str())
            .filter(|word| may_be_corrected(word))
        {
            terms.extend(
                sound_key(word)
                    .into_iter()
                    .chain(open_keys(word))
                    .map(|key| leading_to(&key, word)),
            );
        }
        // What is typed by its sound is often longer than a dictionary's word.
        let joined = tokens
            .windows(2)
            .filter(|pair| pair[0].offset_to == pair[1].offset_from);
        for word in joined.map(|pair| format!("{}{}", pair[0].text, pair[1].text)) {
            terms.extend(
                sound_key(&word)
                    .filter(|_| may_be_corrected(&word))
                    .map(|key| leading_to(&key, &word)),
            );
        }
    }
    terms.into_iter().collect()
}

fn may_be_corrected(word: &str) -> bool {
    let is_name = LENGTHS.contains(&word.chars().count()) && word.chars().all(is_han);
    is_name && !is_filler(TokenKind::Words, word) && !word.contains(PARTICLES)
}

fn leading_to(key: &str, word: &str) -> String {
    format!("{key}{LEADS_TO}{word}")
}

fn sound_key(word: &str) -> Option<String> {
    let syllables = phonetic::syllables(word)?;
    let confused: Vec<String> = syllables.iter().map(|syllable| confused(syllable)).collect();
    Some(format!("s{}", confused.join("'")))
}

/// A syllable with the sounds folded that people confuse when they type: flat and curled tongue, n and l, -n and -ng.
fn confused(syllable: &str) -> String {
    let flat = syllable.replace("zh", "z").replace("ch", "c").replace("sh", "s");
    let flat = flat.strip_suffix('g').unwrap_or(&flat);
    match flat.strip_prefix('n') {
        Some(rest) => format!("l{rest}"),
        None => flat.to_owned(),
    }
}

/// A word with one of its characters open, in every place.
fn open_keys(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    if chars.len() < SHORTEST_OPEN {
        return Vec::new();
    }
    let open = |place: usize| {
        let kept = chars
            .iter()
            .enumerate()
            .map(|(at, char)| if at == place { '?' } else { *char });
        std::iter::once('o').chain(kept).collect()
    };
    (0..chars.len()).map(open).collect()
}

/// A correction: a stretch of a question and what it may have been meant to be, the likeliest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SpellingCorrection {
    /// The characters of the normalized question.
    pub(super) stretch: Range<usize>,
    /// What to put in their place.
    pub(super) words: Vec<String>,
    /// Whether it sounds like these, or is a letter away: what looks like another word in one
    /// character may as well be a word that nobody here has used yet.
    pub(super) is_slip: bool,
}

impl SpellingCorrection {
    /// What was typed there.
    pub(super) fn word_in(&self, normalized: &str) -> String {
        normalized
            .chars()
            .skip(self.stretch.start)
            .take(self.stretch.len())
            .collect()
    }
}

/// Whether something is a word of the language, or a number or a code, which nobody can tell from a slip.
pub(super) fn is_word(text: &str) -> bool {
    is_in_dictionary(text) || text.contains(char::is_numeric)
}

/// Finds corrections of a question, among words that its asker may see.
pub(super) struct SpellChecker<'a> {
    /// Knows the index and its fields.
    pub(super) planner: &'a Planner<'a>,
    /// What is known of the resources, by segment.
    pub(super) fast_fields: &'a [Arc<FastFields>],
    /// Who asks: nothing is offered that they may not see.
    pub(super) visibility: &'a VisibilityFilter,
}

impl SpellChecker<'_> {
    /// The corrections of a normalized question, from left to right.
    pub(super) fn corrections(&self, normalized: &str) -> tantivy::Result<Vec<SpellingCorrection>> {
        let chars: Vec<char> = normalized.chars().collect();
        let mut corrections = Vec::new();
        let mut done = 0;
        for strange in self.strange(normalized)? {
            if strange.start < done {
                continue;
            }
            let correction = if is_han(chars[strange.start]) {
                self.han(&chars, &strange, done)?
            } else {
                self.latin(&chars, strange)?
            };
            if let Some(correction) = correction {
                done = correction.stretch.end;
                corrections.push(correction);
            }
        }
        Ok(corrections)
    }

    /// The stretches that are no words of this library.
    fn strange(&self, normalized: &str) -> tantivy::Result<Vec<Range<usize>>> {
        let mut strange = Vec::new();
        for token in TokenKind::Words.tokens(normalized) {
            let lone = token.text.chars().count() == 1;
            if is_filler(TokenKind::Words, &token.text) {
                continue;
            }
            let is_known = !lone
                && self
                    .planner
                    .searcher
                    .doc_freq(&Term::from_field_text(self.planner.fields.words, &token.text))?
                    > 0;
            if !is_known {
                let start = normalized[..token.offset_from].chars().count();
                strange.push(start..start + token.text.chars().count());
            }
        }
        Ok(strange)
    }

    /// The longest stretch around a strange one that a word of this library can be mistaken for.
    fn han(&self, chars: &[char], strange: &Range<usize>, from: usize) -> tantivy::Result<Option<SpellingCorrection>> {
        for length in LENGTHS.rev().filter(|&length| length <= chars.len()) {
            let first = strange.end.saturating_sub(length).max(from);
            let last = strange.start.min(chars.len() - length);
            for start in first..=last {
                let stretch = start..start + length;
                let word: String = chars[stretch.clone()].iter().collect();
                if !may_be_corrected(&word) || self.stands(&word)? {
                    continue;
                }
                let (words, is_slip) = self.mistaken_for(&word)?;
                if !words.is_empty() {
                    return Ok(Some(SpellingCorrection {
                        stretch,
                        words,
                        is_slip,
                    }));
                }
            }
        }
        Ok(None)
    }

    /// The words of this library that a word may be a slip for: those that sound like it, or else those that differ in
    /// one character; and whether it is the former.
    fn mistaken_for(&self, word: &str) -> tantivy::Result<(Vec<String>, bool)> {
        let alike = match sound_key(word) {
            Some(key) => self.led_to(&key, word)?,
            None => Vec::new(),
        };
        if !alike.is_empty() {
            return Ok((alike, true));
        }
        let mut near = Vec::new();
        for key in open_keys(word) {
            near.extend(self.led_to(&key, word)?);
        }
        near.truncate(MOST_OFFERED);
        Ok((near, false))
    }

    /// The other words that a key leads to and the caller may see, those of most resources first.
    fn led_to(&self, key: &str, word: &str) -> tantivy::Result<Vec<String>> {
        let field = self.planner.fields.spelling;
        let from = leading_to(key, "");
        let until = format!("{from}{}", char::MAX);
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        for reader in self.planner.searcher.segment_readers() {
            let index = reader.inverted_index(field)?;
            let mut terms = index.terms().range().ge(&from).lt(&until).into_stream()?;
            let mut left = MOST_READ;
            while left > 0 && terms.advance() {
                left -= 1;
                let meant = String::from_utf8_lossy(&terms.key()[from.len()..]).into_owned();
                *found.entry(meant).or_default() += u64::from(terms.value().doc_freq);
            }
        }
        found.remove(word);
        let words = most_first(found).into_iter().map(|meant| {
            let term = Term::from_field_text(field, &leading_to(key, &meant));
            (meant, term)
        });
        self.visible(words)
    }

    /// The first few words whose term stands on something the caller may see.
    fn visible(&self, words: impl Iterator<Item = (String, Term)>) -> tantivy::Result<Vec<String>> {
        let mut visible = Vec::new();
        for (word, term) in words {
            if visible.len() == MOST_OFFERED {
                break;
            }
            if self.is_visible(&term)? {
                visible.push(word);
            }
        }
        Ok(visible)
    }

    /// Whether a word stands to the letter in anything the caller may see: then it is what was meant.
    fn stands(&self, word: &str) -> tantivy::Result<bool> {
        let Some(query) = self.planner.exact(word) else {
            return Ok(false);
        };
        let weight = query.weight(EnableScoring::disabled_from_searcher(self.planner.searcher))?;
        for (reader, fast_fields) in self.planner.searcher.segment_readers().iter().zip(self.fast_fields) {
            let visibility = self.visibility.for_segment(reader, fast_fields);
            if any_visible(&visibility, &mut *weight.scorer(reader, 1.0)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the caller may see a resource that holds a term: what only others may see is not offered.
    fn is_visible(&self, term: &Term) -> tantivy::Result<bool> {
        for (reader, fast_fields) in self.planner.searcher.segment_readers().iter().zip(self.fast_fields) {
            let index = reader.inverted_index(term.field())?;
            if let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)?
                && any_visible(&self.visibility.for_segment(reader, fast_fields), &mut postings)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The Latin words that a word may be a slip for.
    fn latin(&self, chars: &[char], stretch: Range<usize>) -> tantivy::Result<Option<SpellingCorrection>> {
        let word: String = chars[stretch.clone()].iter().collect();
        let field = self.planner.fields.words;
        let near = near_latin(self.planner.searcher, field, &word)?;
        let words = near.into_iter().map(|meant| {
            let term = Term::from_field_text(field, &meant);
            (meant, term)
        });
        let words = self.visible(words)?;
        Ok((!words.is_empty()).then_some(SpellingCorrection {
            stretch,
            words,
            is_slip: true,
        }))
    }
}

/// Whether any of the first documents passes a filter.
fn any_visible(visibility: &SegmentVisibility, docs: &mut dyn DocSet) -> bool {
    let mut doc = docs.doc();
    for _ in 0..MOST_ASKED {
        if doc == TERMINATED {
            return false;
        }
        if visibility.check(doc) != Admission::Out {
            return true;
        }
        doc = docs.advance();
    }
    false
}

/// The Latin words one letter away, those of most resources first. The first letter is kept: it narrows the dictionary to
/// a corner, and is seldom wrong.
pub(super) fn near_latin(searcher: &Searcher, field: Field, word: &str) -> tantivy::Result<Vec<String>> {
    let is_latin = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_latin || !(SHORTEST_LATIN..=LONGEST_LATIN).contains(&word.len()) {
        return Ok(Vec::new());
    }
    // `true`: two letters that changed places are one slip.
    let query = FuzzyTermQuery::new(Term::from_field_text(field, word), 1, true);
    let first = word.as_bytes()[0];
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for reader in searcher.segment_readers() {
        let index = reader.inverted_index(field)?;
        let nearby = index.terms().search(query.automaton()?).ge([first]).lt([first + 1]);
        let mut terms = nearby.into_stream()?;
        let mut left = MOST_READ;
        while left > 0 && terms.advance() {
            left -= 1;
            let text = String::from_utf8_lossy(terms.key()).into_owned();
            *found.entry(text).or_default() += u64::from(terms.value().doc_freq);
        }
    }
    let mut words = most_first(found);
    words.truncate(MOST_OFFERED);
    Ok(words)
}

fn most_first(found: BTreeMap<String, u64>) -> Vec<String> {
    let mut found: Vec<(String, u64)> = found.into_iter().collect();
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    found.into_iter().map(|(word, _)| word).collect()
}

/// The ways to correct a normalized question, the likeliest first: each place by its first word, then one place by its others.
pub(super) fn ways(normalized: &str, corrections: &[SpellingCorrection]) -> Vec<String> {
    let first: Vec<(Range<usize>, &str)> = corrections
        .iter()
        .map(|correction| (correction.stretch.clone(), &*correction.words[0]))
        .collect();
    let mut ways = vec![put(normalized, &first)];
    for (place, correction) in corrections.iter().enumerate() {
        for word in &correction.words[1..] {
            let mut other = first.clone();
            other[place].1 = word;
            ways.push(put(normalized, &other));
        }
    }
    if corrections.is_empty() {
        ways.clear();
    }
    ways
}

fn put(normalized: &str, words: &[(Range<usize>, &str)]) -> String {
    let chars: Vec<char> = normalized.chars().collect();
    let mut text = String::new();
    let mut at = 0;
    for (stretch, word) in words {
        text.extend(&chars[at..stretch.start]);
        text.push_str(word);
        at = stretch.end;
    }
    text.extend(&chars[at..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_sound_and_of_one_character_meet_the_word() {
        for (typed, meant) in [("电汽", "电气"), ("变屏器", "变频器"), ("南练", "蓝恋")] {
            assert_eq!(sound_key(typed), sound_key(meant), "{typed} {meant}");
        }
        assert!(open_keys("万能表").iter().any(|key| open_keys("万用表").contains(key)));
        assert_ne!(sound_key("电机"), sound_key("电源"));
        assert_eq!(open_keys("电机"), Vec::<String>::new());
    }

    #[test]
    fn each_place_is_mended_by_its_likeliest_word_first() {
        let correction = |stretch, words: &[&str]| SpellingCorrection {
            stretch,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            is_slip: true,
        };

        let ways = ways(
            "电汽控只线路",
            &[correction(0..2, &["电气", "电器"]), correction(2..4, &["控制"])],
        );

        assert_eq!(ways, ["电气控制线路", "电器控制线路"]);
        assert_eq!(super::ways("电机", &[]), Vec::<String>::new());
    }
}
