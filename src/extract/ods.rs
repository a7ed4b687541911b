//! Sheets of OpenDocument, which keep beside each value the words that its cell shows.

use std::{collections::HashSet, mem};

use super::{
    archive_reader::ArchiveReader,
    error::{ExtractError, ExtractResult},
    opendocument::{CONTENT, blanks, count, is_beside_the_text, is_encrypted},
    sheet_sink::{SheetSink, area, set_cell},
    xml::{Descend, Element, Visitor, walk},
};

/// Copies of one cell that are text; programs fill whole rows with one repeated empty cell.
const REPEATED_CELLS: usize = 64;
/// What a cell is worth where no words say it, in the order of trust.
const VALUES: [&str; 5] = ["string-value", "date-value", "time-value", "boolean-value", "value"];

/// Hands over the sheets of a document.
pub(crate) fn each_sheet(archive: &mut ArchiveReader, to: &mut dyn SheetSink) -> ExtractResult {
    if is_encrypted(archive)? {
        return Err(ExtractError::encrypted());
    }
    walk(archive.part(CONTENT)?, &mut OdsWorkbook::new(to))
}

/// Hands over the sheets of a document that is one XML file.
pub(crate) fn each_sheet_of(markup: &str, to: &mut dyn SheetSink) -> ExtractResult {
    walk(markup.as_bytes(), &mut OdsWorkbook::new(to))
}

/// Walks through the sheets of a document.
struct OdsWorkbook<'s> {
    to: &'s mut dyn SheetSink,
    /// Paragraphs open around the current place; text outside of any is layout.
    paragraphs: u32,
    row: u32,
    rows_repeated: u32,
    cells: Vec<String>,
    column: usize,
    cell: Option<OdsCell>,
    /// Words that are drawn on the sheet.
    beside: String,
    /// What was noted on cells, with the note that is open.
    comments: Vec<String>,
    is_comment: bool,
    /// The style that is being defined, and those that hide a sheet.
    style: String,
    hiding: HashSet<String>,
}

/// A cell that is open.
#[derive(Default)]
struct OdsCell {
    words: String,
    /// What stands in it when it has no words.
    value: String,
    repeated: usize,
}

impl<'s> OdsWorkbook<'s> {
    fn new(to: &'s mut dyn SheetSink) -> Self {
        Self {
            to,
            paragraphs: 0,
            row: 1,
            rows_repeated: 1,
            cells: Vec::new(),
            column: 0,
            cell: None,
            beside: String::new(),
            comments: Vec::new(),
            is_comment: false,
            style: String::new(),
            hiding: HashSet::new(),
        }
    }

    fn words(&mut self) -> &mut String {
        if let Some(comment) = self.comments.last_mut().filter(|_| self.is_comment) {
            return comment;
        }
        self.cell.as_mut().map_or(&mut self.beside, |cell| &mut cell.words)
    }

    fn open_cell(&mut self, element: &Element<'_>) {
        let span = |name: &str| {
            u32::try_from(count(element, name))
                .unwrap_or(u32::MAX)
                .saturating_sub(1)
        };
        let (down, across) = (span("number-rows-spanned"), span("number-columns-spanned"));
        if down > 0 || across > 0 {
            let (top, left) = (self.row - 1, u32::try_from(self.column).unwrap_or(u32::MAX));
            let merged = area(top, left, top.saturating_add(down), left.saturating_add(across));
            if let Some(area) = merged {
                self.to.merge(area);
            }
        }
        self.cell = Some(OdsCell {
            value: VALUES
                .iter()
                .find_map(|name| element.attribute(name))
                .unwrap_or_default(),
            repeated: count(element, "number-columns-repeated"),
            ..OdsCell::default()
        });
    }

    fn close_cell(&mut self) {
        let Some(OdsCell { words, value, repeated }) = self.cell.take() else {
            return;
        };
        let shown = match words.trim() {
            "" => value.trim(),
            words => words,
        };
        let copies = if shown.is_empty() {
            0
        } else {
            repeated.min(REPEATED_CELLS)
        };
        for copy in 0..copies {
            set_cell(&mut self.cells, self.column.saturating_add(copy), shown.to_owned());
        }
        self.column = self.column.saturating_add(repeated);
    }

    fn close_row(&mut self) -> ExtractResult {
        self.column = 0;
        self.to.row(self.row, mem::take(&mut self.cells))?;
        self.row = self.row.saturating_add(self.rows_repeated);
        Ok(())
    }

    fn open_sheet(&mut self, element: &Element<'_>) -> ExtractResult {
        let name = element.attribute("name").unwrap_or_default();
        let style = element.attribute("style-name").unwrap_or_default();
        self.row = 1;
        self.to.open(&name)?;
        if self.hiding.contains(&style) {
            self.to.hide(&name);
        }
        Ok(())
    }

    fn close_sheet(&mut self) -> ExtractResult {
        let beside = mem::take(&mut self.beside);
        if !beside.trim().is_empty() {
            self.to.row(self.row, vec![beside.trim().to_owned()])?;
        }
        for comment in mem::take(&mut self.comments) {
            self.to.beside(&comment.trim().replace('\n', " "))?;
        }
        self.to.close()
    }
}

impl Visitor for OdsWorkbook<'_> {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            name if is_beside_the_text(name) => return Ok(Descend::Skip),
            "p" | "h" => self.paragraphs += 1,
            "s" => self.words().extend(blanks(element)),
            "tab" | "line-break" => self.words().push(' '),
            "annotation" => {
                self.is_comment = true;
                self.comments.push(String::new());
            }
            "style" => self.style = element.attribute("name").unwrap_or_default(),
            "table-properties" if element.attribute("display").as_deref() == Some("false") => {
                self.hiding.insert(mem::take(&mut self.style));
            }
            "table" => self.open_sheet(element)?,
            "table-row" => {
                self.rows_repeated = u32::try_from(count(element, "number-rows-repeated")).unwrap_or(u32::MAX);
            }
            "table-cell" | "covered-table-cell" => self.open_cell(element),
            _ => {}
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        match name {
            "p" | "h" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                self.words().push('\n');
            }
            "annotation" => self.is_comment = false,
            "table-cell" | "covered-table-cell" => self.close_cell(),
            "table-row" => self.close_row()?,
            "table" => self.close_sheet()?,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> ExtractResult {
        if self.paragraphs > 0 {
            // Line ends and indents of the XML file are not in the document.
            let flat = text.replace(['\n', '\r', '\t'], " ");
            self.words().push_str(&flat);
        }
        Ok(())
    }
}
