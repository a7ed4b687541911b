//! One segment of the index, as far as completions need it.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, InvertedIndexReader, SegmentReader, TERMINATED};

use crate::domain::search::Audience;
use crate::search::schema::{Facet, Fields};
use crate::search::sight::Sight;

/// Entries of a name that are asked which thing bears it.
const MOST_ASKED: usize = 200;

/// One segment.
pub(super) struct Segment<'a> {
    reader: &'a SegmentReader,
    /// The terms of completions.
    pub(super) terms: Arc<InvertedIndexReader>,
    /// What the asker sees of it. Looking that up costs more than reading some terms, and common names are counted
    /// before the last segment is reached: it is opened when it is needed.
    sight: OnceCell<Sight>,
    audiences: &'a [Audience],
}

impl<'a> Segment<'a> {
    /// Opens it for whoever belongs to these audiences.
    pub(super) fn open(reader: &'a SegmentReader, fields: &Fields, audiences: &'a [Audience]) -> tantivy::Result<Self> {
        Ok(Self {
            reader,
            terms: reader.inverted_index(fields.complete)?,
            sight: OnceCell::new(),
            audiences,
        })
    }

    /// What the asker sees of it.
    pub(super) fn sight(&self) -> tantivy::Result<&Sight> {
        if let Some(sight) = self.sight.get() {
            return Ok(sight);
        }
        let sight = Sight::open(self.reader, self.audiences)?;
        Ok(self.sight.get_or_init(|| sight))
    }

    /// The values of a facet on the first entries of a name that are seen.
    pub(super) fn values(&self, facet: Facet, info: &TermInfo) -> tantivy::Result<Vec<String>> {
        let Some(column) = self.reader.fast_fields().str(facet.name())? else {
            return Ok(Vec::new());
        };
        let mut postings = self.terms.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        let sight = self.sight()?;
        let mut ordinals = HashSet::new();
        for _ in 0..MOST_ASKED {
            let doc = postings.doc();
            if doc == TERMINATED {
                break;
            }
            if sight.sees(doc) {
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
