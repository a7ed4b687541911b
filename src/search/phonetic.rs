//! Phonetic search: pinyin (`shukong`), its initials (`skcc`), and homophones (`电汽` for `电气`).
//!
//! Titles and names are indexed by pairs of syllables and by their initials; single syllables mean too much to be of use.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use pinyin::ToPinyin;

use super::normalize::{is_han, normalize};
use super::tokenize::TokenKind;

/// The longest row of initials that is one term.
const MOST_INITIALS: usize = 6;

/// Every syllable of Mandarin, taken from the readings of the characters themselves.
static SYLLABLES: LazyLock<HashSet<String>> =
    LazyLock::new(|| ('\u{4e00}'..='\u{9fff}').filter_map(syllable).collect());

/// The longest syllables: zhuang, chuang, shuang.
const LONGEST_SYLLABLE: usize = 6;

/// Loads the table of syllables.
pub(super) fn warm_up() {
    LazyLock::force(&SYLLABLES);
}

/// How a Han character is most often read, without its tone.
pub(super) fn syllable(han: char) -> Option<String> {
    // `ü` is typed as `v`.
    let plain = han.to_pinyin()?.plain().replace('ü', "v");
    let is_plain = plain.bytes().all(|byte| byte.is_ascii_lowercase());
    // Interjections such as `ng` would let any word pass for pinyin.
    (is_plain && plain.contains(['a', 'e', 'i', 'o', 'u', 'v'])).then_some(plain)
}

/// The syllables of a word; `None` if a character has no reading.
pub(super) fn syllables(word: &str) -> Option<Vec<String>> {
    word.chars().map(syllable).collect()
}

/// The terms a text is indexed by, for finding it by sound.
pub(super) fn terms_of(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for run in normalize(text).split(|char| !is_han(char)) {
        let syllables: Vec<String> = run.chars().filter_map(syllable).collect();
        terms.extend(pairs(&syllables));
        terms.extend(initials(run));
    }
    terms
}

fn pairs(syllables: &[String]) -> impl Iterator<Item = String> {
    syllables.windows(2).map(|pair| format!("{}'{}", pair[0], pair[1]))
}

/// All rows of two and more initials; those that begin and end with a word get a second term, because that is how
/// people abbreviate.
fn initials(run: &str) -> Vec<String> {
    let letters: Vec<u8> = run.chars().filter_map(|han| syllable(han)?.bytes().next()).collect();
    let borders = word_borders(run);
    let mut terms = Vec::new();
    for start in 0..letters.len() {
        for end in start + 2..=letters.len().min(start + MOST_INITIALS) {
            let row = String::from_utf8_lossy(&letters[start..end]).into_owned();
            if borders.contains(&start) && borders.contains(&end) {
                terms.push(aligned_initials(&row));
            }
            terms.push(any_initials(&row));
        }
    }
    terms
}

/// The initials of a name, up to the end of each of its words: `qcwx` of 汽车维修.
pub(super) fn beginnings(name: &str) -> Vec<String> {
    let normalized = normalize(name);
    let run: String = normalized.chars().take_while(|char| is_han(*char)).collect();
    let letters: Vec<u8> = run.chars().filter_map(|han| syllable(han)?.bytes().next()).collect();
    let mut ends: Vec<usize> = word_borders(&run)
        .into_iter()
        .filter(|end| *end <= letters.len())
        .collect();
    ends.sort_unstable();
    ends.iter()
        .map(|end| String::from_utf8_lossy(&letters[..*end]).into_owned())
        .collect()
}

fn word_borders(run: &str) -> HashSet<usize> {
    let mut at = 0;
    let ends = TokenKind::Words.tokens(run).into_iter().map(|word| {
        at += word.text.chars().count();
        at
    });
    std::iter::once(0).chain(ends).collect()
}

/// The term of a row of initials that stands somewhere in a run.
pub(super) fn any_initials(row: &str) -> String {
    format!("={row}")
}

/// The term of a row of initials of whole words.
pub(super) fn aligned_initials(row: &str) -> String {
    format!("=={row}")
}

/// The pairs of syllables of Han text, each once, for finding what sounds the same.
pub(super) fn homophone_pairs(text: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    for run in normalize(text).split(|char| !is_han(char)) {
        let syllables: Vec<String> = run.chars().filter_map(syllable).collect();
        found.extend(pairs(&syllables));
    }
    found.into_iter().collect()
}

/// The pairs of syllables of a Latin word, if it is pinyin from end to end and of two syllables at least.
pub(super) fn pinyin_pairs(word: &str) -> Option<Vec<String>> {
    let syllables = segment(word)?;
    (syllables.len() >= 2).then(|| pairs(&syllables).collect())
}

/// Whether a Latin word may be a row of initials. No syllable begins with i, u or v.
pub(super) fn may_be_initials(word: &str) -> bool {
    (2..=MOST_INITIALS).contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() && !matches!(byte, b'i' | b'u' | b'v'))
}

/// Cuts a word into syllables, long ones first; the word is known to be ASCII or is refused.
fn segment(word: &str) -> Option<Vec<String>> {
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    // `next[i]`: where the syllable that begins at i ends, if the rest from i can be cut at all.
    let mut next: Vec<Option<usize>> = vec![None; word.len()];
    for start in (0..word.len()).rev() {
        let longest = word.len().min(start + LONGEST_SYLLABLE);
        // From behind, so that each rest is decided once: from the front the ways to cut multiply.
        next[start] = (start + 1..=longest).rev().find(|&end| {
            let rest_is_pinyin = end == word.len() || next[end].is_some();
            rest_is_pinyin && SYLLABLES.contains(&word[start..end])
        });
    }
    let mut syllables = Vec::new();
    let mut at = 0;
    while at < word.len() {
        let end = next[at]?;
        syllables.push(word[at..end].to_owned());
        at = end;
    }
    Some(syllables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinyin_is_cut_into_syllables() {
        assert_eq!(pinyin_pairs("shukongche").unwrap(), ["shu'kong", "kong'che"]);
        assert_eq!(pinyin_pairs("lvse").unwrap(), ["lv'se"]);
        assert_eq!(pinyin_pairs("xi"), None);
        assert_eq!(pinyin_pairs("packet"), None);
        assert_eq!(pinyin_pairs("g71"), None);
    }

    #[test]
    fn a_title_is_found_by_pairs_and_initials() {
        let terms = terms_of("数控车床 PLC 控制线路");

        for term in ["shu'kong", "kong'che", "==skcc", "=kc", "==kzxl", "==kz"] {
            assert!(terms.iter().any(|found| found == term), "{term} in {terms:?}");
        }
        assert!(!terms.iter().any(|found| found == "==kc"));
    }

    #[test]
    fn homophones_share_their_pairs() {
        assert_eq!(homophone_pairs("电汽控制"), homophone_pairs("电气控制"));
    }
}
