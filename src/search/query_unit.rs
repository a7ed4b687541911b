//! Query units: what was typed without a blank, and what it takes to hold it.
//!
//! A unit is held where it stands unbroken, in its one spelling or with another name in the place of its own; or where
//! words stand that it can be cut into, each unbroken and of two and more characters. A single character never stands for
//! a word that it was cut from: 上料 is not 料. What the dictionary leaves alone stays with its neighbour: 正反转 is 正 with
//! 反转, and 故障码 is held as a whole or not at all.

use std::ops::Range;

use tantivy::tokenizer::Token;

use super::normalize::{lone_han, normalize};
use super::optional_filters::kinds_in;
use super::query::{ParsedQuery, QueryPart, is_filler, is_question, is_question_word, joins};
use super::synonyms::{Alternatives, Synonyms};
use super::tokenize::TokenKind;

/// The most ways to write a unit with other names.
const MOST_WAYS: usize = 24;
/// The most words that a unit is cut into; longer ones are held as a whole or near.
const MOST_WORDS: usize = 12;

/// A unit of a query: what was typed without a blank.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct QueryUnit {
    /// As it was typed, normalized.
    pub(super) text: String,
    /// The same with other names in the place of its own.
    pub(super) others: Vec<String>,
    /// The ways to cut it into words; none where it is one word.
    pub(super) cuts: Vec<Vec<Word>>,
    /// The code of the type that it is a word for.
    pub(super) kind: Option<&'static str>,
}

/// A word of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The word, normalized.
    pub(super) text: String,
    /// What it may be called instead.
    pub(super) others: Vec<String>,
    /// It names a school, a course and the like, which stands beside a text as well as in it.
    pub(super) is_name: bool,
    /// The code of the type that it names.
    pub(super) kind: Option<&'static str>,
}

impl Word {
    /// A word that is nothing else.
    pub(super) fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            others: Vec::new(),
            is_name: false,
            kind: None,
        }
    }
}

/// The units that a question asks for outside of quotes. `names`: what the library has a name for.
pub(super) fn query_units(parsed: &ParsedQuery, synonyms: &Synonyms, names: &[String]) -> Vec<QueryUnit> {
    let is_question = is_question(&parsed.text());
    let mut query_units: Vec<QueryUnit> = Vec::new();
    for text in texts(parsed, synonyms) {
        let unit = QueryUnit::of(text, synonyms, names, is_question);
        if query_units.iter().all(|known| known.text != unit.text) {
            query_units.push(unit);
        }
    }
    let is_telling = |unit: &QueryUnit| !is_filler(TokenKind::Words, &unit.text) && !is_question_word(&unit.text);
    if query_units.iter().any(is_telling) {
        query_units.retain(is_telling);
    }
    query_units
}

/// What stands between blanks, normalized: a row of single characters is letter-spacing, and a name may have a blank inside.
fn texts(parsed: &ParsedQuery, synonyms: &Synonyms) -> Vec<String> {
    let parts = parsed.wanted.iter().filter_map(|part| match part {
        QueryPart::Text(text) => Some(normalize(text)),
        QueryPart::Phrase(_) => None,
    });
    let mut texts: Vec<String> = Vec::new();
    let mut last_was_single = false;
    for part in parts {
        let is_single = lone_han(&part).is_some();
        match texts.last_mut() {
            Some(last) if is_single && last_was_single => last.push_str(&part),
            Some(last) if synonyms.knows(&format!("{last} {part}")) => *last = format!("{last} {part}"),
            _ => texts.push(part),
        }
        last_was_single = is_single;
    }
    texts.retain(|text| !TokenKind::Pairs.tokens(text).is_empty());
    texts
}

