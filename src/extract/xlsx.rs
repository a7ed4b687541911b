//! Excel since 2007, cell by cell.
//!
//! Only calamine's cell reader is used: asking it for a whole sheet makes a grid as large as the farthest cell, which
//! a file of one kilobyte can put 549 GB away.

use std::collections::{BTreeMap, HashMap};

use calamine::{DataRef, Reader, SheetVisible, Style, Xlsx, XlsxError};

use super::{
    archive_reader::ArchiveReader,
    drawing::DrawingText,
    error::{ExtractError, ExtractResult},
    headers_footers,
    input::Input,
    merged_cells::{CellRange, MergeReach, MergedCells},
    number_format::{Epoch, NumberFormat, serial_of},
    office::{self, Relation, main_part, relations},
    output::Output,
    row_builder::RowBuilder,
    sheet_sink::{area, set_cell},
    xml::{Descend, Element, Visitor, walk},
};

/// Reads all sheets, hidden ones too, with what is drawn, noted and printed around them; then the documents that lie in
/// them.
pub(crate) fn read(archive: &mut ArchiveReader, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    expect_markup(archive)?;
    let mut workbook = open(archive.input())?;
    let beside = beside_the_cells(archive, out);
    let mut beside = out.tolerated(beside)?;
    for sheet in workbook.sheets_metadata().to_vec() {
        if sheet.visible != SheetVisible::Visible {
            out.hide(&sheet.name);
        }
        let mut rows = RowBuilder::of_sheet(&sheet.name);
        let mut merged = MergedCells::of(areas(&mut workbook, &sheet.name).into_iter());
        let end = each_row(&mut workbook, &sheet.name, &mut |number, mut cells| {
            merged.fill(number - 1, &mut cells, MergeReach::Down);
            rows.row(number, &cells.join("\t"), out)
        });
        if let Some(beside) = beside.get_mut(&sheet.name) {
            read_beside(archive, beside, &mut rows, out)?;
        }
        rows.finish(out)?;
        out.tolerate(end)?;
    }
    for part in beside.values().flat_map(|beside| &beside.embedded) {
        let end = office::read_embedded(archive, part, out, depth);
        out.tolerate(end)?;
    }
    Ok(())
}

/// What belongs to a sheet without standing in its cells.
#[derive(Default)]
struct SheetExtras {
    /// The sheet's own part.
    sheet: String,
    /// Parts with text boxes, charts, diagrams and comments.
    drawn: Vec<String>,
    /// Documents of their own.
    embedded: Vec<Relation>,
}

fn read_beside(
    archive: &mut ArchiveReader,
    beside: &SheetExtras,
    rows: &mut RowBuilder,
    out: &mut Output<'_>,
) -> ExtractResult {
    let last = rows.last();
    for part in &beside.drawn {
        let text = words_of(archive, part);
        rows.row(last, &out.tolerated(text)?.replace('\t', " "), out)?;
    }
    let margins = headers_footers::of_sheet(archive, &beside.sheet);
    for line in out.tolerated(margins)? {
        rows.row(last, &line, out)?;
    }
    Ok(())
}

/// What belongs to each sheet, by the sheet's name.
fn beside_the_cells(archive: &mut ArchiveReader, out: &mut Output<'_>) -> ExtractResult<BTreeMap<String, SheetExtras>> {
    let main = main_part(archive)?;
    let related = relations(archive, &main)?;
    let mut sheets = SheetParts::default();
    walk(archive.part(&main)?, &mut sheets)?;
    let mut found = BTreeMap::new();
    for (name, id) in sheets.named {
        if let Some(sheet) = related.iter().find(|part| part.id == id) {
            let beside = beside(archive, sheet);
            found.insert(name, out.tolerated(beside)?);
        }
    }
    Ok(found)
}

fn beside(archive: &mut ArchiveReader, sheet: &Relation) -> ExtractResult<SheetExtras> {
    let mut beside = SheetExtras {
        sheet: sheet.target.clone(),
        ..SheetExtras::default()
    };
    for part in relations(archive, &sheet.target)? {
        match part.role.as_str() {
            "comments" | "threadedComment" => beside.drawn.push(part.target),
            "drawing" => {
                let drawn = relations(archive, &part.target)?;
                beside.drawn.push(part.target);
                let is_drawn = |part: &Relation| matches!(part.role.as_str(), "chart" | "chartEx" | "diagramData");
                beside
                    .drawn
                    .extend(drawn.into_iter().filter(is_drawn).map(|part| part.target));
            }
            _ if office::is_embedded(&part) => beside.embedded.push(part),
            _ => {}
        }
    }
    Ok(beside)
}

fn words_of(archive: &mut ArchiveReader, part: &str) -> ExtractResult<String> {
    let mut words = DrawingText::default();
    walk(archive.part(part)?, &mut words)?;
    Ok(words.text)
}

/// The sheets of a workbook: each one's name and the reference to its part.
#[derive(Default)]
struct SheetParts {
    named: Vec<(String, String)>,
}

