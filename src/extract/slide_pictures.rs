//! Pictures that fill a slide of PowerPoint: a page of a textbook that somebody photographed, a screenshot. What is written on
//! them is for recognition to read (`ocr`).

use super::{
    archive_reader::ArchiveReader,
    error::ExtractResult,
    office::relations,
    xml::{Descend, Element, Visitor, walk},
};
#[cfg(feature = "ocr")]
use super::{archive_reader::bytes_of, error::ExtractError, input::Input, office::main_part, pptx::slides};

/// A picture fills a slide that covers so many hundredths of it.
const FILLS: u64 = 50;

/// The size of slides, in English Metric Units.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SlideSize {
    width: u64,
    height: u64,
}

/// The size of a presentation's slides.
pub(crate) fn slide_size(archive: &mut ArchiveReader, main: &str) -> ExtractResult<SlideSize> {
    let mut size = SlideSize::default();
    walk(archive.part(main)?, &mut size)?;
    Ok(size)
}

/// The part that holds the largest of the pictures that fill a slide, if any does.
pub(crate) fn filling(archive: &mut ArchiveReader, slide: &str, size: SlideSize) -> ExtractResult<Option<String>> {
    let mut pictures = SlidePictures::default();
    walk(archive.part(slide)?, &mut pictures)?;
    let least = size.width.saturating_mul(size.height) / 100 * FILLS;
    let Some((area, id)) = pictures.found.into_iter().max() else {
        return Ok(None);
    };
    if area < least || least == 0 {
        return Ok(None);
    }
    let named = relations(archive, slide)?.into_iter().find(|part| part.id == id);
    Ok(named.map(|part| part.target).filter(|part| archive.has(part)))
}

/// The bytes of the picture that fills a slide, counted from 1.
#[cfg(feature = "ocr")]
pub(crate) fn of_slide(input: Input, number: u32, most: u64) -> ExtractResult<Vec<u8>> {
    let none = || ExtractError::damaged(format!("no picture fills slide {number}"));
    let mut archive = ArchiveReader::open(input)?;
    archive.refuse_bombs()?;
    let main = main_part(&mut archive)?;
    let size = slide_size(&mut archive, &main)?;
    let slides = slides(&mut archive, &main)?;
    let slide = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let slide = slide.and_then(|slide| slides.get(slide)).ok_or_else(none)?;
    let part = filling(&mut archive, slide, size)?.ok_or_else(none)?;
    let index = archive.index(&part).ok_or_else(none)?;
    bytes_of(archive.entry(index, most)?)
}

impl Visitor for SlideSize {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        if element.name() == "sldSz" {
            (self.width, self.height) = extent(element).unwrap_or_default();
        }
        Ok(Descend::Inside)
    }
}

/// The pictures of a slide: how large each is shown, and by what name the slide calls it.
#[derive(Debug, Default)]
struct SlidePictures {
    /// The picture that is being described.
    open: Option<String>,
    is_in_picture: bool,
    found: Vec<(u64, String)>,
}

impl Visitor for SlidePictures {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            "pic" => (self.is_in_picture, self.open) = (true, None),
            "blip" if self.is_in_picture => self.open = element.attribute_prefixed("embed"),
            // Its size comes behind it. What extensions are called has no size.
            "ext" => {
                if let Some((width, height)) = extent(element)
                    && let Some(id) = self.open.take()
                {
                    self.found.push((width.saturating_mul(height), id));
                }
            }
            _ => {}
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        if name == "pic" {
            (self.is_in_picture, self.open) = (false, None);
        }
        Ok(())
    }
}

/// Width and height as an element gives them.
fn extent(element: &Element<'_>) -> Option<(u64, u64)> {
    let length = |name: &str| element.attribute(name)?.parse().ok();
    Some((length("cx")?, length("cy")?))
}
