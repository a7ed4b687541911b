//! PowerPoint since 2007: slides in showing order, each with its notes, comments, diagrams and charts; then the documents
//! that lie in them.

use super::{
    archive_reader::ArchiveReader,
    drawing::DrawingText,
    error::ExtractResult,
    office::{self, Relation, main_part, relations},
    output::Output,
    slide_pictures::{self, slide_size},
    xml::{Descend, Element, Visitor, walk},
};
use crate::domain::passage::Locator;

/// Reads all slides. Hidden ones count, as they do on PowerPoint's own screen.
pub(crate) fn read(archive: &mut ArchiveReader, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    let main = main_part(archive)?;
    let slides = slides(archive, &main)?;
    let size = out.tolerated(slide_size(archive, &main))?;
    for (number, slide) in (1..).zip(&slides) {
        let text = slide_text(archive, slide, out)?;
        out.page(Locator::Slide { slide: number }, &text)?;
        // What is wrong with the slide was counted when its text was read.
        if let Ok(Some(_)) = slide_pictures::filling(archive, slide, size) {
            out.picture(number);
        }
    }
    for slide in &slides {
        let related = out.tolerated(relations(archive, slide))?;
        for part in related.iter().filter(|part| office::is_embedded(part)) {
            let end = office::read_embedded(archive, part, out, depth);
            out.tolerate(end)?;
        }
    }
    Ok(())
}

/// The slides' parts in showing order, which is not the order of their names.
pub(super) fn slides(archive: &mut ArchiveReader, main: &str) -> ExtractResult<Vec<String>> {
    let related = relations(archive, main)?;
    let mut order = SlideOrder::default();
    walk(archive.part(main)?, &mut order)?;
    let part_of = |id: &String| {
        related
            .iter()
            .find(|part| part.id == *id)
            .map(|part| part.target.clone())
    };
    Ok(order
        .ids
        .iter()
        .filter_map(part_of)
        .filter(|part| archive.has(part))
        .collect())
}

fn slide_text(archive: &mut ArchiveReader, slide: &str, out: &mut Output<'_>) -> ExtractResult<String> {
    let mut words = DrawingText::default();
    let end = archive.part(slide).and_then(|part| walk(part, &mut words));
    out.tolerate(end)?;
    let related = out.tolerated(relations(archive, slide))?;
    for part in related.iter().filter(|part| belongs_to_slide(part)) {
        words.text.push('\n');
        let end = archive.part(&part.target).and_then(|part| walk(part, &mut words));
        out.tolerate(end)?;
    }
    Ok(words.text)
}

fn belongs_to_slide(part: &Relation) -> bool {
    matches!(
        part.role.as_str(),
        "notesSlide" | "comments" | "diagramData" | "chart" | "chartEx"
    )
}

#[derive(Default)]
struct SlideOrder {
    ids: Vec<String>,
}

impl Visitor for SlideOrder {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        if element.name() == "sldId" {
            self.ids.extend(element.attribute_prefixed("id"));
        }
        Ok(Descend::Inside)
    }
}
