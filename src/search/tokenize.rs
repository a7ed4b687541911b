//! Cutting text into terms: character bigrams and dictionary words of Chinese, whole words and codes of the rest.
//!
//! The bigrams are the safety net: every stretch of two or more Han characters of a text can be found through them,
//! whatever the dictionary thinks. The words are the better judges of what a text is about. Measured together they beat
//! either alone, so every text is indexed with both.

use std::sync::LazyLock;

use jieba_rs::Jieba;
use tantivy::tokenizer::Token;

use super::normalize::normalize_chars;

mod field_tokenizer;
mod normalized_text;
mod token_collector;

pub(super) use self::field_tokenizer::FieldTokenizer;
use self::normalized_text::{CharRun, NormalizedText};
use self::token_collector::TokenCollector;

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
