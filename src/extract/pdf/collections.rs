//! Adobe's character collections: what a Chinese font's numbers mean when the document does not say.
//!
//! LaTeX and Founder books embed fonts by character number (CID) without a table to Unicode, and the interpreter then
//! knows no character. Both tables needed are at hand: the font's encoding gives the number, Adobe's `UCS2` table of
//! the collection gives the character. Fonts are told apart by their PostScript name, the only thing that a glyph
//! still knows about its font.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use hayro::{
    hayro_interpret::hayro_cmap::{self, BfString, CMap, CMapName, CidFamily},
    hayro_syntax::{
        Pdf,
        object::{Array, Dict, Name, Object, Stream, String as PdfString},
    },
};

/// Forms per page that are searched for fonts.
const FORMS: usize = 256;
/// Lengths of a character code in bytes, the usual one first.
const CODE_LENGTHS: [u8; 4] = [2, 1, 4, 3];

/// The tables of a document's fonts, by PostScript name.
#[derive(Default)]
pub(super) struct FontTables {
    fonts: HashMap<String, FontCoding>,
    shared: HashMap<&'static str, Rc<CMap>>,
    seen: HashSet<String>,
}

/// The coding of one font: how its codes are read.
struct FontCoding {
    encoding: CMap,
    characters: Rc<CMap>,
}

/// Collects the tables of all fonts that bring none to Unicode.
pub(super) fn of_document(pdf: &Pdf) -> FontTables {
    let mut collections = FontTables::default();
    for page in pdf.pages().iter() {
        let resources = page.resources();
        collections.add_fonts(&resources.fonts);
        for name in resources.x_objects.keys().take(FORMS) {
            let form = resources.x_objects.get::<Stream<'_>>(&*name);
            let fonts = form.and_then(|form| form.dict().get::<Dict<'_>>(b"Resources")?.get::<Dict<'_>>(b"Font"));
            if let Some(fonts) = fonts {
                collections.add_fonts(&fonts);
            }
        }
    }
    collections
}

impl FontTables {
    /// The character of a code in the font of that name.
    pub(super) fn character(&self, font: &str, code: u32) -> Option<BfString> {
        let tables = self.fonts.get(font)?;
        let cid = CODE_LENGTHS
            .iter()
            .find_map(|length| tables.encoding.lookup_cid_code(code, *length))?;
        tables.characters.lookup_bf_string(cid)
    }

    fn add_fonts(&mut self, fonts: &Dict<'_>) {
        for key in fonts.keys() {
            if let Some(font) = fonts.get::<Dict<'_>>(&*key) {
                self.add(&font);
            }
        }
    }

    fn add(&mut self, font: &Dict<'_>) -> Option<()> {
        let is_composite = font.get::<Name<'_>>(b"Subtype")?.as_str() == "Type0";
        if !is_composite || font.contains_key(b"ToUnicode") {
            return None;
        }
        let name = font.get::<Name<'_>>(b"BaseFont")?;
        let name = without_subset_prefix(name.as_str()).to_owned();
        // Noted before it is tried: a font without a table would be tried again on every page.
        if self.seen.insert(name.clone()) {
            let encoding = encoding_of(font)?;
            let characters = self.characters_of(font, &encoding)?;
            self.fonts.insert(name, FontCoding { encoding, characters });
        }
        Some(())
    }

    /// Adobe's table of the collection that a font's numbers belong to.
    fn characters_of(&mut self, font: &Dict<'_>, encoding: &CMap) -> Option<Rc<CMap>> {
        let table = family_of(font, encoding)?.ucs2_cmap()?;
        let key = match table {
            CMapName::AdobeGb1Ucs2 => "GB1",
            CMapName::AdobeCns1Ucs2 => "CNS1",
            CMapName::AdobeJapan1Ucs2 => "Japan1",
            _ => "Korea1",
        };
        if !self.shared.contains_key(key) {
            self.shared.insert(key, Rc::new(load(table)?));
        }
        self.shared.get(key).cloned()
    }
}

/// `ABCDEF+SimSun` is a part of SimSun.
fn without_subset_prefix(name: &str) -> &str {
    match name.split_once('+') {
        Some((prefix, rest)) if prefix.len() == 6 => rest,
        _ => name,
    }
}

fn encoding_of(font: &Dict<'_>) -> Option<CMap> {
    match font.get::<Object<'_>>(b"Encoding")? {
        Object::Name(name) => match CMapName::from_bytes(&name) {
            CMapName::IdentityH => Some(CMap::identity_h()),
            CMapName::IdentityV => Some(CMap::identity_v()),
            name => load(name),
        },
        Object::Stream(stream) => CMap::parse(&stream.decoded_data().ok()?, hayro_cmap::load_embedded),
        _ => None,
    }
}

fn load(name: CMapName<'_>) -> Option<CMap> {
    CMap::parse(hayro_cmap::load_embedded(name)?, hayro_cmap::load_embedded)
}

/// The encoding names its collection, or else the font's descendant does.
fn family_of(font: &Dict<'_>, encoding: &CMap) -> Option<CidFamily> {
    let named = encoding
        .metadata()
        .character_collection
        .as_ref()
        .map(|named| named.family.clone());
    named.filter(|family| *family != CidFamily::AdobeIdentity).or_else(|| {
        let descendant = font.get::<Array<'_>>(b"DescendantFonts")?.iter::<Dict<'_>>().next()?;
        let system = descendant.get::<Dict<'_>>(b"CIDSystemInfo")?;
        let registry = system.get::<PdfString<'_>>(b"Registry")?;
        let ordering = system.get::<PdfString<'_>>(b"Ordering")?;
        Some(CidFamily::from_registry_ordering(&registry, &ordering))
    })
}
