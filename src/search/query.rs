//! Query parser: words, phrases and exclusions of what a person typed.
//!
//! Words are all wanted, `"a phrase"` is wanted to the letter, `-word` and `-"a phrase"` are not wanted, `-5` is a number.
//! Anything else is text. Only straight quotes are operators, full-width ones included: Chinese prose is full of “these”.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::tokenize::TokenKind;

/// What is read of a question. Longer ones are pasted by accident.
const LONGEST_QUESTION: usize = 200;
/// Terms beyond this add time and no meaning.
const MOST_TERMS: usize = 64;

/// A question taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ParsedQuery {
    /// What is wanted, in the order typed.
    pub(super) wanted: Vec<QueryPart>,
    /// What is not wanted, each to the letter.
    pub(super) excluded: Vec<String>,
}

/// A part of what is wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum QueryPart {
    /// Text without a blank.
    Text(String),
    /// Text between quotes.
    Phrase(String),
}

impl ParsedQuery {
    /// All wanted text in one.
    pub(super) fn text(&self) -> String {
        let parts: Vec<&str> = self.wanted.iter().map(QueryPart::as_str).collect();
        parts.join(" ")
    }
}

impl QueryPart {
    /// The text of the part.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Phrase(text) => text,
        }
    }
}

/// Takes a question apart. There is no wrong question.
pub(super) fn parse(text: &str) -> ParsedQuery {
    let chars: Vec<char> = text.chars().map(plain).take(LONGEST_QUESTION).collect();
    let mut parsed = ParsedQuery::default();
    let mut at = 0;
    while let Some(&char) = chars.get(at) {
        if char.is_whitespace() {
            at += 1;
            continue;
        }
        // A minus before a digit is part of a number: `-5℃`.
        let excludes = char == '-'
            && chars
                .get(at + 1)
                .is_some_and(|next| !next.is_whitespace() && *next != '-' && !next.is_numeric());
        let start = at + usize::from(excludes);
        let (part, end) = part_at(&chars, start);
        at = end;
        match part {
            Some(part) if excludes => parsed.excluded.push(part.as_str().to_owned()),
            Some(part) => parsed.wanted.push(part),
            None => {}
        }
    }
    parsed
}

/// Operators in full width mean the same; control characters are blanks.
fn plain(char: char) -> char {
    match char {
        '＂' => '"',
        '－' => '-',
        char if char.is_control() => ' ',
        char => char,
    }
}

/// The part that begins here, and where the next may begin.
fn part_at(chars: &[char], start: usize) -> (Option<QueryPart>, usize) {
    let find = |from: usize, wanted: &dyn Fn(char) -> bool| {
        chars
            .iter()
            .skip(from)
            .position(|&char| wanted(char))
            .map(|offset| from + offset)
    };
    let text = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
    if chars.get(start) == Some(&'"') {
        // A quote that is never closed is just a character.
        return match find(start + 1, &|char| char == '"') {
            Some(end) => (non_empty(text(start + 1, end)).map(QueryPart::Phrase), end + 1),
            None => (None, start + 1),
        };
    }
    let end = find(start, &|char| char == '"' || char.is_whitespace()).unwrap_or(chars.len());
    (non_empty(text(start, end)).map(QueryPart::Text), end)
}

fn non_empty(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}

/// The terms of a text that say what it is about, each once. A text of question words only keeps them all.
pub(super) fn telling_terms(cut: TokenKind, text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut terms: Vec<String> = cut.tokens(text).into_iter().map(|token| token.text).collect();
    terms.retain(|term| seen.insert(term.clone()));
    let telling: Vec<String> = terms.iter().filter(|term| !is_filler(cut, term)).cloned().collect();
    let mut kept = if telling.is_empty() { terms } else { telling };
    kept.truncate(MOST_TERMS);
    kept
}

/// Whether a term asks or joins, and names nothing.
pub(super) fn is_filler(cut: TokenKind, term: &str) -> bool {
    let two_or_less = || term.chars().count() <= 2;
    FILLERS.contains(term) || (cut == TokenKind::Pairs && two_or_less() && term.contains(PARTICLES))
}

