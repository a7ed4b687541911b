//! Maps glyphs to characters.
//!
//! Three sources, best first: the document's own table (ToUnicode, or the font's encoding), Adobe's tables for Chinese,
//! Japanese and Korean fonts that bring none ([`collections`](super::collections)), and the embedded font program's
//! own table turned around.

use std::collections::HashMap;

use hayro::hayro_interpret::{
    font::{Glyph, OutlineGlyph},
    hayro_cmap::BfString,
};
use skrifa::{FontRef, MetadataProvider};

use super::collections::FontTables;

/// What is known about a document's letters.
pub(super) struct PageLetters {
    collections: FontTables,
    /// Per embedded font: glyph number to character.
    programs: HashMap<u128, HashMap<u32, char>>,
}

impl PageLetters {
    /// Starts with the tables of a document's fonts.
    pub(super) fn new(collections: FontTables) -> Self {
        Self {
            collections,
            programs: HashMap::new(),
        }
    }

    /// The text of a glyph, if anybody knows it.
    pub(super) fn of(&mut self, glyph: &Glyph<'_>) -> Option<String> {
        let told = glyph.as_unicode().map(text_of).filter(|text| is_meant(text));
        match glyph {
            Glyph::Outline(outline) => told.or_else(|| self.looked_up(outline)),
            Glyph::Type3(_) => told,
        }
    }

    fn looked_up(&mut self, glyph: &OutlineGlyph) -> Option<String> {
        let font = glyph.font_data()?;
        let by_name = font
            .postscript_name
            .as_deref()
            .and_then(|name| self.collections.character(name, glyph.char_code()));
        if let Some(text) = by_name {
            return Some(text_of(text));
        }
        let program = self
            .programs
            .entry(font.cache_key)
            .or_insert_with(|| characters_of((*font.data).as_ref()));
        program.get(&glyph.glyph_id().to_u32()).map(char::to_string)
    }
}

fn text_of(text: BfString) -> String {
    match text {
        BfString::Char(c) => c.to_string(),
        BfString::String(text) => text,
    }
}

/// Tables map glyphs they do not know to nothing, to zero or another control character, or to the mark for what cannot be
/// read.
fn is_meant(text: &str) -> bool {
    let is_mark = |c: char| (c.is_control() && !c.is_whitespace()) || c == '\u{fffd}';
    !text.chars().all(is_mark)
}

/// A font program's table from characters to glyphs, turned around. Where several characters share a glyph, the
/// everyday ideograph wins over a radical or symbol.
fn characters_of(font: &[u8]) -> HashMap<u32, char> {
    let mut characters = HashMap::new();
    let Ok(font) = FontRef::from_index(font, 0) else {
        return characters;
    };
    for (code, glyph) in font.charmap().mappings() {
        let Some(c) = char::from_u32(code) else { continue };
        let known = characters.entry(glyph.to_u32()).or_insert(c);
        let is_better = (*known as u32) < 0x3400 && (0x4e00..0xa000).contains(&code);
        if is_better {
            *known = c;
        }
    }
    characters
}
