//! Reading pictures of text (OCR): scans, photographs, stills. Pixels in, lines of letters out, in this process.
//!
//! A page goes through four steps. [`detect`] asks a network where lines are, and [`boxes`] draws a box around each.
//! [`direction`] says which way the page lies; two ways are left, which the letters themselves decide. [`order`] puts the
//! lines into the order in which people read them. [`letters`] reads them one by one, each as a [`strip`] of one height.
//!
//! Nothing here is fast or small by itself, so every step has a bound: pixels that are decoded ([`picture`]), boxes of a page,
//! the width of all strips together. It runs in a child that is locked in like every reader; what is wrong with
//! one page costs that page.
//!
//! The networks are PP-OCRv6 *small* (`models/README.md`), run by `rten`, which is Rust throughout and needs no system call
//! that a locked child has not.

use std::{collections::HashMap, sync::Arc};

use rten::ThreadPool;

use self::{
    boxes::LineCore,
    detect::LineDetector,
    geometry::{Rectangle, Vector},
    letters::{LetterReader, LineLetters},
    models::OcrModels,
    order::PlacedLine,
    picture::PagePixels,
};
use super::error::ExtractResult;
use crate::domain::ocr::{OcrLine, OcrPage};

mod boxes;
mod detect;
mod direction;
mod geometry;
mod letters;
mod lookalikes;
pub(crate) mod models;
mod network;
mod order;
pub(crate) mod picture;
mod strip;
#[cfg(test)]
mod tests;

/// Threads of one child. Whoever searches needs the others.
const THREADS: usize = 1;
/// Lines that are read to see which way up a page is.
const PROBES: usize = 4;
/// Longer lines than this, as part of their height, are too dear to be tried.
const PROBE_LENGTH: f32 = 20.0;
/// Letters that are this sure stand upright; lying on their heads they hardly reach a half.
const UPRIGHT: f32 = 0.85;
/// A line that is less sure is no text: an ornament, a drawing, dust.
const LEGIBLE: f32 = 0.5;
/// The width of all strips of a page together, in pixels: some 4,500 characters of small print, and 25 s of one core.
const MOST_STRIPS: usize = 160_000;

/// Reads pages.
pub(crate) struct OcrEngine {
    detector: LineDetector,
    reader: LetterReader,
}

/// A line to be read.
#[derive(Clone, Copy)]
enum LineBox {
    /// It runs as its page does.
    Along(Rectangle),
    /// It runs across, up or down: writing beside a drawing.
    Across(Rectangle),
}

impl OcrEngine {
    /// Loads the models, which takes a part of a second.
    pub(crate) fn load(models: OcrModels) -> ExtractResult<Self> {
        let threads = Arc::new(ThreadPool::with_num_threads(THREADS));
        Ok(Self {
            detector: LineDetector::load(models.detection, &threads)?,
            reader: LetterReader::load(models.recognition, &threads)?,
        })
    }

    /// Reads a page.
    pub(crate) fn read(&self, page: &PagePixels) -> ExtractResult<OcrPage> {
        let (cores, has_more) = self.detector.find(page)?;
        let (along, mut read) = self.way_up(page, &cores)?;
        let boxes: Vec<LineBox> = cores.iter().map(|core| LineBox::of(core, along)).collect();
        let placed: Vec<PlacedLine> = boxes.iter().map(|line| line.placed(along)).collect();
        let mut found = OcrPage {
            width: page.width(),
            height: page.height(),
            lines: Vec::new(),
            is_cut: has_more,
            path: None,
        };
        let mut strips_left = MOST_STRIPS;
        for row in order::rows(&placed) {
            let before = found.lines.len();
            for line in row {
                let width = strip::width_of(boxes[line].rectangle());
                if width > strips_left {
                    found.is_cut = true;
                    continue;
                }
                strips_left -= width;
                let (rectangle, letters) = match read.remove(&line) {
                    Some(letters) => (*boxes[line].rectangle(), letters),
                    None => self.read_line(page, &boxes[line])?,
                };
                found.lines.extend(legible(&rectangle, &letters));
            }
            in_one_row(&mut found.lines[before..]);
        }
        Ok(found)
    }

