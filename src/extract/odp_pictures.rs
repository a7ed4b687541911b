//! Pictures that fill a slide of LibreOffice, as those of PowerPoint ([`super::slide_pictures`]). What is written on them is for
//! recognition to read (`ocr`).

use super::{
    archive_reader::ArchiveReader,
    error::ExtractResult,
    office::resolve,
    opendocument::CONTENT,
    xml::{Descend, Element, Visitor, walk},
};
#[cfg(feature = "ocr")]
use super::{archive_reader::bytes_of, error::ExtractError, input::Input, limits::OCR_FILE_BYTES};

/// Half of a slide of 16:9, in square centimetres: those of 4:3 are larger by a third.
const LEAST_AREA: f32 = 180.0;

/// The pictures that fill slides: the slide's number, from 1, and the part. Of several on a slide it is the largest.
pub(crate) fn filling(archive: &mut ArchiveReader) -> ExtractResult<Vec<(u32, String)>> {
    let mut pictures = OdpPictures::default();
    walk(archive.part(CONTENT)?, &mut pictures)?;
    pictures.found.retain(|(_, part)| archive.has(part));
    Ok(pictures.found)
}

/// The bytes of the picture that fills a slide.
#[cfg(feature = "ocr")]
pub(crate) fn of_slide(input: Input, number: u32) -> ExtractResult<Vec<u8>> {
    let none = || ExtractError::damaged(format!("no picture fills slide {number}"));
    let mut archive = ArchiveReader::open(input)?;
    archive.refuse_bombs()?;
    let found = filling(&mut archive)?;
    let (_, part) = found.iter().find(|(slide, _)| *slide == number).ok_or_else(none)?;
    let index = archive.index(part).ok_or_else(none)?;
    bytes_of(archive.entry(index, OCR_FILE_BYTES)?)
}

#[derive(Debug, Default)]
struct OdpPictures {
    /// The slide that is being described.
    slide: u32,
    /// The area of the frame that is being described.
    area: f32,
    /// The area of the largest picture of the slide so far.
    largest: f32,
    found: Vec<(u32, String)>,
}

impl Visitor for OdpPictures {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            "page" => (self.slide, self.area, self.largest) = (self.slide + 1, 0.0, 0.0),
            // What a speaker sees beside the slide shows the slide again.
            "notes" => return Ok(Descend::Skip),
            "frame" => self.area = area(element).unwrap_or(0.0),
            "image" if self.area >= LEAST_AREA && self.area > self.largest => {
                let part = element.attribute("href").map(|part| resolve("", &part));
                // What stands in for a chart is a drawing, whose words are read as such.
                if let Some(part) = part.filter(|part| part.starts_with("Pictures/")) {
                    self.largest = self.area;
                    self.found.retain(|(slide, _)| *slide != self.slide);
                    self.found.push((self.slide, part));
                }
            }
            _ => {}
        }
        Ok(Descend::Inside)
    }
}

fn area(frame: &Element<'_>) -> Option<f32> {
    let side = |name: &str| centimetres(&frame.attribute(name)?);
    Some(side("width")? * side("height")?)
}

/// A length as OpenDocument writes it: `25.4cm`.
fn centimetres(length: &str) -> Option<f32> {
    let units = [("cm", 1.0), ("mm", 0.1), ("in", 2.54), ("pt", 2.54 / 72.0)];
    let (number, each) = units
        .iter()
        .find_map(|(unit, each)| Some((length.strip_suffix(unit)?, each)))?;
    Some(number.trim().parse::<f32>().ok()? * each)
}

#[cfg(test)]
mod tests {
    use super::centimetres;

    #[test]
    fn lengths_have_units() {
        assert_eq!(centimetres("25.4cm"), Some(25.4));
        assert_eq!(centimetres("10in"), Some(25.4));
        assert_eq!(centimetres("25"), None);
    }
}
