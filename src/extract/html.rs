//! Web pages, stripped of their tags in one pass.
//!
//! No tree is built: parsers that build one need 25 s for 100,000 nested `<div>`, and text needs none.

use encoding_rs::{Encoding, WINDOWS_1252};

use super::{
    charset::{self, Decoded},
    error::ExtractResult,
    input::Input,
    limits::HTML_BYTES,
    output::Output,
    section_builder::SectionBuilder,
};

/// Elements whose content is no text. The `title` stays: it is the page's heading.
const SILENT: [&str; 8] = [
    "script",
    "style",
    "noscript",
    "template",
    "annotation",
    "metadata",
    "rt",
    "rp",
];
/// Elements that begin a new paragraph.
const BLOCKS: [&str; 26] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "form",
    "head",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "title",
    "tr",
    "ul",
];
/// How far into a page its own word on its encoding is looked for.
const DECLARATION_BYTES: usize = 1_024;

/// Reads a page.
pub(crate) fn read(input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let bytes = input.head(HTML_BYTES)?;
    out.report.truncated |= input.len() > HTML_BYTES;
    let text = out.decoded(decode(&bytes));
    let mut prose = SectionBuilder::default();
    read_markup(&text, &mut prose, out)?;
    prose.flush(out)
}

/// Decodes a page as it says itself, unless its bytes say otherwise: programs copy the word and save in another encoding.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    let (found, mark) = charset::detect(bytes);
    // What is UTF-8 throughout is nothing else: other encodings find no fault with its bytes and read other words.
    let is_utf8 = mark > 0 || (!bytes.is_ascii() && std::str::from_utf8(bytes).is_ok());
    // Programs write `iso-8859-1` for want of anything better.
    let is_better = |said: &&Encoding| *said != WINDOWS_1252 || found == WINDOWS_1252;
    let believed = declared(bytes)
        .filter(|said| !is_utf8 && is_better(said))
        .map(|said| charset::decode_as(said, bytes));
    match believed {
        Some(decoded) if decoded.encoding == found || decoded.unreadable == 0 => decoded,
        _ => charset::decode_as(found, &bytes[mark..]),
    }
}

/// The encoding that a page names in its head; pages in UTF-16 cannot name any.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION_BYTES)]).to_ascii_lowercase();
    let (_, value) = head.split_once("charset=")?;
    let label: String = value
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    Encoding::for_label(label.as_bytes())
}

/// Sends the text of a page's markup off, paragraph by paragraph.
pub(crate) fn read_markup(markup: &str, prose: &mut SectionBuilder, out: &mut Output<'_>) -> ExtractResult {
    let mut page = HtmlPage {
        prose,
        out,
        text: String::new(),
        is_heading: false,
        has_open_quote: false,
    };
    let mut rest = markup;
    while let Some((text, tagged)) = rest.split_once('<') {
        page.text(text);
        rest = page.tag(tagged)?;
    }
    page.text(rest);
    page.end_paragraph()
}

struct HtmlPage<'a, 'f> {
    prose: &'a mut SectionBuilder,
    out: &'a mut Output<'f>,
    text: String,
    is_heading: bool,
    /// A quote was opened that nothing closes: no tag looks for its end again, or each would read on to the page's end.
    has_open_quote: bool,
}

impl HtmlPage<'_, '_> {
    /// Adds text, with white space as a browser shows it.
    fn text(&mut self, text: &str) {
        for c in htmlize::unescape(text).chars() {
            match c {
                c if !c.is_ascii_whitespace() => self.text.push(c),
                _ if self.text.is_empty() || self.text.ends_with([' ', '\n', '\t']) => {}
                _ => self.text.push(' '),
            }
        }
    }

