//! Going through all resources once: adding up what the leaves say, keeping the best, counting.
//!
//! Documents are taken a window at a time. Every leaf is poured into the window, then what was touched is looked at: cost
//! grows with what the leaves hold and not with the library, and a window fits the processor's own memory. One pass
//! yields two answers: the resources that fulfil the question to the letter, all counted, and the nearest of those that
//! hold some of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use tantivy::query::{Scorer, Weight};
use tantivy::{DocAddress, DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED};

use crate::domain::search::Sort;

use super::facts::Facts;
use super::gate::{Admission, Gate, SegmentGate};
use super::score::{Collection, Located, Stream};
use super::tally::{SegmentTallies, Tallies};

/// Scores are compared in steps of this part of one: pages stay in order whatever the last bits of a sum are.
const SCORE_STEPS: f32 = 4096.0;

/// How many documents are looked at together; a multiple of 64.
const WINDOW: u32 = 1 << 14;

/// A resource and its place in the order. The greatest comes first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
    /// What is sorted by.
    pub(super) key: i64,
    /// The resource's id, which decides between equal keys.
    pub(super) id: u128,
    /// The score it has.
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

/// A score as a key to sort by.
#[expect(
    clippy::cast_possible_truncation,
    reason = "scores are small; a float to integer cast saturates"
)]
pub(super) fn score_key(score: Score) -> i64 {
    (score * SCORE_STEPS).round() as i64
}

/// What one pass yields.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    /// How many fulfil the question.
    pub(super) total: usize,
    /// The best of those that fulfil it, best first.
    pub(super) fulfilling: Vec<Ranked>,
    /// The best of all, best first; empty unless asked for.
    pub(super) nearest: Vec<Ranked>,
    /// How those that fulfil it spread.
    pub(super) tallies: Tallies,
}

/// What makes a resource part of the answer.
pub(super) enum Demand {
    /// Holding any leaf.
    AnyLeaf,
    /// What a query says.
    Fulfils(Box<dyn Weight>),
}

/// What to go through the resources for.
pub(super) struct Sweep<'a> {
    /// The resources.
    pub(super) searcher: &'a Searcher,
    /// What is known of them, by segment.
    pub(super) facts: &'a [Arc<Facts>],
    /// What makes the order.
    pub(super) leaves: &'a Located,
    /// What it is measured against.
    pub(super) collection: &'a Collection,
    /// What is wanted.
    pub(super) demand: &'a Demand,
    /// What even the nearest must fulfil.
    pub(super) fence: Option<&'a dyn Weight>,
    /// Who may see what.
    pub(super) gate: &'a Gate,
    /// The order of those that fulfil the question.
    pub(super) sort: Sort,
    /// How many to keep.
    pub(super) keep: usize,
    /// Keep only what comes after this key and id.
    pub(super) after: Option<(i64, u128)>,
    /// Added to what fulfils the question among the nearest; `None`: the nearest are not wanted.
    pub(super) bonus: Option<Score>,
}

impl Sweep<'_> {
    /// Goes through all segments.
    pub(super) fn run(&self) -> tantivy::Result<Harvest> {
        let mut fulfilling = Best::new(self.keep, self.after);
        let mut nearest = Best::new(self.keep, self.after);
        let mut harvest = Harvest::default();
        for ((ordinal, reader), facts) in (0_u32..).zip(self.searcher.segment_readers()).zip(self.facts) {
            let mut segment = Segment {
                sweep: self,
                ordinal,
                gate: self.gate.open(reader, facts),
                tallies: SegmentTallies::of(facts),
                total: 0,
                fulfilling: &mut fulfilling,
                nearest: &mut nearest,
            };
            segment.run(reader)?;
            harvest.total += segment.total;
            harvest.tallies.add(segment.tallies, facts);
        }
        harvest.fulfilling = fulfilling.best_first();
        harvest.nearest = nearest.best_first();
        Ok(harvest)
    }
}

/// A pass through one segment.
struct Segment<'a> {
    sweep: &'a Sweep<'a>,
    ordinal: u32,
    gate: SegmentGate,
    tallies: SegmentTallies,
    total: usize,
    fulfilling: &'a mut Best,
    nearest: &'a mut Best,
}

