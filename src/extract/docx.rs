//! Word since 2007. Read by hand, because the crates lose ruby (pinyin over characters) or count text boxes twice.

use std::{collections::HashMap, mem};

use super::{
    archive_reader::ArchiveReader,
    docx_pictures,
    drawing::DrawingText,
    error::ExtractResult,
    office::{self, Relation, described, drawn, is_beside_the_text, main_part, relations, sign_of},
    output::Output,
    plain,
    section_builder::SectionBuilder,
    symbols,
    xml::{Descend, Element, Visitor, walk},
};

/// Outline levels that make a section of their own; deeper headings are running text.
const HEADING_LEVELS: u32 = 4;

/// Reads the document, then what stands around it: notes, headers, footers.
pub(crate) fn read(archive: &mut ArchiveReader, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    let main = main_part(archive)?;
    let related = relations(archive, &main)?;
    let headings = heading_styles(archive, &related)?;

    let mut body = DocxBody::new(&headings, out);
    let end = walk(archive.part(&main)?, &mut body);
    // What stood before a flaw is handed over first.
    body.finish()?;
    end?;
    for part in &related {
        let end = read_part(archive, part, &headings, out, depth);
        out.tolerate(end)?;
    }
    for (number, _) in (1..).zip(docx_pictures::filling(archive)?) {
        out.picture(number);
    }
    Ok(())
}

/// Reads a document that is one XML file.
pub(crate) fn read_flat(markup: &str, out: &mut Output<'_>) -> ExtractResult {
    let headings = HashMap::new();
    let mut body = DocxBody::new(&headings, out);
    let end = walk(markup.as_bytes(), &mut body);
    body.finish()?;
    end
}

/// Reads what the document refers to: what stands around the text, what is drawn in it, what lies in it as a whole.
fn read_part(
    archive: &mut ArchiveReader,
    part: &Relation,
    headings: &HashMap<String, u32>,
    out: &mut Output<'_>,
    depth: u32,
) -> ExtractResult {
    match part.role.as_str() {
        "footnotes" | "endnotes" | "header" | "footer" | "comments" => {
            let mut body = DocxBody::new(headings, out);
            walk(archive.part(&part.target)?, &mut body)?;
            body.finish()
        }
        "diagramData" | "chart" | "chartEx" => {
            let mut words = DrawingText::default();
            walk(archive.part(&part.target)?, &mut words)?;
            plain::read_text(&words.text, out)
        }
        _ if office::is_embedded(part) => office::read_embedded(archive, part, out, depth),
        _ => Ok(()),
    }
}

/// The styles that are headings, by their ids. Chinese Word calls them `1` and `2`, but names them `heading 1`.
fn heading_styles(archive: &mut ArchiveReader, related: &[Relation]) -> ExtractResult<HashMap<String, u32>> {
    let mut styles = Styles::default();
    if let Some(part) = related
        .iter()
        .find(|part| part.role == "styles" && archive.has(&part.target))
    {
        walk(archive.part(&part.target)?, &mut styles)?;
    }
    Ok(styles.headings)
}

#[derive(Default)]
struct Styles {
    current: String,
    headings: HashMap<String, u32>,
}

impl Visitor for Styles {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        let value = || element.attribute("val").unwrap_or_default();
        let level = match element.name() {
            "style" => {
                self.current = element.attribute("styleId").unwrap_or_default();
                None
            }
            "name" => named_level(&value()),
            "outlineLvl" => outline_level(&value()),
            _ => None,
        };
        if let Some(level) = level {
            self.headings.insert(self.current.clone(), level);
        }
        Ok(Descend::Inside)
    }
}

fn named_level(name: &str) -> Option<u32> {
    match name.to_lowercase().as_str() {
        "title" => Some(1),
        name => name.strip_prefix("heading ")?.parse().ok(),
    }
}

/// Outline levels are counted from 0; 9 means "body text".
fn outline_level(value: &str) -> Option<u32> {
    value
        .parse()
        .ok()
        .filter(|level| *level < 9)
        .map(|level: u32| level + 1)
}

/// A sign that a document names by its font and its number there.
fn symbol_of(element: &Element<'_>) -> Option<char> {
    let code = u32::from_str_radix(&element.attribute("char")?, 16).ok()?;
    symbols::character(&element.attribute("font").unwrap_or_default(), code)
}

/// Whether a property is switched off, where its presence alone switches it on.
fn is_off(element: &Element<'_>) -> bool {
    matches!(element.attribute("val").as_deref(), Some("0" | "false" | "off"))
}

/// Walks through paragraphs and tables.
struct DocxBody<'a, 'f> {
    headings: &'a HashMap<String, u32>,
    out: &'a mut Output<'f>,
    prose: SectionBuilder,
    text: String,
    level: Option<u32>,
    is_text: bool,
    /// The words of the open run are hidden: nobody who opens the document sees them.
    is_hidden: bool,
    /// Paragraphs inside table cells belong to their row.
    rows: u32,
}

impl<'a, 'f> DocxBody<'a, 'f> {
    fn new(headings: &'a HashMap<String, u32>, out: &'a mut Output<'f>) -> Self {
        Self {
            headings,
            out,
            prose: SectionBuilder::default(),
            text: String::new(),
            level: None,
            is_text: false,
            is_hidden: false,
            rows: 0,
        }
    }

    fn finish(mut self) -> ExtractResult {
        self.end_paragraph()?;
        self.prose.flush(self.out)
    }

    fn end_paragraph(&mut self) -> ExtractResult {
        let text = mem::take(&mut self.text);
        match self.level.take() {
            Some(level) if level <= HEADING_LEVELS => self.prose.heading(&text, self.out),
            _ => self.prose.paragraph(&text, self.out),
        }
    }

    fn end_cell(&mut self) {
        self.text.truncate(self.text.trim_end().len());
        self.text.push('\t');
    }
}

impl Visitor for DocxBody<'_, '_> {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        let name = element.name();
        if is_beside_the_text(name) {
            return Ok(Descend::Skip);
        }
        match name {
            "t" => self.is_text = !self.is_hidden,
            "tr" => self.rows += 1,
            // Tab stops of a paragraph's style share their name with the tab in its text.
            // Nor are the looks that words had before.
            "tabs" | "rPrChange" | "pPrChange" => return Ok(Descend::Skip),
            "docPr" => self.text.extend(described(element)),
            "shape" | "textpath" => self.text.extend(drawn(element)),
            "sym" => self.text.extend(symbol_of(element)),
            "vanish" => self.is_hidden = !is_off(element),
            "pStyle" => self.level = element.attribute("val").and_then(|id| self.headings.get(&id).copied()),
            "outlineLvl" => self.level = element.attribute("val").and_then(|value| outline_level(&value)),
            name => self.text.extend(sign_of(name)),
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        match name {
            "t" => self.is_text = false,
            // In `pPr` it is the paragraph's own mark that was hidden, not its words.
            "r" | "pPr" => self.is_hidden = false,
            "tc" => self.end_cell(),
            "p" if self.rows > 0 => self.text.push('\n'),
            "p" => self.end_paragraph()?,
            "tr" => {
                self.rows = self.rows.saturating_sub(1);
                if self.rows == 0 {
                    self.level = None;
                    self.end_paragraph()?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> ExtractResult {
        if self.is_text {
            self.text.push_str(text);
        }
        Ok(())
    }
}
