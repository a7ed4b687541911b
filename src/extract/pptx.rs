//! PowerPoint since 2007: slides in showing order, each with its notes, diagrams and charts.

use super::{
    archive::Archive,
    findings::Findings,
    office::{Relation, is_beside_the_text, main_part, relations, sign_of},
    stop::Reading,
    xml::{Element, Visit, Visitor, walk},
};
use crate::domain::passage::Locator;

/// Reads all slides. Hidden ones count, as they do on PowerPoint's own screen.
pub(crate) fn read(archive: &mut Archive, out: &mut Findings<'_>) -> Reading {
    let main = main_part(archive)?;
    let slides = slides(archive, &main)?;
    for (number, slide) in (1..).zip(slides) {
        let text = slide_text(archive, &slide)?;
        out.page(Locator::Slide { slide: number }, &text)?;
    }
    Ok(())
}

/// The slides' parts in showing order, which is not the order of their names.
fn slides(archive: &mut Archive, main: &str) -> Reading<Vec<String>> {
    let related = relations(archive, main)?;
    let mut order = Order::default();
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

fn slide_text(archive: &mut Archive, slide: &str) -> Reading<String> {
    let mut words = Words::default();
    walk(archive.part(slide)?, &mut words)?;
    for part in relations(archive, slide)?.iter().filter(|part| belongs_to_slide(part)) {
        if archive.has(&part.target) {
            words.text.push('\n');
            walk(archive.part(&part.target)?, &mut words)?;
        }
    }
    Ok(words.text)
}

fn belongs_to_slide(part: &Relation) -> bool {
    matches!(part.role.as_str(), "notesSlide" | "diagramData" | "chart")
}

#[derive(Default)]
struct Order {
    ids: Vec<String>,
}

impl Visitor for Order {
    fn open(&mut self, element: &Element<'_>) -> Reading<Visit> {
        if element.name() == "sldId" {
            self.ids.extend(element.attribute_named("r:id"));
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

/// Gathers the words of a drawing. A chart keeps its labels in `v`, everything else in `t`.
#[derive(Default)]
struct Words {
    text: String,
    is_text: bool,
    is_slide_number: bool,
}

impl Visitor for Words {
    fn open(&mut self, element: &Element<'_>) -> Reading<Visit> {
        let name = element.name();
        if is_beside_the_text(name) {
            return Ok(Visit::Skip);
        }
        match name {
            "t" | "v" => self.is_text = !self.is_slide_number,
            // The number of the slide is in its locator already.
            "fld" => self.is_slide_number = element.attribute("type").as_deref() == Some("slidenum"),
            "tabLst" => return Ok(Visit::Skip),
            name => self.text.extend(sign_of(name)),
        }
        Ok(Visit::Inside)
    }

    fn close(&mut self, name: &str) -> Reading {
        match name {
            "t" => self.is_text = false,
            "v" => {
                self.is_text = false;
                self.text.push(' ');
            }
            "fld" => self.is_slide_number = false,
            "p" | "tr" | "ser" => self.text.push('\n'),
            "tc" => {
                self.text.truncate(self.text.trim_end().len());
                self.text.push('\t');
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Reading {
        if self.is_text {
            self.text.push_str(text);
        }
        Ok(())
    }
}
