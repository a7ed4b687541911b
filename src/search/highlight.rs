//! Highlights the words of a question in the text as it was written.
//!
//! Texts are cut for marking as they are cut for finding, and every piece knows its bytes of the original, so marks are
//! right in full width, traditional characters and ligatures too. The output is HTML with nothing in it but `<mark>`.

use std::collections::HashMap;
use std::ops::Range;

use tantivy::tokenizer::Token;

use super::normalize::lone_han;
use super::tokenize::TokenKind;

/// How long a snippet is, in characters.
const SNIPPET_CHARS: usize = 100;
/// How much of it may stand before the first mark.
const LEAD_CHARS: usize = 20;

/// Marks the words of a question in texts.
#[derive(Debug, Clone, Default)]
pub struct Highlighter {
    /// Sorted: they are few, and compared with every pair of a text.
    terms: Vec<String>,
    singles: Vec<char>,
    phrases: Vec<Vec<Token>>,
}

impl Highlighter {
    /// Marks terms as [`TokenKind::Pairs`] yields them, and phrases where they stand to the letter.
    pub(super) fn new<'a>(terms: Vec<String>, phrases: impl Iterator<Item = &'a str>) -> Self {
        let (singles, mut terms): (Vec<String>, Vec<String>) =
            terms.into_iter().partition(|term| lone_han(term).is_some());
        terms.sort_unstable();
        Self {
            terms,
            singles: singles.iter().filter_map(|term| lone_han(term)).collect(),
            phrases: phrases
                .map(|phrase| TokenKind::Pairs.tokens(phrase))
                .filter(|tokens| !tokens.is_empty())
                .collect(),
        }
    }

    /// Highlights a whole text.
    pub(super) fn highlight(&self, text: &str) -> String {
        render(text, 0..text.len(), &self.ranges(text))
    }

    /// The stretch of the text where the marks are densest.
    pub(super) fn snippet(&self, text: &str) -> String {
        let ranges = self.ranges(text);
        let window = densest(text, &ranges);
        let before = if window.start > 0 { "…" } else { "" };
        let after = if window.end < text.len() { "…" } else { "" };
        format!("{before}{}{after}", render(text, window, &ranges))
    }

    /// The bytes to mark: in order, apart from each other.
    pub fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        TokenKind::Bigrams.each_token(text, |token| ranges.extend(self.of_token(text, token)));
        ranges.extend(self.of_phrases(text));
        merged(ranges)
    }

    fn of_token(&self, text: &str, token: &Token) -> Option<Range<usize>> {
        if self.terms.binary_search(&token.text).is_ok() {
            return Some(token.offset_from..token.offset_to);
        }
        let first = token.text.chars().next()?;
        self.singles.contains(&first).then(|| first_char(text, token))
    }

    fn of_phrases(&self, text: &str) -> Vec<Range<usize>> {
        if self.phrases.is_empty() {
            return Vec::new();
        }
        let tokens = TokenKind::Bigrams.tokens(text);
        let mut by_position: HashMap<usize, Vec<&Token>> = HashMap::new();
        for token in &tokens {
            by_position.entry(token.position).or_default().push(token);
        }
        let mut found = Vec::new();
        for phrase in &self.phrases {
            for &start in by_position.keys() {
                found.extend(phrase_at(text, phrase, start, &by_position).into_iter().flatten());
            }
        }
        found
    }
}

/// The bytes of each part of a phrase that begins at a position; `None` if it does not stand there.
fn phrase_at(
    text: &str,
    phrase: &[Token],
    start: usize,
    by_position: &HashMap<usize, Vec<&Token>>,
) -> Option<Vec<Range<usize>>> {
    let part_at = |part: &Token| {
        let here = by_position.get(&(start + part.position))?;
        here.iter().find_map(|token| part_range(text, part, token))
    };
    phrase.iter().map(part_at).collect()
}

fn part_range(text: &str, part: &Token, token: &Token) -> Option<Range<usize>> {
    if token.text == part.text {
        return Some(token.offset_from..token.offset_to);
    }
    // A phrase may end with a character that goes on as a pair in the text.
    let lone = lone_han(&part.text)?;
    token.text.starts_with(lone).then(|| first_char(text, token))
}

fn first_char(text: &str, token: &Token) -> Range<usize> {
    let length = text[token.offset_from..].chars().next().map_or(0, char::len_utf8);
    token.offset_from..token.offset_from + length
}

/// Joins ranges that overlap or touch.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

/// The window with the most marked text in it, beginning a little before the first mark of it.
fn densest(text: &str, ranges: &[Range<usize>]) -> Range<usize> {
    let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let chars = borders.len() - 1;
    if chars <= SNIPPET_CHARS {
        return 0..text.len();
    }
    let at_char = |byte: usize| borders.partition_point(|&border| border < byte);
    let weight = |first: usize| {
        let end = at_char(ranges[first].start) + SNIPPET_CHARS - LEAD_CHARS;
        let inside = ranges[first..].iter().take_while(|range| at_char(range.end) <= end);
        inside.map(ExactSizeIterator::len).sum::<usize>()
    };
    // The first of the best: `max_by_key` would take the last.
    let best = (0..ranges.len()).rev().max_by_key(|&first| weight(first));
    let mark = best.map_or(0, |first| at_char(ranges[first].start));
    let latest = chars - SNIPPET_CHARS;
    let start = sentence_start(text, &borders, mark).min(latest);
    borders[start]..borders[start + SNIPPET_CHARS]
}

