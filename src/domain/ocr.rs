//! What a machine read in the picture of a page (OCR): lines with their letters, where each stands, and how sure it is.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::daily_hours::DailyHours;
use super::page::{PageText, TextRun};

/// The lines of a page as a machine read them. Lengths are pixels of the page's picture, from its upper left corner.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OcrPage {
    /// The picture's width.
    pub width: u32,
    /// The picture's height.
    pub height: u32,
    /// Its lines in the order in which people read them.
    pub lines: Vec<OcrLine>,
    /// There was more on it than a page may hold, and some of it is left out.
    #[serde(default)]
    pub is_cut: bool,
    /// The path of the picture, where it lies in an archive.
    #[serde(default)]
    pub path: Option<String>,
}

/// A line of letters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OcrLine {
    /// Its letters.
    pub text: String,
    /// Where the box around it begins, on the side that its letters stand on.
    pub x: f32,
    /// Where the box around it begins, on the side that its letters stand on.
    pub y: f32,
    /// Which way it runs: degrees clockwise from the right.
    pub angle: f32,
    /// How high the box around it is.
    pub height: f32,
    /// Where the first letter begins, counted along the line from the beginning of its box.
    pub start: f32,
    /// Where each character ends, counted in the same way.
    pub ends: Vec<f32>,
    /// How sure the machine is of its letters, on average: from 0 to 1.
    pub confidence: f32,
    /// The next line stands beside this one, as in a table.
    #[serde(default)]
    pub is_in_row: bool,
    /// Somebody said what stands there.
    #[serde(default)]
    pub is_corrected: bool,
}

/// What has become of a page whose text stands in its picture alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum OcrState {
    /// It waits for its turn.
    Queued,
    /// It was read, whatever stands on it.
    Read,
    /// It could not be read.
    Failed,
}

/// How far the pages of a file have come whose text stands in their pictures alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OcrProgress {
    /// Pages that wait.
    pub waiting: u32,
    /// Pages that a machine read.
    pub read: u32,
    /// Pages that it could not read.
    pub failed: u32,
    /// Pages beyond the most that one file may have read.
    #[serde(default)]
    pub left_out: u32,
    /// Pages among those read that wait to be read again, because somebody asked.
    #[serde(default)]
    pub again: u32,
    /// How sure it is of its letters, on average over the pages read, in percent.
    pub confidence: u8,
}

impl OcrProgress {
    /// Pages that a machine has still to read, for the first time or again.
    pub fn left(self) -> u32 {
        self.waiting.saturating_add(self.again)
    }

    /// Whether what was read since this was told is to be put into the text: at the end, and whenever it is twice as much as there
    /// was, so that a thick book is not written once a page. What is read again is put in at the end alone: until then it is
    /// found by its old words.
    pub fn is_due(self, told: Option<Self>) -> bool {
        let told = told.unwrap_or_default();
        let numbers = |pages: Self| (pages.read, pages.failed, pages.waiting, pages.again);
        numbers(self) != numbers(told) && (self.left() == 0 || self.read >= 2 * told.read.max(1))
    }
}

/// When pages are recognised, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OcrRules {
    /// The hours of the day.
    pub hours: DailyHours,
    /// Pages that one process reads side by side.
    pub at_once: usize,
    /// Pages of one file.
    pub pages_per_file: usize,
    /// Pages of one school in 24 hours; none: as many as there are.
    pub pages_per_school_a_day: Option<u64>,
}

/// Pages that wait to be recognised, and how long they will.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OcrBacklog {
    /// Pages that wait.
    pub waiting: u64,
    /// How many were read in an hour when pages were last read, whoever's they were; none while that cannot be told.
    pub pages_per_hour: Option<u64>,
}

impl OcrBacklog {
    /// How many hours that takes at this pace, begun ones counted whole.
    pub fn hours_left(self) -> Option<u64> {
        Some(self.waiting.div_ceil(self.pages_per_hour.filter(|pace| *pace > 0)?))
    }
}

