//! Text layer: positions of a page's words, so that they can be marked and selected on its picture.

use hayro::{
    hayro_interpret::{InterpreterCache, util::TransformExt as _},
    kurbo::{Affine, Point, Vec2},
};

use super::{
    collections,
    device::TextDevice,
    garbled_text,
    letters::PageLetters,
    lines::{GlyphPlace, Stroke},
};
use crate::{
    domain::page::{PageText, TextRun},
    extract::{error::ExtractResult, input::Input},
};

/// Glyphs whose places are told; a page with more is a map or a bomb.
const MANY: usize = 20_000;
/// A gap of more than this part of the size begins a new run: what is selected would be stretched over it.
const FAR: f64 = 0.6;
/// Letters whose size differs by more than this part do not stand in one run.
const OTHER_SIZE: f64 = 0.1;
/// Lines that turn by more than this, in degrees, are two.
const TURN: f64 = 1.0;

/// The words of a page, counted from 1.
pub(crate) fn page(input: &Input, number: u32) -> ExtractResult<PageText> {
    let pdf = super::open(input)?;
    let page = super::page_of(&pdf, number)?;
    let mut letters = PageLetters::new(collections::of_document(&pdf));
    let mut device = TextDevice::with_places(&mut letters);
    super::paint(page, &pdf, &InterpreterCache::new(), &mut device);
    let is_false = garbled_text::are_false(device.wide());
    let (text, mut places) = device.into_places();
    // Nobody wants to select letters that mean nothing.
    if is_false || garbled_text::meaningful(&text).is_some() {
        places.clear();
    }
    let (width, height) = page.render_dimensions();
    Ok(PageText {
        pages: u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX),
        width,
        height,
        runs: runs(&text, &places, page.initial_transform(true).to_kurbo()),
    })
}

/// Puts glyphs together into runs, as they stand on the upright page.
fn runs(text: &str, places: &[GlyphPlace], upright: Affine) -> Vec<TextRun> {
    let mut runs: Vec<RunBuilder> = Vec::new();
    for place in places.iter().take(MANY).filter(|place| !place.bytes.is_empty()) {
        let glyph = Glyph::of(&text[place.bytes.clone()], &place.stroke, upright);
        if let Some(last) = runs.last_mut() {
            let gap = &text[last.until..place.bytes.start];
            if last.takes(&glyph, gap) {
                last.add(&glyph, gap);
                last.until = place.bytes.end;
                continue;
            }
            gap.clone_into(&mut last.run.gap);
        }
        runs.push(RunBuilder::new(&glyph, place.bytes.end));
    }
    runs.into_iter().map(|growing| growing.run).collect()
}

/// A glyph on the upright page.
struct Glyph<'t> {
    text: &'t str,
    start: Point,
    way: Vec2,
    size: f64,
    is_vertical: bool,
}

impl<'t> Glyph<'t> {
    fn of(text: &'t str, stroke: &Stroke, upright: Affine) -> Self {
        let (start, end) = (upright * stroke.start, upright * stroke.end);
        Self {
            text,
            start,
            way: end - start,
            size: stroke.size,
            is_vertical: stroke.is_vertical,
        }
    }

    /// Degrees clockwise, as the page counts downwards.
    fn angle(&self) -> f64 {
        self.way.y.atan2(self.way.x).to_degrees()
    }
}

/// Builds a run; more glyphs may join it.
struct RunBuilder {
    run: TextRun,
    start: Point,
    /// One point along the line.
    ahead: Vec2,
    angle: f64,
    size: f64,
    /// The byte of the page's text at which it ends.
    until: usize,
}

impl RunBuilder {
    fn new(glyph: &Glyph<'_>, until: usize) -> Self {
        let angle = glyph.angle();
        let mut growing = Self {
            run: TextRun {
                text: String::new(),
                x: short(glyph.start.x),
                y: short(glyph.start.y),
                angle: short(angle),
                size: short(glyph.size),
                is_vertical: glyph.is_vertical,
                ends: Vec::new(),
                gap: String::new(),
            },
            start: glyph.start,
            ahead: Vec2::from_angle(angle.to_radians()),
            angle,
            size: glyph.size,
            until,
        };
        growing.add(glyph, "");
        growing
    }

    /// Whether a glyph goes on where this run ends.
    fn takes(&self, glyph: &Glyph<'_>, gap: &str) -> bool {
        let distance = self.along(glyph.start) - f64::from(self.run.length());
        let is_near = !gap.contains('\n') && distance.abs() < self.size * FAR;
        let is_like = (glyph.size - self.size).abs() <= self.size * OTHER_SIZE;
        is_near && is_like && (glyph.angle() - self.angle).abs() < TURN
    }

    fn along(&self, point: Point) -> f64 {
        (point - self.start).dot(self.ahead)
    }

    /// Adds what lies before the glyph, and the glyph; one that stands for several letters is shared among them.
    fn add(&mut self, glyph: &Glyph<'_>, gap: &str) {
        let (from, to) = (self.along(glyph.start), self.along(glyph.start + glyph.way));
        self.run.text.push_str(gap);
        self.run.ends.extend(gap.chars().map(|_| short(from)));
        let count = glyph.text.chars().count();
        for nth in (1_u32..).take(count) {
            let share = f64::from(nth) / f64::from(u32::try_from(count).unwrap_or(1));
            self.run.ends.push(short(from + (to - from) * share));
        }
        self.run.text.push_str(glyph.text);
    }
}

/// A tenth of a point is finer than any screen shows.
#[expect(clippy::cast_possible_truncation, reason = "a page is a few thousand points wide")]
fn short(length: f64) -> f32 {
    ((length * 10.0).round() / 10.0) as f32
}
