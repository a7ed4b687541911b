//! Merged cells: the value of the first cell holds for all that the area covers.

use std::cmp::Reverse;

/// The most areas of a sheet that are followed. A file may name as many as it likes.
const AREAS: usize = 50_000;

/// A merged range of cells; rows and columns count from 0, and the last ones belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellRange {
    pub(crate) top: u32,
    pub(crate) left: usize,
    pub(crate) bottom: u32,
    pub(crate) right: usize,
}

/// How far the text of a merged range reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MergeReach {
    /// Down its first column: a text that said each word of a row twice would say another thing.
    Down,
    /// Over all of it.
    All,
}

/// The merged ranges of a sheet whose rows come from top to bottom.
#[derive(Debug, Default)]
pub(crate) struct MergedCells {
    /// Those that the rows have not reached, the next one last.
    waiting: Vec<CellRange>,
    /// Those that cover rows to come, with what stands in their first corner: at most one that begins in a column.
    open: Vec<(CellRange, String)>,
}

impl MergedCells {
    /// The areas of a sheet, in any order.
    pub(crate) fn of(areas: impl Iterator<Item = CellRange>) -> Self {
        let mut waiting: Vec<CellRange> = areas.take(AREAS).collect();
        waiting.sort_unstable_by_key(order);
        Self {
            waiting,
            open: Vec::new(),
        }
    }

    /// Notes an area before its first row comes.
    pub(crate) fn add(&mut self, area: CellRange) {
        if self.waiting.len() + self.open.len() < AREAS {
            let at = self.waiting.partition_point(|other| order(other) <= order(&area));
            self.waiting.insert(at, area);
        }
    }

    /// Fills the covered cells of a row. A row without a word of its own stays empty: it is the rest of an area, or of the
    /// sheet.
    pub(crate) fn fill(&mut self, row: u32, cells: &mut Vec<String>, reach: MergeReach) {
        self.open.retain(|(area, _)| area.bottom >= row);
        self.open_at(row, cells);
        if cells.iter().all(String::is_empty) {
            return;
        }
        for (area, words) in &self.open {
            let last = match reach {
                MergeReach::Down => area.left,
                MergeReach::All => area.right,
            };
            if cells.len() <= last {
                cells.resize(last + 1, String::new());
            }
            for cell in cells[area.left..=last].iter_mut().filter(|cell| cell.is_empty()) {
                cell.clone_from(words);
            }
        }
    }

    /// Leaves alone what begins in a row: the cells of a heading are no one's value.
    pub(crate) fn forget(&mut self, row: u32) {
        self.open.retain(|(area, _)| area.top != row);
        self.waiting.retain(|area| area.top != row);
    }

    fn open_at(&mut self, row: u32, cells: &[String]) {
        while let Some(area) = self.waiting.pop_if(|area| area.top <= row) {
            let words = cells
                .get(area.left)
                .filter(|words| area.top == row && !words.is_empty());
            if let Some(words) = words {
                // Areas do not overlap. A file that says so would have every row filled by thousands of them.
                self.open.retain(|(other, _)| other.left != area.left);
                self.open.push((area, words.clone()));
            }
        }
    }
}

/// The next area comes last.
fn order(area: &CellRange) -> Reverse<(u32, usize)> {
    Reverse((area.top, area.left))
}

#[cfg(test)]
mod tests {
    use super::{CellRange, MergeReach, MergedCells};

    /// Fifty thousand areas over the same cells of sixty thousand rows took all the time that a file may take.
    #[test]
    fn areas_over_each_other_are_followed_one_a_column() {
        let whole = CellRange {
            top: 0,
            left: 0,
            bottom: 1_048_575,
            right: 3,
        };
        let mut merged = MergedCells::of((0..1_000).map(|_| whole));

        merged.fill(0, &mut vec!["数控".to_owned()], MergeReach::Down);

        assert_eq!(merged.open.len(), 1);
    }

    #[test]
    fn an_area_fills_the_rows_that_say_something() {
        let area = |top, left, bottom, right| CellRange {
            top,
            left,
            bottom,
            right,
        };
        let fill = |reach| {
            let areas = [
                area(4, 0, 1_048_575, 0),
                area(1, 0, 3, 0),
                area(1, 1, 1, 2),
                area(0, 0, 0, 900),
            ];
            let (early, late) = areas.split_at(2);
            let mut merged = MergedCells::of(early.iter().copied());
            for area in late {
                merged.add(*area);
            }
            let rows = [
                (1, vec!["数控加工", "台阶轴"]),
                (2, vec!["", "成形面"]),
                (3, vec![]),
                (9, vec!["", "别的"]),
            ];
            rows.map(|(row, cells)| {
                let mut cells = cells.into_iter().map(str::to_owned).collect();
                merged.fill(row, &mut cells, reach);
                cells.join("|")
            })
        };

        assert_eq!(
            fill(MergeReach::Down),
            ["数控加工|台阶轴", "数控加工|成形面", "", "|别的"]
        );
        assert_eq!(
            fill(MergeReach::All),
            ["数控加工|台阶轴|台阶轴", "数控加工|成形面", "", "|别的"]
        );
    }
}
