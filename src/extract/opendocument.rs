//! OpenDocument: text, slides and drawings as LibreOffice keeps them. Sheets are read in [`ods`].

use std::mem;

use super::{
    archive_reader::ArchiveReader,
    error::{ExtractError, ExtractResult},
    odp_pictures, ods,
    output::Output,
    plain,
    section_builder::SectionBuilder,
    sheet_sink,
    xml::{Descend, Element, Visitor, walk},
};
use crate::domain::{file::Kind, passage::Locator};

/// The part that holds the words.
pub(crate) const CONTENT: &str = "content.xml";
/// The part that holds what stands on every page.
const STYLES: &str = "styles.xml";
/// Repeated blanks of one element; more is a bomb.
const BLANKS: usize = 100;
/// Copies of one cell of a text's table.
const REPEATED_CELLS: usize = 64;

/// Reads a document of one of the kinds: its content, then the headers and footers of its pages.
pub(crate) fn read(kind: Kind, archive: &mut ArchiveReader, out: &mut Output<'_>) -> ExtractResult {
    if kind == Kind::Ods {
        sheet_sink::read_text(out, |to| ods::each_sheet(archive, to))?;
        return read_margins(archive, out);
    }
    read_parts(archive, ContentVisitor::new(kind, out))?;
    if kind == Kind::Odp {
        for (slide, _) in odp_pictures::filling(archive)? {
            out.picture(slide);
        }
    }
    Ok(())
}

/// Reads a document that is one XML file, whose headers and footers stand before its content.
pub(crate) fn read_flat(kind: Kind, markup: &str, out: &mut Output<'_>) -> ExtractResult {
    if kind == Kind::Ods {
        return sheet_sink::read_text(out, |to| ods::each_sheet_of(markup, to));
    }
    let mut content = ContentVisitor::new(kind, out);
    walk(markup.as_bytes(), &mut content)?;
    content.finish().map(drop)
}

/// Reads a drawing: its pages are sections, for no picture of them can be opened.
pub(crate) fn read_drawing(archive: &mut ArchiveReader, out: &mut Output<'_>) -> ExtractResult {
    let content = ContentVisitor {
        is_drawing: true,
        ..ContentVisitor::new(Kind::Odp, out)
    };
    read_parts(archive, content)
}

fn read_parts(archive: &mut ArchiveReader, mut content: ContentVisitor<'_, '_>) -> ExtractResult {
    if is_encrypted(archive)? {
        return Err(ExtractError::encrypted());
    }
    walk(archive.part(CONTENT)?, &mut content)?;
    let out = content.finish()?;
    read_margins(archive, out)
}

fn read_margins(archive: &mut ArchiveReader, out: &mut Output<'_>) -> ExtractResult {
    if !archive.has(STYLES) {
        return Ok(());
    }
    let mut margins = PageHeadersFooters::default();
    let end = archive.part(STYLES).and_then(|part| walk(part, &mut margins));
    out.tolerate(end)?;
    // It stands on every page and is none.
    let pages = out.report.pages;
    plain::read_text(&margins.text, out)?;
    out.report.pages = pages;
    Ok(())
}

/// Walks through the styles of pages to what is printed above and below.
#[derive(Default)]
struct PageHeadersFooters {
    text: String,
    /// Headers and footers open around the current place.
    margins: u32,
    paragraphs: u32,
}

impl PageHeadersFooters {
    fn is_margin(name: &str) -> bool {
        matches!(
            name,
            "header" | "header-left" | "header-first" | "footer" | "footer-left" | "footer-first"
        )
    }
}

impl Visitor for PageHeadersFooters {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            // What only the printer knows is drawn as an example.
            "page-number" | "page-count" | "date" | "time" | "file-name" | "title" | "sheet-name" => {
                return Ok(Descend::Skip);
            }
            "p" => self.paragraphs += 1,
            "tab" | "region-center" | "region-right" => self.text.push(' '),
            name => self.margins += u32::from(Self::is_margin(name)),
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        match name {
            "p" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                if self.margins > 0 {
                    self.text.push('\n');
                }
            }
            name => self.margins = self.margins.saturating_sub(u32::from(Self::is_margin(name))),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> ExtractResult {
        if self.margins > 0 && self.paragraphs > 0 {
            self.text.push_str(text);
        }
        Ok(())
    }
}

/// An encrypted document keeps its list of parts readable, and the list says so.
pub(crate) fn is_encrypted(archive: &mut ArchiveReader) -> ExtractResult<bool> {
    const MANIFEST: &str = "META-INF/manifest.xml";
    let mut manifest = EncryptionCheck::default();
    if archive.has(MANIFEST) {
        walk(archive.part(MANIFEST)?, &mut manifest)?;
    }
    Ok(manifest.is_encrypted)
}

#[derive(Default)]
struct EncryptionCheck {
    is_encrypted: bool,
}

impl Visitor for EncryptionCheck {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        self.is_encrypted |= element.name() == "encryption-data";
        Ok(Descend::Inside)
    }
}

/// How often an element says that it stands there.
pub(crate) fn count(element: &Element<'_>, name: &str) -> usize {
    let count = element.attribute(name).and_then(|count| count.parse().ok());
    count.unwrap_or(1)
}

