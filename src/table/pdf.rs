//! Documents for a printer: a title, bars, tables whose head stands on every page, in Chinese and in Latin.
//!
//! The same document gives the same bytes: it carries the date that it is given and no other. Making one computes for as
//! long as its tables are; callers do it beside the threads that serve.
//!
//! | file | what it is about |
//! |---|---|
//! | [`mod@font`] | glyphs, their widths, and which characters they are |
//! | [`mod@text`] | where lines end |
//! | [`mod@sheet`] | pages, filled from above |
//! | [`mod@grid`] | a table: its columns, its rows from page to page |

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Date, Pdf, Ref, TextStr};

use self::sheet::{Grey, Sheets};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::words::pages::PageWords;

mod font;
mod grid;
mod sheet;
mod text;

/// The most rows of a table that are printed; a line says how many more there are. Some hundred pages.
const MAX_ROWS: usize = 5_000;
/// More columns than these want the page turned.
const UPRIGHT_COLUMNS: usize = 6;
const TITLE_SIZE: f32 = 16.0;
const HEADING_SIZE: f32 = 12.0;
const TEXT_SIZE: f32 = 9.0;
/// A line's height in parts of its letters'.
const LEADING: f32 = 1.4;
const BAR_HEIGHT: f32 = 6.0;
/// The greys of what is drawn over each other in a bar, the widest first.
const BAR_GREYS: [Grey; 3] = [Grey(0.85), Grey(0.6), Grey(0.25)];

/// A document to be printed.
#[derive(Debug, Clone)]
pub struct PrintedDocument {
    /// Its title; the file's name.
    pub title: String,
    /// The lines below the title: what it says, of when it is.
    pub lead: Vec<String>,
    /// Its parts.
    pub sections: Vec<PrintedSection>,
    /// The date it bears.
    pub made_at: Timestamp,
    /// The language of what is said besides.
    pub say: PageWords,
}

/// A part of a document with a heading of its own.
#[derive(Debug, Clone, Default)]
pub struct PrintedSection {
    /// Its heading.
    pub title: String,
    /// What one has to know to read it.
    pub notes: Vec<String>,
    /// Its bars.
    pub bars: Vec<PrintedBar>,
    /// The heads of its table's columns.
    pub head: Vec<String>,
    /// The table's rows, each as wide as the head.
    pub rows: Vec<Vec<String>>,
}

/// A bar with its label above.
#[derive(Debug, Clone)]
pub struct PrintedBar {
    /// What it stands for.
    pub label: String,
    /// Its number in words.
    pub value: String,
    /// What is drawn, the widest first, in hundredths of the width.
    pub parts: Vec<f32>,
}

impl PrintedDocument {
    /// The document as PDF.
    pub fn pdf(&self) -> Result<Vec<u8>> {
        let is_wide = self.sections.iter().any(|part| part.head.len() > UPRIGHT_COLUMNS);
        let mut sheets = Sheets::new(is_wide);
        paragraph(&mut sheets, &self.title, TITLE_SIZE);
        for line in &self.lead {
            paragraph(&mut sheets, line, TEXT_SIZE);
        }
        for section in &self.sections {
            section.print(&mut sheets, self.say);
        }
        let (mut pdf, mut last) = (Pdf::new(), 3);
        let (catalog, tree, info) = (Ref::new(1), Ref::new(2), Ref::new(3));
        let mut next = || {
            last += 1;
            Ref::new(last)
        };
        let mut root = pdf.catalog(catalog);
        root.pages(tree).lang(TextStr(self.say.lang().tag()));
        root.viewer_preferences().display_doc_title(true);
        drop(root);
        pdf.document_info(info)
            .title(TextStr(&self.title))
            .creation_date(date(self.made_at));
        sheets.finish(&mut pdf, tree, &mut next, |at, all| self.say.page_of_pages(at, all))?;
        Ok(pdf.finish())
    }
}

