//! Tables that an operator hands in: CSV and sheets of any form as rows of text, for imports. A cell is what it shows: a
//! number is read as its format writes it, and an area of merged cells says the same in each.
//!
//! What comes over HTTP is read in a child, like every stranger's document ([`Extractor::table`](super::Extractor::table)):
//! read in the service, six XLSX of 3.7 MB took it from 178 to 672 MiB, beside the signing keys. The operator's own sheet
//! on the command line is read in the program itself.

use std::{fs::File, io::Read};

use calamine::{Reader as _, SheetVisible};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    archive_reader::{ArchiveReader, Container},
    charset,
    error::{ExtractError, ExtractResult},
    flat_xml::{self, FlatKind},
    html_table,
    input::Input,
    legacy,
    limits::HEAD_BYTES,
    merged_cells::{CellRange, MergeReach, MergedCells},
    ods,
    sheet_sink::SheetSink,
    xlsx,
};
use crate::domain::{file::Kind, spelling::strip_invisible};

/// The largest table file, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;
/// The most rows of a table.
pub const MAX_ROWS: usize = 200_000;
/// The most columns of a table: as many as Excel knows.
pub const MAX_COLUMNS: usize = 16_384;
/// The most cells of a table, empty ones among others: twenty for each row of the longest. A comma is one byte, and the cell
/// behind it twenty-four.
pub const MAX_CELLS: usize = 4_000_000;
/// The most text of a table, in bytes: a hundred and sixty for each row of the longest.
pub const MAX_TEXT_BYTES: usize = 32 << 20;

/// A table with a header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractedTable {
    /// The number of the row that names the columns.
    pub header_row: u32,
    /// The names of the columns, trimmed.
    pub header: Vec<String>,
    /// The rows under the header; empty ones are left out.
    pub rows: Vec<ExtractedRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractedRow {
    /// Its number in the sheet, counted from 1, as spreadsheet programs show it.
    pub number: u32,
    /// Its cells, trimmed; as many as the header has, or more.
    pub cells: Vec<String>,
}

/// Why a table could not be read.
#[derive(Debug, Error)]
pub enum TableError {
    /// The file cannot be opened or read.
    #[error("read the table")]
    Io(#[from] std::io::Error),
    /// The workbook is damaged, encrypted or a bomb.
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
    /// A line of the CSV file is broken.
    #[error("the CSV file cannot be read")]
    Csv(#[from] csv::Error),
    /// There is more than an import takes.
    #[error(
        "the table has more than {MAX_ROWS} rows, {MAX_COLUMNS} columns, {MAX_CELLS} cells or {MAX_TEXT_BYTES} bytes of text"
    )]
    TooLarge,
    /// There is no row to take the names of the columns from.
    #[error("the table is empty")]
    Empty,
}

impl ExtractedRow {
    /// The cell of a column, or nothing where the row is shorter.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

impl ExtractedTable {
    /// The number of the column with one of these names, in any case.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        let is_named = |title: &String| names.iter().any(|name| title.to_lowercase() == name.to_lowercase());
        self.header.iter().position(is_named)
    }
}

/// Reads the first sheet of a workbook that is not hidden, or a CSV file in any encoding and with any usual separator.
///
/// The bytes decide which it is.
pub fn read(file: File) -> Result<ExtractedTable, TableError> {
    read_input(Input::of_file(file)?)
}

/// The same of a file that is open already, for a child that can open nothing.
pub(super) fn read_input(input: Input) -> Result<ExtractedTable, TableError> {
    if input.len() > MAX_BYTES {
        return Err(TableError::TooLarge);
    }
    let head = input.head(HEAD_BYTES as u64)?;
    let mut gathered = TableBuilder::default();
    let end = match (Container::of(&head), FlatKind::of(&head)) {
        (Some(Container::Zip), _) => gather_workbook(input, &mut gathered),
        (Some(Container::Compound), _) => legacy::first_sheet(&input, &mut gathered),
        (None, Some(FlatKind::Workbook)) => flat_xml::each_sheet(&input, &mut gathered),
        (None, None) if html_table::is_one(&head) => html_table::each_row(&input, &mut gathered),
        (None, _) => return with_header(read_csv(input)?),
    };
    end.map_err(|stop| match stop {
        ExtractError::OutputFull => TableError::TooLarge,
        ExtractError::Fault(_, detail) => TableError::Workbook(detail),
    })?;
    with_header(gathered.rows)
}

/// The most lines of title over a table: what it is, whose, of when.
const MAX_TITLES: usize = 5;

