//! Documents in ZIP containers of less usual programs: OFD (GB/T 33190), Visio, `XMind`, drawings of LibreOffice.

use std::io::Read as _;

use super::{
    archive_reader::{ArchiveReader, bytes_of},
    error::{ExtractError, ExtractResult},
    limits::TEXT_FILE_BYTES,
    office::resolve,
    opendocument,
    output::Output,
    xml::{Descend, Element, Visitor, walk},
};
use crate::domain::passage::Locator;

/// What a container holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackageFormat {
    Ofd,
    Visio,
    Xmind,
    /// A drawing of OpenDocument.
    Drawing,
    /// Parts of a program that we do not know: their markup is nobody's text.
    Unknown,
}

impl PackageFormat {
    /// Recognises a container by the parts that every such file must have.
    pub(crate) fn of(archive: &mut ArchiveReader) -> Option<Self> {
        let declared = archive.declared_type();
        match () {
            () if archive.has("OFD.xml") => Some(Self::Ofd),
            () if archive.has("visio/document.xml") => Some(Self::Visio),
            () if archive.has("content.json") && archive.has("metadata.json") => Some(Self::Xmind),
            () if declared.starts_with("application/vnd.oasis.opendocument.graphics") => Some(Self::Drawing),
            // OpenDocument has parts of the same names, and says what it is.
            () if archive.has("mimetype") && archive.has("content.xml") => Some(Self::Unknown),
            () if archive.has("content.xml") && archive.has("meta.xml") => Some(Self::Xmind),
            () if archive.has("[Content_Types].xml") => Some(Self::Unknown),
            () => None,
        }
    }
}

/// Reads a package. Its pages become sections: no picture of them can be opened.
pub(crate) fn read(package: PackageFormat, archive: &mut ArchiveReader, out: &mut Output<'_>) -> ExtractResult {
    match package {
        PackageFormat::Ofd => read_ofd(archive, out),
        PackageFormat::Visio => read_visio(archive, out),
        PackageFormat::Xmind => read_xmind(archive, out),
        PackageFormat::Drawing => opendocument::read_drawing(archive, out),
        PackageFormat::Unknown => Err(ExtractError::unsupported(
            "a package of a program that is not known here",
        )),
    }
}

fn page(number: u32, text: &str, out: &mut Output<'_>) -> ExtractResult {
    let locator = Locator::Section {
        section: number,
        title: None,
    };
    out.page(locator, text)
}

fn folder_of(part: &str) -> &str {
    part.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The first file names the documents, each document its pages.
fn read_ofd(archive: &mut ArchiveReader, out: &mut Output<'_>) -> ExtractResult {
    let documents = texts_in(archive, "OFD.xml", "DocRoot")?;
    let (mut number, mut missed) = (0, Ok(()));
    for document in documents {
        let end = read_ofd_document(archive, &resolve("", &document), &mut number, out);
        // One of several that cannot be read is one part; if none can, the file cannot.
        if number == 0 {
            missed = end;
        } else {
            out.tolerate(end)?;
        }
    }
    if number == 0 { missed } else { out.tolerate(missed) }
}

/// Reads the pages of a document, numbered on from those before it.
fn read_ofd_document(
    archive: &mut ArchiveReader,
    document: &str,
    number: &mut u32,
    out: &mut Output<'_>,
) -> ExtractResult {
    let mut list = OfdPages::default();
    walk(archive.part(document)?, &mut list)?;
    for place in list.places {
        *number += 1;
        let part = resolve(folder_of(document), &place);
        let mut words = OfdWords::default();
        let end = archive.part(&part).and_then(|part| walk(part, &mut words));
        page(*number, &words.text, out)?;
        out.tolerate(end)?;
    }
    Ok(())
}

/// The pages of a document in their order.
#[derive(Default)]
struct OfdPages {
    places: Vec<String>,
}

impl Visitor for OfdPages {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        if element.name() == "Page" {
            self.places.extend(element.attribute("BaseLoc"));
        }
        Ok(Descend::Inside)
    }
}