/// A share from 0 to 1 in percent.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a hundred"
)]
pub fn percent(share: f32) -> u8 {
    (share * 100.0).round().clamp(0.0, 100.0) as u8
}

/// What part of the height of a line's box its letters take (measured). The box is drawn wider than they are, so that none is cut.
const LETTERS: f32 = 0.84;
/// What part of a letter's size reaches below the line it stands on.
const DESCENT: f32 = 0.12;

impl OcrPage {
    /// The page's text: a line of its own for each line, but the cells of a row beside each other.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            text.push_str(&line.text);
            text.push_str(line.gap());
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// How sure the machine is of the page, on average over its letters; none where there are none.
    pub fn confidence(&self) -> Option<f32> {
        let (mut sum, mut letters) = (0.0, 0.0);
        for line in &self.lines {
            let count = f32::from(u16::try_from(line.ends.len()).unwrap_or(u16::MAX));
            sum += line.confidence * count;
            letters += count;
        }
        (letters > 0.0).then(|| sum / letters)
    }

    /// The same as the text layer of a page that is `width` points wide, in a document of so many pages.
    #[expect(clippy::cast_precision_loss, reason = "a picture is a few thousand pixels wide")]
    pub fn text_layer(&self, width: f32, pages: u32) -> PageText {
        let scale = width / self.width.max(1) as f32;
        PageText {
            pages,
            width,
            height: self.height as f32 * scale,
            runs: self.lines.iter().map(|line| line.run(scale)).collect(),
        }
    }
}

impl OcrLine {
    /// How long the box around it is, as far as its letters go.
    fn length(&self) -> f32 {
        self.ends.last().copied().unwrap_or(0.0)
    }

    /// The point that lies so far along it and so far above the side that its letters stand on.
    fn at(&self, along: f32, up: f32) -> (f32, f32) {
        let (sin, cos) = self.angle.to_radians().sin_cos();
        (self.x + cos * along + sin * up, self.y + sin * along - cos * up)
    }

    /// Whether the middle of another line lies in the box around this one.
    pub fn covers(&self, other: &Self) -> bool {
        let (x, y) = other.at(other.length() / 2.0, other.height / 2.0);
        let (sin, cos) = self.angle.to_radians().sin_cos();
        let (dx, dy) = (x - self.x, y - self.y);
        let (along, up) = (dx * cos + dy * sin, dx * sin - dy * cos);
        (0.0..=self.length()).contains(&along) && (0.0..=self.height).contains(&up)
    }

    /// The same line in a picture of another size.
    #[must_use]
    pub fn scaled(&self, by: f32) -> Self {
        Self {
            x: self.x * by,
            y: self.y * by,
            height: self.height * by,
            start: self.start * by,
            ends: self.ends.iter().map(|end| end * by).collect(),
            ..self.clone()
        }
    }

    /// The same line with what really stands there. As many characters keep their places; others share the room evenly.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a line has a few hundred characters")]
    pub fn corrected(&self, text: &str) -> Self {
        let count = text.chars().count();
        let each = (self.length() - self.start) / count.max(1) as f32;
        let ends = match count == self.ends.len() {
            true => self.ends.clone(),
            false => (1..=count).map(|nth| self.start + each * nth as f32).collect(),
        };
        Self {
            text: text.to_owned(),
            ends,
            confidence: 1.0,
            is_corrected: true,
            ..self.clone()
        }
    }

