//! Drawings of Office files: slides, text boxes, diagrams, charts.

use super::{
    error::ExtractResult,
    office::{described, is_beside_the_text, sign_of},
    xml::{Descend, Element, Visitor},
};

/// Gathers the words of a drawing. A chart keeps its labels in `v`, a newer one in `pt`, a comment its words in `text`, everything else in `t`.
#[derive(Default)]
pub(crate) struct DrawingText {
    pub(crate) text: String,
    is_text: bool,
    is_slide_number: bool,
}

impl Visitor for DrawingText {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        let name = element.name();
        if is_beside_the_text(name) {
            return Ok(Descend::Skip);
        }
        match name {
            "t" | "v" | "text" | "pt" => self.is_text = !self.is_slide_number,
            // The number of the slide is in its locator already.
            "fld" => self.is_slide_number = element.attribute("type").as_deref() == Some("slidenum"),
            "tabLst" => return Ok(Descend::Skip),
            "cNvPr" => self.text.extend(described(element)),
            name => self.text.extend(sign_of(name)),
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        match name {
            "t" => self.is_text = false,
            "text" => {
                self.is_text = false;
                self.text.push('\n');
            }
            "v" | "pt" => {
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

    fn text(&mut self, text: &str) -> ExtractResult {
        if self.is_text {
            self.text.push_str(text);
        }
        Ok(())
    }
}
