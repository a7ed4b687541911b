//! Counting how often each value of a facet was seen.

use std::collections::HashMap;

use super::facts::{Fact, Facts, WORDED};
use super::schema::Facet;

/// How often each value was seen.
pub(super) type Tally = HashMap<String, u64>;

/// The tallies of every facet, in the order of [`Facet::ALL`].
#[derive(Debug, Default)]
pub(super) struct Tallies([Tally; 7]);

impl Tallies {
    /// Adds what was counted in a segment.
    pub(super) fn add(&mut self, segment: SegmentTallies, facts: &Facts) {
        for ((tally, values), counts) in self.0.iter_mut().zip(&facts.values).zip(segment.worded) {
            for (value, count) in values.iter().zip(counts).filter(|(_, count)| *count > 0) {
                match tally.get_mut(value) {
                    Some(sum) => *sum += count,
                    None => _ = tally.insert(value.clone(), count),
                }
            }
        }
        let years = &mut self.0[Facet::Year as usize];
        for (year, count) in segment.years {
            *years.entry(year.to_string()).or_default() += count;
        }
    }

    /// Takes one facet's tally from another count.
    pub(super) fn replace(&mut self, facet: Facet, other: &mut Self) {
        self.0[facet as usize] = std::mem::take(&mut other.0[facet as usize]);
    }

    /// Takes a facet's tally out.
    pub(super) fn take(&mut self, facet: Facet) -> Tally {
        std::mem::take(&mut self.0[facet as usize])
    }
}

/// [`Tallies`] within one segment, where values are numbers.
pub(super) struct SegmentTallies {
    worded: [Vec<u64>; WORDED],
    years: HashMap<i16, u64>,
}

impl SegmentTallies {
    /// Begins to count.
    pub(super) fn of(facts: &Facts) -> Self {
        Self {
            worded: std::array::from_fn(|facet| vec![0; facts.values[facet].len()]),
            years: HashMap::new(),
        }
    }

    /// Counts every value of a resource.
    pub(super) fn count(&mut self, fact: &Fact) {
        for (counts, number) in self.worded.iter_mut().zip(fact.facets) {
            if let Some(count) = counts.get_mut(number as usize) {
                *count += 1;
            }
        }
        if let Some(year) = fact.year {
            *self.years.entry(year).or_default() += 1;
        }
    }

    /// Counts a resource's value of one facet.
    pub(super) fn count_one(&mut self, facet: Facet, fact: &Fact) {
        if facet == Facet::Year {
            if let Some(year) = fact.year {
                *self.years.entry(year).or_default() += 1;
            }
            return;
        }
        let number = fact.facets[facet as usize] as usize;
        if let Some(count) = self.worded[facet as usize].get_mut(number) {
            *count += 1;
        }
    }
}
