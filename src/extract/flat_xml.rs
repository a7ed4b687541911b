//! Office documents that are one XML file: Excel and Word 2003, Word's flat form since, and OpenDocument's.

use std::collections::HashMap;

use super::{
    charset, docx,
    error::ExtractResult,
    input::Input,
    limits::TEXT_FILE_BYTES,
    number_format::{Epoch, NumberFormat, general, serial_of},
    opendocument,
    output::Output,
    sheet_sink::{self, area},
    xml::{Descend, Element, Visitor, walk},
};
use crate::domain::file::Kind;

/// What a flat file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FlatKind {
    Workbook,
    Document,
    /// OpenDocument of this kind.
    OpenDocument(Kind),
}

impl FlatKind {
    /// Recognises a file by its beginning, whatever its prefixes are called.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        let head = charset::decode(head).text;
        let head = head.trim_start_matches('\u{feff}').trim_start();
        if !head.starts_with("<?xml") && !head.starts_with('<') {
            return None;
        }
        let is_of = |name: &str| head.contains(name);
        match () {
            () if is_of("urn:schemas-microsoft-com:office:spreadsheet") && is_of("Workbook") => Some(Self::Workbook),
            () if is_of("/office/word/2003/wordml") || is_of("/office/2006/xmlPackage") => Some(Self::Document),
            () if is_of("urn:oasis:names:tc:opendocument:xmlns:office:1.0") => {
                let kinds = [
                    ("opendocument.text", Kind::Odt),
                    ("opendocument.spreadsheet", Kind::Ods),
                    ("opendocument.presentation", Kind::Odp),
                ];
                let (_, kind) = kinds
                    .iter()
                    .find(|(name, _)| is_of(&format!("application/vnd.oasis.{name}\"")))?;
                Some(Self::OpenDocument(*kind))
            }
            () => None,
        }
    }
}

/// Reads a file of either form.
pub(crate) fn read(flat: FlatKind, input: &Input, out: &mut Output<'_>) -> ExtractResult {
    out.report.truncated |= input.len() > TEXT_FILE_BYTES;
    let text = decoded(input)?;
    match flat {
        FlatKind::Document => docx::read_flat(markup_of(&text), out),
        FlatKind::OpenDocument(kind) => opendocument::read_flat(kind, markup_of(&text), out),
        FlatKind::Workbook => {
            sheet_sink::read_text(out, |to| walk(markup_of(&text).as_bytes(), &mut FlatWorkbook::new(to)))
        }
    }
}

/// Hands over the sheets of a workbook.
pub(crate) fn each_sheet(input: &Input, to: &mut dyn sheet_sink::SheetSink) -> ExtractResult {
    let text = decoded(input)?;
    walk(markup_of(&text).as_bytes(), &mut FlatWorkbook::new(to))
}

fn decoded(input: &Input) -> ExtractResult<String> {
    let bytes = input.head(TEXT_FILE_BYTES)?;
    Ok(charset::decode(&bytes).text)
}

fn markup_of(text: &str) -> &str {
    // It is decoded already: what the declaration says of its encoding is over.
    match text.find("?>").filter(|_| text.trim_start().starts_with("<?xml")) {
        Some(end) => &text[end + 2..],
        None => text,
    }
}

/// Walks through the styles and the sheets of a workbook.
struct FlatWorkbook<'s> {
    to: &'s mut dyn sheet_sink::SheetSink,
    formats: HashMap<String, NumberFormat>,
    style: String,
    sheet: String,
    row: u32,
    cells: Vec<String>,
    /// What is noted at cells of the row.
    notes: Vec<String>,
    is_note: bool,
    is_visibility: bool,
    /// Columns behind the open cell that it covers; no cell is written for them.
    covered: usize,
    /// What the open cell holds: its type and its words.
    data: Option<(String, String)>,
    cell_style: String,
}

/// Columns that are kept apart.
const COLUMNS: usize = 256;
/// The most styles whose formats are kept.
const STYLES: usize = 10_000;

impl<'s> FlatWorkbook<'s> {
    fn new(to: &'s mut dyn sheet_sink::SheetSink) -> Self {
        Self {
            to,
            formats: HashMap::new(),
            style: String::new(),
            sheet: String::new(),
            row: 0,
            cells: Vec::new(),
            notes: Vec::new(),
            is_note: false,
            is_visibility: false,
            covered: 0,
            data: None,
            cell_style: String::new(),
        }
    }