    /// What lies between this line and the next.
    fn gap(&self) -> &'static str {
        if self.is_in_row { " " } else { "\n" }
    }

    fn run(&self, scale: f32) -> TextRun {
        let (sin, cos) = self.angle.to_radians().sin_cos();
        let size = self.height * LETTERS;
        // From the box's edge up to the line that the letters stand on.
        let up = self.height * (1.0 - LETTERS) / 2.0 + size * DESCENT;
        let (x, y) = (
            self.x + cos * self.start + sin * up,
            self.y + sin * self.start - cos * up,
        );
        let short = |length: f32| (length * scale * 10.0).round() / 10.0;
        TextRun {
            text: self.text.clone(),
            x: short(x),
            y: short(y),
            angle: (self.angle * 10.0).round() / 10.0,
            size: short(size),
            is_vertical: false,
            ends: self.ends.iter().map(|end| short(end - self.start)).collect(),
            gap: self.gap().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OcrLine, OcrPage, OcrProgress, percent};

    fn line(text: &str, angle: f32) -> OcrLine {
        let ends = (1..=text.chars().count()).map(|nth| 20.0 + 100.0 * f32::from(u8::try_from(nth).unwrap()));
        OcrLine {
            text: text.to_owned(),
            x: 400.0,
            y: 300.0,
            angle,
            height: 100.0,
            start: 20.0,
            ends: ends.collect(),
            confidence: 0.5,
            is_in_row: false,
            is_corrected: false,
        }
    }

    fn page(lines: Vec<OcrLine>) -> OcrPage {
        OcrPage {
            width: 1_000,
            height: 2_000,
            lines,
            is_cut: false,
            path: None,
        }
    }

    #[test]
    fn cells_of_a_row_stand_in_one_line_of_text() {
        let mut cell = line("项目", 0.0);
        cell.is_in_row = true;

        assert_eq!(
            page(vec![cell, line("分值", 0.0), line("合计", 0.0)]).text(),
            "项目 分值\n合计"
        );
    }

    #[test]
    fn a_line_is_laid_over_the_page_where_it_stands() {
        let layer = page(vec![line("车床", 0.0)]).text_layer(500.0, 3);

        let run = &layer.runs[0];
        assert_eq!((layer.width, layer.height, layer.pages), (500.0, 1_000.0, 3));
        // Half the picture's size: 400 + 20 along, 300 - 8 - 10.08 up to the line that the letters stand on.
        assert_eq!((run.x, run.y, run.size), (210.0, 141.0, 42.0));
        assert_eq!(run.ends, [50.0, 100.0]);
    }

    #[test]
    fn a_line_that_runs_down_begins_below_its_corner() {
        let layer = page(vec![line("车床", 90.0)]).text_layer(1_000.0, 1);

        // Down by 20, and to the right of the side that its letters stand on by 18.08.
        assert_eq!((layer.runs[0].x, layer.runs[0].y), (418.1, 320.0));
    }

    #[test]
    fn a_share_is_a_percentage_whatever_it_is() {
        assert_eq!(
            [0.0, 0.986, 1.0, 7.0, -1.0, f32::NAN].map(percent),
            [0, 99, 100, 100, 0, 0]
        );
    }

    #[test]
    fn longer_lines_count_more_for_how_sure_a_page_is() {
        let sure = OcrLine {
            confidence: 1.0,
            ..line("数控车床", 0.0)
        };
        let unsure = OcrLine {
            confidence: 0.4,
            ..line("好的", 0.0)
        };

        assert_eq!(page(vec![sure, unsure]).confidence(), Some(0.8));
        assert_eq!(page(vec![]).confidence(), None);
    }

    fn progress(waiting: u32, read: u32, again: u32) -> OcrProgress {
        OcrProgress {
            waiting,
            read,
            again,
            ..OcrProgress::default()
        }
    }

    /// Of 500 pages it is written after 2, 4, 8 … 256, and at the end.
    #[test]
    fn a_thick_book_is_written_nine_times() {
        let mut told = Some(progress(500, 0, 0));
        let mut written = Vec::new();
        for read in 1..=500 {
            let now = progress(500 - read, read, 0);
            if now.is_due(told) {
                written.push(read);
                told = Some(now);
            }
        }

        assert_eq!(written, [2, 4, 8, 16, 32, 64, 128, 256, 500]);
        assert!(!progress(0, 500, 0).is_due(told), "nothing is new");
        assert!(progress(0, 1, 0).is_due(None));
    }

    #[test]
    fn what_is_read_again_is_written_at_the_end() {
        let told = Some(progress(0, 500, 500));

        let written: Vec<u32> = (0..500).filter(|left| progress(0, 500, *left).is_due(told)).collect();

        assert_eq!(written, [0]);
    }
}
