//! What Word, PowerPoint and Excel files since 2007 have in common: parts that refer to each other.

use super::{
    archive_members::is_document,
    archive_reader::{ArchiveReader, bytes_of},
    embedded,
    error::{ExtractError, ExtractResult},
    input::Input,
    limits::{ARCHIVE_DEPTH, HEAD_BYTES, MEMBER_BYTES},
    output::Output,
    readers,
    sniff::sniff,
    xml::{Descend, Element, Visitor, walk},
};

/// A reference from one part to another.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// The name that the referring part uses.
    pub(crate) id: String,
    /// The path of the part referred to.
    pub(crate) target: String,
    /// What it is to the referring part: the last word of a long address.
    pub(crate) role: String,
}

/// The main part of the package.
pub(crate) fn main_part(archive: &mut ArchiveReader) -> ExtractResult<String> {
    let named = relations(archive, "")?
        .into_iter()
        .find(|relation| relation.role == "officeDocument")
        .map(|relation| relation.target);
    let usual = || {
        USUAL_PARTS
            .into_iter()
            .find(|part| archive.has(part))
            .map(str::to_owned)
    };
    named
        .or_else(usual)
        .ok_or_else(|| ExtractError::damaged("the package names no main part"))
}

/// What programs call the main part, for packages that lost the list which names it.
const USUAL_PARTS: [&str; 3] = ["word/document.xml", "ppt/presentation.xml", "xl/workbook.xml"];

/// What a part refers to. A part without references has no such list.
pub(crate) fn relations(archive: &mut ArchiveReader, part: &str) -> ExtractResult<Vec<Relation>> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let list = resolve(folder, &format!("_rels/{name}.rels"));
    if !archive.has(&list) {
        return Ok(Vec::new());
    }
    let mut relations = Relations {
        folder,
        found: Vec::new(),
    };
    walk(archive.part(&list)?, &mut relations)?;
    Ok(relations.found)
}

/// A path relative to a folder of the package; a leading slash means its root.
pub(crate) fn resolve(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { folder };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a part is a document of its own: a chunk of another format, a sheet in a report, an object of another program.
pub(crate) fn is_embedded(part: &Relation) -> bool {
    matches!(part.role.as_str(), "aFChunk" | "package" | "oleObject")
}

/// Reads a document that lies inside another. It is found in its turn, after the document's own text.
pub(crate) fn read_embedded(
    archive: &mut ArchiveReader,
    part: &Relation,
    out: &mut Output<'_>,
    depth: u32,
) -> ExtractResult {
    if depth >= ARCHIVE_DEPTH {
        return Err(ExtractError::unsupported(format!(
            "documents are opened {ARCHIVE_DEPTH} deep"
        )));
    }
    let index = archive
        .index(&part.target)
        .ok_or_else(|| ExtractError::damaged(format!("part `{}` is missing", part.target)))?;
    let bytes = bytes_of(archive.entry(index, MEMBER_BYTES)?)?;
    let name = part.target.rsplit('/').next().unwrap_or(&part.target);
    if part.role == "oleObject" {
        return embedded::read_object(name, bytes, out, depth);
    }
    let kind = sniff(&part.target, &bytes[..bytes.len().min(HEAD_BYTES)]).kind;
    if !is_document(kind) {
        return Ok(());
    }
    out.within(name, |out| {
        readers::read_nested(kind, Input::of_bytes(bytes), out, depth + 1)
    })
}

struct Relations<'a> {
    folder: &'a str,
    found: Vec<Relation>,
}

impl Visitor for Relations<'_> {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        let is_inside = element.attribute("TargetMode").as_deref() != Some("External");
        if element.name() == "Relationship" && is_inside {
            self.found.extend(self.relation(element));
        }
        Ok(Descend::Inside)
    }
}

impl Relations<'_> {
    fn relation(&self, element: &Element<'_>) -> Option<Relation> {
        let role = element.attribute("Type")?;
        Some(Relation {
            id: element.attribute("Id")?,
            target: resolve(self.folder, &element.attribute("Target")?),
            // What stands before the last word differs between the strict and the transitional form.
            role: role.rsplit('/').next().unwrap_or_default().to_owned(),
        })
    }
}

/// Whether an element holds words that are not on the page: what a reviewer deleted or moved away, field codes,
/// pronunciation above the line, and the copy of a drawing for old programs.
pub(crate) fn is_beside_the_text(name: &str) -> bool {
    matches!(
        name,
        "Fallback" | "del" | "moveFrom" | "instrText" | "delText" | "rt" | "rPh" | "delInstrText"
    )
}

/// What a picture shows, in the words that its author wrote for those who do not see it, on a line of its own. Programs
/// write the path of the file there, which says nothing.
pub(crate) fn described(picture: &Element<'_>) -> Option<String> {
    let words = picture.attribute("descr").or_else(|| picture.attribute("title"))?;
    let is_path = words.contains('\\') || words.contains("://");
    (!is_path && !words.trim().is_empty()).then(|| format!("\n{}\n", words.trim()))
}

/// Words of a drawing in Word's old markup: of an ornamental writing, and of what a picture shows.
pub(crate) fn drawn(element: &Element<'_>) -> Option<String> {
    let words = match element.name() {
        "textpath" => element.attribute("string")?,
        _ => element.attribute("alt")?,
    };
    let is_path = words.contains('\\') || words.contains("://");
    (!is_path && !words.trim().is_empty()).then(|| format!("\n{}\n", words.trim()))
}

/// The text that an empty element stands for.
pub(crate) fn sign_of(name: &str) -> Option<char> {
    match name {
        "tab" | "ptab" => Some('\t'),
        "br" | "cr" => Some('\n'),
        "noBreakHyphen" => Some('-'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn targets_stay_inside_the_package() {
        assert_eq!(resolve("ppt/slides", "../media/a.png"), "ppt/media/a.png");
        assert_eq!(resolve("ppt", "/ppt/slides/s1.xml"), "ppt/slides/s1.xml");
        assert_eq!(resolve("", "../../etc/passwd"), "etc/passwd");
    }
}
