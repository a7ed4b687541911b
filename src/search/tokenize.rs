//! Cutting text into terms: character bigrams and dictionary words of Chinese, whole words and codes of the rest.
//!
//! The bigrams are the safety net: every stretch of two or more Han characters of a text can be found through them,
//! whatever the dictionary thinks. The words are the better judges of what a text is about. Measured together they beat
//! either alone, so every text is indexed with both.

use std::ops::Range;
use std::sync::LazyLock;

use jieba_rs::{Jieba, TokenizeMode};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::normalize::{NormalizedChar, is_han, normalize_chars};

/// Longer words are noise (encoded data), and are left out.
const LONGEST_WORD: usize = 64;
/// Codes of more parts than this (addresses, serial numbers) are kept in parts only.
const MOST_CODE_PARTS: usize = 6;
/// A word of more runs of letters and digits than this is a key or a digest: what stands inside is not looked for.
const MOST_RUNS: usize = 8;
/// How far apart a comma or a quotation mark keeps words.
const COMMA: usize = 1;
/// How far apart the end of a sentence keeps words: farther than those of one thing may stand.
const SENTENCE: usize = 4;

/// The dictionary: about 100 ms and 50 MB, once a process.
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Loads the dictionary, so that the first question need not wait for it.
pub(super) fn warm_up() {
    LazyLock::force(&JIEBA);
    normalize_chars("預熱");
}

/// Whether the dictionary has a word as one.
pub(super) fn is_in_dictionary(word: &str) -> bool {
    JIEBA.has_word(word)
}

/// The kind of tokens that Han characters are cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Every two neighbours; a run's last character stands alone as well, so that each character begins some term, and
    /// so does what a code is made of. Positions count characters, blanks between Han characters do not, so phrases are
    /// exact; marks keep words apart.
    Bigrams,
    /// What is asked of [`TokenKind::Bigrams`]: every two neighbours, and a character alone only where it stands alone.
    Pairs,
    /// Words of the dictionary, as they are asked for.
    Words,
    /// Words as they are indexed: of a code, what it is made of as well, so that `7805` finds `W7805`.
    IndexedWords,
    /// Every character by itself. Too common to find by, but a fine judge between what was found: measured, it knows
    /// names in other word order and words with a character between.
    Chars,
}

impl TokenKind {
    /// The name the analysis is registered under.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bigrams => "bigrams",
            Self::Pairs => "pairs",
            Self::Words | Self::IndexedWords => "words",
            Self::Chars => "chars",
        }
    }

    /// Cuts a text. Offsets are bytes of the text as given.
    pub(super) fn tokens(self, text: &str) -> Vec<Token> {
        let text = NormalizedText::of(text);
        let pieces = self.pieces(&text);
        let token = |piece: &TokenSpan| {
            let mut token = Token::default();
            text.fill(piece, &mut token);
            token
        };
        pieces.iter().map(token).collect()
    }

    /// Hands on the tokens one after the other, in the same place: for long texts, where few of them matter.
    pub(super) fn each_token(self, text: &str, mut visit: impl FnMut(&Token)) {
        let text = NormalizedText::of(text);
        let mut token = Token::default();
        for piece in self.pieces(&text) {
            text.fill(&piece, &mut token);
            visit(&token);
        }
    }

    fn pieces(self, text: &NormalizedText) -> Vec<TokenSpan> {
        let mut tokens = TokenCollector::over(text, matches!(self, Self::Bigrams | Self::IndexedWords));
        for run in text.runs() {
            match run {
                CharRun::Mark(distance) => tokens.position += distance,
                CharRun::Han(range) => match self {
                    Self::Bigrams => tokens.bigrams(range.clone(), range.end),
                    Self::Pairs => tokens.bigrams(range.clone(), range.end.saturating_sub(1).max(range.start + 1)),
                    Self::Words | Self::IndexedWords => tokens.words(range),
                    Self::Chars => tokens.chars(range),
                },
                CharRun::Other(parts) => tokens.code(&parts),
            }
        }
        tokens.done
    }
}

/// A term of a text: which of its characters, and where it counts. Terms are spelled out only when they are asked for;
/// a text has as many as characters.
#[derive(Debug, Clone, Copy)]
struct TokenSpan {
    from: usize,
    to: usize,
    position: usize,
    /// Connectors inside are left out.
    is_whole_code: bool,
}