    /// The direction of a page's lines, and those that were read to find it out, by their numbers.
    fn way_up(&self, page: &PagePixels, cores: &[LineCore]) -> ExtractResult<(Vector, HashMap<usize, LineLetters>)> {
        let along = direction::of_lines(cores);
        let probes = probes(cores, along);
        let first = self.probe(page, cores, &probes, along)?;
        let lies_on_its_side = along.y.abs() > along.x.abs();
        if probes.is_empty() || (confidence(&first) >= UPRIGHT && !lies_on_its_side) {
            return Ok((along, first));
        }
        let back = along * -1.0;
        let second = self.probe(page, cores, &probes, back)?;
        if confidence(&second) > confidence(&first) {
            return Ok((back, second));
        }
        Ok((along, first))
    }

    fn probe(
        &self,
        page: &PagePixels,
        cores: &[LineCore],
        probes: &[usize],
        along: Vector,
    ) -> ExtractResult<HashMap<usize, LineLetters>> {
        let mut read = HashMap::new();
        for probe in probes {
            if let Some(line) = direction::box_on(&cores[*probe], along) {
                read.insert(*probe, self.reader.read(page, &line)?);
            }
        }
        Ok(read)
    }

    /// Reads a line. One that runs across is read down and up; what is surer is right.
    fn read_line(&self, page: &PagePixels, line: &LineBox) -> ExtractResult<(Rectangle, LineLetters)> {
        let down = *line.rectangle();
        let letters = self.reader.read(page, &down)?;
        if matches!(line, LineBox::Along(_)) || letters.confidence() >= UPRIGHT {
            return Ok((down, letters));
        }
        let up = Rectangle {
            along: down.along * -1.0,
            ..down
        };
        let other = self.reader.read(page, &up)?;
        if other.confidence() > letters.confidence() {
            return Ok((up, other));
        }
        Ok((down, letters))
    }
}

/// The longest lines of a page that are not too dear.
fn probes(cores: &[LineCore], along: Vector) -> Vec<usize> {
    let lengths = cores.iter().enumerate().filter_map(|(number, core)| {
        let line = direction::box_on(core, along)?;
        let ratio = line.length() / line.height().max(1.0);
        (ratio <= PROBE_LENGTH).then_some((line.length(), number))
    });
    let mut lengths: Vec<(f32, usize)> = lengths.collect();
    lengths.sort_by(|one, other| other.0.total_cmp(&one.0));
    lengths.into_iter().take(PROBES).map(|(_, number)| number).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a handful of lines")]
fn confidence(read: &HashMap<usize, LineLetters>) -> f32 {
    let sum: f32 = read.values().map(LineLetters::confidence).sum();
    sum / read.len().max(1) as f32
}

impl LineBox {
    fn of(core: &LineCore, along: Vector) -> Self {
        match direction::box_on(core, along) {
            Some(line) => Self::Along(line),
            None => Self::Across(core.box_along(along.across())),
        }
    }

    fn rectangle(&self) -> &Rectangle {
        match self {
            Self::Along(line) | Self::Across(line) => line,
        }
    }

    /// Where it stands in the page's own direction.
    fn placed(&self, along: Vector) -> PlacedLine {
        let line = self.rectangle();
        let half = |direction: Vector| {
            line.half_length * line.along.dot(direction).abs()
                + line.half_height * line.along.across().dot(direction).abs()
        };
        let across = along.across();
        let (x, y) = (line.centre.dot(along), line.centre.dot(across));
        PlacedLine {
            left: x - half(along),
            right: x + half(along),
            top: y - half(across),
            bottom: y + half(across),
        }
    }
}

/// A line that was read, if anything of it can be relied on.
fn legible(line: &Rectangle, letters: &LineLetters) -> Option<OcrLine> {
    let text = letters.text();
    if text.trim().is_empty() || letters.confidence() < LEGIBLE {
        return None;
    }
    let begin = line.at(0.0, 1.0);
    let (start, ends) = letters.edges(line.length(), line.height());
    Some(OcrLine {
        text,
        x: begin.x,
        y: begin.y,
        angle: line.along.angle().to_degrees(),
        height: line.height(),
        start,
        ends,
        confidence: letters.confidence(),
        is_in_row: false,
        is_corrected: false,
    })
}

/// Says of all but the last that the next one stands beside them.
fn in_one_row(lines: &mut [OcrLine]) {
    if let Some((_, others)) = lines.split_last_mut() {
        for line in others {
            line.is_in_row = true;
        }
    }
}
