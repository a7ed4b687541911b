//! The output of a reader: passages go out at once, facts gather in the report.

use super::{
    charset::Decoded,
    clean_text::{clean_text, count_characters},
    error::{ExtractError, ExtractResult},
    limits::{CUE_WINDOW_MS, ExtractLimits, MOST_OCR_PAGES, PAGE_TEXT_BYTES},
};
use crate::domain::{
    file::{ExtractionReport, MAX_LISTED_SHEETS},
    passage::{Locator, Passage},
};

/// Sends a passage on; `false` when nobody listens any more.
pub(crate) type PassageSink<'a> = dyn FnMut(Passage) -> bool + 'a;

/// Collects what a reader finds, within the limits on output.
pub(crate) struct Output<'a> {
    /// Subtitles are gathered into passages of about this length.
    pub(crate) cue_window_ms: u64,
    /// The facts so far. Readers set what they know; pages and characters are counted here.
    pub(crate) report: ExtractionReport,
    /// The pages whose text stands in their pictures alone, in order; at most [`MOST_OCR_PAGES`].
    pub(crate) pictures: Vec<u32>,
    send: &'a mut PassageSink<'a>,
    passages_left: u32,
    bytes_left: u64,
    member: Option<String>,
    member_section: u32,
}

impl<'a> Output<'a> {
    /// Starts with nothing found.
    pub(crate) fn new(limits: &ExtractLimits, send: &'a mut PassageSink<'a>) -> Self {
        Self {
            cue_window_ms: CUE_WINDOW_MS,
            report: ExtractionReport::default(),
            pictures: Vec::new(),
            send,
            passages_left: limits.passages,
            bytes_left: limits.output_bytes,
            member: None,
            member_section: 0,
        }
    }

    /// Takes one page, slide or sheet: counts it, and sends its text if it has any.
    pub(crate) fn page(&mut self, locator: Locator, text: &str) -> ExtractResult {
        self.report.pages += 1;
        let sent = self.passage(locator, text)?;
        if !sent {
            self.report.blank_pages += 1;
        }
        Ok(())
    }

    /// Notes a page that only recognition can read. Inside an archive no page can be opened.
    pub(crate) fn picture(&mut self, page: u32) {
        if self.member.is_none() && self.pictures.len() < MOST_OCR_PAGES {
            self.pictures.push(page);
        }
    }

    /// Takes a passage and says whether it held any text. Pages are counted by the caller.
    pub(crate) fn passage(&mut self, locator: Locator, text: &str) -> ExtractResult<bool> {
        let text = clean_text(self.shorten(text));
        if text.trim().is_empty() {
            return Ok(false);
        }
        self.spend(text.len() as u64)?;
        self.report.characters += count_characters(&text);
        let locator = self.place(locator);
        if (self.send)(Passage::new(locator, text)) {
            Ok(true)
        } else {
            Err(ExtractError::OutputFull)
        }
    }

    /// Notes how a text was read, and gives it back.
    pub(crate) fn decoded(&mut self, decoded: Decoded) -> String {
        self.report.unreadable = self.report.unreadable.saturating_add(decoded.unreadable);
        // The file is served with this charset: what a part of it is written in is another matter.
        if self.member.is_none() {
            self.report.encoding = Some(decoded.encoding.name().to_owned());
        }
        decoded.text
    }

    /// One part's fault costs one part: it is counted, and reading goes on.
    pub(crate) fn tolerate(&mut self, end: ExtractResult) -> ExtractResult {
        match end {
            Err(ExtractError::Fault(_, detail)) => {
                self.report.unread = self.report.unread.saturating_add(1);
                self.report.detail.get_or_insert(detail);
                Ok(())
            }
            end => end,
        }
    }

    /// The same of a part that says something; what cannot be read says nothing.
    pub(crate) fn tolerated<T: Default>(&mut self, part: ExtractResult<T>) -> ExtractResult<T> {
        match part {
            Ok(found) => Ok(found),
            Err(stop) => self.tolerate(Err(stop)).map(|()| T::default()),
        }
    }

    /// Notes a sheet that is read though nobody sees it.
    pub(crate) fn hide(&mut self, name: &str) {
        if self.report.hidden.len() < MAX_LISTED_SHEETS {
            self.report.hidden.push(name.to_owned());
        }
    }

    /// From now on, passages belong to the archive member at `path`; `None` ends that.
    pub(crate) fn enter_member(&mut self, path: Option<String>) {
        self.member = path;
    }

    /// Reads what lies inside the document under a name of its own.
    pub(crate) fn within(&mut self, name: &str, read: impl FnOnce(&mut Self) -> ExtractResult) -> ExtractResult {
        let outer = self.member.clone();
        let path = outer
            .as_ref()
            .map_or_else(|| name.to_owned(), |outer| format!("{outer}/{name}"));
        let (pages, blank_pages) = (self.report.pages, self.report.blank_pages);
        self.member = Some(path);
        let end = read(self);
        self.member = outer;
        // Its pages are not those of the document around it.
        (self.report.pages, self.report.blank_pages) = (pages, blank_pages);
        end
    }

    /// The archive member being read, if any.
    pub(crate) fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    /// A page's text, cut where it stops being a page's worth.
    fn shorten<'t>(&mut self, text: &'t str) -> &'t str {
        if text.len() <= PAGE_TEXT_BYTES {
            return text;
        }
        self.report.truncated = true;
        &text[..text.floor_char_boundary(PAGE_TEXT_BYTES)]
    }

    fn spend(&mut self, bytes: u64) -> ExtractResult {
        if self.passages_left == 0 || self.bytes_left < bytes {
            return Err(ExtractError::OutputFull);
        }
        self.passages_left -= 1;
        self.bytes_left -= bytes;
        Ok(())
    }

    /// Inside an archive no page can be opened: passages are found under their member's path, numbered in text order.
    fn place(&mut self, locator: Locator) -> Locator {
        let Some(path) = &self.member else { return locator };
        self.member_section += 1;
        Locator::Section {
            section: self.member_section,
            title: Some(path.clone()),
        }
    }

    /// Ends the reading: how it stopped becomes part of the report.
    pub(crate) fn close(mut self, end: ExtractResult) -> ExtractionReport {
        match end {
            Ok(()) => {}
            Err(ExtractError::OutputFull) => self.report.truncated = true,
            Err(ExtractError::Fault(fault, detail)) => {
                self.report.truncated |= self.report.characters > 0;
                self.report.fault = Some(fault);
                self.report.detail = Some(detail);
            }
        }
        self.report
    }
}
