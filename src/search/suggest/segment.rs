//! One segment of the index, as far as completions need it.

use std::cell::OnceCell;
use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, InvertedIndexReader, SegmentReader, TERMINATED};

use crate::search::facts::Facts;
use crate::search::gate::{Gate, SegmentGate};
use crate::search::schema::{Facet, ResourceFields};

/// Entries of a name that are asked which thing bears it.
const MOST_ASKED: usize = 200;

/// One segment.
pub(super) struct Segment<'a> {
    reader: &'a SegmentReader,
    facts: &'a Arc<Facts>,
    /// The terms of completions.
    pub(super) terms: Arc<InvertedIndexReader>,
    /// What the asker sees of it. Looking that up costs more than reading some terms, and common names are counted
    /// before the last segment is reached: it is opened when it is needed.
    gate: OnceCell<SegmentGate>,
    rules: &'a Gate,
}

impl<'a> Segment<'a> {
    /// Opens it for whoever asks.
    pub(super) fn open(
        reader: &'a SegmentReader,
        facts: &'a Arc<Facts>,
        fields: &ResourceFields,
        rules: &'a Gate,
    ) -> tantivy::Result<Self> {
        Ok(Self {
            reader,
            facts,
            terms: reader.inverted_index(fields.complete)?,
            gate: OnceCell::new(),
            rules,
        })
    }

    /// What the asker sees of it.
    pub(super) fn gate(&self) -> &SegmentGate {
        self.gate.get_or_init(|| self.rules.open(self.reader, self.facts))
    }

    /// The values of a facet on the first entries of a name that are seen.
    pub(super) fn values(&self, facet: Facet, info: &TermInfo) -> tantivy::Result<Vec<String>> {
        let mut postings = self.terms.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        let gate = self.gate();
        let mut values: Vec<String> = Vec::new();
        for _ in 0..MOST_ASKED {
            let doc = postings.doc();
            // Two are enough to know that it is not one.
            if doc == TERMINATED || values.len() > 1 {
                break;
            }
            let value = self.facts.value(facet, doc).filter(|_| gate.lets_in(doc));
            if let Some(value) = value.filter(|value| values.iter().all(|known| known != value)) {
                values.push(value.to_owned());
            }
            postings.advance();
        }
        Ok(values)
    }
}
