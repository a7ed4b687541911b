//! What the cells of a workbook of Excel 97–2003 look like. The cells themselves are read by `office_oxide`, which shows every
//! date in one way.

use std::collections::HashMap;

use office_oxide::{
    cfb::CfbReader,
    xls::{CellValue, Sheet},
};

use super::{
    charset,
    error::ExtractResult,
    input::Input,
    merged_cells::CellRange,
    number_format::{Epoch, NumberFormat},
    sheet_sink::{SheetSink, area, set_cell},
};

/// Records of \[MS-XLS\] §2.3 that say how numbers look.
const EOF: u16 = 0x000a;
const DATE_1904: u16 = 0x0022;
const FILE_PASS: u16 = 0x002f;
const XF: u16 = 0x00e0;
const FORMAT: u16 = 0x041e;

/// The styles of a workbook's cells.
pub(crate) struct CellStyles {
    epoch: Epoch,
    /// The format of each cell's style, by the style's number.
    styles: Vec<NumberFormat>,
}

impl CellStyles {
    /// Reads the workbook's styles; none where it does not tell them.
    pub(crate) fn of(input: &Input) -> Option<Self> {
        let mut compound = CfbReader::new(input.clone()).ok()?;
        let book = compound.open_stream("Workbook").map(|stream| (stream, true));
        let (stream, is_unicode) = book
            .or_else(|_| compound.open_stream("Book").map(|stream| (stream, false)))
            .ok()?;
        let (mut epoch, mut codes, mut styles) = (Epoch::Of1900, HashMap::new(), Vec::new());
        for (kind, body) in records(&stream) {
            match kind {
                // All that follows is encrypted.
                FILE_PASS => return None,
                DATE_1904 if body.first() == Some(&1) => epoch = Epoch::Of1904,
                FORMAT => codes.extend(format_of(body, is_unicode)),
                XF => styles.push(number(body, 2)?),
                _ => {}
            }
        }
        let read = |id: u16| {
            let code = codes.get(&id).map(String::as_str);
            NumberFormat::parse(code.or(NumberFormat::built_in(id.into())).unwrap_or_default())
        };
        let mut known: HashMap<u16, NumberFormat> = HashMap::new();
        let styles = styles
            .into_iter()
            .map(|id| known.entry(id).or_insert_with(|| read(id)).clone());
        Some(Self {
            epoch,
            styles: styles.collect(),
        })
    }

    fn show(&self, value: &CellValue, style: usize) -> Option<String> {
        let format = self.styles.get(style)?;
        match value {
            CellValue::Number(number) => Some(format.number(*number, self.epoch)),
            CellValue::String(text) => Some(format.words(text)),
            _ => None,
        }
    }
}

/// The records before the first sheet.
fn records(mut stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let kind = number(stream, 0)?;
        let length = usize::from(number(stream, 2)?);
        let body = stream.get(4..4 + length)?;
        stream = &stream[4 + length..];
        (kind != EOF).then_some((kind, body))
    })
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes([pair[0], pair[1]]))
}

/// The number and the code of a format: in Excel 97 its characters have one byte or two, before that they are the system's.
fn format_of(body: &[u8], is_unicode: bool) -> Option<(u16, String)> {
    let id = number(body, 0)?;
    if !is_unicode {
        let text = body.get(3..)?;
        return Some((id, charset::decode_name(text)));
    }
    let length = usize::from(number(body, 2)?);
    let (is_wide, text) = (body.get(4)? & 1 == 1, body.get(5..)?);
    let units: Vec<u16> = match is_wide {
        true => text
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect(),
        false => text.iter().map(|byte| u16::from(*byte)).collect(),
    };
    let units = &units[..units.len().min(length)];
    Some((id, String::from_utf16_lossy(units)))
}

/// Hands over the rows of a sheet.
pub(crate) fn each_row(sheet: &Sheet, looks: Option<&CellStyles>, to: &mut dyn SheetSink) -> ExtractResult {
    let mut areas: Vec<CellRange> = sheet.merged_cells.iter().copied().filter_map(area_of).collect();
    // Each is put behind the one before it.
    areas.sort_unstable_by_key(|area| std::cmp::Reverse(area.top));
    for area in areas {
        to.merge(area);
    }
    for (at, row) in sheet.rows.iter().enumerate() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let mut cells = Vec::new();
        for (column, value) in row.iter().enumerate() {
            let style = sheet.xf.get(at).and_then(|row| row.get(column)).copied().unwrap_or(0);
            let shown = looks.and_then(|looks| looks.show(value, style.into()));
            let shown = shown.or_else(|| Some(sheet.display_text(at, column)?.into_owned()));
            set_cell(&mut cells, column, shown.unwrap_or_default().trim().to_owned());
        }
        to.row(number, cells)?;
    }
    Ok(())
}

fn area_of((top, bottom, left, right): (u16, u16, u16, u16)) -> Option<CellRange> {
    area(top.into(), left.into(), bottom.into(), right.into())
}
