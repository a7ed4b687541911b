//! Boxes of lines: from a map that says of each pixel how likely it belongs to a line of text.
//!
//! What lies together on the map is the core of a line, thinner than its letters; its box is the smallest rectangle around
//! it, grown again by as much as the cores were thinned when the model was taught.

use super::geometry::{Rectangle, Vector, hull};

/// A pixel from so likely on is text.
const LIKELY: f32 = 0.3;
/// A line is one when its pixels are so likely on average.
const SURE: f32 = 0.5;
/// Cores thinner than this many pixels of the map are dust.
const THINNEST: f32 = 3.0;
/// How far a box is grown: so many times the core's area over its outline.
const GROWTH: f32 = 1.6;
/// Boxes of one page. A newspaper's page has some six hundred lines, a dense table as many cells.
pub(super) const MOST_BOXES: usize = 1_500;

/// How likely each pixel belongs to a line, row by row, and how much larger the picture is.
pub(super) struct TextMap {
    pub(super) likely: Vec<f32>,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Pixels of the picture for one of the map, across and down.
    pub(super) scale: (f32, f32),
}

/// The core of a line, in pixels of the picture.
#[derive(Debug, Clone)]
pub(super) struct LineCore {
    hull: Vec<Vector>,
}

impl LineCore {
    /// A core with these corners, clockwise.
    #[cfg(test)]
    pub(super) fn of(hull: Vec<Vector>) -> Self {
        Self { hull }
    }

    /// Its box, lying as it does: along its longer side, to the right or down.
    pub(super) fn lengthwise_box(&self) -> Rectangle {
        grown(Rectangle::smallest(&self.hull))
    }

    /// Its box, where its line is known to run in this direction.
    pub(super) fn box_along(&self, along: Vector) -> Rectangle {
        grown(Rectangle::around(&self.hull, along))
    }
}

fn grown(core: Rectangle) -> Rectangle {
    let outline = 2.0 * (core.length() + core.height());
    core.grown(core.area() * GROWTH / outline.max(1.0))
}

/// The cores of all lines, and whether there were more than a page may have: then the largest are taken.
pub(super) fn cores(map: &TextMap) -> (Vec<LineCore>, bool) {
    let mut found = Vec::new();
    let mut fill = Fill::new(map);
    for start in 0..map.likely.len() {
        found.extend(fill.from(start).and_then(|spot| spot.core(map)));
    }
    let is_cut = found.len() > MOST_BOXES;
    if is_cut {
        found.sort_by(|one, other| area(other).total_cmp(&area(one)));
        found.truncate(MOST_BOXES);
    }
    (found, is_cut)
}

fn area(core: &LineCore) -> f32 {
    Rectangle::around(&core.hull, Vector::RIGHT).area()
}

/// Pixels that lie together: the first and last of each row.
struct Spot {
    top: usize,
    rows: Vec<(usize, usize)>,
}

impl Spot {
    /// The core that a spot is, if it is sure and large enough.
    #[expect(clippy::cast_precision_loss, reason = "a map is a few thousand pixels wide")]
    fn core(&self, map: &TextMap) -> Option<LineCore> {
        let (mut sum, mut count) = (0.0, 0_usize);
        let mut outline = Vec::with_capacity(2 * self.rows.len());
        for (row, (first, last)) in (self.top..).zip(&self.rows) {
            sum += map.likely[row * map.width..][*first..=*last].iter().sum::<f32>();
            count += last - first + 1;
            let y = row as f32;
            outline.extend([Vector::new(*first as f32, y), Vector::new(*last as f32, y)]);
        }
        let hull = hull(outline);
        if hull.len() < 3 || sum / (count as f32) < SURE || Rectangle::smallest(&hull).height() < THINNEST {
            return None;
        }
        let on_picture = |at: &Vector| Vector::new(at.x * map.scale.0, at.y * map.scale.1);
        Some(LineCore {
            hull: hull.iter().map(on_picture).collect(),
        })
    }
}

/// Walks over the map and takes each spot once.
struct Fill<'m> {
    map: &'m TextMap,
    /// Pixels of text that no spot has taken yet.
    left: Vec<bool>,
    next: Vec<usize>,
}

