//! PDF: text page by page through hayro's interpreter and our own text device, and pictures of pages.
//!
//! The interpreter paints; our device listens to what is painted. [`letters`] finds out which character a glyph
//! stands for, [`lines`] puts characters together into lines and words, [`garbled_text`] judges whether that means anything, and
//! this file says which pages only recognition (OCR) could read.

pub(crate) mod render;
pub(crate) mod words;

mod annotations;
mod collections;
mod device;
mod garbled_text;
mod gbk_repair;
mod letters;
mod lines;

use hayro::{
    hayro_interpret::{Context, Device, InterpreterCache, InterpreterSettings, interpret_page},
    hayro_syntax::{DecryptionError, LoadPdfError, Pdf, page::Page},
    kurbo::{Affine, Rect},
};

use self::{
    device::{PageFacts, TextDevice},
    letters::PageLetters,
};
use super::{
    error::{ExtractError, ExtractResult},
    input::Input,
    limits::WHOLE_FILE_BYTES,
    output::Output,
};
use crate::domain::{file::ExtractionFault, passage::Locator};

/// Fewer glyphs than this on a page with a large picture are a page number on a scan.
const FEW_GLYPHS: u32 = 16;
/// Pixels of a picture large enough to hold a page of text.
const LARGE_PICTURE: u64 = 400_000;
/// Shapes on a page without glyphs that may be letters drawn as outlines.
const MANY_SHAPES: u32 = 30;
/// A document needs recognition when at least one page in this many does; single covers and plates do not count.
const OCR_SHARE: u32 = 10;
/// Pages that a report lists by number.
const LISTED_PAGES: usize = 20;

/// Opens a document, with the empty password where it is encrypted: files that only forbid printing open so.
fn open(input: &Input) -> ExtractResult<Pdf> {
    let bytes = input.whole(WHOLE_FILE_BYTES)?;
    Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => ExtractError::encrypted(),
        LoadPdfError::Decryption(error) => ExtractError::Fault(ExtractionFault::Encrypted, format!("{error:?}")),
        LoadPdfError::Invalid => ExtractError::damaged("not readable as PDF"),
    })
}

/// Reads all pages.
pub(crate) fn read(input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let pdf = open(input)?;
    if pdf.pages().is_empty() {
        return Err(ExtractError::damaged("the PDF has no pages"));
    }
    let mut letters = PageLetters::new(collections::of_document(&pdf));
    let cache = InterpreterCache::new();
    let mut unreadable = Vec::new();
    for (number, page) in (1..).zip(pdf.pages().iter()) {
        let read = text_of(page, &pdf, &cache, &mut letters);
        if needs_ocr(&read) {
            unreadable.push(number);
            out.picture(number);
        }
        // Said before the page is sent: the next page may be our last.
        note_unreadable(&unreadable, number, out);
        send(number, &read, out)?;
    }
    Ok(())
}

fn send(number: u32, read: &PageRead, out: &mut Output<'_>) -> ExtractResult {
    let locator = Locator::Page { page: number };
    if !read.is_garbled {
        return out.page(locator, &read.text);
    }
    // A page with nothing to read on it is not one without letters.
    out.report.pages += 1;
    out.report.garbled_pages += 1;
    out.passage(locator, &read.text).map(drop)
}

/// What can be read of a page.
struct PageRead {
    text: String,
    facts: PageFacts,
    /// Some of its letters mean nothing, and are left out.
    is_garbled: bool,
}

fn text_of<'a>(page: &'a Page<'a>, pdf: &'a Pdf, cache: &InterpreterCache<'a>, letters: &mut PageLetters) -> PageRead {
    let mut device = TextDevice::new(letters);
    paint(page, pdf, cache, &mut device);
    let has_false = garbled_text::are_false(device.wide());
    let (text, facts) = device.finish();
    if let Some(meant) = gbk_repair::rescue(&text) {
        return PageRead::of(meant, facts, page);
    }
    if !has_false {
        return PageRead::of(text, facts, page);
    }
    // Painted once more, because only at its end a page shows which of its letters are false.
    let mut device = TextDevice::without_wide(letters);
    paint(page, pdf, cache, &mut device);
    let (text, facts) = device.finish();
    PageRead {
        is_garbled: true,
        ..PageRead::of(text, facts, page)
    }
}

impl PageRead {
    fn of(text: String, facts: PageFacts, page: &Page<'_>) -> Self {
        let meaningful = garbled_text::meaningful(&text);
        let is_unmapped = facts.unmapped * 2 > facts.glyphs;
        let is_garbled = is_unmapped || meaningful.is_some();
        let mut text = meaningful.unwrap_or(text);
        // The signs that are left where the letters are unknown are as wrong as those.
        if is_unmapped && !text.chars().any(char::is_alphanumeric) {
            text.clear();
        }
        for words in annotations::beside(&text, page) {
            text.push('\n');
            text.push_str(&words);
        }
        Self {
            text,
            facts,
            is_garbled,
        }
    }
}

/// Lets a device hear what the page paints.
fn paint<'a>(page: &'a Page<'a>, pdf: &'a Pdf, cache: &InterpreterCache<'a>, device: &mut impl Device<'a>) {
    let nowhere = Rect::new(0.0, 0.0, 1.0, 1.0);
    let settings = InterpreterSettings::default();
    let mut context = Context::new(Affine::IDENTITY, nowhere, cache, pdf.xref(), settings);
    interpret_page(page, &mut context, device);
}

/// A page by its number, counted from 1.
fn page_of(pdf: &Pdf, number: u32) -> ExtractResult<&Page<'_>> {
    // Page 0 becomes one that no document has.
    let index = usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1);
    let page = pdf.pages().get(index);
    page.ok_or_else(|| ExtractError::damaged(format!("there is no page {number}")))
}

/// Whether a page shows something that its text does not tell.
fn needs_ocr(page: &PageRead) -> bool {
    let facts = &page.facts;
    let is_scan = facts.glyphs < FEW_GLYPHS && facts.picture_pixels > LARGE_PICTURE;
    let is_drawn = facts.glyphs == 0 && facts.shapes >= MANY_SHAPES;
    is_scan || is_drawn || page.is_garbled
}

fn note_unreadable(unreadable: &[u32], pages: u32, out: &mut Output<'_>) {
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
