//! A table on paper: columns as wide as their words want, where that is not too wide, and rows that stay whole.

use super::sheet::{Grey, Sheets};
use super::{LEADING, font, text};

const SIZE: f32 = 8.0;
/// The size of the letters of a table with many columns.
const SMALL_SIZE: f32 = 6.5;
const MANY_COLUMNS: usize = 14;
const PADDING: f32 = 3.0;
/// What a column wants at most, in points: longer texts go over several lines.
const MAX_WIDTH: f32 = 220.0;
/// What a head wants at most, in its letters: heads are longer than the numbers below them.
const HEAD_LETTERS: f32 = 4.0;
/// The most lines of one cell; a longer one ends in dots.
const MAX_LINES: usize = 12;

/// A table with the widths of its columns.
struct Grid {
    size: f32,
    widths: Vec<f32>,
}

/// Prints a table, its head on every page anew.
pub(super) fn print(sheets: &mut Sheets, head: &[String], rows: &[Vec<String>]) {
    let size = if head.len() > MANY_COLUMNS { SMALL_SIZE } else { SIZE };
    let widths = shared(&wanted(head, rows, size), sheets.width());
    let grid = Grid { size, widths };
    let head = grid.lines(head);
    grid.print_row(sheets, &head, Some(Grey(0.9)));
    for row in rows {
        let lines = grid.lines(row);
        if !sheets.has_room(grid.height(&lines)) {
            sheets.turn();
            grid.print_row(sheets, &head, Some(Grey(0.9)));
        }
        grid.print_row(sheets, &lines, None);
    }
    sheets.skip(SIZE);
}

impl Grid {
    fn lines(&self, row: &[String]) -> Vec<Vec<String>> {
        let cells = row.iter().zip(&self.widths);
        cells
            .map(|(cell, width)| {
                let mut lines = text::lines(&font::printable(cell), self.size, width - 2.0 * PADDING);
                if lines.len() > MAX_LINES {
                    lines.truncate(MAX_LINES);
                    "……".clone_into(&mut lines[MAX_LINES - 1]);
                }
                lines
            })
            .collect()
    }

    fn height(&self, row: &[Vec<String>]) -> f32 {
        let lines = row.iter().map(Vec::len).max().unwrap_or(1);
        let lines: f32 = (0..lines).map(|_| self.size * LEADING).sum();
        lines + 2.0 * PADDING
    }

    fn print_row(&self, sheets: &mut Sheets, row: &[Vec<String>], ground: Option<Grey>) {
        let (whole, height) = (self.widths.iter().sum(), self.height(row));
        if let Some(grey) = ground {
            sheets.fill((0.0, 0.0), (whole, height), grey);
        }
        let mut right = 0.0;
        for (cell, width) in row.iter().zip(&self.widths) {
            let mut below = PADDING;
            for line in cell {
                let room = width - 2.0 * PADDING - font::width(line, self.size);
                let shift = if is_number(line) { room.max(0.0) } else { 0.0 };
                sheets.write(line, self.size, (right + PADDING + shift, below));
                below += self.size * LEADING;
            }
            right += width;
        }
        sheets.rule(whole, height);
        sheets.skip(height);
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || ".,-".contains(c))
}

/// How wide each column would be if there were room for all of them.
fn wanted(head: &[String], rows: &[Vec<String>], size: f32) -> Vec<f32> {
    let column = |(at, head): (usize, &String)| {
        let head = font::width(head, size).min(HEAD_LETTERS * size);
        let cells = rows.iter().filter_map(|row| row.get(at));
        let widest = cells.map(|cell| font::width(cell, size)).fold(head, f32::max);
        widest.min(MAX_WIDTH) + 2.0 * PADDING
    };
    head.iter().enumerate().map(column).collect()
}

/// Shares the room out: whoever wants less than an equal share gets what it wants, and the others share the rest.
fn shared(wanted: &[f32], room: f32) -> Vec<f32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut widths = vec![0.0; wanted.len()];
    let mut left = room;
    let mut others: f32 = wanted.iter().map(|_| 1.0).sum();
    for at in order {
        let share = wanted[at].min(left / others);
        widths[at] = share;
        left -= share;
        others -= 1.0;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::shared;

    #[test]
    fn a_narrow_column_keeps_its_width_and_the_wide_ones_share_what_is_left() {
        assert_eq!(shared(&[10.0, 200.0, 300.0], 110.0), [10.0, 50.0, 50.0]);
        assert_eq!(shared(&[10.0, 20.0], 110.0), [10.0, 20.0]);
    }
}
