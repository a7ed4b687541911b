//! Going through all resources once: adding up what the leaves say, keeping the best, counting.
//!
//! One pass yields two answers: the resources that hold what is asked for, all counted, and the nearest of those that
//! hold some of it. Documents are taken a window at a time. Those that hold it are known before any leaf is read, so
//! leaves are only asked for them. For the nearest the strong leaves are poured into the window; the weak ones, which
//! together lift nothing among the best, are asked only for what the strong ones brought up (MaxScore, Turtle and Flood
//! 1995). Once enough hold it, the nearest are of no interest any more.

use std::sync::Arc;

use tantivy::query::{Scorer, Weight};
use tantivy::{DocAddress, DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED};

use crate::domain::search::{Fit, Sort};

use super::facts::Facts;
use super::gate::{Admission, Gate, SegmentGate};
use super::kept::{Candidate, Kept, Ranked, SCORE_STEPS};
use super::schema::Facet;
use super::score::{Collection, Located, Stream};
use super::tally::{SegmentTallies, Tallies};

/// How many documents are looked at together; a multiple of 64.
const WINDOW: u32 = 1 << 14;

/// Added to the score of those that hold every word, though not together.
pub(super) const ALL_WORDS_BONUS: Score = 1.5;

/// Asking a leaf for one document costs as much as pouring so many.
const ASKING: usize = 8;

/// What one pass yields.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    /// How many hold what is asked for.
    pub(super) total: usize,
    /// How many of the asker's own do that nobody else sees.
    pub(super) own: usize,
    /// The best of both, best first.
    pub(super) holding: Vec<Ranked>,
    /// The best of the others, best first; empty unless asked for, and where enough hold it.
    pub(super) nearest: Vec<Ranked>,
    /// How those that hold it spread.
    pub(super) tallies: Tallies,
}

/// What makes a resource part of the answer.
pub(super) enum Demand {
    /// Holding any leaf.
    AnyLeaf,
    /// What a query says.
    Fulfils(Box<dyn Weight>),
    /// Nothing does: only the nearest are wanted, and none is counted.
    Nothing,
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
    /// What holds every word, wherever they stand: the nearest of the nearest.
    pub(super) all_words: Option<&'a dyn Weight>,
    /// Who may see what.
    pub(super) gate: &'a Gate,
    /// The order of those that hold it.
    pub(super) sort: Sort,
    /// How many to keep.
    pub(super) keep: usize,
    /// Keep only what comes after this key and id.
    pub(super) after: Option<(i64, u128)>,
    /// How many must hold what is asked for so that the nearest are not wanted; `None`: they never are.
    pub(super) enough: Option<usize>,
}

impl Sweep<'_> {
    /// Goes through all segments.
    pub(super) fn run(&self) -> tantivy::Result<Harvest> {
        let mut kept = Kept::new(self.keep, self.after, self.enough);
        let mut tallies = Tallies::default();
        for ((ordinal, reader), facts) in (0_u32..).zip(self.searcher.segment_readers()).zip(self.facts) {
            let mut segment = Segment {
                ordinal,
                gate: self.gate.open(reader, facts),
                tallies: SegmentTallies::of(facts),
                sort: self.sort,
                leaves: Leaves::of(self.leaves.streams(ordinal as usize, reader, self.collection)?),
                kept: &mut kept,
            };
            segment.run(self, reader)?;
            tallies.add(segment.tallies, facts);
        }
        let (total, own) = (kept.total, kept.own);
        let (holding, nearest) = kept.best_first();
        Ok(Harvest {
            total,
            own,
            holding,
            nearest,
            tallies,
        })
    }
}

/// The leaves of a segment, the strongest first. Scores are added in this order whichever are poured and whichever are
/// asked: the same resource has the same score to the last bit on every page.
struct Leaves {
    streams: Vec<Stream>,
    /// What those from each on can add together.
    rest: Vec<Score>,
}

impl Leaves {
    fn of(mut streams: Vec<Stream>) -> Self {
        streams.sort_by(|a, b| b.gain().total_cmp(&a.gain()));
        // One step more than nothing: the last bits of a sum must not decide.
        let mut rest = vec![1.0 / SCORE_STEPS; streams.len() + 1];
        for (place, stream) in streams.iter().enumerate().rev() {
            rest[place] = rest[place + 1] + stream.gain();
        }
        Self { streams, rest }
    }

    /// How many must be poured, so that none of the nearest is missed.
    fn strong(&self, kept: &Kept) -> usize {
        let weak = |rest: &&Score| !kept.may_be_near(**rest);
        self.streams.len() + 1 - self.rest.iter().rev().take_while(weak).count().max(1)
    }
}

/// A pass through one segment.
struct Segment<'a> {
    ordinal: u32,
    gate: SegmentGate,
    tallies: SegmentTallies,
    sort: Sort,
    leaves: Leaves,
    kept: &'a mut Kept,
}

