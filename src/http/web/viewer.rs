//! The viewer in a resource's page: what stands at one place of one file.

use std::ops::Range;

use serde::Deserialize;

use super::highlighted::{Highlighted, parts};
use super::layout::Link;
use super::page_context::PageContext;
use super::urls;
use crate::domain::file::{ExtractionState, Kind, PartUnit};
use crate::domain::film;
use crate::domain::id::FileId;
use crate::domain::passage::Locator;
use crate::error::Result;
use crate::http::disposition::Showing;
use crate::library::Library;
use crate::library::reading::office_pages::Pages;
use crate::library::reading::viewer::Surroundings;
use crate::library::resource_view::{File, Resource};
use crate::library::search::find::place;
use crate::words::pages::PageWords;

mod page;
mod player;
mod scan;

pub use page::{Highlight, Jump, PageLink, PlacedText, RenderedPage};
pub(super) use player::player;
pub use player::{ChapterLink, MediaSource, Player, SpeechRemark, Track, TranscriptLine};
pub use scan::{CorrectionForms, CorrectionRow, ScanView};

/// A place of a file, as addresses name it.
#[derive(Debug, Default, Deserialize)]
pub struct PlaceQuery {
    /// The file.
    pub file: Option<String>,
    /// A page.
    pub page: Option<String>,
    /// A slide.
    pub slide: Option<String>,
    /// A sheet's name.
    pub sheet: Option<String>,
    /// The row of the sheet.
    pub row: Option<String>,
    /// A section.
    pub section: Option<String>,
    /// A second of sound or film.
    pub t: Option<String>,
    /// What to mark there.
    pub q: Option<String>,
    /// Anything: play the film's lighter copy.
    pub light: Option<String>,
}

impl PlaceQuery {
    /// The place; an address with half a place in it names none.
    pub(super) fn locator(&self) -> Option<Locator> {
        let number = |text: &Option<String>| text.as_ref()?.parse::<u32>().ok();
        if let Some(page) = number(&self.page) {
            return Some(Locator::Page { page });
        }
        if let Some(slide) = number(&self.slide) {
            return Some(Locator::Slide { slide });
        }
        if let Some(section) = number(&self.section) {
            // Sections are found by their numbers; addresses leave titles out.
            return Some(Locator::Section { section, title: None });
        }
        if let (Some(sheet), Some(row)) = (self.sheet.clone(), number(&self.row)) {
            return Some(Locator::Sheet { sheet, row });
        }
        // Addresses count seconds, as `#t=` of media fragments does.
        let start_ms = u64::from(number(&self.t)?) * 1000;
        Some(Locator::Time {
            start_ms,
            end_ms: start_ms,
        })
    }

    fn is_of(&self, file: &File) -> bool {
        self.file.as_deref() == Some(file.id.to_string().as_str())
    }
}

/// What stands at a place of a file.
#[derive(Debug, Clone)]
pub struct FileView {
    /// The file.
    pub file: String,
    /// The place: `第 12 页`.
    pub place: String,
    /// The page as it is painted.
    pub sheet: Option<RenderedPage>,
    /// The file itself, where it is a picture that browsers show.
    pub image_url: Option<String>,
    /// The text at the place.
    pub text: TextView,
    /// Opens the file itself at this place, for formats that browsers show.
    pub open_url: Option<String>,
    /// Fetches the file.
    pub download_url: String,
    /// The full address of this place, for sharing.
    pub share_url: String,
    /// The place before.
    pub previous: Option<Link>,
    /// The place after.
    pub next: Option<Link>,
    /// Why only its text is shown, where there should be more to see.
    pub note: Option<&'static str>,
    /// Whether its pages are being made, so that the page looks again by itself.
    pub is_waiting: bool,
    /// What is said of a page that a machine read.
    pub scan: Option<ScanView>,
}

/// Text as it stands in its file, with what was searched for marked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextView {
    /// Its lines, where it runs.
    pub lines: Vec<Highlighted>,
    /// Its cells, where it is a table.
    pub rows: Vec<Vec<Highlighted>>,
}

