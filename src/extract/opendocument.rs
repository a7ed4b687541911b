//! OpenDocument: text, sheets and slides as LibreOffice keeps them.

use std::mem;

use super::{
    archive::Archive,
    findings::Findings,
    prose::Prose,
    rows::Rows,
    stop::{Reading, Stop},
    xml::{Element, Visit, Visitor, walk},
};
use crate::domain::{file::Kind, passage::Locator};

/// The part that holds the words.
const CONTENT: &str = "content.xml";
/// Repeated blanks of one element; more is a bomb.
const BLANKS: usize = 100;
/// Copies of one cell that are text; programs fill whole rows with one repeated empty cell.
const REPEATED_CELLS: usize = 64;

/// Reads a document of one of the three kinds.
pub(crate) fn read(kind: Kind, archive: &mut Archive, out: &mut Findings<'_>) -> Reading {
    if is_encrypted(archive)? {
        return Err(Stop::encrypted());
    }
    let mut content = Content::new(kind, out);
    walk(archive.part(CONTENT)?, &mut content)?;
    content.finish()
}

/// An encrypted document keeps its list of parts readable, and the list says so.
fn is_encrypted(archive: &mut Archive) -> Reading<bool> {
    const MANIFEST: &str = "META-INF/manifest.xml";
    let mut manifest = Manifest::default();
    if archive.has(MANIFEST) {
        walk(archive.part(MANIFEST)?, &mut manifest)?;
    }
    Ok(manifest.is_encrypted)
}

#[derive(Default)]
struct Manifest {
    is_encrypted: bool,
}

impl Visitor for Manifest {
    fn open(&mut self, element: &Element<'_>) -> Reading<Visit> {
        self.is_encrypted |= element.name() == "encryption-data";
        Ok(Visit::Inside)
    }
}

/// Walks through the content of any of the three kinds.
struct Content<'a, 'f> {
    kind: Kind,
    out: &'a mut Findings<'f>,
    prose: Prose,
    text: String,
    /// Paragraphs open around the current place; text outside of any is layout.
    paragraphs: u32,
    cells: u32,
    slide: u32,
    sheet: Option<Rows>,
    row: u32,
    rows_repeated: u32,
    cells_repeated: usize,
    cell_start: usize,
}

impl<'a, 'f> Content<'a, 'f> {
    fn new(kind: Kind, out: &'a mut Findings<'f>) -> Self {
        Self {
            kind,
            out,
            prose: Prose::default(),
            text: String::new(),
            paragraphs: 0,
            cells: 0,
            slide: 0,
            sheet: None,
            row: 1,
            rows_repeated: 1,
            cells_repeated: 1,
            cell_start: 0,
        }
    }

    fn finish(mut self) -> Reading {
        self.prose.flush(self.out)
    }

    fn start_sheet(&mut self, element: &Element<'_>) {
        if self.kind == Kind::Ods {
            self.sheet = Some(Rows::of_sheet(&element.attribute("name").unwrap_or_default()));
            self.row = 1;
        }
    }

    fn end_sheet(&mut self) -> Reading {
        match self.sheet.take() {
            Some(sheet) => sheet.finish(self.out),
            None => Ok(()),
        }
    }

    fn end_row(&mut self) -> Reading {
        if let Some(sheet) = &mut self.sheet {
            let cells = mem::take(&mut self.text);
            sheet.row(self.row, &cells, self.out)?;
            self.row = self.row.saturating_add(self.rows_repeated);
            Ok(())
        } else {
            // In a text, the row of an outer table is a paragraph; elsewhere it is a line.
            self.end_paragraph(false)
        }
    }

    fn end_cell(&mut self) {
        self.cells = self.cells.saturating_sub(1);
        self.text.truncate(self.text.trim_end_matches('\n').len());
        let cell = self.text.get(self.cell_start..).unwrap_or_default().to_owned();
        let copies = if cell.is_empty() { 1 } else { self.cells_repeated };
        for _ in 1..copies {
            self.text.push('\t');
            self.text.push_str(&cell);
        }
        self.text.push('\t');
    }

    fn end_paragraph(&mut self, is_heading: bool) -> Reading {
        if self.kind != Kind::Odt || self.cells > 0 {
            self.text.push('\n');
            return Ok(());
        }
        let text = mem::take(&mut self.text);
        if is_heading {
            self.prose.heading(&text, self.out)
        } else {
            self.prose.paragraph(&text, self.out)
        }
    }

    fn end_slide(&mut self) -> Reading {
        self.slide += 1;
        let text = mem::take(&mut self.text);
        self.out.page(Locator::Slide { slide: self.slide }, &text)
    }
}

impl Visitor for Content<'_, '_> {
    fn open(&mut self, element: &Element<'_>) -> Reading<Visit> {
        let count = |name: &str| {
            element
                .attribute(name)
                .and_then(|count| count.parse::<usize>().ok())
                .unwrap_or(1)
        };
        match element.name() {
            "tracked-changes" | "ruby-text" | "forms" | "annotation" | "automatic-styles" => return Ok(Visit::Skip),
            "p" | "h" => self.paragraphs += 1,
            "s" => self.text.extend(std::iter::repeat_n(' ', count("c").min(BLANKS))),
            "tab" => self.text.push('\t'),
            "line-break" => self.text.push('\n'),
            "table" => self.start_sheet(element),
            "table-row" => self.rows_repeated = u32::try_from(count("number-rows-repeated")).unwrap_or(u32::MAX),
            "table-cell" | "covered-table-cell" => {
                self.cells += 1;
                self.cells_repeated = count("number-columns-repeated").min(REPEATED_CELLS);
                self.cell_start = self.text.len();
            }
            _ => {}
        }
        Ok(Visit::Inside)
    }

    fn close(&mut self, name: &str) -> Reading {
        match name {
            "p" | "h" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                self.end_paragraph(name == "h")?;
            }
            "table-cell" | "covered-table-cell" => self.end_cell(),
            "table-row" => self.end_row()?,
            "table" => self.end_sheet()?,
            "page" if self.kind == Kind::Odp => self.end_slide()?,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Reading {
        if self.paragraphs > 0 {
            // Line ends and indents of the XML file are not in the document.
            self.text.extend(
                text.chars()
                    .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }),
            );
        }
        Ok(())
    }
}
