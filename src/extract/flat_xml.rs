//! Office documents that are one XML file: Excel and Word 2003, and Word's flat form since.

use super::{
    charset, docx,
    findings::Findings,
    input::Input,
    limits::TEXT_FILE_BYTES,
    rows::Rows,
    stop::Reading,
    xml::{Element, Visit, Visitor, walk},
};

/// What a flat file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flat {
    Workbook,
    Document,
}

impl Flat {
    /// Recognises a file by its beginning, whatever its prefixes are called.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        let head = String::from_utf8_lossy(head);
        let head = head.trim_start_matches('\u{feff}').trim_start();
        if !head.starts_with("<?xml") && !head.starts_with('<') {
            return None;
        }
        let is_of = |name: &str| head.contains(name);
        match () {
            () if is_of("urn:schemas-microsoft-com:office:spreadsheet") && is_of("Workbook") => Some(Self::Workbook),
            () if is_of("/office/word/2003/wordml") || is_of("/office/2006/xmlPackage") => Some(Self::Document),
            () => None,
        }
    }
}

/// Reads a file of either form.
pub(crate) fn read(flat: Flat, input: &Input, out: &mut Findings<'_>) -> Reading {
    let bytes = input.head(TEXT_FILE_BYTES)?;
    out.report.truncated |= input.len() > TEXT_FILE_BYTES;
    let text = charset::decode(&bytes).text;
    // It is decoded already: what the declaration says of its encoding is over.
    let markup = match text.find("?>").filter(|_| text.trim_start().starts_with("<?xml")) {
        Some(end) => &text[end + 2..],
        None => text.as_str(),
    };
    match flat {
        Flat::Document => docx::read_flat(markup, out),
        Flat::Workbook => {
            let mut sheets = Sheets::new(out);
            walk(markup.as_bytes(), &mut sheets)
        }
    }
}

/// Walks through the sheets of a workbook.
struct Sheets<'a, 'f> {
    out: &'a mut Findings<'f>,
    sheet: Option<Rows>,
    row: u32,
    cells: Vec<String>,
    is_data: bool,
}

/// Columns that are kept apart.
const COLUMNS: usize = 256;

impl<'a, 'f> Sheets<'a, 'f> {
    fn new(out: &'a mut Findings<'f>) -> Self {
        Self {
            out,
            sheet: None,
            row: 0,
            cells: Vec::new(),
            is_data: false,
        }
    }

    /// A cell stands behind the last one unless it says where.
    fn open_cell(&mut self, element: &Element<'_>) {
        let at = element.attribute("Index").and_then(|at| at.parse::<usize>().ok());
        let empty_ones = at.map_or(0, |at| at.saturating_sub(1).min(COLUMNS));
        while self.cells.len() < empty_ones {
            self.cells.push(String::new());
        }
        self.cells.push(String::new());
    }
}

impl Visitor for Sheets<'_, '_> {
    fn open(&mut self, element: &Element<'_>) -> Reading<Visit> {
        match element.name() {
            "Worksheet" => {
                self.sheet = Some(Rows::of_sheet(&element.attribute("Name").unwrap_or_default()));
                self.row = 0;
            }
            "Row" => {
                let at = element.attribute("Index").and_then(|at| at.parse().ok());
                self.row = at.unwrap_or(self.row.saturating_add(1));
            }
            "Cell" => self.open_cell(element),
            "Data" => self.is_data = true,
            "Styles" | "DocumentProperties" | "WorksheetOptions" => return Ok(Visit::Skip),
            _ => {}
        }
        Ok(Visit::Inside)
    }

    fn close(&mut self, name: &str) -> Reading {
        match name {
            "Data" => self.is_data = false,
            "Row" => {
                let cells = std::mem::take(&mut self.cells).join("\t");
                if let Some(sheet) = &mut self.sheet {
                    sheet.row(self.row, &cells, self.out)?;
                }
            }
            "Worksheet" => {
                if let Some(sheet) = self.sheet.take() {
                    sheet.finish(self.out)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Reading {
        if let Some(cell) = self.cells.last_mut().filter(|_| self.is_data) {
            cell.push_str(text);
        }
        Ok(())
    }
}
