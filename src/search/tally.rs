//! Counting how often each value of a facet was seen.

use std::collections::HashMap;

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader};

use super::schema::Facet;

/// How often each value was seen.
pub(super) type Tally = HashMap<String, u64>;

/// The tallies of every facet, in the order of [`Facet::ALL`].
#[derive(Debug, Default)]
pub(super) struct Tallies([Tally; 7]);

impl Tallies {
    /// Adds what a segment counted.
    pub(super) fn add(&mut self, segment: SegmentTallies) {
        for (tally, counts) in self.0.iter_mut().zip(segment.0) {
            for (value, count) in counts.tally() {
                *tally.entry(value).or_default() += count;
            }
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
pub(super) struct SegmentTallies([Counts; 7]);

impl SegmentTallies {
    /// Begins to count.
    pub(super) fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let [major, course, task, kind, school, level, year] = Facet::ALL.map(|facet| Counts::open(facet, reader));
        Ok(Self([major?, course?, task?, kind?, school?, level?, year?]))
    }

    /// Counts every value of a resource.
    pub(super) fn count(&mut self, doc: DocId) {
        for counts in &mut self.0 {
            counts.count(doc);
        }
    }

    /// Counts a resource's value of one facet.
    pub(super) fn count_one(&mut self, facet: Facet, doc: DocId) {
        self.0[facet as usize].count(doc);
    }
}

/// The counts of one facet within one segment.
enum Counts {
    /// No resource of the segment has the field.
    None,
    /// By ordinal of the term.
    Terms(StrColumn, Vec<u64>),
    /// By number.
    Numbers(Column<i64>, HashMap<i64, u64>),
}

impl Counts {
    fn open(facet: Facet, reader: &SegmentReader) -> tantivy::Result<Self> {
        if facet == Facet::Year {
            let column = reader.fast_fields().column_opt::<i64>(facet.name())?;
            return Ok(column.map_or(Self::None, |column| Self::Numbers(column, HashMap::new())));
        }
        let column = reader.fast_fields().str(facet.name())?;
        Ok(column.map_or(Self::None, |column| {
            let counts = vec![0; column.num_terms()];
            Self::Terms(column, counts)
        }))
    }

    fn count(&mut self, doc: DocId) {
        match self {
            Self::None => {}
            Self::Terms(column, counts) => {
                let ordinal = column
                    .ords()
                    .first(doc)
                    .and_then(|ordinal| usize::try_from(ordinal).ok());
                if let Some(count) = ordinal.and_then(|ordinal| counts.get_mut(ordinal)) {
                    *count += 1;
                }
            }
            Self::Numbers(column, counts) => {
                if let Some(number) = column.first(doc) {
                    *counts.entry(number).or_default() += 1;
                }
            }
        }
    }

    fn tally(self) -> Tally {
        match self {
            Self::None => Tally::new(),
            Self::Numbers(_, counts) => counts
                .into_iter()
                .map(|(number, count)| (number.to_string(), count))
                .collect(),
            Self::Terms(column, counts) => {
                let seen = (0u64..).zip(counts).filter(|(_, count)| *count > 0);
                seen.filter_map(|(ordinal, count)| Some((value_of(&column, ordinal)?, count)))
                    .collect()
            }
        }
    }
}

fn value_of(column: &StrColumn, ordinal: u64) -> Option<String> {
    let mut value = String::new();
    let found = column.ord_to_str(ordinal, &mut value).ok()?;
    found.then_some(value)
}
