//! Counting how often each value of a facet was seen.

use std::collections::HashMap;

use tantivy::DocId;

use super::facts::Facts;
use super::schema::Facet;

/// How often each value was seen.
pub(super) type Tally = HashMap<String, u64>;

/// The tallies of every facet, in the order of [`Facet::ALL`].
#[derive(Debug, Default)]
pub(super) struct Tallies([Tally; Facet::COUNT]);

impl Tallies {
    /// Adds what was counted in a segment.
    pub(super) fn add(&mut self, segment: SegmentTallies, facts: &Facts) {
        for ((tally, values), counts) in self.0.iter_mut().zip(&facts.values).zip(segment.0) {
            for (value, count) in values.iter().zip(counts).filter(|(_, count)| *count > 0) {
                match tally.get_mut(value) {
                    Some(sum) => *sum += count,
                    None => _ = tally.insert(value.clone(), count),
                }
            }
        }
    }

    /// Takes a facet's tally out.
    pub(super) fn take(&mut self, facet: Facet) -> Tally {
        std::mem::take(&mut self.0[facet as usize])
    }
}

/// [`Tallies`] within one segment, where values are numbers.
pub(super) struct SegmentTallies([Vec<u64>; Facet::COUNT]);

impl SegmentTallies {
    /// Begins to count.
    pub(super) fn of(facts: &Facts) -> Self {
        Self(std::array::from_fn(|facet| vec![0; facts.values[facet].len()]))
    }

    /// Counts every value of a resource.
    pub(super) fn count(&mut self, facts: &Facts, doc: DocId) {
        for facet in Facet::ALL {
            self.count_one(facet, facts, doc);
        }
    }

    /// Counts a resource's value of one facet.
    pub(super) fn count_one(&mut self, facet: Facet, facts: &Facts, doc: DocId) {
        let number = facts.facets[facet as usize][doc as usize] as usize;
        if let Some(count) = self.0[facet as usize].get_mut(number) {
            *count += 1;
        }
    }
}
