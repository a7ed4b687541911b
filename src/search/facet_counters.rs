//! Facet counts: how often each value of a facet was seen.

use std::collections::HashMap;

use tantivy::DocId;

use super::fast_fields::FastFields;
use super::schema::Facet;

/// How often each value was seen.
pub(super) type ValueCounts = HashMap<String, u64>;

/// The counts of every facet, in the order of [`Facet::ALL`].
#[derive(Debug, Default)]
pub(super) struct FacetCounters([ValueCounts; Facet::COUNT]);

impl FacetCounters {
    /// Adds what was counted in a segment.
    pub(super) fn add(&mut self, segment: SegmentFacetCounts, fast_fields: &FastFields) {
        for ((totals, values), counts) in self.0.iter_mut().zip(&fast_fields.values).zip(segment.0) {
            for (value, count) in values.iter().zip(counts).filter(|(_, count)| *count > 0) {
                match totals.get_mut(value) {
                    Some(sum) => *sum += count,
                    None => _ = totals.insert(value.clone(), count),
                }
            }
        }
    }

    /// Takes a facet's counts out.
    pub(super) fn take(&mut self, facet: Facet) -> ValueCounts {
        std::mem::take(&mut self.0[facet as usize])
    }
}

/// [`FacetCounters`] within one segment, where values are numbers.
pub(super) struct SegmentFacetCounts([Vec<u64>; Facet::COUNT]);

impl SegmentFacetCounts {
    /// Begins to count.
    pub(super) fn of(fast_fields: &FastFields) -> Self {
        Self(std::array::from_fn(|facet| vec![0; fast_fields.values[facet].len()]))
    }

    /// Counts every value of a resource.
    pub(super) fn count(&mut self, fast_fields: &FastFields, doc: DocId) {
        for facet in Facet::ALL {
            self.count_one(facet, fast_fields, doc);
        }
    }

    /// Counts a resource's value of one facet.
    pub(super) fn count_one(&mut self, facet: Facet, fast_fields: &FastFields, doc: DocId) {
        let number = fast_fields.facets[facet as usize][doc as usize] as usize;
        if let Some(count) = self.0[facet as usize].get_mut(number) {
            *count += 1;
        }
    }
}
