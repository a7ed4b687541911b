//! Electronic books: chapters in the order of the spine.

use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;

use super::{
    archive_reader::{ArchiveReader, bytes_of},
    charset,
    error::{ExtractError, ExtractResult},
    html,
    limits::{HEAD_BYTES, HTML_BYTES},
    office::resolve,
    output::Output,
    section_builder::SectionBuilder,
    xml::{Descend, Element, Visitor, walk},
};

/// Where a book says which file describes it.
const CONTAINER: &str = "META-INF/container.xml";
/// How EPUB and Adobe scramble fonts.
const FONT_SCRAMBLING: [&str; 2] = ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"];

/// Reads all chapters.
pub(crate) fn read(archive: &mut ArchiveReader, out: &mut Output<'_>) -> ExtractResult {
    let encrypted = encrypted(archive)?;
    let package = package_of(archive)?;
    if encrypted.contains(&package) {
        return Err(ExtractError::encrypted());
    }
    let chapters = chapters(archive, &package)?;
    if !chapters.is_empty() && chapters.iter().all(|chapter| encrypted.contains(chapter)) {
        return Err(ExtractError::encrypted());
    }
    let mut prose = SectionBuilder::default();
    for chapter in chapters {
        if encrypted.contains(&chapter) {
            out.report.unread += 1;
            continue;
        }
        let end = read_chapter(archive, &chapter, &mut prose, out);
        out.tolerate(end)?;
    }
    Ok(())
}

fn read_chapter(
    archive: &mut ArchiveReader,
    chapter: &str,
    prose: &mut SectionBuilder,
    out: &mut Output<'_>,
) -> ExtractResult {
    let index = archive
        .index(chapter)
        .ok_or_else(|| ExtractError::damaged(format!("chapter `{chapter}` is missing")))?;
    let markup = bytes_of(archive.entry(index, HTML_BYTES)?)?;
    // Ciphertext, where the book's list does not say so.
    if !charset::looks_like_text(&markup[..markup.len().min(HEAD_BYTES)]) {
        return Err(ExtractError::damaged(format!("chapter `{chapter}` is no text")));
    }
    let decoded = html::decode(&markup);
    out.report.unreadable = out.report.unreadable.saturating_add(decoded.unreadable);
    html::read_markup(&decoded.text, prose, out)?;
    prose.flush(out)
}

/// The paths of what is encrypted. Fonts are scrambled in many books that anybody may read; they are not among them.
fn encrypted(archive: &mut ArchiveReader) -> ExtractResult<HashSet<String>> {
    const LIST: &str = "META-INF/encryption.xml";
    let mut list = Encryption::default();
    if archive.has(LIST) {
        walk(archive.part(LIST)?, &mut list)?;
    }
    Ok(list.paths)
}

#[derive(Default)]
struct Encryption {
    is_font: bool,
    paths: HashSet<String>,
}

impl Visitor for Encryption {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            "EncryptedData" => self.is_font = false,
            "EncryptionMethod" => {
                let method = element.attribute("Algorithm").unwrap_or_default();
                self.is_font |= FONT_SCRAMBLING.contains(&method.as_str());
            }
            "CipherReference" if !self.is_font => {
                self.paths.extend(element.attribute("URI").map(|uri| path_of("", &uri)));
            }
            _ => {}
        }
        Ok(Descend::Inside)
    }
}

/// The part that an address inside the book names.
fn path_of(folder: &str, href: &str) -> String {
    let href = href.split('#').next().unwrap_or_default();
    resolve(folder, &percent_decode_str(href).decode_utf8_lossy())
}

fn package_of(archive: &mut ArchiveReader) -> ExtractResult<String> {
    let mut container = EpubPackage::default();
    if archive.has(CONTAINER) {
        walk(archive.part(CONTAINER)?, &mut container)?;
    }
    let named = container.root.map(|root| path_of("", &root));
    match named.filter(|root| archive.has(root)) {
        Some(root) => Ok(root),
        None => only_package(archive)?.ok_or_else(|| ExtractError::damaged("the book names no package file")),
    }
}

/// The file that describes a book which does not say where it is.
fn only_package(archive: &mut ArchiveReader) -> ExtractResult<Option<String>> {
    for index in 0..archive.len() {
        let path = archive.describe(index)?.path;
        if path.to_ascii_lowercase().ends_with(".opf") {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The chapters' paths in reading order.
fn chapters(archive: &mut ArchiveReader, package: &str) -> ExtractResult<Vec<String>> {
    let mut found = EpubPackage::default();
    walk(archive.part(package)?, &mut found)?;
    let folder = package.rsplit_once('/').map_or("", |(folder, _)| folder);
    let chapter = |id: &String| found.items.get(id).map(|href| path_of(folder, href));
    // A book without an order of its chapters is read as they are listed.
    let order = if found.spine.is_empty() {
        &found.pages
    } else {
        &found.spine
    };
    Ok(order.iter().filter_map(chapter).collect())
}

#[derive(Default)]
struct EpubPackage {
    root: Option<String>,
    items: HashMap<String, String>,
    spine: Vec<String>,
    /// All that is a page, by its id.
    pages: Vec<String>,
}

impl Visitor for EpubPackage {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            "rootfile" if self.root.is_none() => self.root = element.attribute("full-path"),
            "item" => {
                if let (Some(id), Some(href)) = (element.attribute("id"), element.attribute("href")) {
                    let media_type = element.attribute("media-type").unwrap_or_default();
                    if media_type.contains("html") && element.attribute("properties").as_deref() != Some("nav") {
                        self.pages.push(id.clone());
                    }
                    self.items.insert(id, href);
                }
            }
            "itemref" => self.spine.extend(element.attribute("idref")),
            _ => {}
        }
        Ok(Descend::Inside)
    }
}
