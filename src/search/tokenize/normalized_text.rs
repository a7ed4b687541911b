//! Text in the one spelling that is indexed, and the runs of signs that it is cut at.

use std::ops::Range;

use tantivy::tokenizer::Token;

use super::TokenSpan;
use super::token_collector::distance;
use crate::search::normalize::{NormalizedChar, is_han, normalize_chars};

/// A word of more runs of letters and digits than this is a key or a digest: what stands inside is not looked for.
pub(super) const MOST_RUNS: usize = 8;

/// A normalized text without the blanks between Han characters.
pub(super) struct NormalizedText {
    pub(super) chars: Vec<NormalizedChar>,
    /// Whether a blank stood before the character.
    pub(super) spaced: Vec<bool>,
}

/// A stretch of a text that is cut in one way.
pub(super) enum CharRun {
    Han(Range<usize>),
    /// Words joined by connectors: `S7-1200`.
    Other(Vec<Range<usize>>),
    /// What keeps the words on both sides apart, and how far.
    Mark(usize),
}

impl NormalizedText {
    pub(super) fn of(text: &str) -> Self {
        let normalized = normalize_chars(text);
        let mut chars: Vec<NormalizedChar> = Vec::with_capacity(normalized.len());
        let mut spaced = Vec::with_capacity(normalized.len());
        let mut blanks = 0;
        for next in normalized {
            if next.char.is_whitespace() {
                blanks += 1;
            } else {
                let between_han = is_han(next.char) && chars.last().is_some_and(|last| is_han(last.char));
                spaced.push(blanks > 0);
                chars.push(next);
                if blanks > 0 && !between_han {
                    // Anything but two Han characters is kept apart by the blank.
                    let at = chars.len() - 1;
                    chars.insert(at, NormalizedChar { char: ' ', ..next });
                    spaced.insert(at, false);
                }
                blanks = 0;
            }
        }
        Self { chars, spaced }
    }

    pub(super) fn runs(&self) -> Vec<CharRun> {
        let mut runs = Vec::new();
        let mut at = 0;
        while let Some(char) = self.char(at) {
            if is_han(char) {
                let end = self.end_of(at, is_han);
                runs.push(CharRun::Han(at..end));
                at = end;
            } else if is_word(char) {
                let parts = self.code_at(at);
                at = parts.last().map_or(at + 1, |part| part.end);
                runs.push(CharRun::Other(parts));
            } else {
                runs.extend(distance(char).map(CharRun::Mark));
                at += 1;
            }
        }
        runs
    }

    /// Spells a term out.
    pub(super) fn fill(&self, piece: &TokenSpan, token: &mut Token) {
        let chars = &self.chars[piece.from..piece.to];
        token.text.clear();
        let mut spelled = chars.iter().map(|normalized| normalized.char);
        if chars.first().is_some_and(|first| is_minus(first.char)) {
            token.text.push('-');
            spelled.next();
        }
        if piece.is_whole_code {
            token.text.extend(spelled.filter(|char| !matches!(char, '-' | '_')));
        } else {
            token.text.extend(spelled);
        }
        token.offset_from = chars.first().map_or(0, |first| first.from);
        token.offset_to = chars.last().map_or(0, |last| last.to);
        token.position = piece.position;
        token.position_length = 1;
    }

    pub(super) fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|normalized| normalized.char)
    }

    fn end_of(&self, start: usize, belongs: impl Fn(char) -> bool) -> usize {
        let length = self.chars[start..]
            .iter()
            .take_while(|normalized| belongs(normalized.char))
            .count();
        start + length
    }

    /// The words from `start` on that connectors join without a blank.
    fn code_at(&self, start: usize) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut next = start;
        loop {
            let end = self.end_of_word(next);
            parts.push(next..end);
            let goes_on = self.char(end).is_some_and(is_connector) && self.char(end + 1).is_some_and(is_word);
            if !goes_on {
                return parts;
            }
            next = end + 1;
        }
    }

    fn end_of_word(&self, start: usize) -> usize {
        let mut end = self.end_of(start, is_word);
        // C++ and C# are words of their own.
        while end - start <= 3 && matches!(self.char(end), Some('+' | '#')) {
            end += 1;
        }
        end
    }

    /// Whether the number that begins here is less than nothing: a minus stands before it, and nothing before that.
    pub(super) fn is_negative(&self, start: usize) -> bool {
        let before = |steps: usize| start.checked_sub(steps).and_then(|at| self.char(at));
        let is_number = self.char(start).is_some_and(char::is_numeric);
        is_number && before(1).is_some_and(is_minus) && !before(2).is_some_and(|char| is_word(char) || is_minus(char))
    }

    /// The runs of letters and of digits of a word.
    pub(super) fn runs_of(&self, word: Range<usize>) -> Vec<Range<usize>> {
        let is_digit = |at: usize| self.char(at).is_some_and(char::is_numeric);
        let mut runs: Vec<Range<usize>> = Vec::new();
        for at in word {
            match runs.last_mut() {
                Some(last) if is_digit(last.start) == is_digit(at) => last.end = at + 1,
                _ => runs.push(at..at + 1),
            }
        }
        runs
    }

    /// A Han run in the pieces its writer left blanks between. A row of single characters is letter-spacing, not words.
    pub(super) fn pieces(&self, run: Range<usize>) -> Vec<Range<usize>> {
        let mut pieces: Vec<Range<usize>> = Vec::new();
        let mut single_before = false;
        let mut start = run.start;
        for end in run.start + 1..=run.end {
            if end < run.end && !self.spaced[end] {
                continue;
            }
            let single = end - start == 1;
            match pieces.last_mut() {
                Some(last) if single && single_before => last.end = end,
                _ => pieces.push(start..end),
            }
            single_before = single;
            start = end;
        }
        pieces
    }
}

/// A character of a word that is not Han.
fn is_word(char: char) -> bool {
    char.is_alphanumeric() && !is_han(char)
}

fn is_connector(char: char) -> bool {
    matches!(char, '-' | '_' | '.' | '/')
}

fn is_minus(char: char) -> bool {
    matches!(char, '-' | '\u{2212}')
}
