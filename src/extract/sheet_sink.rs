//! The sink for the rows of sheets, whatever the file: the text that is searched, or a table that is imported.

use super::{
    error::ExtractResult,
    merged_cells::{CellRange, MergeReach, MergedCells},
    output::Output,
    row_builder::RowBuilder,
};

/// Columns that are kept apart; what stands farther right is appended without gaps.
const COLUMNS: usize = 256;

/// A sink that takes sheets row by row.
pub(crate) trait SheetSink {
    /// A sheet begins.
    fn open(&mut self, name: &str) -> ExtractResult;
    /// Cells of the open sheet are merged. It is said before their first row.
    fn merge(&mut self, area: CellRange);
    /// A row, counted from 1, as its cells show it.
    fn row(&mut self, number: u32, cells: Vec<String>) -> ExtractResult;
    /// The open sheet is hidden from those who look at the file.
    fn hide(&mut self, _name: &str) {}
    /// Words that belong to the open sheet without standing in its cells.
    fn beside(&mut self, _words: &str) -> ExtractResult {
        Ok(())
    }
    /// The sheet ends.
    fn close(&mut self) -> ExtractResult;
}

/// Sets a cell of a row; gaps before it stay empty.
pub(crate) fn set_cell(cells: &mut Vec<String>, column: usize, text: String) {
    if text.is_empty() {
        return;
    }
    let column = column.min(COLUMNS);
    if cells.len() < column {
        cells.resize(column, String::new());
    }
    cells.push(text);
}

/// An area as files name it, by numbers that may be anything.
pub(crate) fn area(top: u32, left: u32, bottom: u32, right: u32) -> Option<CellRange> {
    let within = |column: u32| usize::try_from(column).map_or(COLUMNS, |column| column.min(COLUMNS - 1));
    let area = CellRange {
        top,
        left: within(left),
        bottom,
        right: within(right),
    };
    let is_in_order = top <= bottom && left <= right;
    (is_in_order && (left as usize) < COLUMNS).then_some(area)
}

/// Makes passages of sheets.
pub(crate) struct SheetText<'a, 'f> {
    out: &'a mut Output<'f>,
    sheet: Option<(RowBuilder, MergedCells)>,
}

impl<'a, 'f> SheetText<'a, 'f> {
    /// Sends passages to `out`.
    pub(crate) fn new(out: &'a mut Output<'f>) -> Self {
        Self { out, sheet: None }
    }
}

/// Sends the passages of sheets to `out`. Where reading breaks off, the rows before it are not lost.
pub(crate) fn read_text(out: &mut Output<'_>, each: impl FnOnce(&mut dyn SheetSink) -> ExtractResult) -> ExtractResult {
    let mut text = SheetText::new(out);
    let end = each(&mut text);
    text.close()?;
    end
}

impl SheetSink for SheetText<'_, '_> {
    fn open(&mut self, name: &str) -> ExtractResult {
        self.close()?;
        self.sheet = Some((RowBuilder::of_sheet(name), MergedCells::default()));
        Ok(())
    }

    fn merge(&mut self, area: CellRange) {
        if let Some((_, merged)) = &mut self.sheet {
            merged.add(area);
        }
    }

    fn row(&mut self, number: u32, mut cells: Vec<String>) -> ExtractResult {
        let Some((rows, merged)) = &mut self.sheet else {
            return Ok(());
        };
        merged.fill(number.saturating_sub(1), &mut cells, MergeReach::Down);
        rows.row(number, &cells.join("\t"), self.out)
    }

    fn hide(&mut self, name: &str) {
        self.out.hide(name);
    }

    fn beside(&mut self, words: &str) -> ExtractResult {
        match &mut self.sheet {
            Some((rows, _)) => rows.row(rows.last(), &words.replace('\t', " "), self.out),
            None => Ok(()),
        }
    }

    fn close(&mut self) -> ExtractResult {
        match self.sheet.take() {
            Some((rows, _)) => rows.finish(self.out),
            None => Ok(()),
        }
    }
}
