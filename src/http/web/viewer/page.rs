//! A rendered page: its picture, with its words at their places above it, to be selected and highlighted.

use super::{TextView, ViewerUrls};
use crate::domain::file::PartUnit;
use crate::domain::page::{PageText, TextRun, TextSpan};
use crate::domain::passage::Locator;
use crate::error::Result;
use crate::http::web::page_context::PageContext;
use crate::library::Library;
use crate::library::resource_view::File;

/// Pages in the strip.
const STRIP: u32 = 12;
/// How many of them lie before the page that is shown.
const BEFORE: u32 = 3;
/// Pages with hits that are named.
const NAMED: usize = 12;
/// Text longer than this is not looked through for the pages that hold the words.
const LOOKED_THROUGH: u64 = 3_000_000;
/// How far letters reach above their base line, as part of their size.
const ASCENT: f32 = 0.88;
/// How high a mark is, as part of the letters' size.
const HEIGHT: f32 = 1.16;
/// Where letters of a vertical line begin to the side of its middle.
const ASIDE: f32 = 0.36;

/// A painted page.
#[derive(Debug, Clone)]
pub struct RenderedPage {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are.
    pub total: u32,
    /// Its picture, without a width.
    pub picture_url: String,
    /// What the picture is, for those who do not see it.
    pub alt: String,
    /// Its width, in whole points.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Its words at their places, to be selected.
    pub letters: Vec<PlacedText>,
    /// Where the words that were searched for stand.
    pub marks: Vec<Highlight>,
    /// The pages around it.
    pub strip: Vec<PageLink>,
    /// Where else the words stand that were searched for.
    pub found: Vec<PageLink>,
    /// Goes to any page.
    pub jump: Jump,
}

/// Letters on the page.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is the attribute it becomes")]
pub struct PlacedText {
    pub text: String,
    pub x: f32,
    pub y: f32,
    pub size: f32,
    pub length: f32,
    /// How the line is turned, where it is.
    pub turn: Option<String>,
}

/// A marked place on the page.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is the attribute it becomes")]
pub struct Highlight {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    /// How the line is turned, where it is.
    pub turn: Option<String>,
}

/// A page that one can turn to.
#[derive(Debug, Clone)]
pub struct PageLink {
    /// Its number.
    pub number: u32,
    /// Opens it.
    pub url: String,
    /// Its picture, without a width.
    pub picture_url: String,
    /// Whether it is the one that is shown.
    pub is_here: bool,
    /// Whether words that were searched for stand on it.
    pub is_found: bool,
}

/// The form that goes to a page by its number.
#[derive(Debug, Clone)]
pub struct Jump {
    /// Where it goes.
    pub url: String,
    /// What the address calls a page: `page` or `slide`.
    pub field: &'static str,
    /// What it carries along.
    pub fields: Vec<(&'static str, String)>,
}

/// The page of a file to show, with its text; none for files that cannot be painted.
pub(super) async fn find(
    visit: &PageContext,
    library: &Library,
    file: &File,
    at: Option<&Locator>,
    ways: &ViewerUrls<'_>,
) -> Result<Option<(RenderedPage, TextView)>> {
    let number = library.reading.page_at(&visit.actor, file.id, at).await?;
    let Some(page) = library.reading.page_text(&visit.actor, file.id, number).await? else {
        return Ok(None);
    };
    let sought = library.reading.sought(&visit.actor, ways.words);
    // Every page of the file would be read for each page that is turned.
    let found = if file.report.characters > LOOKED_THROUGH {
        Vec::new()
    } else {
        library.reading.pages_with(&visit.actor, file.id, &sought).await?
    };
    let text = page.text();
    let marks = sought.marks(&text);
    let mut sheet = sheet(visit, number, &page, &found, ways);
    sheet.marks = page.stretches(&marks).iter().map(Highlight::of).collect();
    Ok(Some((sheet, TextView::of(&text, &marks))))
}

fn sheet(visit: &PageContext, number: u32, page: &PageText, found: &[u32], ways: &ViewerUrls<'_>) -> RenderedPage {
    let leaf = |of: u32| PageLink {
        number: of,
        url: ways.url(&ways.page(of)),
        picture_url: picture(ways, of),
        is_here: of == number,
        is_found: found.contains(&of),
    };
    RenderedPage {
        number,
        total: page.pages,
        picture_url: picture(ways, number),
        alt: visit.say.picture_of(&visit.say.place(&ways.page(number))),
        width: whole(page.width),
        height: whole(page.height),
        letters: page.runs.iter().map(PlacedText::of).collect(),
        marks: Vec::new(),
        strip: strip(number, page.pages).map(leaf).collect(),
        found: found.iter().copied().take(NAMED).map(leaf).collect(),
        jump: jump(ways),
    }
}

fn picture(ways: &ViewerUrls<'_>, page: u32) -> String {
    format!("/api/v1/files/{}/pages/{page}", ways.file)
}

/// The numbers of the pages around one.
fn strip(number: u32, total: u32) -> std::ops::RangeInclusive<u32> {
    let last_first = total.saturating_sub(STRIP - 1).max(1);
    let first = number.saturating_sub(BEFORE).clamp(1, last_first);
    first..=total.min(first + STRIP - 1)
}

fn jump(ways: &ViewerUrls<'_>) -> Jump {
    let fields = [
        ("file", ways.file.to_string()),
        ("q", ways.words.to_owned()),
        ("version", ways.version.unwrap_or_default().to_owned()),
    ];
    Jump {
        url: format!("{}#reading", ways.resource),
        field: if ways.unit == PartUnit::Slide { "slide" } else { "page" },
        fields: fields.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page has a size that can be painted"
)]
fn whole(length: f32) -> u32 {
    length.round().max(1.0) as u32
}

impl PlacedText {
    fn of(run: &TextRun) -> Self {
        let aside = if run.is_vertical { run.size * ASIDE } else { 0.0 };
        Self {
            text: run.text.clone(),
            x: run.x,
            y: run.y + aside,
            size: run.size,
            length: run.length(),
            turn: turn(run),
        }
    }
}

impl Highlight {
    fn of(stretch: &TextSpan<'_>) -> Self {
        let run = stretch.run;
        let above = if run.is_vertical { HEIGHT / 2.0 } else { ASCENT };
        Self {
            x: run.x + stretch.from.min(stretch.to),
            y: run.y - run.size * above,
            width: (stretch.to - stretch.from).abs(),
            height: run.size * HEIGHT,
            turn: turn(run),
        }
    }
}

fn turn(run: &TextRun) -> Option<String> {
    (run.angle != 0.0).then(|| format!("rotate({} {} {})", run.angle, run.x, run.y))
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn the_strip_holds_the_page_and_never_leaves_the_document() {
        assert_eq!(strip(1, 1), 1..=1);
        assert_eq!(strip(2, 8), 1..=8);
        assert_eq!(strip(20, 100), 17..=28);
        assert_eq!(strip(100, 100), 89..=100);
    }
}
