//! Collects the terms of a text: bigrams, words, codes and their parts.

use std::ops::Range;

use jieba_rs::TokenizeMode;

use super::normalized_text::{MOST_RUNS, NormalizedText};
use super::{COMMA, JIEBA, SENTENCE, TokenSpan};

/// Longer words are noise (encoded data), and are left out.
const LONGEST_WORD: usize = 64;
/// Codes of more parts than this (addresses, serial numbers) are kept in parts only.
const MOST_CODE_PARTS: usize = 6;

/// Collects the terms of one text.
pub(super) struct TokenCollector<'a> {
    pub(super) text: &'a NormalizedText,
    /// A text to be indexed, in which all is kept that may be asked for.
    pub(super) is_indexed: bool,
    pub(super) position: usize,
    pub(super) done: Vec<TokenSpan>,
}

impl<'a> TokenCollector<'a> {
    pub(super) fn over(text: &'a NormalizedText, is_indexed: bool) -> Self {
        Self {
            text,
            is_indexed,
            position: 0,
            done: Vec::with_capacity(text.chars.len()),
        }
    }

    pub(super) fn push(&mut self, range: Range<usize>, position: usize) {
        if !range.is_empty() {
            self.done.push(TokenSpan {
                from: range.start,
                to: range.end,
                position,
                is_whole_code: false,
            });
        }
    }

    pub(super) fn bigrams(&mut self, run: Range<usize>, last_start: usize) {
        for start in run.start..last_start {
            let end = run.end.min(start + 2);
            self.push(start..end, self.position + start - run.start);
        }
        self.position += run.len();
    }

    pub(super) fn chars(&mut self, run: Range<usize>) {
        for at in run {
            self.push(at..at + 1, self.position);
            self.position += 1;
        }
    }

    pub(super) fn words(&mut self, run: Range<usize>) {
        for piece in self.text.pieces(run) {
            let chars = &self.text.chars[piece.clone()];
            let joined: String = chars.iter().map(|normalized| normalized.char).collect();
            // `false`: guessing at words that the dictionary lacks (HMM) changed nothing where it was measured.
            for word in JIEBA.tokenize(&joined, TokenizeMode::Default, false) {
                self.push(piece.start + word.start..piece.start + word.end, self.position);
                self.position += 1;
            }
        }
    }

    /// A code is found whole, however its parts are joined (`S7-1200`, `S71200`), and by its parts. A number below zero
    /// is asked for with its sign, and found without it as well.
    pub(super) fn code(&mut self, parts: &[Range<usize>]) {
        let is_negative = parts.first().is_some_and(|first| self.text.is_negative(first.start));
        let whole = self.whole_code(parts);
        if is_negative {
            self.done.extend(whole.map(|whole| TokenSpan {
                from: whole.from - 1,
                ..whole
            }));
        }
        if !is_negative || self.is_indexed {
            self.done.extend(whole);
        }
        for (place, part) in parts.iter().enumerate() {
            if part.len() <= LONGEST_WORD {
                let has_sign = is_negative && place == 0;
                if has_sign {
                    self.push(part.start - 1..part.end, self.position);
                }
                if !has_sign || self.is_indexed {
                    self.push(part.clone(), self.position);
                }
                if self.is_indexed {
                    self.inside(part.clone());
                }
            }
            self.position += 1;
        }
    }

    /// What a word is made of, where letters and digits meet: `w7805` of `7805`, `24v` of `dc24v`.
    fn inside(&mut self, word: Range<usize>) {
        let runs = self.text.runs_of(word.clone());
        if !(2..=MOST_RUNS).contains(&runs.len()) {
            return;
        }
        for (first, from) in runs.iter().enumerate() {
            for to in &runs[first..] {
                let part = from.start..to.end;
                if part.len() >= 2 && part != word {
                    self.push(part, self.position);
                }
            }
        }
    }

    fn whole_code(&self, parts: &[Range<usize>]) -> Option<TokenSpan> {
        let (from, to) = (parts.first()?.start, parts.last()?.end);
        let chars = &self.text.chars[from..to];
        let has_digit = chars.iter().any(|normalized| normalized.char.is_numeric());
        if !(2..=MOST_CODE_PARTS).contains(&parts.len()) || !has_digit || chars.len() > LONGEST_WORD {
            return None;
        }
        Some(TokenSpan {
            from,
            to,
            position: self.position,
            is_whole_code: true,
        })
    }
}

/// How far apart a character keeps the words on both sides; a blank or a sign between them does not.
pub(super) fn distance(char: char) -> Option<usize> {
    match char {
        '。' | '!' | '?' | ';' => Some(SENTENCE),
        ',' | '、' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '《' | '》' | '【' | '】' | '「' | '」'
        | '“' | '”' | '‘' | '’' | '"' | '\'' | '|' | '·' | '…' | '—' | '=' => Some(COMMA),
        _ => None,
    }
}