    /// Acts on a tag and returns what follows it.
    fn tag<'m>(&mut self, tagged: &'m str) -> ExtractResult<&'m str> {
        if let Some(comment) = tagged.strip_prefix("!--") {
            return Ok(after_comment(comment));
        }
        if !tagged.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            // A lone "<" is text: "当 a < b 时".
            self.text.push('<');
            return Ok(tagged);
        }
        let end = self.end_of_tag(tagged);
        let rest = tagged.get(end + 1..).unwrap_or_default();
        let name = name_of(tagged);
        let is_opening = !tagged.starts_with('/');
        if is_opening && SILENT.contains(&name.as_str()) {
            let is_closed = tagged[..end].ends_with('/');
            return Ok(if is_closed { rest } else { after_closing(rest, &name) });
        }
        if is_opening && name == "img" {
            self.describe(&tagged[..end]);
        }
        self.act(&name, is_opening)?;
        Ok(rest)
    }

    /// Says what a picture shows, in its author's words for those who do not see it.
    fn describe(&mut self, tag: &str) {
        let words = attribute(tag, "alt").unwrap_or_default();
        // Programs put the path of the file there.
        if !words.trim().is_empty() && !words.contains(['\\', '/']) {
            self.text.push('\n');
            self.text(words);
            self.text.push('\n');
        }
    }

    fn end_of_tag(&mut self, tagged: &str) -> usize {
        let end = (!self.has_open_quote).then(|| end_outside_quotes(tagged)).flatten();
        end.unwrap_or_else(|| {
            self.has_open_quote = true;
            // Believe the next ">" instead of losing the rest of the page.
            tagged.find('>').unwrap_or(tagged.len())
        })
    }

    fn act(&mut self, name: &str, is_opening: bool) -> ExtractResult {
        match name {
            "br" => self.text.push('\n'),
            // Between cells; a row begins with an empty text.
            "td" | "th" if is_opening && !self.text.is_empty() => self.text.push('\t'),
            "h1" | "h2" | "h3" | "h4" => {
                self.end_paragraph()?;
                self.is_heading = is_opening;
            }
            "h5" | "h6" => self.end_paragraph()?,
            name if BLOCKS.contains(&name) => self.end_paragraph()?,
            _ => {}
        }
        Ok(())
    }

    fn end_paragraph(&mut self) -> ExtractResult {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        if self.is_heading {
            self.prose.heading(text, self.out)
        } else {
            self.prose.paragraph(text, self.out)
        }
    }
}

/// What follows a comment, whose beginning is cut off. Browsers end it at `-->`, at `--!>`, and at once where it begins
/// with `>`; one without end hides the rest.
fn after_comment(comment: &str) -> &str {
    if let Some(rest) = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->")) {
        return rest;
    }
    let mut rest = comment;
    while let Some((_, after)) = rest.split_once("--") {
        if let Some(end) = after.strip_prefix('>').or_else(|| after.strip_prefix("!>")) {
            return end;
        }
        // The second of three dashes may be the first of the two that end it.
        rest = &rest[rest.len() - after.len() - 1..];
    }
    ""
}

/// Where a tag ends. A `>` inside a quoted attribute does not end it; a quote counts behind `=` only (`title=5'6"`).
fn end_outside_quotes(tagged: &str) -> Option<usize> {
    let (mut quote, mut last) = (None, b' ');
    for (at, byte) in tagged.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return Some(at),
            (b'"' | b'\'', None) if last == b'=' => quote = Some(byte),
            (byte, Some(open)) if byte == open => (quote, last) = (None, b' '),
            _ => {}
        }
        if !byte.is_ascii_whitespace() && quote.is_none() {
            last = byte;
        }
    }
    None
}

/// The value of an attribute of a tag, as it is written.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, behind) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after[1..].split_once(quote)?,
            _ => after
                .split_once(|c: char| c.is_ascii_whitespace())
                .unwrap_or((after, "")),
        };
        let key = before
            .trim_end()
            .rsplit(|c: char| c.is_ascii_whitespace() || c == '/')
            .next();
        if key.is_some_and(|key| key.eq_ignore_ascii_case(name)) {
            return Some(value);
        }
        rest = behind;
    }
    None
}

fn name_of(tagged: &str) -> String {
    let name = tagged.trim_start_matches('/');
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    name[..end].to_ascii_lowercase()
}

