//! PDF: text page by page through hayro's interpreter and our own text device, and pictures of pages.
//!
//! The interpreter paints; our device listens to what is painted. [`letters`] finds out which character a glyph
//! stands for, [`lines`] puts characters together into lines and words, and this file judges whether the result reads
//! like a language or only recognition (OCR) could help.

pub(crate) mod render;
pub(crate) mod words;

mod collections;
mod device;
mod letters;
mod lines;
mod rescue;

use std::collections::HashSet;

use hayro::{
    hayro_interpret::{Context, Device, InterpreterCache, InterpreterSettings, interpret_page},
    hayro_syntax::{DecryptionError, LoadPdfError, Pdf, page::Page},
    kurbo::{Affine, Rect},
};

use self::{
    device::{PageFacts, TextDevice},
    letters::Letters,
};
use super::{
    findings::Findings,
    input::Input,
    limits::WHOLE_FILE_BYTES,
    stop::{Reading, Stop},
    tidy::is_han,
};
use crate::domain::{file::Fault, passage::Locator};

/// Fewer glyphs than this on a page with a large picture are a page number on a scan.
const FEW_GLYPHS: u32 = 16;
/// Pixels of a picture large enough to hold a page of text.
const LARGE_PICTURE: u64 = 400_000;
/// Shapes on a page without glyphs that may be letters drawn as outlines.
const MANY_SHAPES: u32 = 30;
/// A document needs recognition when at least one page in this many does; single covers and plates do not count.
const OCR_SHARE: u32 = 10;
/// Blocks of 256 characters; a text outside of everyday scripts that uses this many means nothing.
const MANY_SCRIPTS: usize = 8;
/// Pages that a report lists by number.
const LISTED_PAGES: usize = 20;

/// Opens a document, with the empty password where it is encrypted: files that only forbid printing open so.
fn open(input: &Input) -> Reading<Pdf> {
    let bytes = input.whole(WHOLE_FILE_BYTES)?;
    Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Stop::encrypted(),
        LoadPdfError::Decryption(error) => Stop::Fault(Fault::Encrypted, format!("{error:?}")),
        LoadPdfError::Invalid => Stop::damaged("not readable as PDF"),
    })
}

/// Reads all pages.
pub(crate) fn read(input: &Input, out: &mut Findings<'_>) -> Reading {
    let pdf = open(input)?;
    if pdf.pages().is_empty() {
        return Err(Stop::damaged("the PDF has no pages"));
    }
    let mut letters = Letters::new(collections::of_document(&pdf));
    let cache = InterpreterCache::new();
    let mut unreadable = Vec::new();
    for (number, page) in (1..).zip(pdf.pages().iter()) {
        let (text, facts) = text_of(page, &pdf, &cache, &mut letters);
        if needs_ocr(&text, &facts) {
            unreadable.push(number);
        }
        // Said before the page is sent: the next page may be our last.
        note_unreadable(&unreadable, number, out);
        out.page(Locator::Page { page: number }, &text)?;
    }
    Ok(())
}

fn text_of<'a>(
    page: &'a Page<'a>,
    pdf: &'a Pdf,
    cache: &InterpreterCache<'a>,
    letters: &mut Letters,
) -> (String, PageFacts) {
    let mut device = TextDevice::new(letters);
    paint(page, pdf, cache, &mut device);
    let (text, facts) = device.finish();
    (rescue::rescue(text), facts)
}

/// Lets a device hear what the page paints.
fn paint<'a>(page: &'a Page<'a>, pdf: &'a Pdf, cache: &InterpreterCache<'a>, device: &mut impl Device<'a>) {
    let nowhere = Rect::new(0.0, 0.0, 1.0, 1.0);
    let settings = InterpreterSettings::default();
    let mut context = Context::new(Affine::IDENTITY, nowhere, cache, pdf.xref(), settings);
    interpret_page(page, &mut context, device);
}

/// A page by its number, counted from 1.
fn page_of(pdf: &Pdf, number: u32) -> Reading<&Page<'_>> {
    let index = usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1);
    let page = pdf.pages().get(index);
    page.ok_or_else(|| Stop::damaged(format!("there is no page {number}")))
}

/// Whether a page shows something that its text does not tell.
fn needs_ocr(text: &str, page: &PageFacts) -> bool {
    let is_scan = page.glyphs < FEW_GLYPHS && page.picture_pixels > LARGE_PICTURE;
    let is_drawn = page.glyphs == 0 && page.shapes >= MANY_SHAPES;
    let is_unmapped = page.unmapped * 2 > page.glyphs;
    is_scan || is_drawn || is_unmapped || is_garbage(text)
}

/// Whether text is letters without meaning, as from a font whose table to Unicode lies: private characters without any
/// Han, or a mixture of many scripts that nobody writes together. Text in one rare script (Tibetan, Mongolian) is fine.
fn is_garbage(text: &str) -> bool {
    let (mut all, mut private, mut rare, mut han) = (0u32, 0u32, 0u32, 0u32);
    let mut scripts = HashSet::new();
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        han += u32::from(is_han(c));
        private += u32::from(is_private(c));
        if !is_everyday(c) {
            rare += 1;
            scripts.insert(c as u32 >> 8);
        }
    }
    let is_private_code = private * 10 > all * 3 && han * 50 < all;
    is_private_code || (rare * 10 > all * 3 && scripts.len() >= MANY_SCRIPTS)
}

/// Characters without a meaning that everybody knows.
fn is_private(c: char) -> bool {
    let is_private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    c.is_control() || is_private || c == '\u{fffd}'
}

/// Characters of the scripts and symbols that Chinese textbooks are written in.
fn is_everyday(c: char) -> bool {
    matches!(
        c as u32,
        0x20..=0x17f | 0x2b0..=0x45f | 0x1e00..=0x1fff | 0x2000..=0x2bff | 0x2e80..=0x33ff | 0x4e00..=0x9fff
            | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff00..=0xffef | 0x1d400..=0x1d7ff | 0x1f000..=0x1faff
            | 0x20000..=0x323af
    )
}

fn note_unreadable(unreadable: &[u32], pages: u32, out: &mut Findings<'_>) {
    let count = u32::try_from(unreadable.len()).unwrap_or(u32::MAX);
    let needs_ocr = count > 0 && count.saturating_mul(OCR_SHARE) >= pages;
    if out.member().is_some() {
        // One scan in an archive of texts: the archive as a whole is readable.
        return;
    }
    out.report.needs_ocr = needs_ocr;
    if count > 0 {
        let listed: Vec<String> = unreadable.iter().take(LISTED_PAGES).map(u32::to_string).collect();
        let more = if unreadable.len() > LISTED_PAGES { ", …" } else { "" };
        out.report.detail = Some(format!("{count} pages need recognition: {}{more}", listed.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::is_garbage;

    #[test]
    fn private_letters_are_garbage_and_formulas_are_not() {
        assert!(is_garbage("\u{e001}\u{e002}\u{e003} abc"));
        assert!(!is_garbage("机床 \u{e001}\u{e002} 坐标系"));
        assert!(!is_garbage("x = a + b"));
        assert!(is_garbage("Ṿ䅧גҩ᤻ᦅ䈡ヵǯ䩺⣯ᣳᧅ䇟᥇᤻ᦅॐ္ᄁ៷"));
        assert!(!is_garbage("བོད་ཡིག་གི་སློབ་དེབ།"));
    }
}