/// The blanks that an element stands for.
pub(crate) fn blanks(element: &Element<'_>) -> impl Iterator<Item = char> + use<> {
    std::iter::repeat_n(' ', count(element, "c").min(BLANKS))
}

/// Whether an element holds words that are not on the page.
pub(crate) fn is_beside_the_text(name: &str) -> bool {
    matches!(name, "tracked-changes" | "ruby-text" | "forms" | "binary-data")
}

/// Walks through the content of either kind.
struct ContentVisitor<'a, 'f> {
    kind: Kind,
    is_drawing: bool,
    out: &'a mut Output<'f>,
    prose: SectionBuilder,
    text: String,
    /// Paragraphs open around the current place; text outside of any is layout.
    paragraphs: u32,
    cells: u32,
    slide: u32,
    cells_repeated: usize,
    cell_start: usize,
    /// Comments are set aside until what they are about has ended.
    comments: Vec<String>,
    /// What a comment interrupts: the text so far and the paragraphs around it.
    interrupted: Option<(String, u32)>,
}

impl<'a, 'f> ContentVisitor<'a, 'f> {
    fn new(kind: Kind, out: &'a mut Output<'f>) -> Self {
        Self {
            kind,
            is_drawing: false,
            out,
            prose: SectionBuilder::default(),
            text: String::new(),
            paragraphs: 0,
            cells: 0,
            slide: 0,
            cells_repeated: 1,
            cell_start: 0,
            comments: Vec::new(),
            interrupted: None,
        }
    }

    fn start_comment(&mut self) {
        if self.interrupted.is_none() {
            self.interrupted = Some((mem::take(&mut self.text), mem::take(&mut self.paragraphs)));
        }
    }

    fn end_comment(&mut self) {
        if let Some((text, paragraphs)) = self.interrupted.take() {
            self.paragraphs = paragraphs;
            let comment = mem::replace(&mut self.text, text);
            self.comments.push(comment.trim().replace(['\n', '\t'], " "));
        }
    }

    fn finish(mut self) -> ExtractResult<&'a mut Output<'f>> {
        self.prose.flush(self.out)?;
        Ok(self.out)
    }

    fn end_cell(&mut self) {
        self.cells = self.cells.saturating_sub(1);
        self.text.truncate(self.text.trim_end_matches('\n').len());
        let cell = self.text.get(self.cell_start..).unwrap_or_default().to_owned();
        let copies = if cell.is_empty() { 1 } else { self.cells_repeated };
        for _ in 1..copies {
            self.text.push('\t');
            self.text.push_str(&cell);
        }
        self.text.push('\t');
    }

    fn end_paragraph(&mut self, is_heading: bool) -> ExtractResult {
        if self.kind != Kind::Odt || self.cells > 0 || self.interrupted.is_some() {
            self.text.push('\n');
            return Ok(());
        }
        let text = mem::take(&mut self.text);
        if is_heading {
            self.prose.heading(&text, self.out)?;
        } else {
            self.prose.paragraph(&text, self.out)?;
        }
        let comments = mem::take(&mut self.comments);
        comments
            .iter()
            .try_for_each(|comment| self.prose.paragraph(comment, self.out))
    }

    fn end_slide(&mut self) -> ExtractResult {
        self.slide += 1;
        let mut text = mem::take(&mut self.text);
        for comment in self.comments.drain(..) {
            text.push('\n');
            text.push_str(&comment);
        }
        let number = self.slide;
        let locator = match self.is_drawing {
            true => Locator::Section {
                section: number,
                title: None,
            },
            false => Locator::Slide { slide: number },
        };
        self.out.page(locator, &text)
    }
}

impl Visitor for ContentVisitor<'_, '_> {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            name if is_beside_the_text(name) => return Ok(Descend::Skip),
            // On a slide it is a mark that the program fills in.
            "page-number" if self.kind == Kind::Odp => return Ok(Descend::Skip),
            "annotation" => self.start_comment(),
            // With what stands for those who do not see the picture, and what is printed with every slide.
            "p" | "h" | "desc" | "header-decl" | "footer-decl" => self.paragraphs += 1,
            "s" => self.text.extend(blanks(element)),
            "tab" => self.text.push('\t'),
            "line-break" => self.text.push('\n'),
            "table-cell" | "covered-table-cell" => {
                self.cells += 1;
                self.cells_repeated = count(element, "number-columns-repeated").min(REPEATED_CELLS);
                self.cell_start = self.text.len();
            }
            _ => {}
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        match name {
            "p" | "h" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                self.end_paragraph(name == "h")?;
            }
            "annotation" => self.end_comment(),
            "desc" | "header-decl" | "footer-decl" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                self.text.push('\n');
            }
            "table-cell" | "covered-table-cell" => self.end_cell(),
            // In a text, the row of an outer table is a paragraph; elsewhere it is a line.
            "table-row" => self.end_paragraph(false)?,
            "page" if self.kind == Kind::Odp => self.end_slide()?,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> ExtractResult {
        if self.paragraphs > 0 {
            // Line ends and indents of the XML file are not in the document.
            self.text.extend(
                text.chars()
                    .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }),
            );
        }
        Ok(())
    }
}
