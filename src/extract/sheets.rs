//! Who takes the rows of sheets, whatever the file: the text that is searched, or a table that is imported.

use super::{
    findings::Findings,
    merged::{Area, Merged, Reach},
    rows::Rows,
    stop::Reading,
};

/// Columns that are kept apart; what stands farther right is appended without gaps.
const COLUMNS: usize = 256;

/// Someone who takes sheets row by row.
pub(crate) trait Sheets {
    /// A sheet begins.
    fn open(&mut self, name: &str) -> Reading;
    /// Cells of the open sheet are merged. It is said before their first row.
    fn merge(&mut self, area: Area);
    /// A row, counted from 1, as its cells show it.
    fn row(&mut self, number: u32, cells: Vec<String>) -> Reading;
    /// The open sheet is hidden from those who look at the file.
    fn hide(&mut self, _name: &str) {}
    /// Words that belong to the open sheet without standing in its cells.
    fn beside(&mut self, _words: &str) -> Reading {
        Ok(())
    }
    /// The sheet ends.
    fn close(&mut self) -> Reading;
}

/// Puts a cell into its column; gaps before it stay empty.
pub(crate) fn put(cells: &mut Vec<String>, column: usize, text: String) {
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
pub(crate) fn area(top: u32, left: u32, bottom: u32, right: u32) -> Option<Area> {
    let within = |column: u32| usize::try_from(column).map_or(COLUMNS, |column| column.min(COLUMNS - 1));
    let area = Area {
        top,
        left: within(left),
        bottom,
        right: within(right),
    };
    let is_in_order = top <= bottom && left <= right;
    (is_in_order && (left as usize) < COLUMNS).then_some(area)
}

/// Makes passages of sheets.
pub(crate) struct Text<'a, 'f> {
    out: &'a mut Findings<'f>,
    sheet: Option<(Rows, Merged)>,
}

impl<'a, 'f> Text<'a, 'f> {
    /// Sends passages to `out`.
    pub(crate) fn new(out: &'a mut Findings<'f>) -> Self {
        Self { out, sheet: None }
    }
}

/// Sends the passages of sheets to `out`. Where reading breaks off, the rows before it are not lost.
pub(crate) fn read_text(out: &mut Findings<'_>, each: impl FnOnce(&mut dyn Sheets) -> Reading) -> Reading {
    let mut text = Text::new(out);
    let end = each(&mut text);
    text.close()?;
    end
}

impl Sheets for Text<'_, '_> {
    fn open(&mut self, name: &str) -> Reading {
        self.close()?;
        self.sheet = Some((Rows::of_sheet(name), Merged::default()));
        Ok(())
    }

    fn merge(&mut self, area: Area) {
        if let Some((_, merged)) = &mut self.sheet {
            merged.add(area);
        }
    }

    fn row(&mut self, number: u32, mut cells: Vec<String>) -> Reading {
        let Some((rows, merged)) = &mut self.sheet else {
            return Ok(());
        };
        merged.fill(number.saturating_sub(1), &mut cells, Reach::Down);
        rows.row(number, &cells.join("\t"), self.out)
    }

    fn hide(&mut self, name: &str) {
        self.out.hide(name);
    }

    fn beside(&mut self, words: &str) -> Reading {
        match &mut self.sheet {
            Some((rows, _)) => rows.row(rows.last(), &words.replace('\t', " "), self.out),
            None => Ok(()),
        }
    }

    fn close(&mut self) -> Reading {
        match self.sheet.take() {
            Some((rows, _)) => rows.finish(self.out),
            None => Ok(()),
        }
    }
}
