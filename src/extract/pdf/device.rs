//! Text device: collects glyphs while a page is painted.

use std::collections::HashMap;

use hayro::{
    hayro_interpret::{
        BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask,
        font::{Glyph, GlyphRun},
        hayro_cmap::WritingMode,
    },
    kurbo::{Affine, BezPath, Point},
};

use super::{
    letters::PageLetters,
    lines::{GlyphPlace, LineBuilder, Stroke},
};

/// The side of a glyph's own coordinate system: fonts count in thousandths of their size.
const EM: f64 = 1_000.0;
/// The advance of a glyph whose font does not tell.
const USUAL_ADVANCE: f32 = 500.0;
/// The same character painted again within this part of its size is fake bold or a shadow.
// Over 305 Chinese PDFs this took the precision of pairs of Han from 0.967 to 0.998.
const SAME_PLACE: f64 = 0.2;
/// But not farther than this part of its own width: two narrow letters stand closer than a wide one and its shadow.
const SAME_LETTER: f64 = 0.6;
/// An advance of more than this part of the size is that of Han.
const FULL_WIDTH: f64 = 0.95;
/// Places remembered per page; a page with more glyphs is a bomb, and its doubles do no harm.
const REMEMBERED: usize = 200_000;

/// What a page consists of.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct PageFacts {
    /// Glyphs painted.
    pub(super) glyphs: u32,
    /// Glyphs whose character nobody knows.
    pub(super) unmapped: u32,
    /// Pixels of all pictures.
    pub(super) picture_pixels: u64,
    /// Lines and areas painted.
    pub(super) shapes: u32,
}

/// Turns painting into text.
pub(super) struct TextDevice<'l> {
    letters: &'l mut PageLetters,
    lines: LineBuilder,
    facts: PageFacts,
    painted: HashMap<(char, i64, i64), Point>,
    /// Western letters that are as wide as Han.
    wide: String,
    passes_over_wide: bool,
}

impl<'l> TextDevice<'l> {
    /// A device for one page; what is known of letters lasts for the document.
    pub(super) fn new(letters: &'l mut PageLetters) -> Self {
        Self {
            letters,
            lines: LineBuilder::default(),
            facts: PageFacts::default(),
            painted: HashMap::new(),
            wide: String::new(),
            passes_over_wide: false,
        }
    }

    /// A device that takes Western letters as wide as Han for letters that nobody knows.
    pub(super) fn without_wide(letters: &'l mut PageLetters) -> Self {
        Self {
            passes_over_wide: true,
            ..Self::new(letters)
        }
    }

    /// The Western letters so far that are as wide as Han.
    pub(super) fn wide(&self) -> &str {
        &self.wide
    }

    /// A device that remembers where each glyph stands, too.
    pub(super) fn with_places(letters: &'l mut PageLetters) -> Self {
        Self {
            lines: LineBuilder::with_places(),
            ..Self::new(letters)
        }
    }

    /// The page's text and where its glyphs stand.
    pub(super) fn into_places(self) -> (String, Vec<GlyphPlace>) {
        self.lines.into_places()
    }

    /// The page's text and facts.
    pub(super) fn finish(self) -> (String, PageFacts) {
        (self.lines.into_text(), self.facts)
    }

    fn take(&mut self, glyph: &Glyph<'_>, transform: Affine, is_vertical: bool) {
        self.facts.glyphs = self.facts.glyphs.saturating_add(1);
        let stroke = stroke_of(glyph, transform, is_vertical);
        let text = self.letters.of(glyph);
        let is_wide = text.as_deref().is_some_and(|text| is_wide(text, &stroke));
        if is_wide {
            self.wide.extend(text.iter().map(String::as_str));
        }
        match text.filter(|_| !(is_wide && self.passes_over_wide)) {
            Some(text) if self.is_painted_again(&text, &stroke) => {}
            Some(text) => self.lines.put(&text, stroke),
            None => {
                self.facts.unmapped = self.facts.unmapped.saturating_add(1);
                // Or the next letter would stand behind a gap, and a space be put before it.
                self.lines.pass_over(stroke);
            }
        }
    }

    /// Whether the same character stands at the same place already.
    fn is_painted_again(&mut self, text: &str, stroke: &Stroke) -> bool {
        let Some(c) = text.chars().next().filter(|c| !c.is_whitespace()) else {
            return false;
        };
        // What is as good as nothing would be divided by.
        let step = (stroke.size * SAME_PLACE).max(0.05);
        let width = stroke.start.distance(stroke.end);
        let reach = if width > 0.0 {
            step.min(width * SAME_LETTER)
        } else {
            step
        };
        let (x, y) = (cell(stroke.start.x, step), cell(stroke.start.y, step));
        let mut around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
        let is_near = around.any(|(x, y)| {
            let other = self.painted.get(&(c, x, y));
            other.is_some_and(|other| other.distance(stroke.start) < reach)
        });
        if !is_near && self.painted.len() < REMEMBERED {
            self.painted.insert((c, x, y), stroke.start);
        }
        is_near
    }
}

/// Whether a glyph that is called a Western letter takes the place of a Han.
fn is_wide(text: &str, stroke: &Stroke) -> bool {
    let is_western = text.chars().all(|c| matches!(c, '!'..='\u{2ff}'));
    is_western && !stroke.is_vertical && stroke.start.distance(stroke.end) > stroke.size * FULL_WIDTH
}

/// The square of a grid that a coordinate falls into.
#[expect(
    clippy::cast_possible_truncation,
    reason = "halved, so that neighbours cannot overflow; far off is far off"
)]
fn cell(coordinate: f64, step: f64) -> i64 {
    (coordinate / step).round().clamp(-1e15, 1e15) as i64
}

fn stroke_of(glyph: &Glyph<'_>, transform: Affine, is_vertical: bool) -> Stroke {
    let advance = match glyph {
        Glyph::Outline(outline) => outline.advance_width().unwrap_or(USUAL_ADVANCE),
        Glyph::Type3(shape) => shape.advance_width().unwrap_or(0.0),
    };
    let start = transform * Point::ZERO;
    let end = if is_vertical {
        Point::new(0.0, -EM)
    } else {
        Point::new(f64::from(advance), 0.0)
    };
    let top = transform * Point::new(0.0, EM);
    Stroke {
        start,
        end: transform * end,
        size: start.distance(top),
        is_vertical,
    }
}

impl<'a> Device<'a> for TextDevice<'_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        let is_vertical = matches!(run.writing_mode(), WritingMode::Vertical);
        for glyph in run.glyphs() {
            self.take(glyph, props.transform * glyph.transform(), is_vertical);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        let pixels = u64::from(image.width()) * u64::from(image.height());
        self.facts.picture_pixels = self.facts.picture_pixels.saturating_add(pixels);
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.facts.shapes = self.facts.shapes.saturating_add(1);
    }

    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