impl TextView {
    /// Lays a text out: where cells are divided by tabs it is a table.
    pub fn of(text: &str, marks: &[Range<usize>]) -> Self {
        let lines: Vec<Range<usize>> = parts(text, 0..text.len(), '\n')
            .filter(|line| !text[line.clone()].trim().is_empty())
            .collect();
        // Cells of tables are kept with tabs between them.
        let is_table = lines.iter().any(|line| text[line.clone()].contains('\t'));
        let mut laid = Self::default();
        if is_table {
            laid.rows = lines
                .into_iter()
                .map(|line| Highlighted::split_within(text, line, '\t', marks))
                .collect();
        } else {
            laid.lines = lines
                .into_iter()
                .map(|line| Highlighted::stretch(text, line, marks))
                .collect();
        }
        laid
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.rows.is_empty()
    }
}

/// Addresses of places of one file, with the words to mark there.
pub(super) struct ViewerUrls<'a> {
    say: PageWords,
    resource: &'a str,
    file: FileId,
    version: Option<&'a str>,
    words: &'a str,
    unit: PartUnit,
}

impl<'a> ViewerUrls<'a> {
    fn new(
        visit: &PageContext,
        resource: &'a Resource,
        file: &File,
        query: &'a PlaceQuery,
        version: Option<&'a str>,
    ) -> Self {
        Self {
            say: visit.say,
            resource: &resource.url,
            file: file.id,
            version,
            words: query.q.as_deref().unwrap_or_default(),
            unit: file.kind.unit(),
        }
    }

    /// A page as addresses of this file name it.
    fn page(&self, number: u32) -> Locator {
        match self.unit {
            PartUnit::Slide => Locator::Slide { slide: number },
            _ => Locator::Page { page: number },
        }
    }

    fn url(&self, to: &Locator) -> String {
        let rest = [("q", self.words), ("version", self.version.unwrap_or_default())];
        let rest = urls::with_query("", &rest).replacen('?', "&", 1);
        format!("{}?{}&file={}{rest}#reading", self.resource, place(to), self.file)
    }

    fn link(&self, to: &Locator) -> Link {
        Link::new(self.say.place(to), self.url(to))
    }
}

/// What stands at the place that the address names; without one, at the beginning of the file that says most.
pub(super) async fn find(
    visit: &PageContext,
    library: &Library,
    resource: &Resource,
    files: &[File],
    query: &PlaceQuery,
    version: Option<&str>,
) -> Result<Option<FileView>> {
    let Some((file, at)) = chosen(files, query) else {
        return Ok(None);
    };
    if player::played(files, file).is_some() {
        // The player shows what is said in it.
        return Ok(None);
    }
    let ways = ViewerUrls::new(visit, resource, file, query, version);
    let pages = library.reading.pages(&visit.actor, file.id).await?;
    if pages == Pages::There
        && let Some((sheet, text)) = page::find(visit, library, file, at.as_ref(), &ways).await?
    {
        let number = sheet.number;
        let mut reading = of_sheet(visit, file, sheet, text, &ways);
        // Of Word the pictures are numbered, and not the pages that they stand on.
        if file.report.ocr.is_some() && file.kind != Kind::Docx {
            reading.scan = scan::find(visit, library, resource, file.id, number).await?;
        }
        return Ok(Some(reading));
    }
    let image_url = image(file);
    let found = match library.reading.passage_at(&visit.actor, file.id, at.as_ref()).await? {
        // The address names a place that only its pages have.
        None if at.is_some() => library.reading.passage_at(&visit.actor, file.id, None).await?,
        found => found,
    };
    if found.is_none() && image_url.is_none() {
        return Ok(None);
    }
    let mut reading = of_text(visit, library, file, found.as_ref(), &ways);
    reading.image_url = image_url;
    reading.note = note(visit.say, file.kind, pages);
    reading.is_waiting = pages == Pages::Waiting;
    if file.kind == Kind::Image && file.report.ocr.is_some() {
        reading.scan = scan::find(visit, library, resource, file.id, 1).await?;
    }
    Ok(Some(reading))
}

/// The file and the place to show. A film plays by itself, so nothing else is opened beside it unasked.
fn chosen<'a>(files: &'a [File], query: &PlaceQuery) -> Option<(&'a File, Option<Locator>)> {
    if let Some(named) = files.iter().find(|file| query.is_of(file)) {
        return Some((named, query.locator()));
    }
    if files.iter().any(|file| film::PLAYED.contains(&file.kind)) {
        return None;
    }
    let is_painted = |file: &&File| file.kind == Kind::Pdf;
    let leading = files.iter().find(is_painted);
    let leading = leading.or_else(|| files.iter().find(|file| is_shown(file)));
    leading.map(|file| (file, None))
}

