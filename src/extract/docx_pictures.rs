//! Pictures that fill a page of Word: scans that somebody pasted one after the other. What is written on them is for recognition
//! to read (`ocr`).

use super::{
    archive_reader::ArchiveReader,
    error::ExtractResult,
    office::{main_part, relations},
    xml::{Descend, Element, Visitor, walk},
};
#[cfg(feature = "ocr")]
use super::{archive_reader::bytes_of, error::ExtractError, input::Input, limits::OCR_FILE_BYTES};

/// Half of an A4 sheet, in square English Metric Units. Word does not say how long a page is before it is laid out.
const LEAST_AREA: u64 = 7_560_000 * 10_692_000 / 2;

/// The parts that hold the pictures that fill a page, in the order of the text.
pub(crate) fn filling(archive: &mut ArchiveReader) -> ExtractResult<Vec<String>> {
    let main = main_part(archive)?;
    let mut pictures = DocxPictures::default();
    walk(archive.part(&main)?, &mut pictures)?;
    let related = relations(archive, &main)?;
    let part_of = |id: &String| related.iter().find(|part| part.id == *id);
    let parts = pictures.found.iter().filter_map(part_of);
    let parts = parts.map(|part| part.target.clone());
    Ok(parts.filter(|part| archive.has(part)).collect())
}

/// The bytes of such a picture, counted from 1.
#[cfg(feature = "ocr")]
pub(crate) fn picture(input: Input, number: u32) -> ExtractResult<Vec<u8>> {
    let none = || ExtractError::damaged(format!("no picture {number} fills a page"));
    let mut archive = ArchiveReader::open(input)?;
    archive.refuse_bombs()?;
    let parts = filling(&mut archive)?;
    let nth = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let part = nth.and_then(|nth| parts.get(nth)).ok_or_else(none)?;
    let index = archive.index(part).ok_or_else(none)?;
    bytes_of(archive.entry(index, OCR_FILE_BYTES)?)
}

/// The pictures of a text that are shown large enough, by the names that the text calls them.
#[derive(Debug, Default)]
struct DocxPictures {
    /// The size of the drawing that is being described stands before what is in it.
    area: u64,
    found: Vec<String>,
}

impl Visitor for DocxPictures {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            "inline" | "anchor" => self.area = 0,
            "extent" => self.area = area(element).unwrap_or(0),
            "blip" if self.area >= LEAST_AREA => self.found.extend(element.attribute_prefixed("embed")),
            _ => {}
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        if matches!(name, "inline" | "anchor") {
            self.area = 0;
        }
        Ok(())
    }
}

fn area(element: &Element<'_>) -> Option<u64> {
    let length = |name: &str| element.attribute(name)?.parse::<u64>().ok();
    Some(length("cx")?.saturating_mul(length("cy")?))
}
