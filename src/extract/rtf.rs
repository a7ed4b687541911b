//! Rich Text Format, read by hand: the crates lose Chinese, which stands as `\'c4\'e3` (a code page) or `\u20320?`.

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, WINDOWS_1252};

use super::{
    findings::Findings,
    input::Input,
    limits::TEXT_FILE_BYTES,
    plain,
    stop::{Reading, Stop},
};
use crate::domain::file::Fault;

/// Groups inside groups; more are counted, but their settings are not kept apart.
const DEPTH: usize = 10_000;
/// The most replacement characters that may follow a `\u`.
const REPLACEMENTS: i64 = 16;

/// Groups that hold settings instead of text.
const SETTINGS: [&str; 14] = [
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
];

/// Reads a document.
pub(crate) fn read(input: &Input, out: &mut Findings<'_>) -> Reading {
    let bytes = input.head(TEXT_FILE_BYTES)?;
    if !bytes.trim_ascii_start().starts_with(b"{\\rtf") {
        return Err(Stop::damaged("not Rich Text"));
    }
    out.report.truncated |= input.len() > TEXT_FILE_BYTES;
    let mut reader = Rtf::new(&bytes);
    reader.run();
    let is_cut = !reader.groups.is_empty();
    plain::read_text(&reader.text, out)?;
    if is_cut && out.report.characters == 0 {
        return Err(Stop::Fault(Fault::Damaged, "the document breaks off".to_owned()));
    }
    Ok(())
}

/// Settings that a group inherits and gives back at its end.
#[derive(Clone, Copy)]
struct Group {
    is_silent: bool,
    replacements: usize,
}

struct Rtf<'a> {
    bytes: &'a [u8],
    at: usize,
    text: String,
    /// Bytes in the code page, not decoded yet: a character may take two.
    pending: Vec<u8>,
    encoding: &'static Encoding,
    group: Group,
    groups: Vec<Group>,
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
            encoding: WINDOWS_1252,
            group: Group {
                is_silent: false,
                replacements: 1,
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
        } else if !self.group.is_silent {
            self.pending.push(byte);
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let (text, _) = self.encoding.decode_without_bom_handling(&self.pending);
            self.text.push_str(&text);
            self.pending.clear();
        }
    }

    fn say(&mut self, c: char) {
        self.flush();
        if !self.group.is_silent {
            self.text.push(c);
        }
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
            "ansicpg" => self.encoding = code_page(number),
            // Documents without a code page name it in the font: 134 is simplified Chinese.
            "fcharset" if number == Some(134) && self.encoding == WINDOWS_1252 => self.encoding = GBK,
            "bin" => {
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

fn code_page(number: Option<i64>) -> &'static Encoding {
    match number {
        Some(936) => GBK,
        Some(950) => BIG5,
        Some(932) => SHIFT_JIS,
        Some(949) => EUC_KR,
        Some(54_936) => GB18030,
        Some(65_001) => UTF_8,
        _ => WINDOWS_1252,
    }
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
}
