//! Builds passages of the rows of a sheet; each opens at its first row.

use super::{error::ExtractResult, limits::PASSAGE_CHARS, output::Output};
use crate::domain::passage::Locator;

/// Rows per passage, so that a hit opens near its row even where cells are short.
const ROWS: u32 = 40;

/// Builds the passages of one sheet.
#[derive(Debug)]
pub(crate) struct RowBuilder {
    sheet: String,
    text: String,
    first: u32,
    last: u32,
    count: u32,
    is_blank: bool,
}

impl RowBuilder {
    /// Starts a sheet. Its name is text too: it is often the only title.
    pub(crate) fn of_sheet(name: &str) -> Self {
        Self {
            sheet: name.to_owned(),
            text: String::new(),
            first: 1,
            last: 1,
            count: 0,
            is_blank: true,
        }
    }

    /// Adds a row, counted from 1, as cells divided by tabs.
    pub(crate) fn row(&mut self, number: u32, cells: &str, out: &mut Output<'_>) -> ExtractResult {
        let cells = cells.trim_end();
        if cells.is_empty() {
            return Ok(());
        }
        if self.count == ROWS || self.text.chars().count() + cells.chars().count() > PASSAGE_CHARS {
            self.flush(out)?;
        }
        if self.count == 0 {
            self.first = number;
        }
        self.count += 1;
        self.last = number;
        self.text.push_str(cells);
        self.text.push('\n');
        Ok(())
    }

    /// The number of the last row so far.
    pub(crate) fn last(&self) -> u32 {
        self.last
    }

    /// Ends the sheet: a sheet is a page of its workbook.
    pub(crate) fn finish(mut self, out: &mut Output<'_>) -> ExtractResult {
        self.flush(out)?;
        out.report.pages += 1;
        out.report.blank_pages += u32::from(self.is_blank);
        Ok(())
    }

    fn flush(&mut self, out: &mut Output<'_>) -> ExtractResult {
        let rows = std::mem::take(&mut self.text);
        self.count = 0;
        if rows.trim().is_empty() {
            return Ok(());
        }
        let text = if self.is_blank {
            format!("{}\n{rows}", self.sheet)
        } else {
            rows
        };
        self.is_blank = false;
        let sheet = self.sheet.clone();
        out.passage(Locator::Sheet { sheet, row: self.first }, &text)?;
        Ok(())
    }
}
