//! The typeface of the sample's PDFs: a subset of Droid Sans Fallback (© 2006–2010 Google, Apache License 2.0) with the
//! Chinese signs that the sample uses; for others Helvetica and Symbol, which every PDF reader brings along.
//!
//! The subset is embedded and says which glyph is which sign (`ToUnicode`), so that pages look the same everywhere and
//! every program can read the text back. Without that, readers need language packs that servers rarely have.

use std::collections::BTreeMap;
use std::fmt::Write;

use encoding_rs::WINDOWS_1252;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};

/// The font file, embedded as it is.
pub(crate) const FILE: &[u8] = include_bytes!("../media/font.ttf");
const INFALLIBLE: &str = "writing to a String cannot fail";
/// How many signs a block of the table from glyphs to signs may hold.
const BLOCK: usize = 100;

/// The typeface, with the signs of one document.
pub(crate) struct Face {
    font: FontRef<'static>,
    used: BTreeMap<char, u16>,
}

impl Face {
    /// The typeface, before any sign is used.
    pub(crate) fn new() -> Self {
        let font = FontRef::new(FILE).expect("the embedded font is read by a test");
        Self {
            font,
            used: BTreeMap::new(),
        }
    }

    /// Whether a sign can be shown.
    #[cfg(test)]
    pub(crate) fn has(&self, sign: char) -> bool {
        Font::of(sign) != Font::Chinese || self.glyph(sign) != 0
    }

    /// The number of a sign's glyph; 0, an empty box, for signs that the subset does not have.
    fn glyph(&self, sign: char) -> u16 {
        let glyph = self.font.charmap().map(sign).map_or(0, GlyphId::to_u32);
        u16::try_from(glyph).unwrap_or(0)
    }

    /// The operators that show a line: stretches of signs of one font, each in its font.
    pub(crate) fn show(&mut self, size: u32, text: &str) -> String {
        let mut operators = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let font = Font::of(first);
            let end = rest.find(|sign| Font::of(sign) != font).unwrap_or(rest.len());
            let (stretch, following) = rest.split_at(end);
            let hex = match font {
                Font::Chinese => self.glyphs(stretch),
                Font::Latin => bytes_hex(&WINDOWS_1252.encode(stretch).0),
                Font::Symbol => bytes_hex(&stretch.chars().filter_map(symbol).collect::<Vec<u8>>()),
            };
            write!(operators, "/{} {size} Tf <{hex}> Tj ", font.name()).expect(INFALLIBLE);
            rest = following;
        }
        operators
    }

    fn glyphs(&mut self, text: &str) -> String {
        text.chars().fold(String::new(), |mut hex, sign| {
            let glyph = self.used.get(&sign).copied().unwrap_or_else(|| self.glyph(sign));
            self.used.insert(sign, glyph);
            write!(hex, "{glyph:04X}").expect(INFALLIBLE);
            hex
        })
    }

    /// The table that leads from the glyphs used back to their signs.
    pub(crate) fn to_unicode(&self) -> String {
        let used = self.used.iter().map(|(sign, glyph)| (format!("{glyph:04X}"), *sign));
        cmap("<0000> <FFFF>", &used.collect::<Vec<_>>())
    }

    /// The widths of the glyphs used that are not square, as a PDF's `W` array holds them.
    pub(crate) fn widths(&self) -> String {
        let metrics = self.font.glyph_metrics(Size::new(1000.0), LocationRef::default());
        let mut widths = String::new();
        for glyph in self.used.values() {
            let width = metrics.advance_width(GlyphId::from(*glyph)).unwrap_or(1000.0);
            if (width - 1000.0).abs() > 0.5 {
                write!(widths, "{glyph} [{width:.0}] ").expect(INFALLIBLE);
            }
        }
        widths
    }
}

impl Default for Face {
    fn default() -> Self {
        Self::new()
    }
}

/// The fonts of a page, under the names that its resources give them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Font {
    Chinese,
    Latin,
    Symbol,
}

impl Font {
    /// The embedded subset has neither Latin signs nor the quotation marks and signs of arithmetic.
    fn of(sign: char) -> Self {
        match sign {
            ' '..='~' | '“' | '”' | '‘' | '’' | '×' | '–' | '·' | '°' | '±' => Self::Latin,
            _ if symbol(sign).is_some() => Self::Symbol,
            _ => Self::Chinese,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Chinese => "F1",
            Self::Latin => "F2",
            Self::Symbol => "F3",
        }
    }
}

/// Signs that only the standard font Symbol has, with their codes there; its Delta stands in for the triangle.
const SYMBOLS: [(char, u8); 2] = [('φ', b'f'), ('△', b'D')];

fn symbol(sign: char) -> Option<u8> {
    SYMBOLS.iter().find(|(known, _)| *known == sign).map(|(_, code)| *code)
}

/// The table that leads from the codes of Symbol back to the signs they stand for.
pub(crate) fn symbols_to_unicode() -> String {
    let lines = SYMBOLS.iter().map(|(sign, code)| (format!("{code:02X}"), *sign));
    cmap("<00> <FF>", &lines.collect::<Vec<_>>())
}

/// A table from codes to signs, as `ToUnicode` wants it.
fn cmap(range: &str, signs: &[(String, char)]) -> String {
    let mut table = format!(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) \
         /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n{range}\nendcodespacerange\n"
    );
    for block in signs.chunks(BLOCK) {
        writeln!(table, "{} beginbfchar", block.len()).expect(INFALLIBLE);
        for (code, sign) in block {
            writeln!(table, "<{code}> <{}>", super::hex(&sign.to_string())).expect(INFALLIBLE);
        }
        table.push_str("endbfchar\n");
    }
    table.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    table
}

fn bytes_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02X}").expect(INFALLIBLE);
        hex
    })
}