/// Words stand in boxes; a box beside the last one goes on with its line.
#[derive(Default)]
struct OfdWords {
    text: String,
    top: Option<f64>,
    is_text: bool,
}

/// Boxes whose tops differ by less, in millimetres, stand in one line.
const LINE_MM: f64 = 1.5;

impl Visitor for OfdWords {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            "TextObject" => {
                let boundary = element.attribute("Boundary").unwrap_or_default();
                let top = boundary.split_whitespace().nth(1).and_then(|top| top.parse().ok());
                let is_same = self
                    .top
                    .zip(top)
                    .is_some_and(|(last, top): (f64, f64)| (last - top).abs() < LINE_MM);
                if !is_same && !self.text.is_empty() {
                    self.text.push('\n');
                }
                self.top = top;
            }
            "TextCode" => self.is_text = true,
            _ => {}
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        if name == "TextCode" {
            self.is_text = false;
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

/// Pages are numbered in the names of their parts; a page that was deleted leaves a gap.
fn read_visio(archive: &mut ArchiveReader, out: &mut Output<'_>) -> ExtractResult {
    let number_of = |name: &str| -> Option<u32> {
        let number = name.strip_prefix("visio/pages/page")?.strip_suffix(".xml")?;
        number.parse().ok()
    };
    let parts = archive
        .names()
        .filter_map(|name| Some((number_of(name)?, name.to_owned())));
    let mut parts: Vec<(u32, String)> = parts.collect();
    parts.sort_unstable();
    for (number, (_, part)) in (1..).zip(parts) {
        let text = texts_in(archive, &part, "Text");
        page(number, &out.tolerated(text)?.join("\n"), out)?;
    }
    Ok(())
}

/// The words of each element of a name.
fn texts_in(archive: &mut ArchiveReader, part: &str, name: &'static str) -> ExtractResult<Vec<String>> {
    let mut texts = ElementTexts {
        name,
        found: Vec::new(),
        depth: 0,
    };
    walk(archive.part(part)?, &mut texts)?;
    Ok(texts.found)
}

struct ElementTexts {
    name: &'static str,
    found: Vec<String>,
    depth: u32,
}

impl Visitor for ElementTexts {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        if element.name() == self.name {
            self.depth += 1;
            self.found.push(String::new());
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        if name == self.name {
            self.depth = self.depth.saturating_sub(1);
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> ExtractResult {
        if let Some(last) = self.found.last_mut().filter(|_| self.depth > 0) {
            last.push_str(text);
        }
        Ok(())
    }
}

/// Topics in the order of the map, a sheet a section: JSON today, XML before 2020.
fn read_xmind(archive: &mut ArchiveReader, out: &mut Output<'_>) -> ExtractResult {
    if !archive.has("content.json") {
        let titles = texts_in(archive, "content.xml", "title")?;
        return page(1, &titles.join("\n"), out);
    }
    let bytes = bytes_of(archive.part("content.json")?.take(TEXT_FILE_BYTES))?;
    let content: serde_json::Value = serde_json::from_slice(&bytes).map_err(ExtractError::damaged)?;
    let sheets = content
        .as_array()
        .ok_or_else(|| ExtractError::damaged("the map has no sheets"))?;
    for (number, sheet) in (1..).zip(sheets) {
        let mut lines = Vec::new();
        gather_topics(sheet, &mut lines);
        page(number, &lines.join("\n"), out)?;
    }
    Ok(())
}

/// The titles and notes below a value. Serde's own bound on nesting bounds this one.
fn gather_topics<'v>(value: &'v serde_json::Value, lines: &mut Vec<&'v str>) {
    match value {
        serde_json::Value::Object(members) => {
            let own = ["title", "content"]
                .iter()
                .filter_map(|name| members.get(*name)?.as_str());
            lines.extend(own);
            let below = [
                "rootTopic",
                "children",
                "attached",
                "detached",
                "notes",
                "plain",
                "legend",
            ];
            below
                .iter()
                .filter_map(|name| members.get(*name))
                .for_each(|value| gather_topics(value, lines));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| gather_topics(item, lines)),
        _ => {}
    }
}
