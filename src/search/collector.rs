//! The collector: one pass over all resources that adds up scores, keeps the best and counts facets.
//!
//! One pass yields two answers: the resources that hold what is asked for, all counted, and the nearest of those that
//! hold some of it. Documents are taken a window at a time. Those that hold it are known before any leaf is read, so
//! leaves are only asked for them. For the nearest the essential leaves are read into the window; the others, which
//! together lift nothing among the best, are asked only for what the essential ones brought up (MaxScore, Turtle and Flood
//! 1995). Once enough hold it, the nearest are of no interest any more.

use std::sync::Arc;

use tantivy::query::{Scorer, Weight};
use tantivy::{DocAddress, DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED};

use crate::domain::search::{Fit, Sort};

use super::facet_counters::{FacetCounters, SegmentFacetCounts};
use super::fast_fields::FastFields;
use super::schema::Facet;
use super::score::{CollectionStats, LocatedLeaves, ScoredPostings};
use super::top_k::{BestMatches, Ranked, RerankCandidate, SCORE_STEPS};
use super::visibility_filter::{Admission, SegmentVisibility, VisibilityFilter};

/// How many documents are looked at together; a multiple of 64.
const WINDOW: u32 = 1 << 14;

/// Added to the score of those that hold every word, though not together.
pub(super) const ALL_WORDS_BONUS: Score = 1.5;

/// Cost of seeking a term's postings to one document, in postings read: the cheaper of the two ways is taken. It brought
/// similar resources of a million from 19.8 to 4.7 ms.
const PROBE_COST: usize = 8;

/// What one pass collects.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// How many hold what is asked for.
    pub(super) total: usize,
    /// How many of the asker's own do that nobody else sees.
    pub(super) own: usize,
    /// The best of both, best first.
    pub(super) matching: Vec<Ranked>,
    /// The best of the others, best first; empty unless asked for, and where enough hold it.
    pub(super) nearest: Vec<Ranked>,
    /// How those that hold it spread.
    pub(super) facet_counts: FacetCounters,
}

/// What makes a resource part of the answer.
pub(super) enum MatchMode {
    /// Holding any leaf.
    AnyLeaf,
    /// What a query says.
    Query(Box<dyn Weight>),
    /// Nothing does: only the nearest are wanted, and none is counted.
    Nothing,
}

/// What to collect, and from where.
pub(super) struct Collector<'a> {
    /// The resources.
    pub(super) searcher: &'a Searcher,
    /// What is known of them, by segment.
    pub(super) fast_fields: &'a [Arc<FastFields>],
    /// What makes the order.
    pub(super) leaves: &'a LocatedLeaves,
    /// What it is measured against.
    pub(super) collection: &'a CollectionStats,
    /// What is wanted.
    pub(super) match_mode: &'a MatchMode,
    /// What even the nearest must fulfil.
    pub(super) filter: Option<&'a dyn Weight>,
    /// What holds every word, wherever they stand: the nearest of the nearest.
    pub(super) all_words: Option<&'a dyn Weight>,
    /// Who may see what.
    pub(super) visibility: &'a VisibilityFilter,
    /// The order of those that hold it.
    pub(super) sort: Sort,
    pub(super) keep: usize,
    /// Keep only what comes after this key and id.
    pub(super) after: Option<(i64, u128)>,
    /// How many must hold what is asked for so that the nearest are not wanted; `None`: they never are.
    pub(super) enough: Option<usize>,
}

impl Collector<'_> {
    /// Goes through all segments.
    pub(super) fn run(&self) -> tantivy::Result<Collected> {
        let mut best = BestMatches::new(self.keep, self.after, self.enough);
        let mut facet_counts = FacetCounters::default();
        for ((ordinal, reader), fast_fields) in (0_u32..).zip(self.searcher.segment_readers()).zip(self.fast_fields) {
            let mut segment = SegmentCollector {
                ordinal,
                visibility: self.visibility.for_segment(reader, fast_fields),
                facet_counts: SegmentFacetCounts::of(fast_fields),
                sort: self.sort,
                leaves: OrderedLeaves::of(self.leaves.streams(ordinal as usize, reader, self.collection)?),
                best: &mut best,
            };
            segment.run(self, reader)?;
            facet_counts.add(segment.facet_counts, fast_fields);
        }
        let (total, own) = (best.total, best.own);
        let (matching, nearest) = best.best_first();
        Ok(Collected {
            total,
            own,
            matching,
            nearest,
            facet_counts,
        })
    }
}

