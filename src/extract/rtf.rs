//! Rich Text Format, read by hand: the crates lose Chinese, which stands as `\'c4\'e3` (a code page) or `\u20320?`.
//!
//! Bytes are in the code page of the font they are set in; fonts that name none follow the document.

use std::collections::HashMap;

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, GBK, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};

use super::{
    error::{ExtractError, ExtractResult},
    input::Input,
    limits::TEXT_FILE_BYTES,
    output::Output,
    plain,
};
use crate::domain::file::ExtractionFault;

/// Groups inside groups; more are counted, but their settings are not kept apart.
const DEPTH: usize = 10_000;
/// Fonts whose code pages are remembered; more is no document.
const FONTS: usize = 4_096;
/// The most replacement characters that may follow a `\u`.
const REPLACEMENTS: i64 = 16;

/// Groups that hold settings instead of text.
const SETTINGS: [&str; 16] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "themedata",
    "datastore",
    "listtable",
    "listoverridetable",
    "generator",
    "latentstyles",
    "rsidtbl",
    "xmlnstbl",
    // The properties of a shape, and its copy for old programs.
    "sp",
    "shprslt",
];

/// Reads a document.
pub(crate) fn read(input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let bytes = input.head(TEXT_FILE_BYTES)?;
    if !bytes.trim_ascii_start().starts_with(b"{\\rtf") {
        return Err(ExtractError::damaged("not Rich Text"));
    }
    out.report.truncated |= input.len() > TEXT_FILE_BYTES;
    let mut reader = Rtf::new(&bytes);
    reader.run();
    let is_cut = !reader.groups.is_empty();
    plain::read_text(&reader.text, out)?;
    if is_cut && out.report.characters == 0 {
        return Err(ExtractError::Fault(
            ExtractionFault::Damaged,
            "the document breaks off".to_owned(),
        ));
    }
    Ok(())
}

/// Settings that a group inherits and gives back at its end.
#[derive(Clone, Copy)]
struct RtfGroup {
    is_silent: bool,
    /// What its author hid or a reviewer deleted.
    is_hidden: bool,
    replacements: usize,
    /// In the list of fonts `\f` begins one, elsewhere it takes one.
    lists_fonts: bool,
    font: Option<i64>,
}

struct Rtf<'a> {
    bytes: &'a [u8],
    at: usize,
    text: String,
    /// Bytes in the code page, not decoded yet: a character may take two.
    pending: Vec<u8>,
    /// What the document says, if anything.
    encoding: Option<&'static Encoding>,
    /// What the fonts say.
    fonts: HashMap<i64, &'static Encoding>,
    /// The font of text that takes none.
    default_font: Option<i64>,
    group: RtfGroup,
    groups: Vec<RtfGroup>,
    /// Replacement characters still to be left out after a `\u`.
    to_skip: usize,
    high_surrogate: Option<u16>,
}

