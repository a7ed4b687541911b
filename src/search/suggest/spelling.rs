//! How names are typed: normalized, without blanks and punctuation, in characters, in pinyin, by initials, or in a mixture.

use std::ops::Range;

use crate::search::normalize::{NormalizedChar, is_han, normalize_chars};
use crate::search::phonetic::syllable;
use crate::search::tokenize::TokenKind;

/// Words that join others; nobody begins to type with one.
const JOINING: [&str; 9] = ["与", "和", "及", "的", "之", "或", "在", "and", "of"];

/// Words of so many characters and more may be two: 数控车床.
const LONG_WORD: usize = 4;

/// The letters of a name: what is left of it when it is normalized and blanks and punctuation are gone.
pub(super) struct TypedName(Vec<NormalizedChar>);

impl TypedName {
    pub(super) fn of(text: &str) -> Self {
        let mut letters = normalize_chars(text);
        letters.retain(|normalized| normalized.char.is_alphanumeric());
        Self(letters)
    }

    pub(super) fn letters(&self) -> Vec<char> {
        self.0.iter().map(|normalized| normalized.char).collect()
    }

    /// Where one may begin to type the name: at its beginning, which comes first, and where its words begin. `all`: also
    /// at words of one letter, and within long ones, which are often made of two.
    pub(super) fn starts(&self, text: &str, all: bool) -> Vec<usize> {
        let mut starts = vec![0];
        for word in TokenKind::Words.tokens(text) {
            let start = self.0.partition_point(|letter| letter.from < word.offset_from);
            let length = word.text.chars().count();
            if (all || length > 1) && !JOINING.contains(&word.text.as_str()) {
                starts.push(start);
            }
            if all && length >= LONG_WORD && word.text.chars().all(is_han) {
                starts.push(start + 2);
            }
        }
        starts.dedup();
        starts.retain(|&start| start < self.0.len());
        starts
    }

    /// The bytes of the name that `typed` spells; from the beginning if it can be, and rather to the letter than by sound.
    pub(super) fn spelled_by(&self, typed: &[char]) -> Option<Range<usize>> {
        let letters = self.letters();
        let literal = (0..letters.len()).find(|&start| letters[start..].starts_with(typed));
        let by_sound = |start: usize| Some(start..start + spelled(typed, &letters[start..])?);
        let found = match literal {
            Some(0) => Some(0..typed.len()),
            Some(start) => by_sound(0).or(Some(start..start + typed.len())),
            None => (0..letters.len()).find_map(by_sound),
        }?;
        let last = found.end.checked_sub(1).filter(|last| *last >= found.start)?;
        Some(self.0[found.start].from..self.0[last].to)
    }
}

/// A name's letters as its readers say them, as far as all can be said; `None` where that is what is written.
pub(super) fn pinyin(letters: &[char]) -> Option<String> {
    let mut said = String::new();
    for &letter in letters {
        if is_han(letter) {
            said.push_str(&syllable(letter)?);
        } else {
            said.push(letter);
        }
    }
    letters.iter().any(|&letter| is_han(letter)).then_some(said)
}

/// The initials of a name's letters: `skcc` of 数控车床.
pub(super) fn initials(letters: &[char]) -> Option<String> {
    let first = |&letter: &char| {
        if is_han(letter) {
            syllable(letter)?.chars().next()
        } else {
            Some(letter)
        }
    };
    let row: Option<String> = letters.iter().map(first).collect();
    row.filter(|_| letters.iter().any(|&letter| is_han(letter)))
}

/// How many letters of a name `typed` spells, if it does: characters as they are, whole syllables, initials, and a last
/// syllable as far as it was typed.
pub(super) fn spelled(typed: &[char], name: &[char]) -> Option<usize> {
    // How much of `typed` may be used up by the letters so far.
    let mut used = vec![0];
    for (taken, &letter) in name.iter().enumerate() {
        if used.contains(&typed.len()) {
            return Some(taken);
        }
        let mut next = Vec::new();
        for from in used {
            next.extend(ways(&typed[from..], letter).into_iter().map(|length| from + length));
        }
        next.sort_unstable();
        next.dedup();
        used = next;
    }
    used.contains(&typed.len()).then_some(name.len())
}

/// How much of `typed` may stand for a letter.
fn ways(typed: &[char], letter: char) -> Vec<usize> {
    if typed.first() == Some(&letter) {
        return vec![1];
    }
    let Some(sound) = Some(letter).filter(|&letter| is_han(letter)).and_then(syllable) else {
        return Vec::new();
    };
    let alike = typed
        .iter()
        .zip(sound.chars())
        .take_while(|(typed, said)| **typed == *said)
        .count();
    let is_whole = alike == sound.len() || alike == typed.len();
    let initial = (alike > 0).then_some(1);
    initial
        .into_iter()
        .chain(is_whole.then_some(alike).filter(|&all| all > 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked<'a>(typed: &str, name: &'a str) -> Option<&'a str> {
        let range = TypedName::of(name).spelled_by(&TypedName::of(typed).letters())?;
        Some(&name[range])
    }

    #[test]
    fn a_name_is_spelled_in_many_ways() {
        for (typed, name, part) in [
            ("控制", "电机正反转控制线路", "控制"),
            ("數控", "数控车床", "数控"),
            ("shukongch", "数控车床", "数控车"),
            ("dianj", "电机控制", "电机"),
            ("skcc", "数控车床", "数控车床"),
            ("数控che", "数控车床", "数控车"),
            ("电机kz", "三相电机控制线路", "电机控制"),
            ("ＰＬＣ", "S7-1200 PLC编程", "PLC"),
            ("s7 1", "西门子 S7-1200", "S7-1"),
            ("kongzhi", "电机控制", "控制"),
        ] {
            assert_eq!(marked(typed, name), Some(part), "{typed}");
        }
        assert_eq!(marked("数空", "数控车床"), None);
        assert_eq!(marked("shukongx", "数控车床"), None);
    }

    #[test]
    fn words_begin_where_the_dictionary_says() {
        let starts = |text: &str, all| TypedName::of(text).starts(text, all);

        assert_eq!(starts("数控车床的编程", true), [0, 2, 5]);
        assert_eq!(starts("数控车床的编程", false), [0, 5]);
        assert_eq!(starts("S7-1200 编程", false), [0, 2, 6]);
        assert_eq!(starts("（）", true), [0; 0]);
    }
}