/// The leaves of a segment, the strongest first. Scores are added in this order whichever are read and whichever are
/// asked: the same resource has the same score to the last bit on every page.
struct OrderedLeaves {
    streams: Vec<ScoredPostings>,
    /// What those from each on can add together.
    upper_bounds: Vec<Score>,
}

impl OrderedLeaves {
    fn of(mut streams: Vec<ScoredPostings>) -> Self {
        streams.sort_by(|a, b| b.gain().total_cmp(&a.gain()));
        // One step more than nothing: the last bits of a sum must not decide.
        let mut upper_bounds = vec![1.0 / SCORE_STEPS; streams.len() + 1];
        for (place, stream) in streams.iter().enumerate().rev() {
            upper_bounds[place] = upper_bounds[place + 1] + stream.gain();
        }
        Self { streams, upper_bounds }
    }

    /// How many are essential: read in full, so that none of the nearest is missed.
    fn count_essential(&self, best: &BestMatches) -> usize {
        let weak = |upper_bounds: &&Score| !best.may_be_near(**upper_bounds);
        self.streams.len() + 1 - self.upper_bounds.iter().rev().take_while(weak).count().max(1)
    }
}

/// A pass through one segment.
struct SegmentCollector<'a> {
    ordinal: u32,
    visibility: SegmentVisibility,
    facet_counts: SegmentFacetCounts,
    sort: Sort,
    leaves: OrderedLeaves,
    best: &'a mut BestMatches,
}

