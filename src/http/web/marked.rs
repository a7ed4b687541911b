//! Text with the found words marked: the only HTML that pages take ready-made.

use std::borrow::Cow;
use std::fmt;

use askama::filters::{self, Html};

const OPEN: &str = "<mark>";
const CLOSE: &str = "</mark>";

/// Escaped text in which `<mark>…</mark>` stands around what was searched for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked(String);

impl Marked {
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

    /// The text without marks, for where nothing can be marked.
    pub fn text(&self) -> String {
        let text = self.0.replace(OPEN, "").replace(CLOSE, "");
        // In one pass, so that what was an escaped escape stays one. What cannot be read was made by nobody here.
        let plain = quick_xml::escape::unescape(&text).map(Cow::into_owned);
        plain.unwrap_or(text)
    }
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl filters::HtmlSafe for Marked {}

#[cfg(test)]
mod tests {
    use super::Marked;

    #[test]
    fn only_marks_pass_as_html() {
        let html = |text| Marked::from_index(text).to_string();

        assert_eq!(
            html("学习<mark>星三角</mark>启动 &amp; 停止"),
            "学习<mark>星三角</mark>启动 &amp; 停止"
        );
        assert!(!html("<script>alert(1)</script>").contains("<script"));
        assert!(!html("<mark onclick=x>a</mark>").contains("<mark onclick"));
    }

    #[test]
    fn the_text_is_what_was_written() {
        let written = "a <b> & \"c\" 'd' &lt; &amp;lt;";

        assert_eq!(Marked::plain(written).text(), written);
        assert_eq!(
            Marked::from_index("学<mark>星三角</mark> &amp;lt; &lt;").text(),
            "学星三角 &lt; <"
        );
    }
}