impl QueryUnit {
    fn of(text: String, synonyms: &Synonyms, names: &[String], is_question: bool) -> Self {
        let named = synonyms.in_text(&text);
        let kinds = kinds_in(&text);
        let is_kind = |(word, _): &&(&str, &'static str)| *word == text;
        Self {
            others: with_other_names(&text, &named),
            cuts: cuts(&text, &stretches(&text, &named, &kinds, names), is_question),
            kind: kinds.iter().find(is_kind).map(|(_, code)| *code),
            text,
        }
    }

    /// Its words by the first way to cut it; none where it is one word.
    pub(super) fn words(&self) -> Vec<String> {
        let first = self.cuts.first().into_iter().flatten();
        first.map(|word| word.text.clone()).collect()
    }
}

/// A text with each of its names in its other ways.
fn with_other_names(text: &str, named: &[Alternatives]) -> Vec<String> {
    let mut ways = vec![text.to_owned()];
    for Alternatives { typed, others } in named {
        let others = others.iter().map(|other| normalize(other));
        let more: Vec<String> = others
            .flat_map(|other| {
                ways.iter()
                    .map(move |way| way.replacen(typed, &other, 1))
                    .collect::<Vec<_>>()
            })
            .collect();
        ways.extend(more);
        ways.truncate(MOST_WAYS);
    }
    ways.split_off(1)
}

/// The stretches of a text that are one word whatever the dictionary says.
fn stretches(
    text: &str,
    named: &[Alternatives],
    kinds: &[(&'static str, &'static str)],
    names: &[String],
) -> Vec<(Range<usize>, Word)> {
    let mut found: Vec<(Range<usize>, Word)> = Vec::new();
    let mut add = |word: Word| {
        if let Some(start) = text.find(&word.text) {
            found.push((start..start + word.text.len(), word));
        }
    };
    for name in names {
        add(Word {
            is_name: true,
            ..Word::plain(name)
        });
    }
    for Alternatives { typed, others } in named {
        add(Word {
            others: others.clone(),
            ..Word::plain(typed)
        });
    }
    // A type is what the rest is wanted as: 台阶轴工作页. In the middle it is what the rest is about: 动画制作.
    for (word, code) in kinds.iter().filter(|(word, _)| text.ends_with(word)) {
        add(Word {
            kind: Some(code),
            ..Word::plain(word)
        });
    }
    found
}

/// The ways to cut a text into words: single characters with what follows them, or with what they follow.
fn cuts(text: &str, stretches: &[(Range<usize>, Word)], is_question: bool) -> Vec<Vec<Word>> {
    let words = words(text, stretches, is_question);
    let mut cuts: Vec<Vec<Word>> = Vec::new();
    for follows in [true, false] {
        let mut cut = joined(&words, follows);
        cut.truncate(MOST_WORDS + 1);
        let is_one = cut.len() == 1 && cut[0].text == text;
        if !is_one && (1..=MOST_WORDS).contains(&cut.len()) && !cuts.contains(&cut) {
            cuts.push(cut);
        }
    }
    cuts
}

/// The words of a text without those that only ask or join; `None` marks a place where one was left out.
fn words(text: &str, stretches: &[(Range<usize>, Word)], is_question: bool) -> Vec<Option<Word>> {
    let tokens = TokenKind::Words.tokens(text);
    let mut words: Vec<Option<Word>> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let start = tokens[at].offset_from;
        let whole = |range: &Range<usize>| {
            let ends = |token: &Token| token.offset_to == range.end;
            range.start == start && tokens[at..].iter().any(ends)
        };
        let stretch = stretches.iter().filter(|(range, _)| whole(range));
        let (word, end) = match stretch.max_by_key(|(range, _)| range.len()) {
            Some((range, word)) => (with_all_names(stretches, range, word), range.end),
            None => (Word::plain(&tokens[at].text), tokens[at].offset_to),
        };
        let is_inside = !words.is_empty() && end < text.len();
        let may_be_left = is_question && is_question_word(&word.text) || is_inside && joins(&word.text);
        words.push((!may_be_left).then_some(word));
        let taken = tokens[at..].iter().take_while(|token| token.offset_from < end);
        at += taken.count().max(1);
    }
    if is_question {
        leave_out_frame(&mut words);
    }
    words
}

/// Leaves out what goes with a word that was left out and names nothing either: 是 of 什么是跳表, 有 of 有哪些.
fn leave_out_frame(words: &mut [Option<Word>]) {
    let is_frame = |word: &Option<Word>| {
        word.as_ref()
            .is_some_and(|word| is_filler(TokenKind::Words, &word.text))
    };
    for at in 1..words.len() {
        if words[at - 1].is_none() && is_frame(&words[at]) {
            words[at] = None;
        }
    }
    for at in (1..words.len()).rev() {
        if words[at].is_none() && is_frame(&words[at - 1]) {
            words[at - 1] = None;
        }
    }
}

