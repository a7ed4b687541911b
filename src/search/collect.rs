//! Going through what matches, once: counting, keeping the best page, tallying facets.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use crate::domain::search::Sort;
use crate::domain::time::Timestamp;

use super::schema::{Facet, ID_HIGH, ID_LOW, UPDATED};

/// Scores are compared in steps of this part of one. Adding the same numbers in another order, as another query plan
/// may, changes their last bits; the steps keep pages in order all the same.
const SCORE_STEPS: f32 = 4096.0;

/// A resource and its place in the order. The greatest comes first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
    /// What is sorted by.
    pub(super) key: i64,
    /// The resource's id, which decides between equal keys.
    pub(super) id: u128,
    /// The score it had.
    pub(super) score: Score,
    /// Where its entry is.
    pub(super) address: DocAddress,
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.key, self.id).cmp(&(other.key, other.id))
    }
}

/// How often each value of a facet was seen.
pub(super) type Tally = HashMap<String, u64>;

/// Everything that one pass yields.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    /// How many resources match.
    pub(super) total: usize,
    /// The page, best first.
    pub(super) page: Vec<Ranked>,
    /// The tallies that were asked for.
    pub(super) tallies: Vec<(Facet, Tally)>,
}

/// What to gather in one pass.
#[derive(Debug, Clone)]
pub(super) struct Gather {
    /// The order.
    pub(super) sort: Sort,
    /// How many to keep.
    pub(super) keep: usize,
    /// Keep only what comes after this key and id.
    pub(super) after: Option<(i64, u128)>,
    /// The facets to tally.
    pub(super) facets: Vec<Facet>,
    /// Pass over what was not changed after this moment.
    pub(super) since: Option<Timestamp>,
}

impl Collector for Gather {
    type Fruit = Harvest;
    type Child = SegmentGather;

    fn for_segment(&self, ordinal: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentGather> {
        let counts = self
            .facets
            .iter()
            .map(|&facet| Ok((facet, Counts::open(facet, reader)?)));
        Ok(SegmentGather {
            gather: self.clone(),
            ordinal,
            ids: Ids::open(reader)?,
            updated: reader.fast_fields().i64(UPDATED)?,
            total: 0,
            best: BinaryHeap::with_capacity(self.keep + 1),
            counts: counts.collect::<tantivy::Result<_>>()?,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance && self.keep > 0
    }

    fn merge_fruits(&self, segments: Vec<Harvest>) -> tantivy::Result<Harvest> {
        let mut merged = Harvest {
            tallies: self.facets.iter().map(|&facet| (facet, Tally::new())).collect(),
            ..Harvest::default()
        };
        for segment in segments {
            merged.total += segment.total;
            merged.page.extend(segment.page);
            for ((_, into), (_, from)) in merged.tallies.iter_mut().zip(segment.tallies) {
                for (value, count) in from {
                    *into.entry(value).or_default() += count;
                }
            }
        }
        merged.page.sort_unstable_by_key(|ranked| Reverse(*ranked));
        merged.page.truncate(self.keep);
        Ok(merged)
    }
}

/// The resource ids of a segment.
struct Ids {
    high: Column<u64>,
    low: Column<u64>,
}

impl Ids {
    fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        Ok(Self {
            high: reader.fast_fields().u64(ID_HIGH)?,
            low: reader.fast_fields().u64(ID_LOW)?,
        })
    }

    fn of(&self, doc: DocId) -> u128 {
        let half = |column: &Column<u64>| u128::from(column.first(doc).unwrap_or_default());
        half(&self.high) << 64 | half(&self.low)
    }
}

/// [`Gather`] within one segment.
pub(super) struct SegmentGather {
    gather: Gather,
    ordinal: SegmentOrdinal,
    ids: Ids,
    updated: Column<i64>,
    total: usize,
    /// The best so far, the least of them on top.
    best: BinaryHeap<Reverse<Ranked>>,
    counts: Vec<(Facet, Counts)>,
}

impl SegmentGather {
    fn key(&self, doc: DocId, score: Score) -> i64 {
        match self.gather.sort {
            Sort::Relevance => score_key(score),
            Sort::Newest => self.updated.first(doc).unwrap_or(i64::MIN),
        }
    }

    fn keep(&mut self, doc: DocId, score: Score) {
        let key = self.key(doc, score);
        let full = self.best.len() >= self.gather.keep;
        if full && self.best.peek().is_none_or(|Reverse(least)| key < least.key) {
            return;
        }
        let id = self.ids.of(doc);
        if self.gather.after.is_some_and(|after| (key, id) >= after) {
            return;
        }
        let address = DocAddress::new(self.ordinal, doc);
        self.best.push(Reverse(Ranked {
            key,
            id,
            score,
            address,
        }));
        if self.best.len() > self.gather.keep {
            self.best.pop();
        }
    }
}

impl SegmentCollector for SegmentGather {
    type Fruit = Harvest;

    fn collect(&mut self, doc: DocId, score: Score) {
        let changed = self.updated.first(doc).map(Timestamp);
        if self.gather.since.is_some_and(|since| changed <= Some(since)) {
            return;
        }
        self.total += 1;
        for (_, counts) in &mut self.counts {
            counts.count(doc);
        }
        self.keep(doc, score);
    }

    fn harvest(self) -> Harvest {
        Harvest {
            total: self.total,
            page: self.best.into_iter().map(|Reverse(ranked)| ranked).collect(),
            tallies: self
                .counts
                .into_iter()
                .map(|(facet, counts)| (facet, counts.tally()))
                .collect(),
        }
    }
}

/// A score as a key to sort by.
#[expect(
    clippy::cast_possible_truncation,
    reason = "scores are small; a float to integer cast saturates"
)]
fn score_key(score: Score) -> i64 {
    (score * SCORE_STEPS).round() as i64
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

/// Keeps the best passages of each resource.
pub(super) struct BestPassages {
    /// How many of each.
    pub(super) each: usize,
}

/// Passages with their scores, best first, by resource.
pub(super) type Passages = HashMap<u128, Vec<(Score, DocAddress)>>;

impl Collector for BestPassages {
    type Fruit = Passages;
    type Child = SegmentPassages;

    fn for_segment(&self, ordinal: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentPassages> {
        Ok(SegmentPassages {
            each: self.each,
            ordinal,
            ids: Ids::open(reader)?,
            best: Passages::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Passages>) -> tantivy::Result<Passages> {
        let mut merged = Passages::new();
        for (id, passages) in segments.into_iter().flatten() {
            let best = merged.entry(id).or_default();
            for (score, address) in passages {
                keep_best(best, self.each, score, address);
            }
        }
        Ok(merged)
    }
}

/// [`BestPassages`] within one segment.
pub(super) struct SegmentPassages {
    each: usize,
    ordinal: SegmentOrdinal,
    ids: Ids,
    best: Passages,
}

impl SegmentCollector for SegmentPassages {
    type Fruit = Passages;

    fn collect(&mut self, doc: DocId, score: Score) {
        let best = self.best.entry(self.ids.of(doc)).or_default();
        keep_best(best, self.each, score, DocAddress::new(self.ordinal, doc));
    }

    fn harvest(self) -> Passages {
        self.best
    }
}

/// Among equals the earlier passage stays, which is the earlier page.
fn keep_best(best: &mut Vec<(Score, DocAddress)>, each: usize, score: Score, address: DocAddress) {
    let place = best.partition_point(|(kept, at)| *kept > score || (*kept >= score && *at < address));
    if place < each {
        best.insert(place, (score, address));
        best.truncate(each);
    }
}