impl Segment<'_> {
    fn run(&mut self, reader: &SegmentReader) -> tantivy::Result<()> {
        let sweep = self.sweep;
        let mut streams = sweep.leaves.streams(self.ordinal as usize, reader, sweep.collection)?;
        let mut demand = match sweep.demand {
            Demand::AnyLeaf => None,
            Demand::Fulfils(weight) => Some(weight.scorer(reader, 1.0)?),
        };
        let mut fence = sweep.fence.map(|weight| weight.scorer(reader, 1.0)).transpose()?;
        let mut window = Window::new();
        loop {
            let first = first_doc(&streams, demand.as_deref());
            if first >= reader.max_doc() {
                return Ok(());
            }
            window.begin(first);
            for stream in &mut streams {
                window.pour(stream);
            }
            if let Some(scorer) = &mut fence {
                let mut inside = Bits::new();
                inside.fill(window.start, &mut **scorer);
                window.touched.keep(&inside);
            }
            match &mut demand {
                Some(scorer) => window.fulfilled.fill(window.start, &mut **scorer),
                None => window.fulfilled.clone_from(&window.touched),
            }
            self.look_at(&window);
        }
    }

    fn look_at(&mut self, window: &Window) {
        for (place, (touched, fulfilled)) in window.touched.0.iter().zip(&window.fulfilled.0).enumerate() {
            let near = if self.sweep.bonus.is_some() { *touched } else { 0 };
            let mut left = near | fulfilled;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                let offset = place * 64 + bit as usize;
                let is_fulfilled = fulfilled >> bit & 1 == 1;
                self.consider(window.start + to_doc(offset), window.scores[offset], is_fulfilled);
            }
        }
    }

    fn consider(&mut self, doc: DocId, score: Score, is_fulfilled: bool) {
        let near = self
            .sweep
            .bonus
            .map(|bonus| if is_fulfilled { score + bonus } else { score });
        let is_near = near.is_some_and(|near| self.nearest.may_enter(score_key(near)));
        if !is_near && !is_fulfilled {
            return;
        }
        match self.gate.admits(doc) {
            Admission::Out => return,
            Admission::ButFor(facet) => {
                if is_fulfilled {
                    self.tallies.count_one(facet, self.gate.fact(doc));
                }
                return;
            }
            Admission::In => {}
        }
        if let Some(near) = near.filter(|_| is_near) {
            let ranked = self.ranked(doc, score_key(near), near);
            self.nearest.offer(ranked);
        }
        if is_fulfilled {
            self.total += 1;
            self.tallies.count(self.gate.fact(doc));
            let key = match self.sweep.sort {
                Sort::Relevance => score_key(score),
                Sort::Newest => self.gate.fact(doc).updated,
            };
            if self.fulfilling.may_enter(key) {
                let ranked = self.ranked(doc, key, score);
                self.fulfilling.offer(ranked);
            }
        }
    }

    fn ranked(&self, doc: DocId, key: i64, score: Score) -> Ranked {
        Ranked {
            key,
            id: self.gate.fact(doc).id,
            score,
            address: DocAddress::new(self.ordinal, doc),
        }
    }
}

fn first_doc(streams: &[Stream], demand: Option<&dyn Scorer>) -> DocId {
    let leaves = streams.iter().map(Stream::doc).min().unwrap_or(TERMINATED);
    leaves.min(demand.map_or(TERMINATED, DocSet::doc))
}

#[expect(clippy::cast_possible_truncation, reason = "an offset is less than a window")]
fn to_doc(offset: usize) -> DocId {
    offset as DocId
}

/// The documents looked at together.
struct Window {
    /// The first of them; a multiple of 64.
    start: DocId,
    scores: Vec<Score>,
    /// Those that hold any leaf.
    touched: Bits,
    /// Those that fulfil the question.
    fulfilled: Bits,
}

impl Window {
    fn new() -> Self {
        Self {
            start: 0,
            scores: vec![0.0; WINDOW as usize],
            touched: Bits::new(),
            fulfilled: Bits::new(),
        }
    }

    fn begin(&mut self, first: DocId) {
        self.start = first - first % 64;
        self.scores.fill(0.0);
        self.touched.clear();
        self.fulfilled.clear();
    }

    fn pour(&mut self, stream: &mut Stream) {
        let Self {
            start, scores, touched, ..
        } = self;
        stream.pour(start.saturating_add(WINDOW), |doc, score| {
            let offset = (doc - *start) as usize;
            scores[offset] += score;
            touched.set(offset);
        });
    }
}

/// A bit for each document of a window.
#[derive(Debug, Clone)]
struct Bits(Vec<u64>);

impl Bits {
    fn new() -> Self {
        Self(vec![0; (WINDOW / 64) as usize])
    }

    fn clear(&mut self) {
        self.0.fill(0);
    }

    fn set(&mut self, offset: usize) {
        self.0[offset / 64] |= 1 << (offset % 64);
    }

    /// Sets the documents of a scorer that lie in the window at `start`, and leaves it at the first behind.
    fn fill(&mut self, start: DocId, scorer: &mut dyn Scorer) {
        let mut doc = scorer.doc();
        if doc < start {
            doc = scorer.seek(start);
        }
        let end = start.saturating_add(WINDOW);
        while doc < end {
            self.set((doc - start) as usize);
            doc = scorer.advance();
        }
    }

    fn keep(&mut self, others: &Self) {
        for (bits, other) in self.0.iter_mut().zip(&others.0) {
            *bits &= other;
        }
    }
}

/// The best so far.
struct Best {
    keep: usize,
    after: Option<(i64, u128)>,
    /// The least of them on top.
    heap: BinaryHeap<Reverse<Ranked>>,
}

impl Best {
    fn new(keep: usize, after: Option<(i64, u128)>) -> Self {
        Self {
            keep,
            after,
            heap: BinaryHeap::with_capacity(keep + 1),
        }
    }

    /// Whether something with this key could be among the best: asked before anything that costs more.
    fn may_enter(&self, key: i64) -> bool {
        let is_full = self.heap.len() >= self.keep;
        !(is_full && self.heap.peek().is_none_or(|Reverse(least)| key < least.key))
    }

    fn offer(&mut self, ranked: Ranked) {
        if self.after.is_some_and(|after| (ranked.key, ranked.id) >= after) {
            return;
        }
        self.heap.push(Reverse(ranked));
        if self.heap.len() > self.keep {
            self.heap.pop();
        }
    }

    fn best_first(self) -> Vec<Ranked> {
        self.heap
            .into_sorted_vec()
            .into_iter()
            .map(|Reverse(ranked)| ranked)
            .collect()
    }
}
