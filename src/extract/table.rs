//! Tables that an operator hands in: CSV and XLSX as rows of text, for imports.
//!
//! What comes over HTTP is read in a child, like every stranger's document ([`Extractor::table`](super::Extractor::table));
//! the operator's own sheet on the command line in the program itself.

use std::{fs::File, io::Read};

use calamine::Reader as _;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    archive::Container,
    charset,
    input::Input,
    stop::{Reading, Stop},
    xlsx,
};

/// The largest table file, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;
/// The most rows of a table.
pub const MAX_ROWS: usize = 200_000;
/// The most text of a table, in bytes: a hundred and sixty for each row of the longest.
pub const MAX_TEXT_BYTES: usize = 32 << 20;

/// A table with a header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The number of the row that names the columns.
    pub header_row: u32,
    /// The names of the columns, trimmed.
    pub header: Vec<String>,
    /// The rows under the header; empty ones are left out.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
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
    #[error("the table has more than {MAX_ROWS} rows or {MAX_TEXT_BYTES} bytes of text")]
    TooLarge,
    /// There is no row to take the names of the columns from.
    #[error("the table is empty")]
    Empty,
}

impl Row {
    /// The cell of a column, or nothing where the row is shorter.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

impl Table {
    /// The number of the column with one of these names, in any case.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        let is_named = |title: &String| names.iter().any(|name| title.to_lowercase() == name.to_lowercase());
        self.header.iter().position(is_named)
    }
}

/// Reads the first sheet of a workbook, or a CSV file in any encoding and with any usual separator.
///
/// The bytes decide which it is; `name` only helps to say so in errors.
pub fn read(name: &str, file: File) -> Result<Table, TableError> {
    read_input(name, Input::of_file(file)?)
}

/// The same of a file that is open already, for a child that can open nothing.
pub(super) fn read_input(name: &str, input: Input) -> Result<Table, TableError> {
    if input.len() > MAX_BYTES {
        return Err(TableError::TooLarge);
    }
    let rows = match Container::of(&input.head(8)?) {
        Some(Container::Zip) => read_workbook(input)?,
        Some(Container::Compound) => {
            return Err(TableError::Workbook(format!(
                "`{name}` is of Excel 97–2003; save it as XLSX or CSV"
            )));
        }
        None => read_csv(input)?,
    };
    with_header(rows)
}

fn with_header(rows: Vec<Row>) -> Result<Table, TableError> {
    let mut rows = rows.into_iter();
    let Row { number, cells: header } = rows.next().ok_or(TableError::Empty)?;
    let rows = rows.map(|row| row.widened_to(header.len())).collect();
    Ok(Table {
        header_row: number,
        header,
        rows,
    })
}

impl Row {
    fn widened_to(mut self, width: usize) -> Self {
        if self.cells.len() < width {
            self.cells.resize(width, String::new());
        }
        self
    }
}

/// Gathers rows within bounds.
#[derive(Default)]
struct Gathered {
    rows: Vec<Row>,
    bytes: usize,
}

impl Gathered {
    fn add(&mut self, number: u32, cells: Vec<String>) -> Result<(), TableError> {
        self.bytes += cells.iter().map(String::len).sum::<usize>();
        if self.rows.len() > MAX_ROWS || self.bytes > MAX_TEXT_BYTES {
            return Err(TableError::TooLarge);
        }
        if cells.iter().any(|cell| !cell.is_empty()) {
            self.rows.push(Row { number, cells });
        }
        Ok(())
    }
}

fn read_workbook(input: Input) -> Result<Vec<Row>, TableError> {
    let mut gathered = Gathered::default();
    let end = gather_workbook(input, &mut gathered);
    end.map_err(|stop| match stop {
        Stop::Full => TableError::TooLarge,
        Stop::Fault(_, detail) => TableError::Workbook(detail),
    })?;
    Ok(gathered.rows)
}

fn gather_workbook(input: Input, gathered: &mut Gathered) -> Reading {
    // Opening it as an archive first refuses bombs by their directory.
    let archive = super::archive::Archive::open(input)?;
    let mut workbook = xlsx::open(archive.input())?;
    let Some(sheet) = workbook.sheet_names().into_iter().next() else {
        return Ok(());
    };
    xlsx::each_row(&mut workbook, &sheet, &mut |number, cells| {
        gathered.add(number, cells).map_err(|_| Stop::Full)
    })
}

fn read_csv(mut input: Input) -> Result<Vec<Row>, TableError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    // The reader counts lines at their line feeds, one too late for a carriage return before it.
    let text = charset::decode(&bytes).text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator_of(&text))
        .from_reader(text.as_bytes());
    let (mut gathered, mut inner_lines) = (Gathered::default(), 0);
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let number = u32::try_from(line.saturating_sub(inner_lines)).unwrap_or(u32::MAX);
        // A cell of several lines is one row on the screen.
        inner_lines += record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        gathered.add(number, record.iter().map(|cell| cell.trim().to_owned()).collect())?;
    }
    Ok(gathered.rows)
}

/// The separator that the first line uses most. Excel in some countries writes semicolons and calls it CSV.
fn separator_of(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|separator| count(*separator))
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::read;

    fn file_of(bytes: &[u8]) -> std::fs::File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        file
    }

    #[test]
    fn a_sheet_saved_by_chinese_excel_is_read() {
        let (gbk, ..) = encoding_rs::GBK.encode("名称;编码\r\n\" 数控\n加工 \";0403\r\n;\r\n\"电工;电子\";0208\r\n");

        let table = read("专业.csv", file_of(&gbk)).unwrap();

        assert_eq!(table.header, ["名称", "编码"]);
        assert_eq!(table.column(&["code", "编码"]), Some(1));
        assert_eq!(table.rows.len(), 2);
        assert_eq!((table.rows[0].number, table.rows[0].cell(0)), (2, "数控\n加工"));
        assert_eq!((table.rows[1].number, table.rows[1].cell(0)), (4, "电工;电子"));
    }
}
