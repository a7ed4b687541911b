//! The order in which people read the lines of a page: columns one after the other, the cells of a table row by row.
//!
//! Lines are taken as they stand in the page's own direction, so that a skewed page is read like a straight one. Side by side
//! stand columns of running text, which are read each for itself because sentences go on in their next line, and cells of
//! tables, which belong together in their row. Running text fills its column; cells mostly do not fill theirs.

/// Lines that a side has at least to be a column.
const COLUMN_LINES: usize = 3;
/// A column is at least so many times as wide as its lines are high.
const COLUMN_WIDTH: f32 = 8.0;
/// A line that takes this part of its column fills it.
const FULL: f32 = 0.75;
/// This part of a column of running text is lines that fill it, counted by length: a table on the page has many short ones.
const FULL_SHARE: f32 = 0.5;
/// Boxes are drawn wider than letters, so that they reach over a gap by this part of their height.
const REACH: f32 = 0.5;
/// Lines whose middles are nearer than this part of the lower one's height stand in a row.
const SAME_ROW: f32 = 0.5;
/// Gaps that are tried to part a page, at most.
const TRIED: usize = 64;

/// Where a line stands in the page's own direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlacedLine {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) top: f32,
    pub(super) bottom: f32,
}

impl PlacedLine {
    fn middle(&self) -> f32 {
        f32::midpoint(self.top, self.bottom)
    }

    fn width(&self) -> f32 {
        self.right - self.left
    }

    fn height(&self) -> f32 {
        self.bottom - self.top
    }
}

/// The rows of a page in reading order, each with its lines from the left, by their numbers.
pub(super) fn rows(lines: &[PlacedLine]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|one, other| lines[*one].middle().total_cmp(&lines[*other].middle()));
    let page = ReadingOrder {
        lines,
        reach: REACH * usual_height(lines),
    };
    let mut rows = Vec::new();
    page.read(&order, &mut rows);
    rows
}

fn usual_height(lines: &[PlacedLine]) -> f32 {
    let mut heights: Vec<f32> = lines.iter().map(PlacedLine::height).collect();
    heights.sort_by(f32::total_cmp);
    heights.get(heights.len() / 2).copied().unwrap_or(0.0)
}

struct ReadingOrder<'l> {
    lines: &'l [PlacedLine],
    reach: f32,
}

/// Part of a page, from above: lines that stand apart on both sides of a gap, or others.
enum Band {
    /// Two columns.
    Columns(Vec<usize>, Vec<usize>),
    /// Anything else.
    Mixed(Vec<usize>),
}

impl ReadingOrder<'_> {
    /// Reads some lines, sorted from above.
    fn read(&self, order: &[usize], rows: &mut Vec<Vec<usize>>) {
        let Some(gap) = self.best_gap(order) else {
            self.read_rows(order, rows);
            return;
        };
        // Each part is smaller than the whole, because there are columns.
        for band in self.bands(order, gap) {
            match band {
                Band::Columns(left, right) => {
                    self.read(&left, rows);
                    self.read(&right, rows);
                }
                Band::Mixed(order) => self.read(&order, rows),
            }
        }
    }

    fn read_rows(&self, order: &[usize], rows: &mut Vec<Vec<usize>>) {
        let mut row: Vec<usize> = Vec::new();
        for line in order {
            if row.last().is_some_and(|last| !self.is_beside(*last, *line)) {
                rows.push(self.in_line(std::mem::take(&mut row)));
            }
            row.push(*line);
        }
        if !row.is_empty() {
            rows.push(self.in_line(row));
        }
    }

    fn is_beside(&self, one: usize, other: usize) -> bool {
        let (one, other) = (self.lines[one], self.lines[other]);
        (one.middle() - other.middle()).abs() < SAME_ROW * one.height().min(other.height())
    }

    fn in_line(&self, mut row: Vec<usize>) -> Vec<usize> {
        row.sort_by(|one, other| self.lines[*one].left.total_cmp(&self.lines[*other].left));
        row
    }

    /// The gap that parts most lines into columns, if any does.
    fn best_gap(&self, order: &[usize]) -> Option<f32> {
        let mut lefts: Vec<f32> = order.iter().map(|line| self.lines[*line].left).collect();
        lefts.sort_by(f32::total_cmp);
        // Lines of one column begin at about the same place: one try is enough for all of them.
        lefts.dedup_by(|next, kept| *next - *kept < self.reach);
        let in_columns = |gap: &f32| {
            let bands = self.bands(order, *gap);
            let counts = bands.iter().map(|band| match band {
                Band::Columns(left, right) => left.len() + right.len(),
                Band::Mixed(_) => 0,
            });
            counts.sum::<usize>()
        };
        let tried = lefts.iter().skip(1).take(TRIED).map(|gap| (in_columns(gap), *gap));
        let best = tried.max_by_key(|(count, _)| *count);
        best.filter(|(count, _)| *count > 0).map(|(_, gap)| gap)
    }

    /// The bands of some lines at a gap: a line that reaches over it parts what stands above from what stands below.
    fn bands(&self, order: &[usize], gap: f32) -> Vec<Band> {
        let mut bands = Vec::new();
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for line in order {
            let placed = self.lines[*line];
            if placed.right <= gap + self.reach {
                left.push(*line);
            } else if placed.left >= gap - self.reach {
                right.push(*line);
            } else {
                self.end_band(&mut bands, &mut left, &mut right);
                add_mixed(&mut bands, vec![*line]);
            }
        }
        self.end_band(&mut bands, &mut left, &mut right);
        bands
    }

    fn end_band(&self, bands: &mut Vec<Band>, left: &mut Vec<usize>, right: &mut Vec<usize>) {
        let (left, right) = (std::mem::take(left), std::mem::take(right));
        if self.is_column(&left) && self.is_column(&right) {
            bands.push(Band::Columns(left, right));
            return;
        }
        let mut both = [left, right].concat();
        both.sort_by(|one, other| self.lines[*one].middle().total_cmp(&self.lines[*other].middle()));
        add_mixed(bands, both);
    }

    /// Whether lines are running text, in one column or several beside each other.
    fn is_column(&self, side: &[usize]) -> bool {
        if side.len() < COLUMN_LINES {
            return false;
        }
        let mut lines: Vec<PlacedLine> = side.iter().map(|line| self.lines[*line]).collect();
        lines.sort_by(|one, other| one.left.total_cmp(&other.left));
        // Lines that begin at about the same place are of one column.
        let columns = lines.chunk_by(|one, next| next.left - one.left < self.reach);
        let full: f32 = columns.map(|column| self.full_length(column)).sum();
        full >= FULL_SHARE * lines.iter().map(PlacedLine::width).sum::<f32>()
    }

    /// The length of all lines that fill their column together, if it is one.
    fn full_length(&self, column: &[PlacedLine]) -> f32 {
        let width = column.iter().map(PlacedLine::width).fold(0.0, f32::max);
        let is_column = column.len() >= COLUMN_LINES && width >= COLUMN_WIDTH * 2.0 * self.reach;
        if !is_column {
            return 0.0;
        }
        column
            .iter()
            .map(PlacedLine::width)
            .filter(|line| *line >= FULL * width)
            .sum()
    }
}