/// Whether a text is a question to a person rather than to an index.
pub(super) fn is_question(text: &str) -> bool {
    text.contains(['?', '？'])
        || TokenKind::Words
            .tokens(text)
            .iter()
            .any(|word| QUESTION_WORDS.contains(&word.text.as_str()))
}

/// Whether a word only asks, or calls.
pub(super) fn is_question_word(word: &str) -> bool {
    QUESTION_WORDS.contains(&word) || word.chars().all(|char| PARTICLES.contains(&char))
}

/// Whether a character joins two words, and may stand between them or not: 电动机的正反转.
pub(super) fn joins(word: &str) -> bool {
    ["的", "和", "与", "及", "或", "之"].contains(&word)
}

const QUESTION_WORDS: [&str; 22] = [
    "什么",
    "怎么",
    "怎样",
    "怎么办",
    "如何",
    "为什么",
    "为何",
    "哪",
    "哪个",
    "哪些",
    "哪里",
    "谁",
    "何",
    "几",
    "几个",
    "多少",
    "多久",
    "多大",
    "是否",
    "吗",
    "呢",
    "请问",
];

/// Characters that make any pair they stand in say nothing.
pub(super) const PARTICLES: [char; 10] = ['的', '了', '吗', '呢', '吧', '啊', '么', '哪', '谁', '嘛'];

/// Words that ask or join, and name nothing. They are dropped from questions only; texts keep them.
static FILLERS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "的 了 和 是 就 都 而 及 与 着 或 一个 没有 我们 你们 他们 这 那 在 上 中 下 对 为 以 于 之 其 也 有 被 把 从 到 将 并 等 但 \
     吗 呢 吧 啊 嘛 什么 哪 哪些 哪个 哪里 怎么 怎样 怎么办 如何 为什么 是否 可以 请问 谁 何 多少 时候 因为 所以 如果 由 给 向 \
     会 能 可 不 很 个 些 种 者 该 此 所 又 还 更 最 只 若 则 a an the of to in on for and or is are how what"
        .split_whitespace()
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> QueryPart {
        QueryPart::Text(text.to_owned())
    }

    fn phrase(text: &str) -> QueryPart {
        QueryPart::Phrase(text.to_owned())
    }

    #[test]
    fn words_phrases_and_exclusions_are_told_apart() {
        let parsed = parse("电机 \"正反转 控制\"PLC -视频 -\"教学 案例\" S7-1200");

        assert_eq!(
            parsed.wanted,
            [text("电机"), phrase("正反转 控制"), text("PLC"), text("S7-1200")]
        );
        assert_eq!(parsed.excluded, ["视频", "教学 案例"]);
    }

    #[test]
    fn there_is_no_wrong_question() {
        assert_eq!(parse("\"电机").wanted, [text("电机")]);
        assert_eq!(
            parse("-"),
            ParsedQuery {
                wanted: vec![text("-")],
                excluded: vec![]
            }
        );
        assert_eq!(parse("\"\" \u{0}\u{7} "), ParsedQuery::default());
        assert_eq!(parse("＂全角＂ －词").excluded, ["词"]);
        assert_eq!(parse("-5℃ －0.021").wanted, [text("-5℃"), text("-0.021")]);
        assert_eq!(parse("“弯引号”").wanted, [text("“弯引号”")]);
        assert_eq!(parse(&"长".repeat(10_000)).text().chars().count(), LONGEST_QUESTION);
    }

    #[test]
    fn question_words_say_nothing() {
        assert_eq!(
            telling_terms(TokenKind::Words, "怎么判断电动机的好坏吗"),
            ["判断", "电动机", "好坏"]
        );
        assert_eq!(telling_terms(TokenKind::Words, "的了吗"), ["的", "了", "吗"]);
        assert_eq!(telling_terms(TokenKind::Pairs, "台阶轴的PLC"), ["台阶", "阶轴", "plc"]);
        assert_eq!(telling_terms(TokenKind::Pairs, "轴"), ["轴"]);
    }
}