impl PrintedSection {
    fn print(&self, sheets: &mut Sheets, say: PageWords) {
        sheets.skip(TEXT_SIZE);
        if !sheets.has_room(HEADING_SIZE * LEADING + 4.0 * TEXT_SIZE * LEADING) {
            sheets.turn();
        }
        paragraph(sheets, &self.title, HEADING_SIZE);
        for note in &self.notes {
            paragraph(sheets, note, TEXT_SIZE);
        }
        for bar in &self.bars {
            bar.print(sheets);
        }
        if self.rows.is_empty() {
            return;
        }
        grid::print(sheets, &self.head, &self.rows[..self.rows.len().min(MAX_ROWS)]);
        if self.rows.len() > MAX_ROWS {
            paragraph(sheets, &say.rows_not_printed(self.rows.len() - MAX_ROWS), TEXT_SIZE);
        }
    }
}

impl PrintedBar {
    fn print(&self, sheets: &mut Sheets) {
        let line = TEXT_SIZE * LEADING;
        if !sheets.has_room(line + BAR_HEIGHT * 2.0) {
            sheets.turn();
        }
        let value = font::printable(&self.value).replace('\n', " ");
        let value_at = sheets.width() - font::width(&value, TEXT_SIZE);
        let label = text::lines(&font::printable(&self.label), TEXT_SIZE, value_at - TEXT_SIZE);
        sheets.write(&label[0], TEXT_SIZE, (0.0, 0.0));
        sheets.write(&value, TEXT_SIZE, (value_at, 0.0));
        sheets.skip(line);
        let whole = sheets.width();
        sheets.fill((0.0, 0.0), (whole, BAR_HEIGHT), Grey(0.95));
        for (part, grey) in self.parts.iter().zip(greys(self.parts.len())) {
            sheets.fill((0.0, 0.0), (whole * part.clamp(0.0, 100.0) / 100.0, BAR_HEIGHT), *grey);
        }
        sheets.skip(BAR_HEIGHT * 2.0);
    }
}

/// The darkest for whatever is drawn last.
fn greys(parts: usize) -> &'static [Grey] {
    &BAR_GREYS[BAR_GREYS.len().saturating_sub(parts)..]
}

/// Writes a text over as many lines as it needs.
fn paragraph(sheets: &mut Sheets, text: &str, size: f32) {
    for line in text::lines(&font::printable(text), size, sheets.width()) {
        if !sheets.has_room(size * LEADING) {
            sheets.turn();
        }
        sheets.write(&line, size, (0.0, 0.0));
        sheets.skip(size * LEADING);
    }
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("memory takes what is written")
}

fn date(at: Timestamp) -> Date {
    let there = at.there();
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    Date::new(u16::try_from(there.year()).unwrap_or_default())
        .month(part(there.month()))
        .day(part(there.day()))
        .hour(part(there.hour()))
        .minute(part(there.minute()))
        .second(part(there.second()))
        .utc_offset_hour(8)
        .utc_offset_minute(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn document(rows: usize) -> PrintedDocument {
        let section = PrintedSection {
            title: "各学习任务".to_owned(),
            notes: vec!["说明".to_owned()],
            bars: vec![PrintedBar {
                label: "数控加工".to_owned(),
                value: "3 / 6".to_owned(),
                parts: vec![100.0, 50.0],
            }],
            head: vec!["任务".to_owned(), "数量".to_owned()],
            rows: (0..rows).map(|at| vec![format!("任务{at}"), at.to_string()]).collect(),
        };
        PrintedDocument {
            title: "证据".to_owned(),
            lead: vec!["截至 2026-11-30".to_owned()],
            sections: vec![section],
            made_at: Timestamp(1_790_000_000_000),
            say: PageWords(Lang::Zh),
        }
    }

    #[test]
    fn the_same_document_gives_the_same_bytes_and_a_long_one_ends() {
        let (once, again) = (document(200).pdf().unwrap(), document(200).pdf().unwrap());
        let long = document(MAX_ROWS + 1).pdf().unwrap();

        assert!(once.starts_with(b"%PDF-") && once == again);
        assert!(long.len() < 4 << 20, "{} bytes", long.len());
    }

    #[test]
    fn nothing_in_a_document_is_too_long_or_too_strange_to_be_printed() {
        let mut odd = document(3);
        odd.title = "字".repeat(3_000);
        odd.sections[0].rows[0][0] = "\u{0}😀x".repeat(2_000);
        odd.sections[0].head = vec!["列".to_owned(); 60];
        odd.sections[0].rows[1] = vec!["值".to_owned(); 60];

        assert!(odd.pdf().unwrap().ends_with(b"%%EOF"));
    }
}
