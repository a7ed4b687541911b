//! Highlighted text, with the found words marked: the only HTML that pages take ready-made.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use askama::filters::{self, Html};

const OPEN: &str = "<mark>";
const CLOSE: &str = "</mark>";

/// Escaped text in which `<mark>…</mark>` stands around what was searched for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Highlighted(String);

impl Highlighted {
    /// Takes what the index made: escaped text with marks.
    ///
    /// Whatever else turns up is shown as text instead of being run, so a fault in the index is ugly and never a hole.
    pub fn from_index(html: &str) -> Self {
        let without_marks = html.replace(OPEN, "").replace(CLOSE, "");
        if without_marks.contains(['<', '>']) {
            return Self::plain(html);
        }
        Self(html.to_owned())
    }

    /// Escapes plain text.
    pub fn plain(text: &str) -> Self {
        Self(filters::escape(text, Html).map_or_else(|never| match never {}, |escaped| escaped.to_string()))
    }

    /// A stretch of a text with its marks; both are bytes of the text, the marks in order.
    pub fn stretch(text: &str, stretch: Range<usize>, marks: &[Range<usize>]) -> Self {
        let mut html = String::new();
        let mut at = stretch.start;
        for mark in marks {
            let (start, end) = (mark.start.max(at), mark.end.min(stretch.end));
            if start < end {
                html = html + &Self::plain(&text[at..start]).0 + OPEN + &Self::plain(&text[start..end]).0 + CLOSE;
                at = end;
            }
        }
        Self(html + &Self::plain(&text[at..stretch.end]).0)
    }

    /// The parts of a text between some sign, each with its marks; a mark over a border goes on behind it.
    pub fn split(text: &str, sign: char, marks: &[Range<usize>]) -> Vec<Self> {
        Self::split_within(text, 0..text.len(), sign, marks)
    }

    /// The parts of a stretch of a text.
    pub fn split_within(text: &str, stretch: Range<usize>, sign: char, marks: &[Range<usize>]) -> Vec<Self> {
        let borders = parts(text, stretch, sign);
        borders.map(|part| Self::stretch(text, part, marks)).collect()
    }

    /// The text without marks, for where nothing can be marked.
    pub fn text(&self) -> String {
        let text = self.0.replace(OPEN, "").replace(CLOSE, "");
        // In one pass, so that what was an escaped escape stays one. What cannot be read was made by nobody here.
        let plain = quick_xml::escape::unescape(&text).map(Cow::into_owned);
        plain.unwrap_or(text)
    }
}

/// The parts of a stretch of a text between some sign, as bytes of the text.
pub fn parts(text: &str, stretch: Range<usize>, sign: char) -> impl Iterator<Item = Range<usize>> {
    let mut at = stretch.start;
    text[stretch].split(sign).map(move |part| {
        let here = at..at + part.len();
        at = here.end + sign.len_utf8();
        here
    })
}

impl fmt::Display for Highlighted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl filters::HtmlSafe for Highlighted {}

#[cfg(test)]
mod tests {
    use super::Highlighted;

    #[test]
    fn only_marks_pass_as_html() {
        let html = |text| Highlighted::from_index(text).to_string();

        assert_eq!(
            html("学习<mark>星三角</mark>启动 &amp; 停止"),
            "学习<mark>星三角</mark>启动 &amp; 停止"
        );
        assert!(!html("<script>alert(1)</script>").contains("<script"));
        assert!(!html("<mark onclick=x>a</mark>").contains("<mark onclick"));
    }

    #[test]
    fn a_mark_over_a_lines_end_goes_on_in_the_next() {
        let text = "一星\n三角<启动";
        let mark = 3..text.find('<').unwrap();

        let lines: Vec<String> = Highlighted::split(text, '\n', std::slice::from_ref(&mark))
            .iter()
            .map(Highlighted::to_string)
            .collect();

        assert_eq!(lines, ["一<mark>星</mark>", "<mark>三角</mark>&#60;启动"]);
    }

    #[test]
    fn the_text_is_what_was_written() {
        let written = "a <b> & \"c\" 'd' &lt; &amp;lt;";

        assert_eq!(Highlighted::plain(written).text(), written);
        assert_eq!(
            Highlighted::from_index("学<mark>星三角</mark> &amp;lt; &lt;").text(),
            "学星三角 &lt; <"
        );
    }
}
