//! Corrections: what people say that stands on a line which a machine read wrongly.
//!
//! A correction is about a place on a page, not about a line of one reading: another reading may find other lines there, cut
//! in another way, and the correction still takes their place.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fault::FieldFault;
use super::form::{FieldReader, clean};
use super::ocr::{OcrLine, OcrPage};

/// The longest line, in characters.
pub const MOST_LINE_CHARS: usize = 500;

/// What somebody says of a line that they have seen.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
pub struct LineCorrection {
    /// The line as it was seen, so that what others changed meanwhile is not undone.
    pub seen: String,
    /// What stands there, up to 500 characters.
    pub text: String,
}

/// The corrected lines of a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PageCorrections {
    /// The width of the picture that their places are counted in.
    width: u32,
    /// Each in its place.
    lines: Vec<OcrLine>,
}

impl LineCorrection {
    /// Parses the JSON of one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        // What a machine read may be longer than what people may write.
        let seen = reader.required("seen", usize::MAX);
        let text = reader.required("text", MOST_LINE_CHARS).replace('\n', " ");
        reader.refuse_others();
        reader.finish(|| Self { seen, text })
    }

    /// Whether a line is the one that was seen.
    pub fn is_of(&self, line: &OcrLine) -> bool {
        self.seen == clean(&line.text)
    }
}

impl PageCorrections {
    /// Says what stands on one of the lines of a page, whose corrections are in it already.
    pub fn add(&mut self, page: &OcrPage, line: &OcrLine, text: &str) {
        let corrected = line.corrected(text);
        self.lines = self.on(page);
        self.width = page.width;
        self.lines.retain(|before| !corrected.covers(before));
        self.lines.push(corrected);
    }

    /// Takes back what was said of one of the lines of a page, whose corrections are in it already.
    pub fn remove(&mut self, page: &OcrPage, line: &OcrLine) {
        self.lines = self.on(page);
        self.width = page.width;
        self.lines.retain(|said| !line.covers(said));
    }

    /// Puts the corrected lines into a page, each in the place of what was read there.
    pub fn put_into(&self, page: &mut OcrPage) {
        for corrected in self.on(page) {
            let is_there = |line: &OcrLine| corrected.covers(line) || line.covers(&corrected);
            let first = page.lines.iter().position(is_there);
            let last = page.lines.iter().rfind(|line| is_there(line));
            let is_in_row = last.is_some_and(|line| line.is_in_row);
            page.lines.retain(|line| !is_there(line));
            // Where nothing was read there this time, it stands above what is below it.
            let above = || page.lines.iter().position(|line| line.y > corrected.y);
            let place = first.or_else(above).unwrap_or(page.lines.len()).min(page.lines.len());
            page.lines.insert(place, OcrLine { is_in_row, ..corrected });
        }
    }

    /// The lines, with their places counted in a page's own picture.
    #[expect(clippy::cast_precision_loss, reason = "a picture is a few thousand pixels wide")]
    fn on(&self, page: &OcrPage) -> Vec<OcrLine> {
        let scale = page.width as f32 / self.width.max(1) as f32;
        self.lines.iter().map(|line| line.scaled(scale)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::PageCorrections;
    use crate::domain::ocr::{OcrLine, OcrPage};

    /// A line of four characters, each 10 wide, 20 high.
    fn line(text: &str, x: f32, y: f32) -> OcrLine {
        OcrLine {
            text: text.to_owned(),
            x,
            y,
            angle: 0.0,
            height: 20.0,
            start: 0.0,
            ends: vec![10.0, 20.0, 30.0, 40.0],
            confidence: 0.9,
            is_in_row: false,
            is_corrected: false,
        }
    }

    fn page(width: u32, lines: Vec<OcrLine>) -> OcrPage {
        OcrPage {
            width,
            height: 2 * width,
            lines,
            is_cut: false,
            path: None,
        }
    }

    #[test]
    fn a_corrected_line_stands_in_the_place_of_the_one_that_was_read() {
        let read = page(
            100,
            vec![
                line("第一行字", 0.0, 20.0),
                line("锪孔加土", 0.0, 50.0),
                line("第三行字", 0.0, 80.0),
            ],
        );
        let mut corrections = PageCorrections::default();
        corrections.add(&read, &read.lines[1], "锪孔加工面");

        let mut shown = read.clone();
        corrections.put_into(&mut shown);

        assert_eq!(shown.text(), "第一行字\n锪孔加工面\n第三行字");
        let corrected = &shown.lines[1];
        assert!(corrected.is_corrected);
        assert_eq!(corrected.ends, [8.0, 16.0, 24.0, 32.0, 40.0]);

        // Once more, as it is shown now.
        corrections.add(&shown, corrected, "锪孔加工");
        let mut again = read;
        corrections.put_into(&mut again);
        assert_eq!(again.text(), "第一行字\n锪孔加工\n第三行字");
    }

    #[test]
    fn a_correction_survives_a_reading_that_finds_other_lines() {
        let read = page(100, vec![line("上一行字", 0.0, 20.0), line("氽水锻炼", 0.0, 50.0)]);
        let mut corrections = PageCorrections::default();
        corrections.add(&read, &read.lines[1], "汆水锻炼");
        // Twice the size, and the line cut in two.
        let half = |text: &str, x| OcrLine {
            height: 40.0,
            ends: vec![20.0, 40.0],
            ..line(text, x, 100.0)
        };
        let mut cut = page(
            200,
            vec![line("上一行字", 0.0, 40.0), half("氽水", 0.0), half("锻练", 40.0)],
        );
        let mut gone = page(200, vec![line("上一行字", 0.0, 40.0), line("末行", 0.0, 300.0)]);

        corrections.put_into(&mut cut);
        corrections.put_into(&mut gone);

        assert_eq!(cut.text(), "上一行字\n汆水锻炼");
        assert_eq!(gone.text(), "上一行字\n汆水锻炼\n末行");
    }
}