impl<'a> Rtf<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            text: String::new(),
            pending: Vec::new(),
            encoding: None,
            fonts: HashMap::new(),
            default_font: None,
            group: RtfGroup {
                is_silent: false,
                is_hidden: false,
                // What holds until `\uc` says otherwise.
                replacements: 1,
                lists_fonts: false,
                font: None,
            },
            groups: Vec::new(),
            to_skip: 0,
            high_surrogate: None,
        }
    }

    fn run(&mut self) {
        while let Some(byte) = self.next() {
            match byte {
                b'{' => self.open_group(),
                b'}' => self.close_group(),
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                byte => self.byte(byte),
            }
        }
        self.flush();
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn open_group(&mut self) {
        self.flush();
        if self.groups.len() < DEPTH {
            self.groups.push(self.group);
        }
        // `{\*` begins something that old readers should leave out, and so do we.
        if self.bytes.get(self.at..self.at + 2) == Some(b"\\*") {
            self.group.is_silent = true;
        }
    }

    fn close_group(&mut self) {
        self.flush();
        if let Some(group) = self.groups.pop() {
            self.group = group;
        }
    }

    /// A character in the document's code page.
    fn byte(&mut self, byte: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
        } else if self.is_shown() {
            self.pending.push(byte);
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let (text, _) = self.encoding().decode_without_bom_handling(&self.pending);
            self.text.push_str(&text);
            self.pending.clear();
        }
    }

    /// The font's code page. Chinese Word sets Chinese in Western fonts and trusts in the document's code page, so a Western
    /// font says nothing against an East Asian document.
    fn encoding(&self) -> &'static Encoding {
        let font = self.group.font.or(self.default_font);
        let of_font = font.and_then(|font| self.fonts.get(&font)).copied();
        let told = of_font.filter(|encoding| *encoding != WINDOWS_1252);
        told.or(self.encoding)
            .or_else(|| self.only_other())
            .unwrap_or(WINDOWS_1252)
    }

    /// Where the document names no code page and the font of a text none either, the one other that any font names.
    fn only_other(&self) -> Option<&'static Encoding> {
        let mut others = self.fonts.values().filter(|encoding| **encoding != WINDOWS_1252);
        let first = others.next()?;
        others.all(|other| other == first).then_some(*first)
    }

    fn name_code_page(&mut self, number: Option<i64>) {
        if let Some((font, encoding)) = self.group.font.zip(number.and_then(code_page))
            && self.fonts.len() < FONTS
        {
            self.fonts.insert(font, encoding);
        }
    }

    /// In the list of fonts: the font at hand is in this character set.
    fn name_charset(&mut self, number: Option<i64>) {
        let charset = number.and_then(charset);
        if let Some((font, encoding)) = self.group.font.zip(charset)
            && self.group.lists_fonts
            && self.fonts.len() < FONTS
        {
            self.fonts.insert(font, encoding);
        }
    }

    fn say(&mut self, c: char) {
        self.flush();
        if self.is_shown() {
            self.text.push(c);
        }
    }

    fn is_shown(&self) -> bool {
        !self.group.is_silent && !self.group.is_hidden
    }

    /// A comment is text although old readers leave it out.
    fn open_comment(&mut self) {
        self.group.is_silent = self.groups.last().is_some_and(|outer| outer.is_silent);
        self.say('\n');
    }

    fn control(&mut self) {
        match self.peek() {
            Some(byte) if byte.is_ascii_alphabetic() => self.word(),
            Some(symbol) => {
                self.at += 1;
                self.symbol(symbol);
            }
            None => {}
        }
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'\'' => {
                let digits = self.bytes.get(self.at..self.at + 2);
                self.at += 2;
                let byte = digits
                    .and_then(|digits| std::str::from_utf8(digits).ok())
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                if let Some(byte) = byte {
                    self.byte(byte);
                }
            }
            b'\\' | b'{' | b'}' => self.byte(symbol),
            b'~' => self.byte(b' '),
            b'\r' | b'\n' => self.say('\n'),
            _ => {}
        }
    }

    fn word(&mut self) {
        let name = self.take_while(u8::is_ascii_alphabetic);
        let sign = usize::from(self.peek() == Some(b'-'));
        let from = self.at;
        self.at += sign;
        self.take_while(u8::is_ascii_digit);
        let number = self.bytes.get(from..self.at).unwrap_or_default();
        let number = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        // Bytes of one character may be interrupted by nothing but `\'`, so what is pending is complete.
        self.flush();
        self.act(name, number);
    }

    fn take_while(&mut self, is_wanted: fn(&u8) -> bool) -> &'a str {
        let from = self.at.min(self.bytes.len());
        let length = self.bytes[from..].iter().take_while(|byte| is_wanted(byte)).count();
        self.at = from + length;
        std::str::from_utf8(&self.bytes[from..self.at]).unwrap_or_default()
    }

    fn act(&mut self, name: &str, number: Option<i64>) {
        match name {
            "par" | "line" | "row" | "sect" | "page" => self.say('\n'),
            "tab" | "cell" => self.say('\t'),
            "emdash" => self.say('—'),
            "endash" => self.say('–'),
            "ldblquote" => self.say('“'),
            "rdblquote" => self.say('”'),
            "lquote" => self.say('‘'),
            "rquote" => self.say('’'),
            "bullet" => self.say('•'),
            "u" => self.unicode(number.unwrap_or(i64::from(b'?'))),
            "uc" => self.group.replacements = usize::try_from(number.unwrap_or(1).clamp(0, REPLACEMENTS)).unwrap_or(1),
            "ansicpg" => self.encoding = number.and_then(code_page),
            "deff" => self.default_font = number,
            "f" => self.group.font = number,
            // Back to the document's own font.
            "plain" => (self.group.font, self.group.is_hidden) = (None, false),
            "v" | "deleted" => self.group.is_hidden = number != Some(0),
            "annotation" => self.open_comment(),
            // The words in a shape, and what an object shows.
            "shptxt" | "result" => self.group.is_silent = false,
            "fcharset" => self.name_charset(number),
            "cpg" if self.group.lists_fonts => self.name_code_page(number),
            "fonttbl" => {
                self.group.is_silent = true;
                self.group.lists_fonts = true;
            }
            "bin" => {
                // Bytes as they are, braces among them.
                let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
                self.at = self.at.saturating_add(length).min(self.bytes.len());
            }
            name if SETTINGS.contains(&name) => self.group.is_silent = true,
            _ => {}
        }
    }

    /// A UTF-16 unit, written as a signed number; characters beyond the first plane come as two.
    fn unicode(&mut self, number: i64) {
        self.to_skip = self.group.replacements;
        let Ok(unit) = u16::try_from(number & 0xffff) else {
            return;
        };
        let high = self.high_surrogate.take();
        if (0xd800..0xdc00).contains(&unit) {
            self.high_surrogate = Some(unit);
        } else if let Some(Ok(c)) = char::decode_utf16(high.into_iter().chain([unit])).last() {
            self.say(c);
        }
    }
}