/// Adds lines to the band before, if that is no columns either.
fn add_mixed(bands: &mut Vec<Band>, lines: Vec<usize>) {
    match bands.last_mut() {
        _ if lines.is_empty() => {}
        Some(Band::Mixed(before)) => before.extend(lines),
        _ => bands.push(Band::Mixed(lines)),
    }
}

#[cfg(test)]
mod tests {
    use super::{PlacedLine, rows};

    /// Lines by left, top and width, each 20 high.
    fn read(places: &[(f32, f32, f32)]) -> Vec<Vec<usize>> {
        let placed = places.iter().map(|(left, top, width)| PlacedLine {
            left: *left,
            right: left + width,
            top: *top,
            bottom: top + 20.0,
        });
        rows(&placed.collect::<Vec<_>>())
    }

    #[test]
    fn a_column_is_read_to_its_end_before_the_next() {
        let heading = (100.0, 0.0, 600.0);
        let left = [(0.0, 50.0, 380.0), (0.0, 80.0, 390.0), (0.0, 110.0, 200.0)];
        let right = [(420.0, 52.0, 385.0), (420.0, 82.0, 380.0), (420.0, 112.0, 380.0)];
        let foot = (300.0, 160.0, 200.0);

        let found = read(&[right[2], foot, left[0], right[0], left[2], heading, right[1], left[1]]);

        assert_eq!(found.concat(), [5, 2, 7, 4, 3, 6, 0, 1]);
    }

    /// Two pages on one sheet, the left one with a table below its text.
    #[test]
    fn a_sheet_of_two_pages_is_read_page_by_page() {
        let text = |left: f32| (0..6_u8).map(move |row| (left, f32::from(row) * 30.0, 500.0));
        let cells = |row: u8| (0..4_u8).map(move |cell| (f32::from(cell) * 130.0, 200.0 + f32::from(row) * 30.0, 60.0));
        let mut places: Vec<_> = text(0.0).chain((0..3).flat_map(cells)).collect();
        places.extend(text(600.0));

        let found = read(&places);

        assert_eq!(found.concat(), (0..24).collect::<Vec<_>>());
        assert_eq!(found[6], [6, 7, 8, 9]);
    }

    #[test]
    fn three_columns_are_three() {
        let column = |nth: f32| (0..4_u8).map(move |row| (nth * 300.0, f32::from(row) * 30.0, 270.0));
        let places: Vec<_> = [0.0, 1.0, 2.0].into_iter().flat_map(column).collect();

        assert_eq!(read(&places).concat(), (0..12).collect::<Vec<_>>());
    }

    #[test]
    fn a_table_is_read_row_by_row() {
        let row = |top: f32, middle: f32| [(0.0, top, 80.0), (250.0, top + 2.0, middle), (700.0, top - 2.0, 40.0)];
        let places = [row(0.0, 90.0), row(40.0, 300.0), row(80.0, 120.0), row(120.0, 60.0)].concat();

        let found = read(&places);

        assert_eq!(found, [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]);
    }

    #[test]
    fn a_table_between_columns_is_its_own_band() {
        let prose = |left: f32, top: f32| (0..3_u8).map(move |row| (left, top + f32::from(row) * 30.0, 380.0));
        let mut places: Vec<_> = prose(0.0, 0.0).chain(prose(420.0, 0.0)).collect();
        // One line over the whole width, as a caption is, and cells below it.
        places.push((0.0, 120.0, 800.0));
        places.extend([
            (0.0, 160.0, 60.0),
            (500.0, 160.0, 60.0),
            (0.0, 190.0, 60.0),
            (500.0, 190.0, 60.0),
        ]);

        let found = read(&places);

        assert_eq!(found.concat(), (0..11).collect::<Vec<_>>());
        assert_eq!(found[7..], [[7, 8], [9, 10]]);
    }

    #[test]
    fn an_empty_page_has_no_rows() {
        assert!(read(&[]).is_empty());
    }

    #[test]
    fn fifteen_hundred_lines_are_no_matter() {
        let places: Vec<_> = (0..1_500_u16)
            .map(|nth| (f32::from(nth % 50) * 100.0, f32::from(nth / 50) * 30.0, 60.0))
            .collect();

        assert_eq!(read(&places).concat().len(), 1_500);
    }
}