/// Where to begin so that the mark is within the lead: at a sentence if one begins there.
fn sentence_start(text: &str, borders: &[usize], mark: usize) -> usize {
    let earliest = mark.saturating_sub(LEAD_CHARS);
    let ends_sentence = |at: usize| text[borders[at]..borders[at + 1]].contains(['。', '！', '？', '；', '\n']);
    (earliest..mark)
        .find(|&at| ends_sentence(at))
        .map_or(earliest, |end| end + 1)
}

/// Writes a stretch of text as HTML with its marks.
pub(super) fn render(text: &str, window: Range<usize>, ranges: &[Range<usize>]) -> String {
    let mut html = String::with_capacity(window.len() + 64);
    let mut at = window.start;
    for range in ranges {
        let (start, end) = (range.start.max(at), range.end.min(window.end));
        if start >= end {
            continue;
        }
        escape(&text[at..start], &mut html);
        html.push_str("<mark>");
        escape(&text[start..end], &mut html);
        html.push_str("</mark>");
        at = end;
    }
    escape(&text[at..window.end], &mut html);
    html
}

fn escape(text: &str, html: &mut String) {
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            char if char.is_control() => html.push(' '),
            char => html.push(char),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::query::telling_terms;
    use super::*;

    fn highlighter(words: &str) -> Highlighter {
        Highlighter::new(telling_terms(TokenKind::Pairs, words), std::iter::empty())
    }

    #[test]
    fn marks_stand_on_the_text_as_written() {
        for (words, text, html) in [
            ("数控车床", "數控車床編程", "<mark>數控車床</mark>編程"),
            ("plc", "三菱ＰＬＣ<b>", "三菱<mark>ＰＬＣ</mark>&lt;b&gt;"),
            ("5mm", "孔径5㎜。", "孔径<mark>5㎜</mark>。"),
            ("file", "a ﬁle & b", "a <mark>ﬁle</mark> &amp; b"),
            ("电机", "电 机，电\n机", "<mark>电 机</mark>，<mark>电 机</mark>"),
            ("轴", "台阶轴与轴承", "台阶<mark>轴</mark>与<mark>轴</mark>承"),
            (
                "S7-1200",
                "S7-1200与S71200",
                "<mark>S7-1200</mark>与<mark>S71200</mark>",
            ),
            ("iv", "第Ⅳ章", "第<mark>Ⅳ</mark>章"),
        ] {
            assert_eq!(highlighter(words).highlight(text), html);
        }
    }

    #[test]
    fn a_phrase_is_marked_only_where_it_stands_whole() {
        let highlighter = Highlighter::new(vec![], ["动机构"].into_iter());
        assert_eq!(
            highlighter.highlight("电动机与发动机构造"),
            "电动机与发<mark>动机构</mark>造"
        );
    }

    #[test]
    fn a_snippet_shows_where_the_words_are_densest() {
        let text = format!(
            "电机{}。先断电，再检查电机正反转控制线路。{}",
            "无".repeat(200),
            "尾".repeat(200)
        );

        let html = highlighter("电机正反转控制").snippet(&text);

        assert!(html.starts_with('…') && html.ends_with('…'), "{html}");
        assert!(html.contains("先断电，再检查<mark>电机正反转控制</mark>线路"), "{html}");
        assert_eq!(
            html.replace("<mark>", "").replace("</mark>", "").chars().count(),
            SNIPPET_CHARS + 2
        );
    }

    #[test]
    fn random_text_never_breaks_and_loses_nothing() {
        let alphabet: Vec<char> = "电机轴数控 \n<&\"ＰＬ㎜Ⅳﬁé\u{301}🙂-+#.S71車\u{200b}\u{0}。が가𠀀"
            .chars()
            .collect();
        let mut seed = 7_u32;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize % below
        };
        for _ in 0..500 {
            let length = random(300);
            let text: String = (0..length).map(|_| alphabet[random(alphabet.len())]).collect();
            let asked: String = (0..random(8)).map(|_| alphabet[random(alphabet.len())]).collect();
            let highlighter = Highlighter::new(telling_terms(TokenKind::Pairs, &asked), [asked.as_str()].into_iter());

            let html = highlighter.highlight(&text);

            let mut plain = String::new();
            escape(&text, &mut plain);
            assert_eq!(html.replace("<mark>", "").replace("</mark>", ""), plain);
            assert!(!html.contains("</mark><mark>"));
            highlighter.snippet(&text);
        }
    }
}