/// Words of two and more characters: a row of single ones is a word that the dictionary does not know, and a single one
/// belongs to the word behind it or before it.
fn joined(words: &[Option<Word>], follows: bool) -> Vec<Word> {
    let is_single = |word: &Word| word.text.chars().count() == 1;
    let mut all: Vec<Word> = Vec::new();
    for stretch in words.split(Option::is_none) {
        let mut cut: Vec<Word> = Vec::new();
        for word in stretch.iter().flatten() {
            match cut.last_mut() {
                Some(last) if is_single(last) || (!follows && is_single(word)) => {
                    *last = Word::plain(&format!("{}{}", last.text, word.text));
                }
                _ => cut.push(word.clone()),
            }
        }
        // One at the end has nothing behind it.
        if follows && cut.len() > 1 && cut.last().is_some_and(is_single) {
            let last = cut.pop().map(|word| word.text).unwrap_or_default();
            if let Some(before) = cut.last_mut() {
                *before = Word::plain(&format!("{}{last}", before.text));
            }
        }
        all.extend(cut);
    }
    if all.iter().any(is_single) {
        return Vec::new();
    }
    let mut once: Vec<Word> = Vec::new();
    for word in all {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    once
}

/// A stretch may be a name of a type, and have other names as well.
fn with_all_names(stretches: &[(Range<usize>, Word)], range: &Range<usize>, word: &Word) -> Word {
    let same = stretches.iter().filter(|(other, _)| other == range);
    same.fold(word.clone(), |word, (_, other)| Word {
        others: if word.others.is_empty() {
            other.others.clone()
        } else {
            word.others
        },
        is_name: word.is_name || other.is_name,
        kind: word.kind.or(other.kind),
        text: word.text,
    })
}

#[cfg(test)]
mod tests {
    use super::super::query::parse;
    use super::*;

    fn read(text: &str) -> Vec<(String, Vec<String>)> {
        let synonyms = Synonyms::parse("启动 = 起动\n可编程控制器 = PLC = Programmable Controller");
        let query_units = query_units(&parse(text), &synonyms, &[]);
        query_units
            .iter()
            .map(|unit| (unit.text.clone(), unit.words()))
            .collect()
    }

    fn one(text: &str, words: &[&str]) -> Vec<(String, Vec<String>)> {
        vec![(text.to_owned(), words.iter().map(|word| (*word).to_owned()).collect())]
    }

    /// 上料 found everything there was: 上 says nothing, and 料 stands everywhere.
    #[test]
    fn no_single_character_stands_for_a_word() {
        for text in ["上料", "和面", "与门", "对刀", "故障码", "电压法", "启动机", "从动"] {
            assert_eq!(read(text), one(text, &[]), "{text}");
        }
        assert_eq!(read("轴"), one("轴", &[]));
    }

    #[test]
    fn a_thing_is_cut_into_its_words() {
        assert_eq!(read("电动机正反转"), one("电动机正反转", &["电动机", "正反转"]));
        assert_eq!(read("学习环节"), one("学习环节", &["学习", "环节"]));
        assert_eq!(read("电动机的正反转"), one("电动机的正反转", &["电动机", "正反转"]));
        assert_eq!(
            read("怎么判断电动机缺相"),
            one("怎么判断电动机缺相", &["判断", "电动机", "缺相"])
        );
        assert_eq!(read("降压启动"), one("降压启动", &["降压", "启动"]));
    }

    /// 什么是跳表 asked for 是跳表, which stands nowhere.
    #[test]
    fn what_goes_with_a_question_word_is_not_asked_for() {
        assert_eq!(read("什么是跳表？"), one("什么是跳表?", &["跳表"]));
        assert_eq!(
            read("接触器的作用是什么"),
            one("接触器的作用是什么", &["接触器", "作用"])
        );
        assert_eq!(
            read("接触器的作用有哪些？"),
            one("接触器的作用有哪些?", &["接触器", "作用"])
        );
    }

    #[test]
    fn blanks_divide_but_letter_spacing_and_names_do_not() {
        assert_eq!(read("数 控 车"), one("数控车", &[]));
        assert_eq!(read("Programmable Controller").len(), 1);
        assert_eq!(read("电机 和 轴").len(), 2);
    }

    #[test]
    fn other_names_stand_in_the_place_of_its_own() {
        let synonyms = Synonyms::parse("启动 = 起动");
        let query_units = query_units(&parse("启动机"), &synonyms, &[]);
        assert_eq!(query_units[0].others, ["起动机"]);
    }
}
