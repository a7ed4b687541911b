//! Strips: a line cut out of its page, upright and in the one height that the network reads.

use super::{geometry::Rectangle, picture::PagePixels};

/// The height of a strip.
pub(super) const HEIGHT: usize = 48;
/// The narrowest strip; a letter alone is set into empty ground.
const NARROWEST: usize = 48;
/// The widest strip, some hundred and thirty characters; what is longer is pressed together.
pub(super) const WIDEST: usize = 4_800;
/// Strips are wide by whole steps of the network.
const STEP: usize = 16;
/// What lies between two pixels of a strip is looked at in so many places each way, at most.
const FINEST: usize = 3;

/// A line as the network reads it.
#[derive(Debug)]
pub(super) struct Strip {
    /// Blue, green and red, each row by row, from -1 to 1.
    pub(super) numbers: Vec<f32>,
    /// Its width.
    pub(super) width: usize,
    /// How much of that the line takes, from 0 to 1.
    pub(super) filled: f32,
}

impl Strip {
    /// Cuts out a line.
    #[expect(clippy::cast_precision_loss, reason = "a few thousand pixels")]
    pub(super) fn cut(page: &PagePixels, line: &Rectangle) -> Self {
        let taken = width_of(line);
        let width = taken.max(NARROWEST).next_multiple_of(STEP);
        let fine = fineness(line);
        let plane = HEIGHT * width;
        let mut numbers = vec![0.0; 3 * plane];
        for row in 0..HEIGHT {
            for column in 0..taken {
                let colour = mean_colour(page, line, (column, row), taken, fine);
                for (channel, value) in colour.into_iter().enumerate() {
                    numbers[(2 - channel) * plane + row * width + column] = value / 127.5 - 1.0;
                }
            }
        }
        Self {
            numbers,
            width,
            filled: taken as f32 / width as f32,
        }
    }
}

/// How wide a line's strip is, without what it is set into.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a few thousand pixels"
)]
pub(super) fn width_of(line: &Rectangle) -> usize {
    let width = HEIGHT as f32 * line.length() / line.height().max(1.0);
    (width.ceil() as usize).clamp(8, WIDEST)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to three"
)]
fn fineness(line: &Rectangle) -> usize {
    ((line.height() / HEIGHT as f32).round() as usize).clamp(1, FINEST)
}

/// The mean colour of the spot on the page that becomes a pixel of the strip.
#[expect(clippy::cast_precision_loss, reason = "a few thousand pixels")]
fn mean_colour(
    page: &PagePixels,
    line: &Rectangle,
    (column, row): (usize, usize),
    taken: usize,
    fine: usize,
) -> [f32; 3] {
    let part = |nth: usize| (nth as f32 + 0.5) / fine as f32;
    let mut mean = [0.0; 3];
    for down in 0..fine {
        let across = (row as f32 + part(down)) / HEIGHT as f32;
        for right in 0..fine {
            let along = (column as f32 + part(right)) / taken as f32;
            let colour = page.colour(line.at(along, across));
            for (sum, value) in mean.iter_mut().zip(colour) {
                *sum += value;
            }
        }
    }
    mean.map(|sum| sum / (fine * fine) as f32)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::{HEIGHT, Strip, WIDEST, width_of};
    use crate::extract::ocr::{
        geometry::{Rectangle, Vector},
        picture::PagePixels,
    };

    fn line(along: Vector, length: f32, height: f32) -> Rectangle {
        Rectangle {
            centre: Vector::new(100.0, 100.0),
            along,
            half_length: length / 2.0,
            half_height: height / 2.0,
        }
    }

    #[test]
    fn a_strip_is_as_wide_as_its_line_is_long() {
        assert_eq!(width_of(&line(Vector::RIGHT, 100.0, 24.0)), 200);
        assert_eq!(width_of(&line(Vector::RIGHT, 1.0, 24.0)), 8);
        assert_eq!(width_of(&line(Vector::RIGHT, 1e6, 1.0)), WIDEST);
    }

    /// Black above, white below; a line that runs down has the right side of the page above its letters.
    #[test]
    fn a_line_that_runs_down_is_laid_flat() {
        let page = RgbImage::from_fn(200, 200, |x, _| Rgb([if x < 100 { 255 } else { 0 }; 3]));
        let page = PagePixels::painted(page);

        let strip = Strip::cut(&page, &line(Vector::new(0.0, 1.0), 96.0, 48.0));

        assert_eq!((strip.width, strip.filled), (96, 1.0));
        let ends = [strip.numbers[0], strip.numbers[(HEIGHT - 1) * 96]];
        assert_eq!(ends.map(|number| format!("{number}")), ["-1", "1"]);
    }

    #[test]
    fn a_letter_alone_is_set_into_empty_ground() {
        let page = PagePixels::painted(RgbImage::from_pixel(200, 200, Rgb([255; 3])));

        let strip = Strip::cut(&page, &line(Vector::RIGHT, 24.0, 48.0));

        assert_eq!((strip.width, strip.filled), (48, 0.5));
        assert_eq!(strip.numbers[23..25], [1.0, 0.0]);
    }
}