/// Takes the first row for the heading, or the first of several cells where those above are but titles over the table.
fn with_header(rows: Vec<ExtractedRow>) -> Result<ExtractedTable, TableError> {
    let heading = rows.iter().take(MAX_TITLES + 1).position(|row| row.words() > 1);
    let titles = heading.unwrap_or(0);
    let mut rows = rows.into_iter().skip(titles);
    let ExtractedRow { number, cells: header } = rows.next().ok_or(TableError::Empty)?;
    if rows.len().saturating_mul(header.len()) > MAX_CELLS {
        return Err(TableError::TooLarge);
    }
    let rows = rows.map(|row| row.widened_to(header.len())).collect();
    Ok(ExtractedTable {
        header_row: number,
        header,
        rows,
    })
}

impl ExtractedRow {
    /// How many cells say something.
    fn words(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count()
    }

    fn widened_to(mut self, width: usize) -> Self {
        if self.cells.len() < width {
            self.cells.resize(width, String::new());
        }
        self
    }
}

/// Builds a table of the rows of the first sheet, within bounds.
#[derive(Default)]
struct TableBuilder {
    rows: Vec<ExtractedRow>,
    bytes: usize,
    cells: usize,
    sheets: u32,
    merged: MergedCells,
}

impl TableBuilder {
    fn add(&mut self, number: u32, cells: Vec<String>) -> Result<(), TableError> {
        if cells.len() > MAX_COLUMNS {
            return Err(TableError::TooLarge);
        }
        let mut cells: Vec<String> = cells.iter().map(|cell| strip_invisible(cell)).collect();
        let last = cells.iter().rposition(|cell| !cell.is_empty());
        cells.truncate(last.map_or(0, |last| last + 1));
        self.bytes += cells.iter().map(String::len).sum::<usize>();
        self.cells += cells.len();
        if self.rows.len() > MAX_ROWS || self.bytes > MAX_TEXT_BYTES || self.cells > MAX_CELLS {
            return Err(TableError::TooLarge);
        }
        if !cells.is_empty() {
            self.rows.push(ExtractedRow { number, cells });
        }
        Ok(())
    }

    /// Whether the heading is read, so that what follows are values.
    fn has_heading(&self) -> bool {
        self.rows.iter().any(|row| row.words() > 1)
    }
}

impl SheetSink for TableBuilder {
    fn open(&mut self, _name: &str) -> ExtractResult {
        self.sheets += 1;
        Ok(())
    }

    fn merge(&mut self, area: CellRange) {
        if self.sheets == 1 {
            self.merged.add(area);
        }
    }

    fn row(&mut self, number: u32, mut cells: Vec<String>) -> ExtractResult {
        if self.sheets != 1 {
            return Ok(());
        }
        let row = number.saturating_sub(1);
        if self.has_heading() {
            self.merged.fill(row, &mut cells, MergeReach::All);
        } else {
            // What is merged in a heading or a title is no one's value.
            self.merged.forget(row);
        }
        self.add(number, cells).map_err(|_| ExtractError::OutputFull)
    }

    fn close(&mut self) -> ExtractResult {
        Ok(())
    }
}

fn gather_workbook(input: Input, gathered: &mut TableBuilder) -> ExtractResult {
    // Opening it as an archive first refuses bombs by their directory.
    let mut archive = ArchiveReader::open(input)?;
    if archive.kind() == Kind::Ods {
        return ods::each_sheet(&mut archive, gathered);
    }
    xlsx::expect_markup(&archive)?;
    let mut workbook = xlsx::open(archive.input())?;
    let sheets = workbook.sheets_metadata();
    let is_visible = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible;
    let Some(sheet) = sheets.iter().find(is_visible).or(sheets.first()) else {
        return Ok(());
    };
    let name = sheet.name.clone();
    gathered.open(&name)?;
    gathered.merged = MergedCells::of(xlsx::areas(&mut workbook, &name).into_iter());
    xlsx::each_row(&mut workbook, &name, &mut |number, cells| gathered.row(number, cells))
}

