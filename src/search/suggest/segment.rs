//! One segment of the index, as far as completions need it.

use std::cell::OnceCell;
use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, InvertedIndexReader, SegmentReader, TERMINATED};

use crate::search::fast_fields::FastFields;
use crate::search::schema::{Facet, ResourceFields};
use crate::search::visibility_filter::{SegmentVisibility, VisibilityFilter};

/// Entries of a name that are asked which thing bears it.
const MOST_ASKED: usize = 200;

/// One segment.
pub(super) struct CompletionSegment<'a> {
    reader: &'a SegmentReader,
    fast_fields: &'a Arc<FastFields>,
    /// The terms of completions.
    pub(super) terms: Arc<InvertedIndexReader>,
    /// What the asker sees of it. Looking that up costs more than reading some terms, and common names are counted
    /// before the last segment is reached: it is opened when it is needed.
    visibility: OnceCell<SegmentVisibility>,
    rules: &'a VisibilityFilter,
}

impl<'a> CompletionSegment<'a> {
    /// Opens it for whoever asks.
    pub(super) fn open(
        reader: &'a SegmentReader,
        fast_fields: &'a Arc<FastFields>,
        fields: &ResourceFields,
        rules: &'a VisibilityFilter,
    ) -> tantivy::Result<Self> {
        Ok(Self {
            reader,
            fast_fields,
            terms: reader.inverted_index(fields.complete)?,
            visibility: OnceCell::new(),
            rules,
        })
    }

    /// What the asker sees of it.
    pub(super) fn visibility(&self) -> &SegmentVisibility {
        self.visibility
            .get_or_init(|| self.rules.for_segment(self.reader, self.fast_fields))
    }

    /// The values of a facet on the first entries of a name that are seen.
    pub(super) fn values(&self, facet: Facet, info: &TermInfo) -> tantivy::Result<Vec<String>> {
        let mut postings = self.terms.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        let visibility = self.visibility();
        let mut values: Vec<String> = Vec::new();
        for _ in 0..MOST_ASKED {
            let doc = postings.doc();
            // Two are enough to know that it is not one.
            if doc == TERMINATED || values.len() > 1 {
                break;
            }
            let value = self.fast_fields.value(facet, doc).filter(|_| visibility.accepts(doc));
            if let Some(value) = value.filter(|value| values.iter().all(|known| known != value)) {
                values.push(value.to_owned());
            }
            postings.advance();
        }
        Ok(values)
    }
}