/// The code pages that `\ansicpg` and `\cpg` name.
fn code_page(number: i64) -> Option<&'static Encoding> {
    Some(match number {
        936 => GBK,
        950 => BIG5,
        932 => SHIFT_JIS,
        949 => EUC_KR,
        874 => WINDOWS_874,
        1_250 => WINDOWS_1250,
        1_251 => WINDOWS_1251,
        1_252 => WINDOWS_1252,
        1_253 => WINDOWS_1253,
        1_254 => WINDOWS_1254,
        1_255 => WINDOWS_1255,
        1_256 => WINDOWS_1256,
        1_257 => WINDOWS_1257,
        1_258 => WINDOWS_1258,
        10_000 => MACINTOSH,
        54_936 => GB18030,
        65_001 => UTF_8,
        _ => return None,
    })
}

/// The character sets of fonts, as Windows numbers them. 1 is whatever the document has, 2 are symbols.
fn charset(number: i64) -> Option<&'static Encoding> {
    code_page(match number {
        0 => 1_252,
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1_253,
        162 => 1_254,
        163 => 1_258,
        177 => 1_255,
        178 => 1_256,
        186 => 1_257,
        204 => 1_251,
        222 => 874,
        238 => 1_250,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Rtf;

    #[test]
    fn both_ways_to_write_chinese_are_read() {
        let document =
            br"{\rtf1\ansi\ansicpg936{\fonttbl{\f0 Song;}}\'ca\'fd\'bf\'d8{\*\x y}\par\uc1\u-10179?\u-9216?\u25511?!}";
        let mut rtf = Rtf::new(document);

        rtf.run();

        assert_eq!(rtf.text, "数控\n🐀控!");
    }

    fn read(document: &[u8]) -> String {
        let mut rtf = Rtf::new(document);
        rtf.run();
        rtf.text
    }

    /// Documents of old programs name no code page: each font says what its bytes are.
    #[test]
    fn bytes_are_in_the_code_page_of_their_font() {
        let fonts = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fnil\fcharset128 MS Mincho;}{\f2\fcharset136 PMingLiU;}{\f3\fcharset134 SimSun;}{\f4\fcharset204 Times;}}";
        let hex = |encoding: &'static encoding_rs::Encoding, text: &str| -> String {
            let bytes = encoding.encode(text).0;
            let hex: Vec<String> = bytes.iter().map(|byte| format!("\\'{byte:02x}")).collect();
            hex.concat()
        };
        let body = format!(
            "\\f0 caf\\'e9 {{\\f1 {}}}{{\\f2 {}}}{{\\f3 {}}}\\f4 {}\\plain\\f0 !",
            hex(encoding_rs::SHIFT_JIS, "電源を切る"),
            hex(encoding_rs::BIG5, "數控車床"),
            hex(encoding_rs::GBK, "先断电"),
            hex(encoding_rs::WINDOWS_1251, "станок"),
        );

        let text = read(format!("{{\\rtf1\\ansi\\deff0{fonts}{body}}}").as_bytes());

        assert_eq!(text, "café 電源を切る數控車床先断电станок!");
    }

    #[test]
    fn a_western_font_says_nothing_against_a_chinese_document() {
        let document = br"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset0 Times;}}\f0 \'ca\'fd\'bf\'d8}";
        assert_eq!(read(document), "数控");
        let unnamed = br"{\rtf1\ansi\deff0{\fonttbl{\f0\fnil Times;}{\f1\fcharset128 Gothic;}}\f0 \'93\'64\'8c\'b9}";
        assert_eq!(read(unnamed), "電源");
    }
}