/// A normalized text without the blanks between Han characters.
struct NormalizedText {
    chars: Vec<NormalizedChar>,
    /// Whether a blank stood before the character.
    spaced: Vec<bool>,
}

/// A stretch of a text that is cut in one way.
enum CharRun {
    Han(Range<usize>),
    /// Words joined by connectors: `S7-1200`.
    Other(Vec<Range<usize>>),
    /// What keeps the words on both sides apart, and how far.
    Mark(usize),
}

impl NormalizedText {
    fn of(text: &str) -> Self {
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

    fn runs(&self) -> Vec<CharRun> {
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
    fn fill(&self, piece: &TokenSpan, token: &mut Token) {
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

    fn char(&self, at: usize) -> Option<char> {
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
    fn is_negative(&self, start: usize) -> bool {
        let before = |steps: usize| start.checked_sub(steps).and_then(|at| self.char(at));
        let is_number = self.char(start).is_some_and(char::is_numeric);
        is_number && before(1).is_some_and(is_minus) && !before(2).is_some_and(|char| is_word(char) || is_minus(char))
    }

    /// The runs of letters and of digits of a word.
    fn runs_of(&self, word: Range<usize>) -> Vec<Range<usize>> {
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
    fn pieces(&self, run: Range<usize>) -> Vec<Range<usize>> {
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

/// How far apart a character keeps the words on both sides; a blank or a sign between them does not.
fn distance(char: char) -> Option<usize> {
    match char {
        '。' | '!' | '?' | ';' => Some(SENTENCE),
        ',' | '、' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '《' | '》' | '【' | '】' | '「' | '」'
        | '“' | '”' | '‘' | '’' | '"' | '\'' | '|' | '·' | '…' | '—' | '=' => Some(COMMA),
        _ => None,
    }
}

/// Collects the terms of one text.
struct TokenCollector<'a> {
    text: &'a NormalizedText,
    /// A text to be indexed, in which all is kept that may be asked for.
    is_indexed: bool,
    position: usize,
    done: Vec<TokenSpan>,
}

impl<'a> TokenCollector<'a> {
    fn over(text: &'a NormalizedText, is_indexed: bool) -> Self {
        Self {
            text,
            is_indexed,
            position: 0,
            done: Vec::with_capacity(text.chars.len()),
        }
    }

    fn push(&mut self, range: Range<usize>, position: usize) {
        if !range.is_empty() {
            self.done.push(TokenSpan {
                from: range.start,
                to: range.end,
                position,
                is_whole_code: false,
            });
        }
    }

    fn bigrams(&mut self, run: Range<usize>, last_start: usize) {
        for start in run.start..last_start {
            let end = run.end.min(start + 2);
            self.push(start..end, self.position + start - run.start);
        }
        self.position += run.len();
    }

    fn chars(&mut self, run: Range<usize>) {
        for at in run {
            self.push(at..at + 1, self.position);
            self.position += 1;
        }
    }

    fn words(&mut self, run: Range<usize>) {
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
    fn code(&mut self, parts: &[Range<usize>]) {
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

/// The tokenizer of a field, as tantivy calls it.
#[derive(Debug, Clone)]
pub(super) struct FieldTokenizer(pub(super) TokenKind);

impl Tokenizer for FieldTokenizer {
    type TokenStream<'a> = TokenizedText;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TokenizedText {
        #[cfg(test)]
        assert!(
            !text.contains(super::tests::BREAKS),
            "as a text does that nobody foresaw"
        );
        let text = NormalizedText::of(text);
        let mut coming = self.0.pieces(&text);
        // The texts of one resource stand behind one another; what ends one and what begins the next is not together.
        for piece in &mut coming {
            piece.position += SENTENCE;
        }
        TokenizedText {
            coming: coming.into_iter(),
            text,
            current: Token::default(),
        }
    }
}

/// The tokens of a text, one after the other.
pub(super) struct TokenizedText {
    text: NormalizedText,
    coming: std::vec::IntoIter<TokenSpan>,
    current: Token,
}

impl TokenStream for TokenizedText {
    fn advance(&mut self) -> bool {
        let Some(piece) = self.coming.next() else { return false };
        self.text.fill(&piece, &mut self.current);
        true
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(cut: TokenKind, text: &str) -> Vec<String> {
        cut.tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn han_runs_become_bigrams_and_a_last_character() {
        assert_eq!(cut(TokenKind::Bigrams, "台阶轴"), ["台阶", "阶轴", "轴"]);
        assert_eq!(cut(TokenKind::Bigrams, "轴"), ["轴"]);
    }

    #[test]
    fn blanks_between_han_characters_do_not_count() {
        assert_eq!(cut(TokenKind::Bigrams, "数 控\n车"), ["数控", "控车", "车"]);
        assert_eq!(cut(TokenKind::Words, "电 动 机"), ["电动机"]);
        assert_eq!(
            cut(TokenKind::Words, "任务一 台阶轴"),
            cut(TokenKind::Words, "任务一，台阶轴")
        );
    }

    #[test]
    fn codes_are_kept_whole_and_in_parts() {
        assert_eq!(cut(TokenKind::Words, "S7-1200"), ["s71200", "s7", "1200"]);
        assert_eq!(cut(TokenKind::Bigrams, "0403-3"), ["04033", "0403", "3"]);
        assert_eq!(cut(TokenKind::Words, "G71"), ["g71"]);
        assert_eq!(cut(TokenKind::Words, "C++ and C#"), ["c++", "and", "c#"]);
        assert_eq!(cut(TokenKind::Words, "S7 - 1200"), ["s7", "1200"]);
        assert_eq!(cut(TokenKind::Words, "co-building"), ["co", "building"]);
    }

    #[test]
    fn offsets_point_into_the_text_as_written() {
        let text = "＜數控 车床＞5㎜";

        let stretches: Vec<&str> = TokenKind::Bigrams
            .tokens(text)
            .iter()
            .map(|token| &text[token.offset_from..token.offset_to])
            .collect();

        assert_eq!(stretches, ["數控", "控 车", "车床", "床", "5㎜", "㎜"]);
    }

    #[test]
    fn positions_count_characters() {
        let positions: Vec<usize> = TokenKind::Bigrams
            .tokens("电机PLC控制")
            .iter()
            .map(|token| token.position)
            .collect();
        assert_eq!(positions, [0, 1, 2, 3, 4]);
    }

    /// Who asked for 7805 did not find the page that says W7805.
    #[test]
    fn what_a_code_is_made_of_is_indexed_and_not_asked_for() {
        assert_eq!(cut(TokenKind::Bigrams, "W7805"), ["w7805", "7805"]);
        assert_eq!(
            cut(TokenKind::IndexedWords, "DC24V"),
            ["dc24v", "dc", "dc24", "24", "24v"]
        );
        assert_eq!(cut(TokenKind::Words, "DC24V"), ["dc24v"]);
        assert_eq!(cut(TokenKind::Bigrams, &"a1".repeat(9)).len(), 1);
    }

    #[test]
    fn a_minus_before_a_number_is_part_of_it() {
        assert_eq!(cut(TokenKind::Words, "-5℃"), ["-5", "c"]);
        assert_eq!(cut(TokenKind::Words, "－0.021"), ["-0.021", "-0", "021"]);
        assert_eq!(cut(TokenKind::Bigrams, "到\u{2212}5"), ["到", "-5", "5"]);
        assert_eq!(cut(TokenKind::Words, "0403-3"), ["04033", "0403", "3"]);
    }

    #[test]
    fn marks_keep_words_apart() {
        let positions = |text: &str| -> Vec<usize> {
            TokenKind::Pairs
                .tokens(text)
                .iter()
                .map(|token| token.position)
                .collect()
        };
        assert_eq!(positions("PLC，控制。电机"), [0, 2, 8]);
        assert_eq!(positions("PLC 控制"), [0, 1]);
    }

    #[test]
    fn whatever_is_typed_is_cut() {
        for text in [
            "",
            "\0\u{1}",
            "？？！",
            "🙂👨‍👩‍👧",
            &"a".repeat(10_000),
            &"轴".repeat(10_000),
        ] {
            cut(TokenKind::Bigrams, text);
            cut(TokenKind::Words, text);
        }
    }
}
