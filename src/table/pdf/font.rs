//! The letters of what is printed: one font for Chinese and Latin, of which a document carries the glyphs that it uses.
//!
//! The file is a part of Noto Sans CJK SC; what is in it, and under which licence, says `src/table/font/README.md`. A
//! character that it has not is printed as its number in Unicode, so that nobody reads past it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, Str};
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider as _;
use skrifa::raw::types::Tag;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use subsetter::GlyphRemapper;

use super::deflated;
use crate::error::{Error, Result};

const FONT: &[u8] = include_bytes!("../font/NotoSansCJKsc-subset.otf");
/// What the font is called in a document: six letters before the name say that it is a part of it (ISO 32000, 9.9.2).
const NAME: &[u8] = b"GXTABL+NotoSansCJKsc-Regular";
/// The name by which pages ask for it.
pub(super) const RESOURCE: Name<'static> = Name(b"F");
const IDENTITY: SystemInfo<'static> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};
/// The font is drawn in thousandths of its size, as PDF reckons.
const EM: f32 = 1000.0;

/// The glyph and the width, in thousandths, of every character that the font has.
static GLYPHS: LazyLock<BTreeMap<char, (GlyphId, f32)>> = LazyLock::new(|| {
    let font = FontRef::new(FONT).expect("a test prints with the font");
    let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
    let mapped = font.charmap().mappings();
    mapped
        .filter_map(|(code, glyph)| Some((char::from_u32(code)?, (glyph, metrics.advance_width(glyph)?))))
        .collect()
});

/// How wide a text is at a size.
pub(super) fn width(text: &str, size: f32) -> f32 {
    text.chars().map(|c| advance(c, size)).sum()
}

/// How wide a character is at a size.
pub(super) fn advance(c: char, size: f32) -> f32 {
    GLYPHS.get(&c).map_or(EM, |(_, width)| *width) * size / EM
}

/// The text with what the font can print: another character as its number (`〔U+20BB7〕`), white space as a space.
pub(super) fn printable(text: &str) -> String {
    let mut printed = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => printed.push('\n'),
            _ if c.is_whitespace() || c.is_control() => printed.push(' '),
            _ if GLYPHS.contains_key(&c) => printed.push(c),
            _ => {
                let _ = write!(printed, "〔U+{:04X}〕", u32::from(c));
            }
        }
    }
    printed
}

/// The glyphs that a document uses, numbered as they come.
#[derive(Debug, Default)]
pub(super) struct UsedGlyphs {
    remapper: GlyphRemapper,
    /// By number in the document: the character and its width.
    used: BTreeMap<u16, (char, f32)>,
}

impl UsedGlyphs {
    /// A printable text as pages write it: two bytes a glyph.
    pub(super) fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len());
        for c in text.chars() {
            let Some((glyph, width)) = GLYPHS.get(&c) else { continue };
            let glyph = u16::try_from(glyph.to_u32()).unwrap_or_default();
            let number = self.remapper.remap(glyph);
            self.used.entry(number).or_insert((c, *width));
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// Writes the font with these glyphs, and which characters they are, so that the text can be found and copied.
    pub(super) fn write(&self, pdf: &mut Pdf, font: Ref, mut next: impl FnMut() -> Ref) -> Result<()> {
        let (descendant, descriptor, program, to_unicode) = (next(), next(), next(), next());
        pdf.type0_font(font)
            .base_font(Name(NAME))
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(descendant)
            .to_unicode(to_unicode);
        let mut cid = pdf.cid_font(descendant);
        cid.subtype(CidFontType::Type0)
            .base_font(Name(NAME))
            .system_info(IDENTITY)
            .font_descriptor(descriptor)
            .default_width(EM);
        let mut widths = cid.widths();
        for (number, (_, width)) in &self.used {
            widths.consecutive(*number, [*width]);
        }
        widths.finish();
        cid.finish();
        pdf.font_descriptor(descriptor)
            .name(Name(NAME))
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(-1000.0, -1050.0, 2930.0, 1810.0))
            .italic_angle(0.0)
            .ascent(880.0)
            .descent(-120.0)
            .cap_height(733.0)
            .stem_v(80.0)
            .font_file3(program);
        let outlines = deflated(&self.outlines()?);
        pdf.stream(program, &outlines)
            .filter(Filter::FlateDecode)
            .pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        let mut characters = UnicodeCmap::new(Name(b"Gongxue"), IDENTITY);
        for (number, (c, _)) in &self.used {
            characters.pair(*number, *c);
        }
        let characters = deflated(characters.finish().as_slice());
        pdf.stream(to_unicode, &characters).filter(Filter::FlateDecode);
        Ok(())
    }

    /// The outlines of the glyphs that are used, as the font file has them.
    fn outlines(&self) -> Result<Vec<u8>> {
        let part = subsetter::subset(FONT, 0, &self.remapper).map_err(Error::unexpected)?;
        let font = FontRef::new(&part).map_err(Error::unexpected)?;
        let outlines = font.data_for_tag(Tag::new(b"CFF "));
        let outlines = outlines.ok_or_else(|| anyhow::anyhow!("the font has no outlines"))?;
        Ok(outlines.as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_the_font_has_not_is_printed_as_its_number() {
        assert_eq!(printable("数控 CNC 堃\t😀\n𠮷"), "数控 CNC 堃 〔U+1F600〕\n〔U+20BB7〕");
    }

    #[test]
    fn the_font_has_the_characters_of_both_tables_and_is_as_wide_as_they_are() {
        // The first and the last of GB 2312, and of the third level of 通用规范汉字表.
        for c in "啊齄亍爨".chars() {
            assert!((advance(c, 10.0) - 10.0).abs() < f32::EPSILON, "{c}");
        }
        assert!(width("ii", 10.0) < width("WW", 10.0));
    }
}
