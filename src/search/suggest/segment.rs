//! One segment of the index, as far as completions need it.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, InvertedIndexReader, SegmentReader, TERMINATED};

use crate::search::gate::{Gate, SegmentGate};
use crate::search::schema::{Facet, ResourceFields};

/// Entries of a name that are asked which thing bears it.
const MOST_ASKED: usize = 200;

/// One segment.
pub(super) struct Segment<'a> {
    reader: &'a SegmentReader,
    /// The terms of completions.
    pub(super) terms: Arc<InvertedIndexReader>,
    /// What the asker sees of it. Looking that up costs more than reading some terms, and common names are counted
    /// before the last segment is reached: it is opened when it is needed.
    gate: OnceCell<SegmentGate>,
    rules: &'a Gate,
}

impl<'a> Segment<'a> {
    /// Opens it for whoever asks.
    pub(super) fn open(reader: &'a SegmentReader, fields: &ResourceFields, rules: &'a Gate) -> tantivy::Result<Self> {
        Ok(Self {
            reader,
            terms: reader.inverted_index(fields.complete)?,
            gate: OnceCell::new(),
            rules,
        })
    }

    /// What the asker sees of it.
    pub(super) fn gate(&self) -> tantivy::Result<&SegmentGate> {
        if let Some(gate) = self.gate.get() {
            return Ok(gate);
        }
        let gate = self.rules.open(self.reader)?;
        Ok(self.gate.get_or_init(|| gate))
    }

    /// The values of a facet on the first entries of a name that are seen.
    pub(super) fn values(&self, facet: Facet, info: &TermInfo) -> tantivy::Result<Vec<String>> {
        let Some(column) = self.reader.fast_fields().str(facet.name())? else {
            return Ok(Vec::new());
        };
        let mut postings = self.terms.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        let gate = self.gate()?;
        let mut ordinals = HashSet::new();
        for _ in 0..MOST_ASKED {
            let doc = postings.doc();
            if doc == TERMINATED {
                break;
            }
            if gate.lets_in(doc) {
                ordinals.extend(column.ords().first(doc));
            }
            postings.advance();
        }
        let mut values = Vec::new();
        // Two are enough to know that it is not one.
        for ordinal in ordinals.into_iter().take(2) {
            let mut value = String::new();
            if column.ord_to_str(ordinal, &mut value)? {
                values.push(value);
            }
        }
        Ok(values)
    }
}
