//! Excel since 2007, cell by cell.
//!
//! Only calamine's cell reader is used: asking it for a whole sheet makes a grid as large as the farthest cell, which
//! a file of one kilobyte can put 549 GB away.

use std::collections::HashMap;

use calamine::{Data, DataRef, Reader, Xlsx, XlsxError};

use super::{
    archive::Archive,
    drawing::Words,
    findings::Findings,
    input::Input,
    office::{Relation, main_part, relations},
    rows::Rows,
    stop::{Reading, Stop},
    xml::{Element, Visit, Visitor, walk},
};

/// Reads all sheets, hidden ones too, with what is drawn and noted on them.
pub(crate) fn read(archive: &mut Archive, out: &mut Findings<'_>) -> Reading {
    let mut workbook = open(archive.input())?;
    let mut beside = out.spared(beside_the_cells(archive))?;
    for sheet in workbook.sheets_metadata().to_vec() {
        let mut rows = Rows::of_sheet(&sheet.name);
        let end = each_row(&mut workbook, &sheet.name, &mut |number, cells| {
            rows.row(number, &cells.join("\t"), out)
        });
        let last = rows.last();
        for part in beside.remove(&sheet.name).unwrap_or_default() {
            let text = words_of(archive, &part);
            rows.row(last, &out.spared(text)?.replace('\t', " "), out)?;
        }
        rows.finish(out)?;
        out.spare(end)?;
    }
    Ok(())
}

/// The parts with text boxes, charts, diagrams and comments of each sheet, by the sheet's name.
fn beside_the_cells(archive: &mut Archive) -> Reading<HashMap<String, Vec<String>>> {
    let main = main_part(archive)?;
    let related = relations(archive, &main)?;
    let mut sheets = Sheets::default();
    walk(archive.part(&main)?, &mut sheets)?;
    let mut found = HashMap::new();
    for (name, id) in sheets.named {
        let Some(sheet) = related.iter().find(|part| part.id == id) else {
            continue;
        };
        let mut parts = Vec::new();
        for part in relations(archive, &sheet.target)? {
            match part.role.as_str() {
                "comments" | "threadedComment" => parts.push(part.target),
                "drawing" => {
                    let drawn = relations(archive, &part.target)?;
                    parts.push(part.target);
                    let is_drawn = |part: &Relation| matches!(part.role.as_str(), "chart" | "diagramData");
                    parts.extend(drawn.into_iter().filter(is_drawn).map(|part| part.target));
                }
                _ => {}
            }
        }
        found.insert(name, parts);
    }
    Ok(found)
}

fn words_of(archive: &mut Archive, part: &str) -> Reading<String> {
    let mut words = Words::default();
    walk(archive.part(part)?, &mut words)?;
    Ok(words.text)
}

/// The sheets of a workbook: each one's name and the reference to its part.
#[derive(Default)]
struct Sheets {
    named: Vec<(String, String)>,
}

impl Visitor for Sheets {
    fn open(&mut self, element: &Element<'_>) -> Reading<Visit> {
        if element.name() == "sheet" {
            self.named
                .extend(element.attribute("name").zip(element.attribute_prefixed("id")));
        }
        Ok(Visit::Inside)
    }
}

/// Opens a workbook.
pub(crate) fn open(input: Input) -> Reading<Xlsx<Input>> {
    Xlsx::new(input).map_err(stop_of)
}

/// Walks through the rows of a sheet: number from 1, and its cells with gaps left out at the end only.
pub(crate) fn each_row(
    workbook: &mut Xlsx<Input>,
    sheet: &str,
    take: &mut dyn FnMut(u32, Vec<String>) -> Reading,
) -> Reading {
    let mut reader = match workbook.worksheet_cells_reader(sheet) {
        Ok(reader) => reader,
        // A sheet that is only a chart has no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(error) => return Err(stop_of(error)),
    };
    let (mut number, mut cells) = (0, Vec::new());
    while let Some(cell) = reader.next_cell().map_err(stop_of)? {
        let (row, column) = cell.get_position();
        if row != number && !cells.is_empty() {
            take(number + 1, std::mem::take(&mut cells))?;
        }
        number = row;
        put(&mut cells, column, text_of(cell.get_value()));
    }
    if cells.is_empty() {
        Ok(())
    } else {
        take(number + 1, cells)
    }
}

/// Columns that are kept apart; what stands farther right is appended without gaps.
const COLUMNS: usize = 256;

fn put(cells: &mut Vec<String>, column: u32, text: String) {
    if text.is_empty() {
        return;
    }
    let column = (column as usize).min(COLUMNS);
    while cells.len() < column {
        cells.push(String::new());
    }
    cells.push(text);
}

/// A cell as people see it, as far as the value alone can tell.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(text) => (*text).trim().to_owned(),
        DataRef::DateTime(moment) if moment.is_datetime() => date_text(&Data::DateTime(*moment)),
        DataRef::Float(number) => number.to_string(),
        value => Data::from(value.clone()).to_string().trim().to_owned(),
    }
}

fn date_text(value: &Data) -> String {
    let Data::DateTime(moment) = value else {
        return value.to_string();
    };
    let (year, month, day, hour, minute, _, _) = moment.to_ymd_hms_milli();
    if hour == 0 && minute == 0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
    }
}

fn stop_of(error: XlsxError) -> Stop {
    match error {
        XlsxError::Io(error) => error.into(),
        XlsxError::Zip(error) => super::archive::stop_of(error),
        XlsxError::Password => Stop::encrypted(),
        error => Stop::damaged(error),
    }
}