impl SegmentCollector<'_> {
    fn run(&mut self, collector: &Collector<'_>, reader: &SegmentReader) -> tantivy::Result<()> {
        let mut match_mode = match collector.match_mode {
            MatchMode::AnyLeaf | MatchMode::Nothing => None,
            MatchMode::Query(weight) => Some(weight.scorer(reader, 1.0)?),
        };
        let all_words = collector.all_words.filter(|_| self.best.wants_near());
        let mut all_words = all_words.map(|weight| weight.scorer(reader, 1.0)).transpose()?;
        let mut filter = collector.filter.map(|weight| weight.scorer(reader, 1.0)).transpose()?;
        let mut window = Window::new();
        loop {
            // Anew for each window: the better the best become, the fewer leaves can still change them.
            let essential = self.essential_leaves(collector.match_mode);
            let first = first_doc(&self.leaves.streams[..essential], match_mode.as_deref());
            if first >= reader.max_doc() {
                return Ok(());
            }
            window.begin(first);
            for stream in &mut self.leaves.streams[..essential] {
                window.collect(stream);
            }
            if let Some(scorer) = &mut filter {
                let mut inside = Bits::new();
                inside.fill(window.start, &mut **scorer);
                window.scored.keep(&inside);
            }
            if let Some(scorer) = &mut all_words {
                window.complete.fill(window.start, &mut **scorer);
            }
            match (collector.match_mode, &mut match_mode) {
                (MatchMode::AnyLeaf, _) => window.matching.clone_from(&window.scored),
                (_, Some(scorer)) => window.matching.fill(window.start, &mut **scorer),
                (_, None) => {}
            }
            let mut candidates = self.candidates(&window, essential);
            self.probe(&mut candidates, &mut window, essential);
            for candidate in &candidates {
                let id = self.visibility.fast_fields().ids[candidate.address.doc_id as usize];
                self.best.offer(candidate, window.scores[candidate.offset], id);
            }
            self.best.settle();
        }
    }

    /// How many leaves are read in full; the others are asked.
    fn essential_leaves(&self, match_mode: &MatchMode) -> usize {
        match match_mode {
            MatchMode::AnyLeaf => self.leaves.streams.len(),
            _ if self.best.wants_near() => self.leaves.count_essential(self.best),
            _ => 0,
        }
    }

    /// Those of a window that may come to stand among the best; those that hold what is asked for are counted.
    fn candidates(&mut self, window: &Window, essential: usize) -> Vec<RerankCandidate> {
        let mut candidates = Vec::new();
        for (place, (scored, matching)) in window.scored.0.iter().zip(&window.matching.0).enumerate() {
            let mut left = scored | matching;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                let offset = place * 64 + bit as usize;
                let holds = matching >> bit & 1 == 1;
                let most = window.scores[offset] + self.leaves.upper_bounds[essential];
                candidates.extend(self.candidate(window, offset, most, holds));
            }
        }
        candidates
    }

    /// `most`: what its leaves can come to at most.
    fn candidate(&mut self, window: &Window, offset: usize, most: Score, holds: bool) -> Option<RerankCandidate> {
        let bonus = if window.complete.has(offset) {
            ALL_WORDS_BONUS
        } else {
            0.0
        };
        // Asked before the filter, which costs more: most of what holds a common word gets no further.
        if !holds && !self.best.may_be_near(most + bonus) {
            return None;
        }
        let doc = window.start + to_doc(offset);
        let fit = match (self.visibility.check(doc), holds) {
            (Admission::Out, _) | (Admission::Own, false) => return None,
            (Admission::ButFor(facet), _) => {
                self.count_lifted(doc, facet, holds);
                return None;
            }
            (Admission::Own, true) => {
                self.best.own += 1;
                Fit::Own
            }
            (Admission::In, true) => {
                self.facet_counts.count(self.visibility.fast_fields(), doc);
                self.best.count();
                Fit::Holds
            }
            (Admission::In, false) => Fit::Near,
        };
        let candidate = RerankCandidate {
            offset,
            address: DocAddress::new(self.ordinal, doc),
            fit,
            bonus,
            moment: (self.sort == Sort::Newest).then(|| self.visibility.fast_fields().updated[doc as usize]),
        };
        self.best.may_enter(&candidate, most).then_some(candidate)
    }

    /// Counts one that holds what is asked for, and that one filter keeps out: the filter's other choices.
    fn count_lifted(&mut self, doc: DocId, facet: Facet, holds: bool) {
        if holds {
            self.facet_counts.count_one(facet, self.visibility.fast_fields(), doc);
        }
    }

    /// Adds what the other leaves say, and lets go whom they cannot lift any more.
    fn probe(&mut self, candidates: &mut Vec<RerankCandidate>, window: &mut Window, essential: usize) {
        let OrderedLeaves { streams, upper_bounds } = &mut self.leaves;
        for (stream, upper_bounds) in streams[essential..].iter_mut().zip(&upper_bounds[essential + 1..]) {
            if candidates.is_empty() {
                return;
            }
            if candidates.len() * PROBE_COST < stream.expected(WINDOW) {
                for candidate in &*candidates {
                    window.scores[candidate.offset] += stream.value_at(candidate.address.doc_id);
                }
            } else {
                stream.seek(window.start);
                window.collect(stream);
            }
            candidates.retain(|candidate| {
                self.best
                    .may_enter(candidate, window.scores[candidate.offset] + upper_bounds)
            });
        }
    }
}

fn first_doc(streams: &[ScoredPostings], match_mode: Option<&dyn Scorer>) -> DocId {
    let leaves = streams.iter().map(ScoredPostings::doc).min().unwrap_or(TERMINATED);
    leaves.min(match_mode.map_or(TERMINATED, DocSet::doc))
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
    scored: Bits,
    /// Those that hold what is asked for.
    matching: Bits,
    /// Those that hold every word of it.
    complete: Bits,
}

impl Window {
    fn new() -> Self {
        Self {
            start: 0,
            scores: vec![0.0; WINDOW as usize],
            scored: Bits::new(),
            matching: Bits::new(),
            complete: Bits::new(),
        }
    }

    fn begin(&mut self, first: DocId) {
        self.start = first - first % 64;
        self.scores.fill(0.0);
        self.scored.clear();
        self.matching.clear();
        self.complete.clear();
    }

    fn collect(&mut self, stream: &mut ScoredPostings) {
        let Self {
            start, scores, scored, ..
        } = self;
        stream.collect_until(start.saturating_add(WINDOW), |doc, score| {
            let offset = (doc - *start) as usize;
            scores[offset] += score;
            scored.set(offset);
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
