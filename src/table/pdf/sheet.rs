//! The paper: a sheet after the other, filled from above.

use pdf_writer::{Content, Filter, Finish as _, Pdf, Rect, Ref, Str};

use super::font::{RESOURCE, UsedGlyphs};
use super::{deflated, font};

/// The shorter and the longer side of A4, in points.
const SIDES: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 36.0;
/// Room for the number of the page, below everything else.
const FOOT: f32 = 18.0;

/// A colour between black (0) and white (1).
#[derive(Debug, Clone, Copy)]
pub(super) struct Grey(pub(super) f32);

/// The pages of a document.
pub(super) struct Sheets {
    size: (f32, f32),
    pages: Vec<Content>,
    glyphs: UsedGlyphs,
    /// How far from the top edge of the last page the next thing begins.
    down: f32,
}

impl Sheets {
    /// The first page, which is empty.
    pub(super) fn new(is_wide: bool) -> Self {
        let size = if is_wide { (SIDES.1, SIDES.0) } else { SIDES };
        Self {
            size,
            pages: vec![Content::new()],
            glyphs: UsedGlyphs::default(),
            down: MARGIN,
        }
    }

    /// How wide what is written can be.
    pub(super) fn width(&self) -> f32 {
        self.size.0 - 2.0 * MARGIN
    }

    /// Whether something of this height fits below what is there.
    pub(super) fn has_room(&self, height: f32) -> bool {
        self.down + height <= self.size.1 - MARGIN - FOOT
    }

    /// Goes on on a new page.
    pub(super) fn turn(&mut self) {
        self.pages.push(Content::new());
        self.down = MARGIN;
    }

    /// Leaves a space.
    pub(super) fn skip(&mut self, height: f32) {
        self.down += height;
    }

    /// Writes one line, `right` of the margin and `below` of where the next thing begins.
    pub(super) fn write(&mut self, text: &str, size: f32, (right, below): (f32, f32)) {
        let bytes = self.glyphs.encode(text);
        let (x, y) = (MARGIN + right, self.size.1 - self.down - below - size * 0.88);
        let page = self.page();
        page.begin_text().set_font(RESOURCE, size).next_line(x, y);
        page.show(Str(&bytes)).end_text();
    }

    /// Fills a rectangle.
    pub(super) fn fill(&mut self, (right, below): (f32, f32), (width, height): (f32, f32), grey: Grey) {
        let (x, y) = (MARGIN + right, self.size.1 - self.down - below - height);
        let page = self.page();
        page.save_state().set_fill_gray(grey.0).rect(x, y, width, height);
        page.fill_nonzero().restore_state();
    }

    /// Draws a thin line across.
    pub(super) fn rule(&mut self, width: f32, below: f32) {
        self.fill((0.0, below), (width, 0.5), Grey(0.6));
    }

    fn page(&mut self) -> &mut Content {
        self.pages.last_mut().expect("there is a first page")
    }

    /// Writes the pages with their numbers into a document whose tree of pages is `tree`.
    pub(super) fn finish(
        mut self,
        pdf: &mut Pdf,
        tree: Ref,
        mut next: impl FnMut() -> Ref,
        number: impl Fn(usize, usize) -> String,
    ) -> crate::error::Result<()> {
        let all = self.pages.len();
        let font = next();
        let kids: Vec<Ref> = (0..all).map(|_| next()).collect();
        let count = i32::try_from(all).unwrap_or(i32::MAX);
        pdf.pages(tree).kids(kids.iter().copied()).count(count);
        let pages = std::mem::take(&mut self.pages);
        for ((at, mut content), id) in (1..).zip(pages).zip(kids) {
            let text = font::printable(&number(at, all));
            let x = self.size.0 - MARGIN - font::width(&text, 8.0);
            let bytes = self.glyphs.encode(&text);
            content.begin_text().set_font(RESOURCE, 8.0).next_line(x, MARGIN);
            content.show(Str(&bytes)).end_text();
            let body = next();
            let mut page = pdf.page(id);
            page.media_box(Rect::new(0.0, 0.0, self.size.0, self.size.1))
                .parent(tree)
                .contents(body);
            page.resources().fonts().pair(RESOURCE, font);
            page.finish();
            let drawn = deflated(content.finish().as_slice());
            pdf.stream(body, &drawn).filter(Filter::FlateDecode);
        }
        self.glyphs.write(pdf, font, next)
    }
}