impl Segment<'_> {
    fn run(&mut self, sweep: &Sweep<'_>, reader: &SegmentReader) -> tantivy::Result<()> {
        let mut demand = match sweep.demand {
            Demand::AnyLeaf | Demand::Nothing => None,
            Demand::Fulfils(weight) => Some(weight.scorer(reader, 1.0)?),
        };
        let all_words = sweep.all_words.filter(|_| self.kept.wants_near());
        let mut all_words = all_words.map(|weight| weight.scorer(reader, 1.0)).transpose()?;
        let mut fence = sweep.fence.map(|weight| weight.scorer(reader, 1.0)).transpose()?;
        let mut window = Window::new();
        loop {
            let poured = self.poured(sweep.demand);
            let first = first_doc(&self.leaves.streams[..poured], demand.as_deref());
            if first >= reader.max_doc() {
                return Ok(());
            }
            window.begin(first);
            for stream in &mut self.leaves.streams[..poured] {
                window.pour(stream);
            }
            if let Some(scorer) = &mut fence {
                let mut inside = Bits::new();
                inside.fill(window.start, &mut **scorer);
                window.touched.keep(&inside);
            }
            if let Some(scorer) = &mut all_words {
                window.complete.fill(window.start, &mut **scorer);
            }
            match (sweep.demand, &mut demand) {
                (Demand::AnyLeaf, _) => window.holding.clone_from(&window.touched),
                (_, Some(scorer)) => window.holding.fill(window.start, &mut **scorer),
                (_, None) => {}
            }
            let mut candidates = self.candidates(&window, poured);
            self.ask(&mut candidates, &mut window, poured);
            for candidate in &candidates {
                let id = self.gate.facts().ids[candidate.address.doc_id as usize];
                self.kept.offer(candidate, window.scores[candidate.offset], id);
            }
            self.kept.settle();
        }
    }

    /// How many leaves are poured; the others are asked.
    fn poured(&self, demand: &Demand) -> usize {
        match demand {
            Demand::AnyLeaf => self.leaves.streams.len(),
            _ if self.kept.wants_near() => self.leaves.strong(self.kept),
            _ => 0,
        }
    }

    /// Those of a window that may come to stand among the best; those that hold what is asked for are counted.
    fn candidates(&mut self, window: &Window, poured: usize) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for (place, (touched, holding)) in window.touched.0.iter().zip(&window.holding.0).enumerate() {
            let mut left = touched | holding;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                let offset = place * 64 + bit as usize;
                let holds = holding >> bit & 1 == 1;
                let most = window.scores[offset] + self.leaves.rest[poured];
                candidates.extend(self.candidate(window, offset, most, holds));
            }
        }
        candidates
    }

    /// `most`: what its leaves can come to at most.
    fn candidate(&mut self, window: &Window, offset: usize, most: Score, holds: bool) -> Option<Candidate> {
        let bonus = if window.complete.has(offset) {
            ALL_WORDS_BONUS
        } else {
            0.0
        };
        // Asked before the gate, which costs more: most of what holds a common word gets no further.
        if !holds && !self.kept.may_be_near(most + bonus) {
            return None;
        }
        let doc = window.start + to_doc(offset);
        let fit = match (self.gate.admits(doc), holds) {
            (Admission::Out, _) | (Admission::Own, false) => return None,
            (Admission::ButFor(facet), _) => {
                self.count_lifted(doc, facet, holds);
                return None;
            }
            (Admission::Own, true) => {
                self.kept.own += 1;
                Fit::Own
            }
            (Admission::In, true) => {
                self.tallies.count(self.gate.facts(), doc);
                self.kept.count();
                Fit::Holds
            }
            (Admission::In, false) => Fit::Near,
        };
        let candidate = Candidate {
            offset,
            address: DocAddress::new(self.ordinal, doc),
            fit,
            bonus,
            moment: (self.sort == Sort::Newest).then(|| self.gate.facts().updated[doc as usize]),
        };
        self.kept.may_enter(&candidate, most).then_some(candidate)
    }

    /// Counts one that holds what is asked for, and that one filter keeps out: the filter's other choices.
    fn count_lifted(&mut self, doc: DocId, facet: Facet, holds: bool) {
        if holds {
            self.tallies.count_one(facet, self.gate.facts(), doc);
        }
    }

    /// Adds what the other leaves say, and lets go whom they cannot lift any more.
    fn ask(&mut self, candidates: &mut Vec<Candidate>, window: &mut Window, poured: usize) {
        let Leaves { streams, rest } = &mut self.leaves;
        for (stream, rest) in streams[poured..].iter_mut().zip(&rest[poured + 1..]) {
            if candidates.is_empty() {
                return;
            }
            if candidates.len() * ASKING < stream.expected(WINDOW) {
                for candidate in &*candidates {
                    window.scores[candidate.offset] += stream.value_at(candidate.address.doc_id);
                }
            } else {
                stream.seek(window.start);
                window.pour(stream);
            }
            candidates.retain(|candidate| self.kept.may_enter(candidate, window.scores[candidate.offset] + rest));
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
    /// Those that hold what is asked for.
    holding: Bits,
    /// Those that hold every word of it.
    complete: Bits,
}

impl Window {
    fn new() -> Self {
        Self {
            start: 0,
            scores: vec![0.0; WINDOW as usize],
            touched: Bits::new(),
            holding: Bits::new(),
            complete: Bits::new(),
        }
    }

    fn begin(&mut self, first: DocId) {
        self.start = first - first % 64;
        self.scores.fill(0.0);
        self.touched.clear();
        self.holding.clear();
        self.complete.clear();
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

    fn has(&self, offset: usize) -> bool {
        self.0[offset / 64] >> (offset % 64) & 1 == 1
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