fn of_sheet(visit: &PageContext, file: &File, sheet: RenderedPage, text: TextView, ways: &ViewerUrls<'_>) -> FileView {
    let at = ways.page(sheet.number);
    let page = |number| ways.link(&ways.page(number));
    FileView {
        file: file.name.clone(),
        place: visit.say.place(&at),
        text,
        image_url: None,
        open_url: opens_at(file, &at),
        download_url: download(file),
        share_url: visit.absolute(&ways.url(&at)),
        previous: (sheet.number > 1).then(|| page(sheet.number - 1)),
        next: (sheet.number < sheet.total).then(|| page(sheet.number + 1)),
        note: None,
        is_waiting: false,
        scan: None,
        sheet: Some(sheet),
    }
}

fn of_text(
    visit: &PageContext,
    library: &Library,
    file: &File,
    found: Option<&Surroundings>,
    ways: &ViewerUrls<'_>,
) -> FileView {
    let sought = library.reading.sought(&visit.actor, ways.words);
    let at = found.map(|found| found.at.clone());
    let share_url = at.as_ref().map_or_else(
        || format!("{}?file={}#reading", ways.resource, file.id),
        |at| ways.url(at),
    );
    FileView {
        file: file.name.clone(),
        place: at.as_ref().map_or_else(String::new, |at| visit.say.place(at)),
        sheet: None,
        image_url: None,
        text: found
            .map(|found| TextView::of(&found.text, &sought.marks(&found.text)))
            .unwrap_or_default(),
        open_url: at.as_ref().and_then(|at| opens_at(file, at)),
        download_url: download(file),
        share_url: visit.absolute(&share_url),
        previous: found.and_then(|found| found.previous.as_ref()).map(|to| ways.link(to)),
        next: found.and_then(|found| found.next.as_ref()).map(|to| ways.link(to)),
        note: None,
        is_waiting: false,
        scan: None,
    }
}

/// Says why only the text of a file is shown. Plain text has nothing else to show.
fn note(say: PageWords, kind: Kind, pages: Pages) -> Option<&'static str> {
    match pages {
        Pages::Waiting => Some(say.pages_waiting()),
        Pages::Failed => Some(say.pages_failed()),
        Pages::Never if has_layout(kind) => Some(say.pages_never()),
        Pages::There | Pages::Never => None,
    }
}

fn has_layout(kind: Kind) -> bool {
    let is_office = matches!(kind.unit(), PartUnit::Slide | PartUnit::Sheet);
    let is_text = matches!(
        kind,
        Kind::Docx | Kind::Doc | Kind::Odt | Kind::Rtf | Kind::Epub | Kind::Html
    );
    is_office || is_text
}

/// Whether something of a file can be shown: its pages, its text, itself.
pub(super) fn is_shown(file: &File) -> bool {
    // An archive shows its list; a container of one document, which has none, shows its text.
    let is_told = file.state == ExtractionState::Ready && (file.kind != Kind::Zip || file.report.members.is_empty());
    file.kind == Kind::Pdf || is_told || image(file).is_some()
}

/// The bytes of a file, to be saved.
pub(super) fn download(file: &File) -> String {
    format!("{}?download=1", file.url)
}

/// A picture that browsers show without running anything.
fn image(file: &File) -> Option<String> {
    let is_shown = file.kind == Kind::Image && Showing::of(&file.media_type) == Showing::Inline;
    is_shown.then(|| file.url.clone())
}

/// Browsers open a PDF at a page (RFC 8118 §3).
fn opens_at(file: &File, at: &Locator) -> Option<String> {
    match at {
        Locator::Page { page } if file.kind == Kind::Pdf => Some(format!("{}#page={page}", file.url)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::TextView;

    #[test]
    fn a_text_with_tabs_is_a_table_and_another_is_not() {
        let table = TextView::of("评分表\n项目\t分值\n接线\t30\n", &[]);
        let prose = TextView::of("一\n\n二", &[]);

        assert_eq!(table.rows.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 2]);
        assert!(table.lines.is_empty());
        assert_eq!(prose.lines.len(), 2);
    }
}