fn read_csv(mut input: Input) -> Result<Vec<ExtractedRow>, TableError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    // The reader counts lines at their line feeds, one too late for a carriage return before it.
    let text = charset::decode(&bytes).text.replace("\r\n", "\n");
    let (separator, text) = declared_separator(&text).unwrap_or_else(|| (separator_of(&text), &text));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let (mut gathered, mut inner_lines) = (TableBuilder::default(), 0);
    for record in reader.records() {
        let record = record?;
        if record.len() > MAX_COLUMNS {
            return Err(TableError::TooLarge);
        }
        let line = record.position().map_or(0, csv::Position::line);
        let number = u32::try_from(line.saturating_sub(inner_lines)).unwrap_or(u32::MAX);
        // A cell of several lines is one row on the screen.
        inner_lines += record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        gathered.add(number, record.iter().map(value_of).collect())?;
    }
    Ok(gathered.rows)
}

/// What a cell of a CSV file shows: programs write `="0403"` to keep the nought, and we put an apostrophe before what Excel
/// would take for a formula.
fn value_of(cell: &str) -> String {
    let cell = cell.trim();
    let kept = cell.strip_prefix("=\"").and_then(|cell| cell.strip_suffix('"'));
    let hidden = cell
        .strip_prefix('\'')
        .filter(|cell| cell.starts_with(['=', '+', '-', '@']));
    kept.or(hidden).unwrap_or(cell).to_owned()
}

/// The separator that a first line `sep=;` names, and the lines behind it, which Excel counts from 1.
fn declared_separator(text: &str) -> Option<(u8, &str)> {
    let (first, rest) = text.split_once('\n')?;
    let said = first.trim_matches(['"', ' ']);
    let separator = said
        .get(..4)
        .filter(|word| word.eq_ignore_ascii_case("sep="))
        .map(|_| &said[4..])?;
    match separator.as_bytes() {
        // The quotes may have kept a tab or a blank from being trimmed.
        [separator] if separator.is_ascii() => Some((*separator, rest)),
        _ => None,
    }
}

/// The separator that the first line with any uses most, outside of quotes: a title above has none. Excel in some countries
/// writes semicolons and calls it CSV.
fn separator_of(text: &str) -> u8 {
    let has_one = |line: &&str| {
        line.split('"')
            .step_by(2)
            .any(|bare| bare.contains(['|', '\t', ';', ',']))
    };
    let first = text.lines().take(MAX_TITLES + 1).find(has_one).unwrap_or_default();
    let bare = first.split('"').step_by(2);
    let count = |separator: u8| {
        bare.clone()
            .flat_map(str::bytes)
            .filter(|byte| *byte == separator)
            .count()
    };
    [b'|', b'\t', b';', b',']
        .into_iter()
        .max_by_key(|separator| count(*separator))
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::{TableError, read};

    fn file_of(bytes: &[u8]) -> std::fs::File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        file
    }

    #[test]
    fn titles_over_a_table_are_not_taken_for_its_heading() {
        let text = "2026 年秋季教师名单\n\n第一技师学院\n制表：教务处\n姓名;账号\n张老师;zhang\n";

        let table = read(file_of(text.as_bytes())).unwrap();

        assert_eq!(
            (table.header_row, table.header),
            (5, vec!["姓名".to_owned(), "账号".to_owned()])
        );
        assert_eq!((table.rows[0].number, table.rows[0].cell(1)), (6, "zhang"));
    }

    #[test]
    fn a_sheet_saved_by_chinese_excel_is_read() {
        let (gbk, ..) = encoding_rs::GBK.encode("名称;编码\r\n\" 数控\n加工 \";0403\r\n;\r\n\"电工;电子\";0208\r\n");

        let table = read(file_of(&gbk)).unwrap();

        assert_eq!(table.header, ["名称", "编码"]);
        assert_eq!(table.column(&["code", "编码"]), Some(1));
        assert_eq!(table.rows.len(), 2);
        assert_eq!((table.rows[0].number, table.rows[0].cell(0)), (2, "数控\n加工"));
        assert_eq!((table.rows[1].number, table.rows[1].cell(0)), (4, "电工;电子"));
    }

    /// Twenty megabytes of commas became half a gigabyte of empty cells, in the child and in the service.
    #[test]
    fn commas_without_end_are_no_table() {
        let long = "名称,".repeat(super::MAX_COLUMNS + 1);
        let wide = format!("{}x\n", ",".repeat(9_999)).repeat(401);
        for table in [long, format!("a,b\n{wide}")] {
            let refused = read(file_of(table.as_bytes()));
            assert!(matches!(refused, Err(TableError::TooLarge)), "{refused:?}");
        }

        let padded = format!("名称,编码{}\n车工,0403{}\n", ",".repeat(500), ",".repeat(500));
        assert_eq!(read(file_of(padded.as_bytes())).unwrap().header, ["名称", "编码"]);
    }
}