/// What follows the closing tag of a silent element; the rest of the page is silent if it is never closed.
fn after_closing<'m>(markup: &'m str, name: &str) -> &'m str {
    let mut rest = markup;
    while let Some((_, tagged)) = rest.split_once("</") {
        if name_of(tagged) == name {
            return tagged.split_once('>').map_or("", |(_, rest)| rest);
        }
        rest = tagged;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::{HTML_BYTES, decode, read_markup};
    use crate::{
        domain::passage::Passage,
        extract::{ExtractLimits, output::Output, section_builder::SectionBuilder},
    };

    fn text_of(markup: &str) -> String {
        let mut passages: Vec<Passage> = Vec::new();
        let mut send = |passage| {
            passages.push(passage);
            true
        };
        let mut out = Output::new(&ExtractLimits::default(), &mut send);
        let mut prose = SectionBuilder::default();
        read_markup(markup, &mut prose, &mut out).unwrap();
        prose.flush(&mut out).unwrap();
        passages
            .into_iter()
            .map(|passage| passage.text)
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn a_page_is_read_as_a_browser_shows_it() {
        let page = "<title>安全</title><style>p{color:red}</style><script>if(a<b)alert('x')</script>\
                    <h1>一、<b>断电</b></h1>\n<p title='a>b'>先断电&nbsp;&amp;&#25346;牌<!-- <p> --><br>当 a < b 时</p>";

        assert_eq!(text_of(page), "安全|一、断电\n先断电 &挂牌\n当 a < b 时");
    }

    #[test]
    fn a_flaw_of_a_tag_or_a_comment_hides_no_words_behind_it() {
        let comments = "<p>一</p><!-- a --!><p>二</p><!--><p>三</p><!---><p>四</p><!-- x ---><p>五</p>";
        assert_eq!(text_of(comments), "一\n二\n三\n四\n五");
        let quotes = "<p title=6'>一</p><p title=\"a>b\">二</p><a href=x\"y>三</a>";
        assert_eq!(text_of(quotes), "一\n二\n三");
    }

    #[test]
    fn words_in_drawings_and_about_pictures_are_read() {
        let page = "<p>一</p><svg><style>a{}</style><text>主轴箱</text></svg><p><img src=a=b alt='三相电机&nbsp;接线图' x=y>\
                    <img alt=\"\"><img alt=C:\\a.png></p><math><mi>x</mi><annotation>\\frac</annotation></math>";
        assert_eq!(text_of(page), "一\n主轴箱\n三相电机 接线图\nx");
    }

    #[test]
    fn every_reference_is_read_as_a_browser_reads_it() {
        let page = "<p>&Omega;&ohm; 30&#176C &permil;&le;&Delta;t &amp A&B; 3&times;4 &unknown; &#128;</p>";

        assert_eq!(text_of(page), "ΩΩ 30°C ‰≤Δt & A&B; 3×4 &unknown; €");
    }

    #[test]
    fn a_large_picture_does_not_crowd_out_the_text_behind_it() {
        let page = format!(
            "<p>前</p><img src=\"data:image/png;base64,{}\"><p>后面的文字</p>",
            "A".repeat(3 << 20)
        );

        assert!((page.len() as u64) < HTML_BYTES);
        assert_eq!(text_of(&page), "前\n后面的文字");
    }

    #[test]
    fn a_page_that_names_the_wrong_encoding_is_read_by_its_bytes() {
        let (gbk, ..) = encoding_rs::GBK.encode("<meta charset=utf-8><p>先断电，再挂牌</p>");

        assert!(decode(&gbk).text.contains("先断电"));
        let (latin, ..) = encoding_rs::GBK.encode("<meta charset=iso-8859-1><p>先断电，再挂牌，确认无电</p>");
        assert!(decode(&latin).text.contains("先断电"));
        let (declared, ..) = encoding_rs::GBK.encode("<meta charset='gb2312'><p>先断电，再挂牌</p>");
        assert!(decode(&declared).text.contains("先断电"));
    }
}