    /// A cell stands behind the last one unless it says where.
    fn open_cell(&mut self, element: &Element<'_>) {
        let number = |name: &str| element.attribute(name).and_then(|number| number.parse::<u32>().ok());
        // A file may write any number here, and each column before it takes memory.
        let empty_ones = number("Index").map_or(0, |at| (at as usize).saturating_sub(1).min(COLUMNS));
        while self.cells.len() < empty_ones {
            self.cells.push(String::new());
        }
        self.cell_style = element.attribute("StyleID").unwrap_or_default();
        let (down, across) = (number("MergeDown").unwrap_or(0), number("MergeAcross").unwrap_or(0));
        let (top, left) = (
            self.row.saturating_sub(1),
            u32::try_from(self.cells.len()).unwrap_or(u32::MAX),
        );
        self.cells.push(String::new());
        self.covered = (across as usize).min(COLUMNS);
        if down > 0 || across > 0 {
            let merged = area(top, left, top.saturating_add(down), left.saturating_add(across));
            if let Some(area) = merged {
                self.to.merge(area);
            }
        }
    }

    fn close_cell(&mut self) {
        let covered = std::mem::take(&mut self.covered);
        if self.cells.len() < COLUMNS {
            self.cells.resize(self.cells.len() + covered, String::new());
        }
    }

    /// What a cell says, as its style shows it.
    fn close_data(&mut self) {
        let Some((kind, text)) = self.data.take() else { return };
        if self.is_note {
            return self.notes.push(text);
        }
        let format = self.formats.get(&self.cell_style);
        let number = match kind.as_str() {
            "Number" => text.trim().parse().ok(),
            "DateTime" => serial_of(text.trim()),
            _ => None,
        };
        let shown = match (kind.as_str(), number, format) {
            ("Boolean", ..) => if text.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            ("Number", Some(number), None) => general(number),
            (_, Some(number), Some(format)) => format.number(number, Epoch::Of1900),
            (_, None, Some(format)) => format.words(&text),
            (_, _, None) => text,
        };
        if let Some(cell) = self.cells.last_mut() {
            cell.push_str(shown.trim());
        }
    }

    /// A style looks like the one that it is made of, until it says otherwise.
    fn open_style(&mut self, element: &Element<'_>) {
        self.style = element.attribute("ID").unwrap_or_default();
        let parent = element.attribute("Parent");
        let format = parent.and_then(|parent| self.formats.get(&parent).cloned());
        if let Some(format) = format.filter(|_| self.formats.len() < STYLES) {
            self.formats.insert(self.style.clone(), format);
        }
    }

    fn note_format(&mut self, code: &str) {
        if self.formats.len() < STYLES {
            let format = NumberFormat::parse(code_of(code));
            self.formats.insert(self.style.clone(), format);
        }
    }
}

/// Formats that these files call by names of their own.
fn code_of(name: &str) -> &str {
    match name {
        "Fixed" => "0.00",
        "Standard" => "#,##0.00",
        "Percent" => "0.00%",
        "Scientific" => "0.00E+00",
        "Currency" | "Euro Currency" => "¥#,##0.00;¥-#,##0.00",
        "Short Date" => "yyyy/m/d",
        "Medium Date" => "d-mmm-yy",
        "Long Date" => "yyyy\"年\"m\"月\"d\"日\"",
        "General Date" => "yyyy/m/d h:mm",
        "Short Time" => "h:mm",
        "Medium Time" => "h:mm AM/PM",
        "Long Time" => "h:mm:ss",
        "General" | "General Number" => "General",
        code => code,
    }
}

impl Visitor for FlatWorkbook<'_> {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            "Style" => self.open_style(element),
            "NumberFormat" => self.note_format(&element.attribute("Format").unwrap_or_default()),
            "Worksheet" => {
                self.sheet = element.attribute("Name").unwrap_or_default();
                self.to.open(&self.sheet)?;
                self.row = 0;
            }
            "Row" => {
                let at = element.attribute("Index").and_then(|at| at.parse().ok());
                self.row = at.unwrap_or(self.row.saturating_add(1));
            }
            "Cell" => self.open_cell(element),
            "Data" => self.data = Some((element.attribute("Type").unwrap_or_default(), String::new())),
            "Comment" => self.is_note = true,
            "Visible" => self.is_visibility = true,
            "DocumentProperties" => return Ok(Descend::Skip),
            _ => {}
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        match name {
            "Data" => self.close_data(),
            "Comment" => self.is_note = false,
            "Visible" => self.is_visibility = false,
            "Cell" => self.close_cell(),
            "Row" => {
                let cells = std::mem::take(&mut self.cells);
                self.to.row(self.row, cells)?;
                for note in std::mem::take(&mut self.notes) {
                    self.to.beside(&note)?;
                }
            }
            "Worksheet" => self.to.close()?,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> ExtractResult {
        if self.is_visibility && text.trim() != "SheetVisible" {
            self.to.hide(&self.sheet);
        }
        if let Some((_, data)) = &mut self.data {
            data.push_str(text);
        }
        Ok(())
    }
}