impl Visitor for SheetParts {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        if element.name() == "sheet" {
            self.named
                .extend(element.attribute("name").zip(element.attribute_prefixed("id")));
        }
        Ok(Descend::Inside)
    }
}

/// Refuses a workbook whose sheets are kept in Excel's own binary records.
pub(crate) fn expect_markup(archive: &ArchiveReader) -> ExtractResult {
    if archive.has("xl/workbook.bin") {
        return Err(ExtractError::unsupported("a binary workbook (XLSB): save it as XLSX"));
    }
    Ok(())
}

/// Opens a workbook.
pub(crate) fn open(input: Input) -> ExtractResult<Xlsx<Input>> {
    Xlsx::new(input).map_err(error_of)
}

/// The merged areas of a sheet; none where they cannot be read.
pub(crate) fn areas(workbook: &mut Xlsx<Input>, sheet: &str) -> Vec<CellRange> {
    let found = workbook.merge_cells_by_sheet_name(sheet).unwrap_or_default();
    let areas = found
        .into_iter()
        .filter_map(|it| area(it.start.0, it.start.1, it.end.0, it.end.1));
    areas.collect()
}

/// Walks through the rows of a sheet: number from 1, and its cells with gaps left out at the end only.
pub(crate) fn each_row(
    workbook: &mut Xlsx<Input>,
    sheet: &str,
    take: &mut dyn FnMut(u32, Vec<String>) -> ExtractResult,
) -> ExtractResult {
    let epoch = match workbook.has_1904_epoch() {
        true => Epoch::Of1904,
        false => Epoch::Of1900,
    };
    let mut reader = match workbook.worksheet_cells_reader(sheet) {
        Ok(reader) => reader,
        // A sheet that is only a chart has no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(error) => return Err(error_of(error)),
    };
    let mut formats = Formats::new(epoch);
    let (mut number, mut cells) = (0, Vec::new());
    loop {
        let (cell, style) = match reader.next_cell_with_style_id() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            // An error that newer programs know by another name costs its own cell, and so does a text that is not there or a
            // number that is none.
            Err(
                XlsxError::CellError(_) | XlsxError::Unexpected(_) | XlsxError::ParseInt(_) | XlsxError::ParseFloat(_),
            ) => {
                continue;
            }
            Err(error) => return Err(error_of(error)),
        };
        let (row, column) = cell.get_position();
        if row != number && !cells.is_empty() {
            take(number + 1, std::mem::take(&mut cells))?;
        }
        number = row;
        let shown = formats.show(cell.get_value(), style, reader.styles());
        set_cell(&mut cells, column as usize, shown.trim().to_owned());
    }
    if cells.is_empty() {
        Ok(())
    } else {
        take(number + 1, cells)
    }
}

/// The number formats of a workbook, each read when its first cell comes.
struct Formats {
    epoch: Epoch,
    known: HashMap<usize, NumberFormat>,
}

impl Formats {
    fn new(epoch: Epoch) -> Self {
        Self {
            epoch,
            known: HashMap::new(),
        }
    }

    /// A cell as people see it.
    fn show(&mut self, value: &DataRef<'_>, style: usize, styles: &[Style]) -> String {
        let format = || NumberFormat::parse(code_of(styles.get(style)));
        let format = self.known.entry(style).or_insert_with(format);
        match value {
            DataRef::Empty => String::new(),
            DataRef::String(text) => format.words(text),
            DataRef::SharedString(text) => format.words(text),
            DataRef::Float(number) => format.number(*number, self.epoch),
            #[expect(clippy::cast_precision_loss, reason = "a workbook knows no other numbers")]
            DataRef::Int(number) => format.number(*number as f64, self.epoch),
            DataRef::DateTime(moment) => format.number(moment.as_f64(), self.epoch),
            DataRef::DateTimeIso(moment) => match serial_of(moment) {
                Some(serial) if !format.is_general() => format.number(serial, Epoch::Of1900),
                _ => moment.clone(),
            },
            DataRef::DurationIso(span) => span.clone(),
            DataRef::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
            DataRef::Error(error) => error.to_string(),
        }
    }
}

/// The code of a style's number format. Those that a file only numbers are ours to know: calamine gives the American ones.
fn code_of(style: Option<&Style>) -> &str {
    let Some(format) = style.and_then(|style| style.number_format.as_ref()) else {
        return "";
    };
    let is_assumed = matches!(format.format_code.as_str(), "General" | "mm-dd-yy" | "m/d/yy h:mm");
    let built_in = format.format_id.and_then(NumberFormat::built_in);
    built_in.filter(|_| is_assumed).unwrap_or(&format.format_code)
}

fn error_of(error: XlsxError) -> ExtractError {
    match error {
        XlsxError::Io(error) => error.into(),
        XlsxError::Zip(error) => super::archive_reader::error_of(error),
        XlsxError::Password => ExtractError::encrypted(),
        error => ExtractError::damaged(error),
    }
}