impl<'m> Fill<'m> {
    fn new(map: &'m TextMap) -> Self {
        let width = map.width;
        let mut left = vec![false; map.likely.len()];
        // Each pixel spreads to those right and below of it, so that the strokes of one line hold together.
        for (at, likely) in map.likely.iter().enumerate() {
            if *likely <= LIKELY {
                continue;
            }
            let is_last = at % width + 1 == width;
            let spread = if is_last {
                [0, 0, width, width]
            } else {
                [0, 1, width, width + 1]
            };
            for step in spread {
                if let Some(pixel) = left.get_mut(at + step) {
                    *pixel = true;
                }
            }
        }
        Self {
            map,
            left,
            next: Vec::new(),
        }
    }

    /// The spot that a pixel belongs to, if no other has it.
    fn from(&mut self, start: usize) -> Option<Spot> {
        if !self.left[start] {
            return None;
        }
        let width = self.map.width;
        let mut spot = Spot {
            // Rows are looked at from above, so that nothing of the spot lies higher.
            top: start / width,
            rows: Vec::new(),
        };
        self.take(start);
        while let Some(at) = self.next.pop() {
            let (x, y) = (at % width, at / width);
            let row = y - spot.top;
            if spot.rows.len() <= row {
                spot.rows.resize(row + 1, (usize::MAX, 0));
            }
            let (first, last) = &mut spot.rows[row];
            (*first, *last) = ((*first).min(x), (*last).max(x));
            self.take_around(x, y);
        }
        Some(spot)
    }

    fn take_around(&mut self, x: usize, y: usize) {
        for near_y in y.saturating_sub(1)..=(y + 1).min(self.map.height - 1) {
            for near_x in x.saturating_sub(1)..=(x + 1).min(self.map.width - 1) {
                let near = near_y * self.map.width + near_x;
                if self.left[near] {
                    self.take(near);
                }
            }
        }
    }

    fn take(&mut self, at: usize) {
        self.left[at] = false;
        self.next.push(at);
    }
}

#[cfg(test)]
mod tests {
    use super::{LineCore, MOST_BOXES, TextMap, cores};

    /// A map with rectangles of text: left, top, width, height.
    fn map(width: usize, height: usize, spots: &[(usize, usize, usize, usize)]) -> TextMap {
        let mut likely = vec![0.0; width * height];
        for (left, top, wide, high) in spots {
            for y in *top..top + high {
                likely[y * width + left..][..*wide].fill(0.9);
            }
        }
        TextMap {
            likely,
            width,
            height,
            scale: (2.0, 2.0),
        }
    }

    fn sizes(cores: &[LineCore]) -> Vec<(f32, f32)> {
        let boxes = cores.iter().map(LineCore::lengthwise_box);
        boxes.map(|it| (it.length().round(), it.height().round())).collect()
    }

    #[test]
    fn a_core_is_grown_to_its_line() {
        let (found, is_cut) = cores(&map(200, 40, &[(10, 10, 100, 8)]));

        // On the map 100 by 8, on the picture 200 by 16; grown by 1.6 · 3,200 / 432 on each side.
        assert_eq!(sizes(&found), [(224.0, 40.0)]);
        assert!(!is_cut);
    }

    #[test]
    fn lines_that_do_not_touch_are_two_and_dust_is_none() {
        let (found, _) = cores(&map(200, 80, &[(10, 10, 100, 8), (10, 24, 100, 8), (150, 60, 2, 2)]));

        assert_eq!(found.len(), 2);
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        assert!(cores(&map(64, 64, &[])).0.is_empty());
    }

    #[test]
    fn a_page_full_of_specks_has_only_so_many_boxes() {
        let specks: Vec<_> = (0..100 * 100)
            .map(|nth| (nth % 100 * 10, nth / 100 * 10, 6, 6))
            .collect();

        let (found, is_cut) = cores(&map(1_000, 1_000, &specks));

        assert_eq!(found.len(), MOST_BOXES);
        assert!(is_cut);
    }

    #[test]
    fn a_map_that_is_all_text_is_one_spot() {
        let (found, _) = cores(&map(300, 200, &[(0, 0, 300, 200)]));

        assert_eq!(found.len(), 1);
    }
}
