//! Finding lines: the picture goes through a network that says of each pixel how likely it belongs to a line of text.

use std::{borrow::Cow, sync::Arc};

use rten::ThreadPool;

use super::{
    boxes::{LineCore, TextMap, cores},
    network::{Network, broken},
    picture::PagePixels,
};
use crate::extract::error::ExtractResult;

/// Pixels that a picture has when lines are looked for: A4 at about 110 dpi. Twice as many found no more on test pages.
const MOST_PIXELS: f32 = 1_280.0 * 960.0;
/// The longest side at that: on a strip, letters would become too small otherwise.
const LONGEST: f32 = 3_200.0;
/// The network halves its picture five times.
const STEP: u32 = 32;
/// How the pictures were evened out on which the network was taught, per channel.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const SPREAD: [f32; 3] = [0.229, 0.224, 0.225];

/// Finds the lines of a page.
pub(super) struct LineDetector {
    network: Network,
}

impl LineDetector {
    pub(super) fn load(model: Cow<'static, [u8]>, threads: &Arc<ThreadPool>) -> ExtractResult<Self> {
        let network = Network::load(model, threads)?;
        Ok(Self { network })
    }

    /// The cores of a page's lines, in no order, and whether some were left out.
    pub(super) fn find(&self, page: &PagePixels) -> ExtractResult<(Vec<LineCore>, bool)> {
        Ok(cores(&self.map(page)?))
    }

    #[expect(clippy::cast_precision_loss, reason = "a picture is a few thousand pixels wide")]
    fn map(&self, page: &PagePixels) -> ExtractResult<TextMap> {
        let (width, height) = size_for(page.width(), page.height());
        let (columns, rows) = (width as usize, height as usize);
        let asked = evened(&page.resized(width, height), columns * rows);
        let answer = self.network.ask([1, 3, rows, columns], asked)?;
        if answer.shape != [1, 1, rows, columns] {
            return Err(broken(format!("the map of lines has the shape {:?}", answer.shape)));
        }
        Ok(TextMap {
            likely: answer.numbers,
            width: columns,
            height: rows,
            scale: (page.width() as f32 / width as f32, page.height() as f32 / height as f32),
        })
    }
}

/// The size at which lines are looked for: no larger than the picture, and whole steps of the network.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a picture is a few thousand pixels wide"
)]
fn size_for(width: u32, height: u32) -> (u32, u32) {
    let (wide, high) = (width as f32, height as f32);
    let scale = (MOST_PIXELS / (wide * high))
        .sqrt()
        .min(LONGEST / wide.max(high))
        .min(1.0);
    let stepped = |side: f32| ((side * scale / STEP as f32).round() as u32).max(1) * STEP;
    (stepped(wide), stepped(high))
}

/// Pixels as the network was taught to see them: blue first, a channel after the other.
fn evened(rgb: &[u8], pixels: usize) -> Vec<f32> {
    let mut planes = vec![0.0; 3 * pixels];
    for (channel, plane) in planes.chunks_exact_mut(pixels).enumerate() {
        let (mean, spread) = (MEAN[channel], SPREAD[channel]);
        let table: Vec<f32> = (0..=u8::MAX)
            .map(|value| (f32::from(value) / 255.0 - mean) / spread)
            .collect();
        for (number, pixel) in plane.iter_mut().zip(rgb.chunks_exact(3)) {
            *number = table[usize::from(pixel[2 - channel])];
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::{evened, size_for};

    #[test]
    fn pages_are_looked_at_in_steps_of_the_network() {
        assert_eq!(size_for(1_654, 2_339), (928, 1_312));
        assert_eq!(size_for(640, 480), (640, 480));
        assert_eq!(size_for(3, 4_800), (32, 3_200));
    }

    #[test]
    fn blue_comes_first_and_each_channel_by_itself() {
        let planes = evened(&[255, 0, 0, 0, 0, 255], 2);

        // (1 - 0.485) / 0.229 and (1 - 0.406) / 0.225 where blue and red are full.
        assert!((planes[1] - 2.248_9).abs() < 1e-3, "{planes:?}");
        assert!((planes[4] - 2.64).abs() < 1e-3, "{planes:?}");
        assert_eq!(planes.len(), 6);
    }
}
