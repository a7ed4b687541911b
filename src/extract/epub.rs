//! Electronic books: chapters in the order of the spine.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

use super::{
    archive::{Archive, bytes_of},
    charset,
    findings::Findings,
    html,
    limits::HTML_BYTES,
    office::resolve,
    prose::Prose,
    stop::{Reading, Stop},
    xml::{Element, Visit, Visitor, walk},
};

/// Where a book says which file describes it.
const CONTAINER: &str = "META-INF/container.xml";

/// Reads all chapters.
pub(crate) fn read(archive: &mut Archive, out: &mut Findings<'_>) -> Reading {
    if archive.has("META-INF/encryption.xml") && archive.has("META-INF/rights.xml") {
        return Err(Stop::encrypted());
    }
    let package = package_of(archive)?;
    let mut prose = Prose::default();
    for chapter in chapters(archive, &package)? {
        if let Some(index) = archive.index(&chapter) {
            let markup = bytes_of(archive.entry(index, HTML_BYTES)?)?;
            html::read_markup(&charset::decode(&markup).0, &mut prose, out)?;
            prose.flush(out)?;
        }
    }
    Ok(())
}

fn package_of(archive: &mut Archive) -> Reading<String> {
    let mut container = Package::default();
    walk(archive.part(CONTAINER)?, &mut container)?;
    container
        .root
        .ok_or_else(|| Stop::damaged("the book names no package file"))
}

/// The chapters' paths in reading order.
fn chapters(archive: &mut Archive, package: &str) -> Reading<Vec<String>> {
    let mut found = Package::default();
    walk(archive.part(package)?, &mut found)?;
    let folder = package.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path_of = |id: &String| {
        let href = found.items.get(id)?;
        let href = percent_decode_str(href.split('#').next()?).decode_utf8_lossy();
        Some(resolve(folder, &href))
    };
    Ok(found.spine.iter().filter_map(path_of).collect())
}

#[derive(Default)]
struct Package {
    root: Option<String>,
    items: HashMap<String, String>,
    spine: Vec<String>,
}

impl Visitor for Package {
    fn open(&mut self, element: &Element<'_>) -> Reading<Visit> {
        match element.name() {
            "rootfile" if self.root.is_none() => self.root = element.attribute("full-path"),
            "item" => {
                if let (Some(id), Some(href)) = (element.attribute("id"), element.attribute("href")) {
                    self.items.insert(id, href);
                }
            }
            "itemref" => self.spine.extend(element.attribute("idref")),
            _ => {}
        }
        Ok(Visit::Inside)
    }

    fn close(&mut self, _: &str) -> Reading {
        Ok(())
    }

    fn text(&mut self, _: &str) -> Reading {
        Ok(())
    }
}
